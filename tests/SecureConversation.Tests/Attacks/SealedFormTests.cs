using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// An encrypted signature is decrypted before anything is authentic, so somebody could put any ciphertext in its place and learn from
/// acceptance, of that message or of the one as it was, what it decrypts to. There is no place in it where text of his could stand.
/// </summary>
public sealed class SealedFormTests
{
    private static readonly Dictionary<string, Func<byte[], int, byte[]>> Changes = new()
    {
        ["octets in an attribute behind the value"] = (plain, i) => Insert(plain, "URI=\"#", "KeyInfo", [0xFF, (byte)i]),
        ["octets behind the value"] = (plain, i) => Insert(plain, ">", "SignatureValue>", [0xFF, (byte)i]),
        ["octets before ds:SignedInfo"] = (plain, i) => Insert(plain, "Signature", "", [(byte)' ', 0xFF, (byte)i]),
        ["another element"] = (plain, i) => [.. plain[..End(plain)], .. Encoding.ASCII.GetBytes($"<Object>{i}</Object>"), .. plain[End(plain)..]],
        ["another key"] = (plain, i) => Insert(plain, "URI=\"#", "KeyInfo", Encoding.ASCII.GetBytes($"x{i}")),
        ["nothing behind the value"] = (plain, i) => plain[..(End(plain) + i)],
    };

    public static TheoryData<string, string> Cases =>
    [
        .. from name in new[] { "anonymous//single", "mutualcert//session", "mutualcert-2007/no-derived/session", "duplex//single" }
           from change in Changes.Keys
           select new TheoryDataRow<string, string>(name, change),
    ];

    /// <summary>Elsewhere a name that nobody can read is no other name; here it would be a place for text.</summary>
    [Theory]
    [InlineData("$", false)]
    [InlineData("any text", true)]
    [InlineData("\u00E4\u00F6\u00FC", true)]
    [InlineData("CN=another", true)]
    [InlineData("$             ", true)]
    [InlineData("\"\"\"\"\"\"\"\"\"\"\"\"\"\"$", true)]
    [InlineData("$\u2003\u2003", true)]
    public async Task NameOfTheIssuer_IsThatOfTheCertificate(string written, bool isRefused)
    {
        using var scene = await Scene.OpenAsync("duplex//single");
        using var request = scene.Request();
        var forgery = scene.Forge(request.Envelope);
        var name = System.Security.SecurityElement.Escape(written.Replace("$", TestCertificates.Client.Issuer, StringComparison.Ordinal));
        var serial = new System.Numerics.BigInteger(TestCertificates.Client.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true);
        var plain = Encoding.UTF8.GetString(forgery.Plaintext(forgery.SignaturePart));
        var changed = Regex.Replace(plain, "<o:Reference [^>]*?(/>|></o:Reference>)",
            $"<X509Data><X509IssuerSerial><X509IssuerName>{name}</X509IssuerName><X509SerialNumber>{serial}</X509SerialNumber></X509IssuerSerial></X509Data>");
        Assert.NotEqual(plain, changed);
        forgery.SignaturePart.Plain = Encoding.UTF8.GetBytes(changed);
        var wire = forgery.Seal(forgery.SignaturePart);
        await (isRefused
            ? scene.RefusedAsync(wire, FailureCode.MalformedSecurityElement, FailureCode.WrongToken)
            : scene.AcceptedAsync(wire));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ChangeAroundTheValue_IsRefusedAndHarmsNoMessage(string name, string change)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request();
        for (var i = 1; i < 5; i++)
        {
            Assert.NotEqual(FailureCode.None, await CodeAsync(scene, request, plain => Changes[change](plain, i)));
        }

        await scene.AcceptedAsync(request.Envelope);
    }

