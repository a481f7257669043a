using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Signature;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// No MAC covers what stands around the value of an encrypted signature, so somebody could put any ciphertext there and learn from
/// acceptance what it decrypts to. Each message that he holds gives him one answer at most, whatever he puts where.
/// </summary>
public sealed class SignatureRemainsTests
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

    public static TheoryData<string, string, bool> Cases =>
    [
        .. from name in new[] { "anonymous//single", "mutualcert//session", "mutualcert-2007/no-derived/session", "duplex//single" }
           from change in Changes.Keys
           from detectsReplays in new[] { true, false }
           select new TheoryDataRow<string, string, bool>(name, change, detectsReplays),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task ChangeAroundTheValue_IsTriedOnceAtAllEndpoints(string name, string change, bool detectsReplays)
    {
        using var scene = await Scene.OpenAsync(name, change: e => e with
        {
            LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = detectsReplays },
        });
        using var request = scene.Request();
        var codes = new List<FailureCode>();
        for (var i = 1; i < 5; i++)
        {
            var forgery = scene.Forge(request.Envelope);
            var part = forgery.SignaturePart;
            part.Plain = Changes[change](forgery.Plaintext(part), i);
            using var result = await scene.ReceiveAsync(forgery.Seal());
            codes.Add(Assert.IsType<ServiceResult.Respond>(result).Code);
        }

        Assert.True(codes[0] is not (FailureCode.Replayed or FailureCode.None), $"{codes[0]}");
        Assert.All(codes[1..], c => Assert.Equal(FailureCode.Replayed, c));
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    /// <summary>Text that looks like a signature would be found in its place. No message with such text is accepted.</summary>
    [Theory]
    [InlineData("<!--<SignedInfo></SignedInfo><SignatureValue>AA</SignatureValue>-->")]
    [InlineData("<![CDATA[<SignedInfo></SignedInfo><SignatureValue>AA</SignatureValue>]]>")]
    [InlineData("<?x <SignedInfo></SignedInfo><SignatureValue>AA</SignatureValue>?>")]
    [InlineData("SignedInfo>")]
    public async Task TextLikeASignature_BeforeTheSignature_IsNeverAccepted(string text)
    {
        using var scene = await Scene.OpenAsync("anonymous//single");
        using var request = scene.Request();
        Assert.NotEqual(FailureCode.None, await CodeAsync(scene, request, plain => Insert(plain, ">", "", Encoding.ASCII.GetBytes(text))));
    }

    /// <summary>No MAC covers it and no sender writes it, so nobody gets to see whether a block there decrypts to text.</summary>
    [Theory]
    [InlineData("</SignedInfo>", "text")]
    [InlineData("</SignatureValue>", "text")]
    [InlineData("<SignatureValue", " a=\"x\"")]
    public async Task TextOrAttribute_AroundTheValue_IsNeverAccepted(string after, string text)
    {
        using var scene = await Scene.OpenAsync("mutualcert//session");
        using var request = scene.Request();
        var code = await CodeAsync(scene, request, plain => Insert(plain, after, "", Encoding.ASCII.GetBytes(text)));
        Assert.Equal(FailureCode.MalformedSecurityElement, code);
        Assert.Equal(FailureCode.Replayed, await CodeAsync(scene, request, plain => plain));
    }

    /// <summary>Where what looks like a tag stands in a value, the tags themselves are found all the same.</summary>
    [Theory]
    [InlineData(" a=\"SignedInfo\"")]
    [InlineData(" SignedInfo=\"/SignatureValue\"")]
    public async Task NamesInAttributes_HideNothing(string attribute)
    {
        using var scene = await Scene.OpenAsync("anonymous//single");
        using var request = scene.Request();
        var octets = Encoding.ASCII.GetBytes(attribute);
        byte[] Broken(byte[] plain) => Insert(Insert(plain, "<Signature", "", octets), "URI=\"#", "KeyInfo", [0xFF]);
        Assert.NotEqual(FailureCode.Replayed, await CodeAsync(scene, request, Broken));
        Assert.Equal(FailureCode.Replayed, await CodeAsync(scene, request, Broken));
    }

    /// <summary>An endorsing signature holds as well, and is not taken for the primary one that cannot be read.</summary>
    [Fact]
    public async Task ChangeBesideAnEndorsingSignature_IsTriedOnce()
    {
        var element = (SecurityBindingElement)SecurityBindingElement.CreateMutualCertificateDuplexBindingElement() with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
            EndpointSupportingTokenParameters = new() { Endorsing = [new X509SecurityTokenParameters { RequireDerivedKeys = false }] },
        };
        using var scene = await Scene.OpenAsync(MessageSecurityBinding.Create(element));
        using var request = scene.Request();
        Assert.NotEqual(FailureCode.Replayed, await CodeAsync(scene, request, plain => [.. plain[..End(plain)], 0xFF, .. plain[End(plain)..]]));
        Assert.Equal(FailureCode.Replayed, await CodeAsync(scene, request, plain => [.. plain[..End(plain)], 0xFE, .. plain[End(plain)..]]));
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
    }

    /// <summary>Others declare the prefix of the signature on itself, where it may be lost.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("ds:")]
    [InlineData("a:")]
    public void Prefix_OfTheSignature_IsKnownWithoutItsStartTag(string prefix)
    {
        const string Algorithms = "<p!CanonicalizationMethod Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/><p!SignatureMethod Algorithm=\"urn:s\"/>"
            + "<p!Reference URI=\"#x\"><p!Transforms><p!Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></p!Transforms>"
            + "<p!DigestMethod Algorithm=\"urn:d\"/><p!DigestValue>AAAA</p!DigestValue></p!Reference>";
        var text = $"\u00FF<p!Signature \u00FF><p!SignedInfo>{Algorithms}</p!SignedInfo><p!SignatureValue>QUJD</p!SignatureValue ><p!KeyInfo \u00FF".Replace("p!", prefix, StringComparison.Ordinal);
        using var document = SignatureRemains.Write("<w xmlns=\"urn:other\">"u8, Encoding.Latin1.GetBytes(text));
        using var index = XmlIndex.Parse(document.Memory, XmlLimits.Default);
        var signature = SignatureElement.ReadRemains(index.Root.FirstChild, 1);
        Assert.Equal("ABC"u8.ToArray(), signature.Value);
        Assert.Throws<SecurityFailureException>(() => signature.Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SignedInfo></SignatureValue>")]
    [InlineData("<SignedInfo><SignatureValue>")]
    [InlineData("<SignedInfo></SignatureValue")]
    [InlineData("</SignedInfo></SignatureValue>")]
    [InlineData("</SignatureValue><SignedInfo>")]
    public void Text_WithoutBoth_LeavesNothing(string text)
    {
        using var document = SignatureRemains.Write("<w>"u8, Encoding.ASCII.GetBytes(text));
        Assert.Equal("<w></w>", Encoding.UTF8.GetString(document.Span));
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
        foreach (var other in forgery.Sealed)
        {
            other.Plain = forgery.Plaintext(other);
        }

        part.Plain = change(part.Plain!);
        using var result = await scene.ReceiveAsync(forgery.Seal());
        return result is ServiceResult.Respond respond ? respond.Code : FailureCode.None;
    }

    private static byte[] WithTo(ReadOnlyMemory<byte> wire, string to)
    {
        var document = Forgery.Load(wire);
        document.GetElementsByTagName("To", "http://www.w3.org/2005/08/addressing")[0]!.InnerText = to;
        return Encoding.UTF8.GetBytes(document.OuterXml);
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
