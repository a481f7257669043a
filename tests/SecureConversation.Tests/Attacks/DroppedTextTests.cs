using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Xml;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Canonicalization drops comments, and declarations that nothing uses. In an encrypted part they would be a place for somebody else's
/// ciphertext, and acceptance would say whether it decrypts to what he guessed. Our senders leave none.
/// </summary>
public sealed class DroppedTextTests
{
    public static TheoryData<string> Names => [.. Bindings.Names.Where(n => n.Split('/')[1] is "" or "no-derived" or "sign-first" or "lax")];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Declarations_ThatNothingUses_AreSigned(string name)
    {
        const string Body = "<E xmlns=\"urn:e\"><r xmlns:a=\"urn:a\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:b=\"urn:b\" b:x=\"1\"><p:q xmlns:p=\"urn:p\" xmlns=\"urn:unused\"/></r></E>";
        using var scene = await Scene.OpenAsync(name);
        foreach (var declared in new[] { "urn:a", "http://www.w3.org/2001/XMLSchema-instance", "urn:b", "urn:p", "urn:unused" })
        {
            using var request = scene.Request(Body);
            var forgery = scene.Forge(request.Envelope);
            var plain = Encoding.UTF8.GetString(forgery.Plaintext(forgery.BodyPart));
            Assert.Contains(declared, plain, StringComparison.Ordinal);
            forgery.BodyPart.Plain = Encoding.UTF8.GetBytes(plain.Replace(declared, "urn:other", StringComparison.Ordinal));
            await scene.RefusedAsync(forgery.Seal(forgery.BodyPart), FailureCode.DigestMismatch);

            using var other = scene.Request(Body);
            await scene.AcceptedAsync(other.Envelope);
        }
    }