    /// <summary>No MAC covers it and no sender writes it, so nobody gets to see whether a block there decrypts to text.</summary>
    [Theory]
    [InlineData("<Signature ", "<Signature a=\"$\" ")]
    [InlineData("<Signature ", "<Signature xmlns:q=\"$\" ")]
    [InlineData("<SignedInfo>", "$<SignedInfo>")]
    [InlineData("<SignedInfo>", "<!--$--><SignedInfo>")]
    [InlineData("<SignedInfo>", "<SignedInfo><!--$-->")]
    [InlineData("<SignedInfo>", "<SignedInfo xmlns:q=\"$\">")]
    [InlineData("<Reference ", "<Reference xmlns:q=\"$\" ")]
    [InlineData("<DigestValue>", "<DigestValue><!--$-->")]
    [InlineData("</SignedInfo>", "</SignedInfo>$")]
    [InlineData("<SignatureValue>", "<SignatureValue Id=\"$\">")]
    [InlineData("<SignatureValue>", "<SignatureValue><!--$-->")]
    [InlineData("</SignatureValue>", "</SignatureValue><![CDATA[$]]>")]
    [InlineData("<KeyInfo>", "<KeyInfo Id=\"$\">")]
    [InlineData("<KeyInfo>", "<KeyInfo>$")]
    [InlineData("<o:Reference ", "<o:Reference a=\"$\" ")]
    [InlineData("</KeyInfo>", "</KeyInfo>$")]
    [InlineData("<Signature ", "<Signature $=\"\" ")]
    [InlineData("<Signature ", "<Signature xmlns:$=\"http://www.w3.org/2000/09/xmldsig#\" ")]
    [InlineData("<SignedInfo>", "<SignedInfo xmlns:$=\"http://www.w3.org/2000/09/xmldsig#\">")]
    [InlineData("<Reference ", "<Reference xmlns:$=\"http://www.w3.org/2000/09/xmldsig#\" ")]
    [InlineData("<SignatureValue>", "<SignatureValue $=\"\">")]
    [InlineData("<KeyInfo>", "<KeyInfo $=\"\">")]
    [InlineData("<o:Reference ", "<o:Reference $=\"\" ")]
    [InlineData("<o:Reference ", "<o:Reference ValueType=\"$\" ")]
    [InlineData("<Signature ", "<Signature URI=\"$\" ")]
    [InlineData("<SignatureValue>", "<SignatureValue URI=\"$\">")]
    [InlineData("<KeyInfo>", "<KeyInfo URI='$'>")]
    [InlineData("<o:SecurityTokenReference ", "<o:SecurityTokenReference URI=\"$\" ")]
    [InlineData("<o:SecurityTokenReference ", "<o:SecurityTokenReference URI=\"#$\" ")]
    [InlineData("<o:SecurityTokenReference ", "<o:SecurityTokenReference xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\" c:Instance=\"$\" ")]
    [InlineData("<o:Reference ", "<o:Reference xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\" c:Instance=\"$$$$$$$$$\" ")]
    [InlineData("</o:SecurityTokenReference>", "$</o:SecurityTokenReference>")]
    public async Task PlaceForText_IsRefusedBeforeTheValueIsVerified(string before, string after)
    {
        foreach (var text in new[] { "eight-oc", "\u00E4\u00F6\u00FC", new string('a', 65) })
        {
            using var scene = await Scene.OpenAsync("mutualcert//session");
            using var request = scene.Request();
            var changed = after.Replace("$", text, StringComparison.Ordinal);
            var code = await CodeAsync(scene, request, plain => Replace(plain, before, changed));

            // Where only length or characters are wrong, what is short and plain may be accepted.
            Assert.True(code is FailureCode.MalformedSecurityElement or FailureCode.DecryptionFailed or FailureCode.NotWellFormed
                || (code == FailureCode.None && text[0] == 'e' && (after.Contains("Id=\"$", StringComparison.Ordinal) || after.Contains("xmlns:$", StringComparison.Ordinal))), $"{code} {changed}");
        }
    }

