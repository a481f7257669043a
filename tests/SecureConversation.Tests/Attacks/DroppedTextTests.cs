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