    /// <summary>The envelope's tag is not signed: declared there, what the first tag declares for itself would be superfluous.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Declarations_OfTheFirstTag_CannotBeMovedOutside(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        foreach (var (body, declaration) in new[]
        {
            ("<Vote xmlns=\"http://tempuri.org/\"><v>yes</v></Vote>", "xmlns=\"http://tempuri.org/\""),
            ("<c:V xmlns:c=\"urn:c\"><c:v>yes</c:v></c:V>", "xmlns:c=\"urn:c\""),
            ("<V><v xmlns=\"urn:v\">yes</v></V>", "xmlns=\"urn:v\""),
        })
        {
            foreach (var around in new[] { "Envelope", "Body" })
            {
                using var request = scene.Request(body);
                var forgery = scene.Forge(request.Envelope);
                var plain = Encoding.UTF8.GetString(forgery.Plaintext(forgery.BodyPart));
                Assert.Equal(body, plain);
                forgery.BodyPart.Plain = Encoding.UTF8.GetBytes(plain.Replace(declaration, "xmlns:z=\"any text\"", StringComparison.Ordinal));
                var wire = Encoding.UTF8.GetString(forgery.Seal(forgery.BodyPart))
                    .Replace($"<s:{around} ", $"<s:{around} {declaration} ", StringComparison.Ordinal);
                await scene.RefusedAsync(Encoding.UTF8.GetBytes(wire), FailureCode.DigestMismatch);
            }

            using var other = scene.Request(body);
            await scene.AcceptedAsync(other.Envelope);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Declarations_ThatRepeatAnother_AreNotEncrypted(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        foreach (var (declared, body, expected) in new[]
        {
            ("", "<E xmlns=\"urn:e\"><x xmlns=\"urn:e\" b=\"1\"/></E>", "<E xmlns=\"urn:e\"><x b=\"1\"></x></E>"),
            ("xmlns:c=\"urn:c\"", "<c:E xmlns:c=\"urn:c\"><c:x>1</c:x></c:E>", "<c:E><c:x>1</c:x></c:E>"),
            ("", "<s:Fault xmlns:s=\"$\"><s:Code/></s:Fault>", "<s:Fault><s:Code></s:Code></s:Fault>"),
            ("", "<E xmlns=\"\"><x/></E>", "<E><x></x></E>"),
        })
        {
            var soap = scene.Version.Soap == SoapVersion.Soap11 ? "http://schemas.xmlsoap.org/soap/envelope/" : "http://www.w3.org/2003/05/soap-envelope";
            var plain = Encoding.UTF8.GetString(Loopback.Request(scene.Version, body.Replace("$", soap, StringComparison.Ordinal)))
                .Replace("<s:Envelope ", $"<s:Envelope {declared} ", StringComparison.Ordinal);
            using var request = scene.Session?.Secure(Encoding.UTF8.GetBytes(plain)) ?? scene.Loopback.Client.Secure(Encoding.UTF8.GetBytes(plain), Loopback.Address);
            var forgery = scene.Forge(request.Envelope);
            Assert.Equal(expected, Encoding.UTF8.GetString(forgery.Plaintext(forgery.BodyPart)));
            await scene.AcceptedAsync(request.Envelope);
        }
    }

    /// <summary>The octets that the IV decides about have an attribute in them that is signed, and no declaration.</summary>
    [Fact]
    public async Task EncryptedHeader_HasItsIdFirst()
    {
        using var scene = await Scene.OpenAsync("mutualcert//session",
            protection: ChannelProtectionRequirements.Default.WithHeader("S", "urn:h", System.Net.Security.ProtectionLevel.EncryptAndSign));
        using var request = scene.Request(extraHeaders: "<h:S xmlns:h=\"urn:h\" a=\"1\">x</h:S>");
        var forgery = scene.Forge(request.Envelope);
        Assert.Matches("^<h:S [a-z0-9]+:Id=\"[^\"]+\" xmlns:h=\"urn:h\" a=\"1\"", Encoding.UTF8.GetString(forgery.Plaintext(forgery.Sealed.Single(p => p.Target.LocalName == "S"))));
        await scene.AcceptedAsync(request.Envelope);
    }

    /// <summary>An empty body is one block of padding. Text that nothing covers would let somebody test more than its last octet.</summary>
    [Theory]
    [InlineData("<!--aa-->")]
    [InlineData("<![CDATA[]]>")]
    [InlineData("<!----><![CDATA[]]><!---->")]
    public async Task EmptyBody_WithWhatIsDropped_IsRefused(string added)
    {
        foreach (var name in new[] { "mutualcert//session", "mutualcert/sign-first/session", "anonymous//single" })
        {
            using var scene = await Scene.OpenAsync(name);
            using var request = scene.Request("");
            var forgery = scene.Forge(request.Envelope);
            forgery.BodyPart.Plain = Encoding.UTF8.GetBytes(added);
            await scene.RefusedAsync(forgery.Seal(forgery.BodyPart), FailureCode.DecryptionFailed);
            using var other = scene.Request("");
            await scene.AcceptedAsync(other.Envelope);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Comments_AreNotEncrypted(string name)
    {
        const string Body = "<!--first--><E xmlns=\"urn:e\">a<!-- -->b<![CDATA[<!--text-->]]><x><!--last--></x></E><!---->";
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request(Body);
        var forgery = scene.Forge(request.Envelope);
        Assert.Equal("<E xmlns=\"urn:e\">ab<![CDATA[<!--text-->]]><x></x></E>", Encoding.UTF8.GetString(forgery.Plaintext(forgery.BodyPart)));
        await scene.AcceptedAsync(request.Envelope);
    }

    [Fact]
    public async Task EncryptedHeader_HasNoCommentsAndItsDeclarationsAreSigned()
    {
        using var scene = await Scene.OpenAsync("mutualcert//session",
            protection: ChannelProtectionRequirements.Default.WithHeader("Secret", "urn:h", System.Net.Security.ProtectionLevel.EncryptAndSign));
        using var request = scene.Request(extraHeaders: "<h:Secret xmlns:h=\"urn:h\" xmlns:u=\"urn:u\">x<!--y--></h:Secret>");
        var forgery = scene.Forge(request.Envelope);
        var part = forgery.Sealed.Single(p => p.Target.LocalName == "Secret");
        var plain = Encoding.UTF8.GetString(forgery.Plaintext(part));
        Assert.DoesNotContain("<!--", plain, StringComparison.Ordinal);
        part.Plain = Encoding.UTF8.GetBytes(plain.Replace("urn:u", "urn:other", StringComparison.Ordinal));
        await scene.RefusedAsync(forgery.Seal(part), FailureCode.DigestMismatch);
        using var other = scene.Request(extraHeaders: "<h:Secret xmlns:h=\"urn:h\" xmlns:u=\"urn:u\">x<!--y--></h:Secret>");
        await scene.AcceptedAsync(other.Envelope);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("<a/>", "<a/>")]
    [InlineData("<!--x--><a/>", "<a/>")]
    [InlineData("<a><!--x-->b<!--y--></a>", "<a>b</a>")]
    [InlineData("<a><![CDATA[<!--x-->]]><!--]]>--></a>", "<a><![CDATA[<!--x-->]]></a>")]
    [InlineData("<a><!----><![CDATA[]]></a>", "<a><![CDATA[]]></a>")]
    public void Comments_AreLeftOut(string xml, string expected)
    {
        using var output = new PooledBytes(16);
        Comments.LeaveOut(output, Encoding.UTF8.GetBytes(xml));
        Assert.Equal(expected, Encoding.UTF8.GetString(output.Span));
    }
}
