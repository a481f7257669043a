using System.Text;
using SecureConversation.Binding;
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
            ("", "<E xmlns=\"urn:e\"><x xmlns=\"urn:e\" b=\"1\"/></E>", "<E xmlns=\"urn:e\"><x b=\"1\"/></E>"),
            ("xmlns:c=\"urn:c\"", "<c:E xmlns:c=\"urn:c\"><c:x>1</c:x></c:E>", "<c:E><c:x>1</c:x></c:E>"),
            ("", "<s:Fault xmlns:s=\"$\"><s:Code/></s:Fault>", "<s:Fault><s:Code/></s:Fault>"),
            ("", "<E xmlns=\"\"><x/></E>", "<E><x/></E>"),
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

    /// <summary>Whatever makes the sender write a part anew, and whatever it takes from outside.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public async Task Declarations_OfTheEnvelope_AreNotWrittenInside(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        foreach (var body in new[]
        {
            "<c:V><c:v>1</c:v><c:w xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/></c:V>", "<c:V><c:v xmlns=\"\">1</c:v></c:V>",
            "<c:V><![CDATA[a\r\nb]]></c:V>", "<c:V><c:v xml:lang=\"en\" xmlns:xml=\"http://www.w3.org/XML/1998/namespace\"/></c:V>",
            "<c:V><x xmlns:d=\"urn:d\"><y xmlns:d=\"urn:e\"><z xmlns:d=\"urn:d\" d:a=\"\"/></y></x></c:V>",
        })
        {
            var plain = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Loopback.Request(scene.Version, body)).Replace("<s:Envelope ",
                "<s:Envelope xmlns:c=\"urn:c\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" ", StringComparison.Ordinal));
            using var request = scene.Session?.Secure(plain) ?? scene.Loopback.Client.Secure(plain, Loopback.Address);
            var forgery = scene.Forge(request.Envelope);
            var hidden = Encoding.UTF8.GetString(forgery.Plaintext(forgery.BodyPart));
            Assert.DoesNotContain("xmlns:c", hidden, StringComparison.Ordinal);
            Assert.DoesNotContain("xmlns:i", hidden, StringComparison.Ordinal);
            Assert.DoesNotContain("xmlns:xml", hidden, StringComparison.Ordinal);
            Assert.DoesNotContain("xmlns=", hidden, StringComparison.Ordinal);
            await scene.AcceptedAsync(request.Envelope);
        }
    }

    /// <summary>One part is written in the form that WCF digests alike, the other one loses its repeats all the same.</summary>
    [Fact]
    public async Task Repeats_BesideAPartThatIsWrittenAnew_AreLeftOut()
    {
        var protection = ChannelProtectionRequirements.Default.WithHeader("S", "urn:h", System.Net.Security.ProtectionLevel.EncryptAndSign);
        using var scene = await Scene.OpenAsync("mutualcert//session", protection: protection);
        using var request = scene.Request(
            "<E xmlns=\"urn:e\"><x xmlns=\"urn:e\"/></E>", "<h:S xmlns:h=\"urn:h\"><![CDATA[a\r\nb]]><h:x xmlns:h=\"urn:h\"/></h:S>");
        var forgery = scene.Forge(request.Envelope);
        Assert.Equal("<E xmlns=\"urn:e\"><x/></E>", Encoding.UTF8.GetString(forgery.Plaintext(forgery.BodyPart)));
        Assert.Contains("<h:x></h:x>", Encoding.UTF8.GetString(forgery.Plaintext(forgery.Sealed.Single(p => p.Target.LocalName == "S"))), StringComparison.Ordinal);
        await scene.AcceptedAsync(request.Envelope);
    }

    /// <summary>The form that WCF digests alike declares in a header what it takes from outside.</summary>
    [Fact]
    public async Task HeaderThatIsWrittenAnew_RepeatsNothingOfTheEnvelope()
    {
        var protection = ChannelProtectionRequirements.Default.WithHeader("S", "urn:h", System.Net.Security.ProtectionLevel.EncryptAndSign);
        using var scene = await Scene.OpenAsync("mutualcert//session", protection: protection);
        var plain = Encoding.UTF8.GetString(Loopback.Request(scene.Version, extraHeaders: "<h:S><![CDATA[a\r\nb]]></h:S>"))
            .Replace("<s:Envelope ", "<s:Envelope xmlns:h=\"urn:h\" ", StringComparison.Ordinal);
        using var request = scene.Session!.Secure(Encoding.UTF8.GetBytes(plain));
        var forgery = scene.Forge(request.Envelope);
        var hidden = Encoding.UTF8.GetString(forgery.Plaintext(forgery.Sealed.Single(p => p.Target.LocalName == "S")));
        Assert.Contains("a\nb", hidden, StringComparison.Ordinal);
        Assert.DoesNotContain("xmlns", hidden, StringComparison.Ordinal);
        await scene.AcceptedAsync(request.Envelope);
    }

    /// <summary>More prefixes than a list takes, and one that repeats: nothing that a value refers to is lost.</summary>
    [Fact]
    public async Task PrefixesBeyondTheList_StayBesideARepeat()
    {
        const string Xsi = "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"";
        var body = $"<E xmlns=\"urn:e\" {Xsi}>{string.Concat(Enumerable.Range(0, 5000).Select(i => $"<x xmlns:q{i}=\"urn:q\" i:type=\"q{i}:T\"/>"))}<y {Xsi}/></E>";
        using var scene = await Scene.OpenAsync("mutualcert//session");
        using var request = scene.Request(body);
        var forgery = scene.Forge(request.Envelope);
        Assert.Equal(body.Replace($"<y {Xsi}/>", "<y/>", StringComparison.Ordinal), Encoding.UTF8.GetString(forgery.Plaintext(forgery.BodyPart)));
        await scene.AcceptedAsync(request.Envelope);
    }

    /// <summary>The text around a comment joins, and must not become markup or another line end.</summary>
    [Theory]
    [InlineData("<r/>", "<r/>")]
    [InlineData("<!-- a --><r><!--x--><a/></r><!---->", "<r><a/></r>")]
    [InlineData("<r><a><!--x-->b<!--y--></a></r>", "<r><a>b</a></r>")]
    [InlineData("<r><a><![CDATA[<!--x-->]]><!--]]>--></a></r>", "<r><a><![CDATA[<!--x-->]]></a></r>")]
    [InlineData("<r><a><!----><![CDATA[]]></a></r>", "<r><a></a></r>")]
    [InlineData("<r xmlns='u'><a\n  xmlns = 'u' b='xmlns'/><c xmlns=''><d xmlns='u'/></c></r>", "<r xmlns='u'><a b='xmlns'/><c xmlns=''><d xmlns='u'/></c></r>")]
    [InlineData("<p:r xmlns:p='u'><p:a xmlns:p='u' xmlns:q='u'><!-- x --><q:b xmlns:q='u' xmlns:p='v'/></p:a></p:r>", "<p:r xmlns:p='u'><p:a xmlns:q='u'><q:b xmlns:p='v'/></p:a></p:r>")]
    [InlineData("<r xmlns='' xmlns:xmlns2='u'><a xmlns:xmlns2='u' xmlns:xml='http://www.w3.org/XML/1998/namespace'/></r>", "<r xmlns:xmlns2='u'><a/></r>")]
    [InlineData("<E>a]]<!-- c -->>b</E>", "<E>a]]&gt;b</E>")]
    [InlineData("<E>a]<!-- c -->]<!-- -->>b</E>", "<E>a]]&gt;b</E>")]
    [InlineData("<E>a]]<![CDATA[]]>>b</E>", "<E>a]]&gt;b</E>")]
    [InlineData("<E>a]<!-- c -->]>b</E>", "<E>a]]&gt;b</E>")]
    [InlineData("<E>a]<![CDATA[]]>]>b</E>", "<E>a]]&gt;b</E>")]
    [InlineData("<E>a]<!-- c -->]&gt;b</E>", "<E>a]]&gt;b</E>")]
    [InlineData("<E>a\r<!-- c -->\nb</E>", "<E>a\n\nb</E>")]
    [InlineData("<E>a\r\r<!-- c -->\nb</E>", "<E>a\n\n\nb</E>")]
    [InlineData("<E>a\r\r<![CDATA[]]>b</E>", "<E>a\n\nb</E>")]
    [InlineData("<E>a\r<!-- c -->b</E>", "<E>a\nb</E>")]
    [InlineData("<![CDATA[]]>", "")]
    public async Task Superfluous_IsLeftOut(string body, string expected)
    {
        foreach (var name in new[] { "mutualcert//session", "mutualcert/sign-first/session", "mutualcert/sign-first/single" })
        {
            using var scene = await Scene.OpenAsync(name);
            using var request = scene.Request(body);
            var forgery = scene.Forge(request.Envelope);
            Assert.Equal(expected, Encoding.UTF8.GetString(forgery.Plaintext(forgery.BodyPart)));
            await scene.AcceptedAsync(request.Envelope);
        }
    }
}