    /// <summary>An endorsing signature is decrypted after the primary one holds, and its acceptance would tell as much.</summary>
    [Theory]
    [InlineData("<Signature ", "<Signature a=\"$\" ")]
    [InlineData("<Signature ", "<Signature URI=\"$\" ")]
    [InlineData("<SignedInfo>", "<!--$--><SignedInfo>")]
    [InlineData("<SignedInfo>", "<SignedInfo><!--$-->")]
    [InlineData("<SignedInfo>", "<SignedInfo xmlns:q=\"$\">")]
    [InlineData("</SignedInfo>", "</SignedInfo>$")]
    [InlineData("<KeyInfo>", "<KeyInfo>$")]
    [InlineData("<o:Reference ", "<o:Reference a=\"$\" ")]
    [InlineData("</o:SecurityTokenReference>", "$</o:SecurityTokenReference>")]
    public async Task PlaceForText_InAnEndorsingSignature_IsRefused(string before, string after)
    {
        foreach (var name in new[] { "mutualcert//single", "mutualcert-2007//single" })
        {
            using var scene = await Scene.OpenAsync(name);
            using var request = scene.Request();
            var forgery = scene.Forge(request.Envelope);
            var part = forgery.Sealed.Last(p => p.Target.LocalName == "Signature");
            Assert.Same(forgery.Endorsing, part.Target);
            part.Plain = Replace(forgery.Plaintext(part), before, after.Replace("$", "eight-oc", StringComparison.Ordinal));
            await scene.RefusedAsync(forgery.Seal(part), FailureCode.MalformedSecurityElement);

            using var other = scene.Request();
            await scene.AcceptedAsync(other.Envelope);
        }
    }

    /// <summary>The token that the signature names may get any Id on the wire.</summary>
    [Theory]
    [InlineData(65, "a")]
    [InlineData(4, "\u00E4")]
    [InlineData(4, "a b")]
    public async Task IdOfTheKey_OfAnotherForm_IsNeverAccepted(int times, string part)
    {
        using var scene = await Scene.OpenAsync("mutualcert//session");
        using var request = scene.Request();
        var id = string.Concat(Enumerable.Repeat(part, times));
        var forgery = scene.Forge(request.Envelope);
        var plain = Encoding.UTF8.GetString(forgery.Plaintext(forgery.SignaturePart));
        var old = Regex.Match(plain, "<o:Reference URI=\"#([^\"]*)\"").Groups[1].Value;
        forgery.SignaturePart.Plain = Encoding.UTF8.GetBytes(plain.Replace($"URI=\"#{old}\"", $"URI=\"#{id}\"", StringComparison.Ordinal));
        var wire = Encoding.UTF8.GetString(forgery.Seal(forgery.SignaturePart)).Replace($"Id=\"{old}\"", $"Id=\"{id}\"", StringComparison.Ordinal);
        await scene.RefusedAsync(Encoding.UTF8.GetBytes(wire), FailureCode.MalformedSecurityElement);
        await scene.AcceptedAsync(request.Envelope);
    }

    /// <summary>Others write Ids, and break the lines of base64.</summary>
    [Theory]
    [InlineData("<Signature ", "<Signature Id=\"SIG-1_2.3\" ")]
    [InlineData("<KeyInfo>", "<KeyInfo Id=\"KI-1\">\r\n")]
    [InlineData("</SignatureValue>", "\r\n</SignatureValue>\r\n")]
    [InlineData("<o:SecurityTokenReference ", "<o:SecurityTokenReference xmlns:k=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" k:TokenType=\"http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKey\" ")]
    public async Task WhatOthersWrite_IsAccepted(string before, string after)
    {
        using var scene = await Scene.OpenAsync("mutualcert//session");
        using var request = scene.Request();
        Assert.Equal(FailureCode.None, await CodeAsync(scene, request, plain => Replace(plain, before, after)));
    }

    /// <summary>An endorsing signature holds as well, and is not taken for the primary one that cannot be read.</summary>
    [Fact]
    public async Task ChangeBesideAnEndorsingSignature_IsRefused()
    {
        var element = (SecurityBindingElement)SecurityBindingElement.CreateMutualCertificateDuplexBindingElement() with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
            EndpointSupportingTokenParameters = new() { Endorsing = [new X509SecurityTokenParameters { RequireDerivedKeys = false }] },
        };
        using var scene = await Scene.OpenAsync(MessageSecurityBinding.Create(element));
        using var request = scene.Request();
        for (var i = 0; i < 3; i++)
        {
            var code = await CodeAsync(scene, request, plain => [.. plain[..End(plain)], 0xFF, .. plain[End(plain)..]]);
            Assert.Equal(FailureCode.DecryptionFailed, code);
        }

