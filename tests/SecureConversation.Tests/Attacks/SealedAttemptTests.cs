using System.Net.Security;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Replay;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// An encrypted signature is decrypted before anything is authentic, so somebody could put any ciphertext in its place and learn from
/// acceptance what it decrypts to. Each message that he holds gives him one attempt, whatever he puts where.
/// </summary>
public sealed class SealedAttemptTests
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
            using var result = await scene.ReceiveAsync(forgery.Seal(part));
            codes.Add(Assert.IsType<ServiceResult.Respond>(result).Code);
        }

        Assert.True(codes[0] is not (FailureCode.Replayed or FailureCode.None), $"{codes[0]}");
        Assert.All(codes[1..], c => Assert.Equal(FailureCode.Replayed, c));
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
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
    public async Task TextAroundTheValue_IsNeverAccepted(string before, string after)
    {
        foreach (var text in new[] { "two words", "\u00E4", "a,b" })
        {
            using var scene = await Scene.OpenAsync("mutualcert//session");
            using var request = scene.Request();
            var code = await CodeAsync(scene, request, plain => Replace(plain, before, after.Replace("$", text, StringComparison.Ordinal)));
            Assert.Equal(FailureCode.MalformedSecurityElement, code);
            Assert.Equal(FailureCode.Replayed, await CodeAsync(scene, request, plain => plain));
        }
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

    /// <summary>What the attacker may change in clear without losing acceptance does not give him another attempt.</summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("anonymous//single")]
    [InlineData("duplex//single")]
    public async Task AnotherSpelling_GivesNoOtherAttempt(string name)
    {
        Func<string, string>[] spellings =
        [
            wire => wire,
            wire => Regex.Replace(wire, "CipherValue>([^<]{4})", "CipherValue> $1\r\n"),
            wire => Regex.Replace(wire, "CipherValue>([^<]{4})", "CipherValue><!-- -->$1<![CDATA[]]>"),
            wire => Regex.Replace(wire, "CipherValue>([^<])", m => $"CipherValue>&#{(int)m.Groups[1].Value[0]};"),
            wire => Regex.Replace(wire, "Created>([^<])", m => $"Created>&#{(int)m.Groups[1].Value[0]};"),
            wire => Regex.Replace(wire, "MessageID([^>]*)>([^<])", m => $"MessageID{m.Groups[1].Value}>&#{(int)m.Groups[2].Value[0]};"),
        ];
        foreach (var spelling in spellings)
        {
            using var scene = await Scene.OpenAsync(name);
            using var request = scene.Request();
            var honest = Encoding.UTF8.GetString(request.Envelope.Span);
            using var failed = await scene.ReceiveAsync(Encoding.UTF8.GetBytes(spelling(Broken(scene, request))));
            Assert.NotEqual(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(failed).Code);
            await scene.RefusedAsync(Encoding.UTF8.GetBytes(honest), FailureCode.Replayed);

            using var other = scene.Request();
            await scene.AcceptedAsync(Encoding.UTF8.GetBytes(spelling(Encoding.UTF8.GetString(other.Envelope.Span))));
        }
    }

    /// <summary>The filler of the body may change, and with it the last block.</summary>
    [Fact]
    public async Task AnotherLastBlockOfTheBody_GivesNoOtherAttempt()
    {
        using var scene = await Scene.OpenAsync("mutualcert//session");
        using var request = scene.Request();
        var document = Forgery.Load(Encoding.UTF8.GetBytes(Broken(scene, request)));
        var value = Forgery.Descendant((System.Xml.XmlElement)document.DocumentElement!.LastChild!, "CipherValue");
        var octets = Convert.FromBase64String(value.InnerText);
        octets[^16] ^= 1;
        value.InnerText = Convert.ToBase64String(octets);
        using var failed = await scene.ReceiveAsync(Encoding.UTF8.GetBytes(document.OuterXml));
        Assert.NotEqual(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(failed).Code);
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
    }

    /// <summary>Forgeries for a session harm no message but the one that they are made of, even at the same time.</summary>
    [Theory]
    [InlineData("mutualcert//session", true)]
    [InlineData("mutualcert/no-derived/session", true)]
    [InlineData("mutualcert//session", false)]
    public async Task Forgery_SpendsNoOtherMessage(string name, bool hasTimestamp)
    {
        using var scene = await Scene.OpenAsync(name, new ManualTimeProvider(DateTimeOffset.UtcNow), new() { FailureAnswers = Loopback.AtOnce }, change: e => e with
        {
            IncludeTimestamp = hasTimestamp,
            LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = hasTimestamp },
            LocalClientSettings = e.LocalClientSettings with { DetectReplays = hasTimestamp },
        });
        using var one = scene.Request();
        using var two = scene.Request();
        await scene.RefusedAsync(Encoding.UTF8.GetBytes(Broken(scene, one)), FailureCode.DecryptionFailed);
        await scene.AcceptedAsync(two.Envelope);
        await scene.RefusedAsync(one.Envelope, FailureCode.Replayed);
    }

    /// <summary>With the body in clear the message is known by its a:MessageID.</summary>
    [Fact]
    public async Task Forgery_OfASignedBody_SpendsNoOtherMessage()
    {
        using var scene = await Scene.OpenAsync("mutualcert//session", new ManualTimeProvider(DateTimeOffset.UtcNow), new() { FailureAnswers = Loopback.AtOnce },
            ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign).WithHeader("Secret", "urn:h", ProtectionLevel.EncryptAndSign));
        const string Header = "<h:Secret xmlns:h=\"urn:h\">x</h:Secret>";
        using var one = scene.Request(extraHeaders: Header);
        using var two = scene.Request(extraHeaders: Header);
        await scene.RefusedAsync(Encoding.UTF8.GetBytes(Broken(scene, one)), FailureCode.DecryptionFailed);
        await scene.AcceptedAsync(two.Envelope);
        await scene.RefusedAsync(one.Envelope, FailureCode.Replayed);
    }

    [Fact]
    public async Task Attempts_AtOneMessage_WaitForOneAnother()
    {
        var attempts = new SealedAttempts();
        using var begun = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        var first = Task.Run(() => attempts.Try<int>(7, () =>
        {
            begun.Set();
            end.Wait();
            return Fail.With<int>(FailureCode.SignatureMismatch);
        }));
        begun.Wait();
        var second = Task.Run(() => attempts.Try(7, () => 2));
        Assert.Equal(3, attempts.Try(8, () => 3));
        Assert.NotSame(second, await Task.WhenAny(second, Task.Delay(50, TestContext.Current.CancellationToken)));
        end.Set();
        Assert.Equal(FailureCode.SignatureMismatch, (await Assert.ThrowsAsync<SecurityFailureException>(() => first)).Code);
        Assert.Equal(FailureCode.Replayed, (await Assert.ThrowsAsync<SecurityFailureException>(() => second)).Code);
    }

    [Fact]
    public void Attempts_ForgetTheOldestFailures()
    {
        var attempts = new SealedAttempts();
        for (var i = 1; i <= (2 * SealedAttempts.Generation) + 1; i++)
        {
            Assert.Throws<SecurityFailureException>(() => attempts.Try((UInt128)i, () => Fail.With<int>(FailureCode.SignatureMismatch)));
        }

        Assert.Equal(1, attempts.Try(1, () => 1));
        Assert.Equal(1, attempts.Try(1, () => 1));
        Assert.Throws<SecurityFailureException>(() => attempts.Try(SealedAttempts.Generation + 1, () => 1));
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

    /// <summary>The message with an encrypted signature that cannot be read, all else as it was.</summary>
    private static string Broken(Scene scene, SecuredRequest request)
    {
        var forgery = scene.Forge(request.Envelope);
        forgery.SignaturePart.Plain = "<Signature"u8.ToArray();
        return Encoding.UTF8.GetString(forgery.Seal(forgery.SignaturePart));
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