        await scene.AcceptedAsync(request.Envelope);
    }

    [Theory]
    [InlineData("mutualcert//session", true)]
    [InlineData("mutualcert//session", false)]
    [InlineData("mutualcert/encrypt-first/session", true)]
    [InlineData("anonymous/sign-first/single", false)]
    [InlineData("duplex//single", true)]
    public async Task ChangedHeader_IsDigestedOnce(string name, bool detectsReplays)
    {
        using var scene = await Scene.OpenAsync(name, change: e => e with
        {
            LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = detectsReplays },
        });
        using var request = scene.Request();
        await scene.RefusedAsync(WithTo(request.Envelope, "http://localhost/one"), FailureCode.DigestMismatch);
        await scene.RefusedAsync(WithTo(request.Envelope, "http://localhost/two"), FailureCode.Replayed);
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
    }

    /// <summary>A message that was accepted, or is old, is refused before anything of any length is digested.</summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("anonymous//single")]
    public async Task ChangedHeader_OfAMessageThatCameBefore_IsNeverDigested(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        await scene.RefusedAsync(WithTo(request.Envelope, "http://localhost/one"), FailureCode.Replayed);
    }

    /// <summary>A timestamp is digested before its message is remembered, so it has a size of its own.</summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("anonymous//single")]
    public async Task LargeTimestamp_IsNotDigested(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request();
        var text = Encoding.UTF8.GetString(request.Envelope.Span);
        var at = text.IndexOf("Timestamp ", StringComparison.Ordinal) + "Timestamp ".Length;
        foreach (var attributes in new[] { $"x=\"{new string('x', 5000)}\" ", "x=\"1\" y=\"2\" " })
        {
            await scene.RefusedAsync(Encoding.UTF8.GetBytes(text.Insert(at, attributes)), FailureCode.LimitExceeded);
        }

        await scene.AcceptedAsync(request.Envelope);
    }

    private static async Task<FailureCode> CodeAsync(Scene scene, SecuredRequest request, Func<byte[], byte[]> change)
    {
        var forgery = scene.Forge(request.Envelope);
        var part = forgery.SignaturePart;
        part.Plain = change(forgery.Plaintext(part));
        using var result = await scene.ReceiveAsync(forgery.Seal(part));
        return result is ServiceResult.Respond respond ? respond.Code : FailureCode.None;
    }

    private static byte[] WithTo(ReadOnlyMemory<byte> wire, string to)
    {
        var document = Forgery.Load(wire);
        document.GetElementsByTagName("To", "http://www.w3.org/2005/08/addressing")[0]!.InnerText = to;
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }

    private static byte[] Replace(byte[] plain, string before, string after)
    {
        var text = Encoding.UTF8.GetString(plain);
        var at = text.IndexOf(before, StringComparison.Ordinal);
        Assert.True(at >= 0, text);
        return Encoding.UTF8.GetBytes(text[..at] + after + text[(at + before.Length)..]);
    }

    /// <summary>Inserts octets after the first text that follows another.</summary>
    private static byte[] Insert(byte[] plain, string after, string behind, byte[] octets)
    {
        var from = plain.AsSpan().LastIndexOf(Encoding.ASCII.GetBytes(behind));
        var start = behind.Length == 0 ? 0 : from;
        var at = start + plain.AsSpan(start).IndexOf(Encoding.ASCII.GetBytes(after)) + after.Length;
        return [.. plain[..at], .. octets, .. plain[at..]];
    }

    private static int End(byte[] plain) => plain.AsSpan().LastIndexOf("SignatureValue>"u8) + "SignatureValue>".Length;
}
