using System.Net.Security;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Somebody without keys binds a prefix, to which a signed value refers, to another namespace: exclusive canonicalization covers a
/// declaration only where a name uses it, or where the sender lists the prefix.
/// </summary>
public sealed class PrefixTests
{
    private const string Xsi = "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"";
    private const string OnEnvelope = $"<Pay xmlns=\"urn:e\" {Xsi}><account i:type=\"q:Checking\">alice</account></Pay>";
    private const string OnElement = $"<Pay xmlns=\"urn:e\" {Xsi} xmlns:q=\"urn:bank\"><account i:type=\"q:Checking\">alice</account></Pay>";
    private const string UsedByAName = $"<q:Pay xmlns:q=\"urn:bank\" {Xsi}><account i:type=\"q:Checking\">alice</account></q:Pay>";
    private const string InText = "<Pay xmlns=\"urn:e\"><account>a q:Checking</account></Pay>";
    private const string InCData = "<Pay xmlns=\"urn:e\"><account>q<![CDATA[:Checking]]></account></Pay>";
    private const string ByReference = "<Pay xmlns=\"urn:e\"><account>&#113;:Checking</account></Pay>";
    private const string Default = $"<b:Pay xmlns:b=\"urn:bank\" {Xsi}><b:account i:type=\"Checking\">alice</b:account></b:Pay>";

    /// <summary>The body, the order of protection, its level, what is replaced on the wire, and by what.</summary>
    public static TheoryData<string, string, ProtectionLevel, string, string> Rebindings => new()
    {
        { OnEnvelope, "", ProtectionLevel.Sign, "xmlns:q=\"urn:bank\"", "xmlns:q=\"urn:evil\"" },
        { OnEnvelope, "", ProtectionLevel.Sign, "<s:Body ", "<s:Body xmlns:q=\"urn:evil\" " },
        { OnEnvelope, "", ProtectionLevel.Sign, "<account ", "<account xmlns:q=\"urn:evil\" " },
        { OnEnvelope, "", ProtectionLevel.EncryptAndSign, "xmlns:q=\"urn:bank\"", "xmlns:q=\"urn:evil\"" },
        { OnEnvelope, "", ProtectionLevel.EncryptAndSign, "<s:Body ", "<s:Body xmlns:q=\"urn:evil\" " },
        { OnEnvelope, "encrypt-first", ProtectionLevel.EncryptAndSign, "xmlns:q=\"urn:bank\"", "xmlns:q=\"urn:evil\"" },
        { OnEnvelope, "encrypt-first", ProtectionLevel.EncryptAndSign, "<s:Body ", "<s:Body xmlns:q=\"urn:evil\" " },
        { OnElement, "", ProtectionLevel.Sign, "xmlns:q=\"urn:bank\"", "xmlns:q=\"urn:evil\"" },
        { OnElement, "", ProtectionLevel.Sign, "<account ", "<account xmlns:q=\"urn:evil\" " },
        { UsedByAName, "", ProtectionLevel.Sign, "<account ", "<account xmlns:q=\"urn:evil\" " },
        { InText, "", ProtectionLevel.Sign, "xmlns:q=\"urn:bank\"", "xmlns:q=\"urn:evil\"" },
        { InCData, "", ProtectionLevel.Sign, "xmlns:q=\"urn:bank\"", "xmlns:q=\"urn:evil\"" },
        { ByReference, "", ProtectionLevel.Sign, "xmlns:q=\"urn:bank\"", "xmlns:q=\"urn:evil\"" },
        { Default, "", ProtectionLevel.Sign, "<b:account ", "<b:account xmlns=\"urn:evil\" " },
        { Default, "", ProtectionLevel.EncryptAndSign, "<s:Body ", "<s:Body xmlns=\"urn:evil\" " },
        { "<Pay>1</Pay>", "encrypt-first", ProtectionLevel.EncryptAndSign, "<s:Body ", "<s:Body xmlns=\"urn:evil\" " },
        { "<q:Pay>1</q:Pay>", "encrypt-first", ProtectionLevel.EncryptAndSign, "xmlns:q=\"urn:bank\"", "xmlns:q=\"urn:evil\"" },
    };

    [Theory]
    [MemberData(nameof(Rebindings))]
    public async Task PrefixOfAValue_BoundToAnotherNamespace_IsRefused(string body, string order, ProtectionLevel level, string old, string forged)
    {
        using var scene = await OpenAsync(order, level);
        Assert.Equal(FailureCode.DigestMismatch, (await HandedOut.ReceiveAsync(scene, Plain(scene, body), w => Change(w, old, forged))).Code);
        var (envelope, _, code) = await HandedOut.ReceiveAsync(scene, Plain(scene, body), w => w);
        Assert.Equal(FailureCode.None, code);
        Assert.DoesNotContain("evil", envelope!, StringComparison.Ordinal);
    }

    /// <summary>Without the setting the sender is as WCF. A receiver that asks for the canonical form then finds no declaration.</summary>
    [Theory]
    [MemberData(nameof(Rebindings))]
    public async Task PrefixOfAValue_WithoutItsDeclarationSigned_IsHandedOutUndeclared(
        string body, string order, ProtectionLevel level, string old, string forged)
    {
        using var trusting = await OpenAsync(order, level, sign: false);
        var (envelope, _, code) = await HandedOut.ReceiveAsync(trusting, Plain(trusting, body), w => Change(w, old, forged));
        Assert.Equal(FailureCode.None, code);
        Assert.Contains("urn:evil", envelope!, StringComparison.Ordinal);

        using var careful = await OpenAsync(order, level, sign: false, new MessageSecurityServiceOptions { FailureAnswers = Loopback.AtOnce, HandOutCanonicalForm = true });
        (envelope, _, code) = await HandedOut.ReceiveAsync(careful, Plain(careful, body), w => Change(w, old, forged));
        Assert.Equal(FailureCode.None, code);
        Assert.DoesNotContain("urn:evil", envelope!, StringComparison.Ordinal);
        if (body == "<q:Pay>1</q:Pay>")
        {
            Assert.Throws<XmlException>(() => HandedOut.Read(envelope!));
        }
        else if (body != UsedByAName)
        {
            Assert.DoesNotContain("xmlns:q=", envelope!, StringComparison.Ordinal);
            HandedOut.Read(envelope!);
        }
    }

    [Theory]
    [InlineData("", ProtectionLevel.Sign)]
    [InlineData("", ProtectionLevel.EncryptAndSign)]
    [InlineData("sign-first", ProtectionLevel.EncryptAndSign)]
    [InlineData("encrypt-first", ProtectionLevel.EncryptAndSign)]
    [InlineData("bound", ProtectionLevel.Sign)]
    [InlineData("bound", ProtectionLevel.EncryptAndSign)]
    public async Task PrefixOfAValue_WithItsDeclarationSigned_IsThereInCanonicalForm(string order, ProtectionLevel level)
    {
        foreach (var body in new[] { OnEnvelope, OnElement, UsedByAName, InText, InCData, ByReference, Default, "<Pay>1</Pay>", "<q:Pay>1</q:Pay>", "" })
        {
            using var usual = await OpenAsync(order, level);
            var (plain, _, _) = await HandedOut.ReceiveAsync(usual, Plain(usual, body), w => w);
            using var scene = await OpenAsync(order, level, options: new MessageSecurityServiceOptions { FailureAnswers = Loopback.AtOnce, HandOutCanonicalForm = true });
            var (canonical, action, _) = await HandedOut.ReceiveAsync(scene, Plain(scene, body), w => w);
            Assert.Equal("urn:e/Echo", action);
            var (expected, actual) = (BodyOf(plain!), BodyOf(canonical!));
            Assert.Equal(expected.InnerText, actual.InnerText);
            Assert.Equal(Names(expected), Names(actual));
            if (body.Contains("q:", StringComparison.Ordinal) && body != ByReference)
            {
                Assert.Equal("urn:bank", ((XmlElement)actual.SelectSingleNode("(//*)[last()]")!).GetNamespaceOfPrefix("q"));
            }
        }
    }

    [Theory]
    [InlineData("<Echo xmlns=\"urn:e\"><text>12:30 http://x</text></Echo>", "#default")]
    [InlineData("<e:Echo xmlns:e=\"urn:e\"><e:text>alice</e:text></e:Echo>", "e")]
    [InlineData("<e:Echo xmlns:e=\"urn:e\" xmlns:\u00E9=\"urn:other\"><e:text>alice</e:text></e:Echo>", "e")]
    public async Task MessageWithoutSuchPrefixes_ListsThoseThatAreEncryptedAlone(string body, string declared)
    {
        using var signed = await OpenAsync("sign-first", ProtectionLevel.Sign);
        using var clear = signed.Request(body);
        Assert.DoesNotContain("PrefixList", Encoding.UTF8.GetString(clear.Envelope.Span), StringComparison.Ordinal);

        using var scene = await OpenAsync("sign-first", ProtectionLevel.EncryptAndSign);
        using var request = scene.Request(body);
        Assert.Equal([$"PrefixList=\"{declared}\""],
            Regex.Matches(Encoding.UTF8.GetString(request.Envelope.Span), "PrefixList=\"[^\"]*\"").Select(m => m.Value));
    }

    [Fact]
    public void BothWaysOfHandingOut_AreRefusedInWords()
    {
        var binding = Bindings.Create(Attack.Session);
        Assert.Contains("HandOutCanonicalForm", Assert.Throws<ArgumentException>(() => new MessageSecurityService(binding, Loopback.ServiceCredentials,
            new MessageSecurityServiceOptions { HandOutCanonicalForm = true, HandOutUnsignedHeaders = true })).Message, StringComparison.Ordinal);
        Assert.Contains("HandOutCanonicalForm", Assert.Throws<ArgumentException>(() => new MessageSecurityClient(binding, Loopback.ClientCredentials,
            new MessageSecurityClientOptions { HandOutCanonicalForm = true, HandOutUnsignedHeaders = true })).Message, StringComparison.Ordinal);
    }

    private static async Task<Scene> OpenAsync(string order, ProtectionLevel level, bool sign = true, MessageSecurityServiceOptions? options = null) =>
        await Scene.OpenAsync($"mutualcert/{order}/single", options: options, protection: ChannelProtectionRequirements.Default.WithDefault(level),
            change: e => e with { SignPrefixesInValues = sign });

    private static string Plain(Scene scene, string body) => Encoding.UTF8.GetString(Loopback.Request(scene.Version, body))
        .Replace("<s:Envelope ", body.Contains("xmlns:q", StringComparison.Ordinal) ? "<s:Envelope " : "<s:Envelope xmlns:q=\"urn:bank\" ", StringComparison.Ordinal);

    private static string Change(string wire, string old, string forged)
    {
        Assert.Contains(old, wire, StringComparison.Ordinal);
        return wire.Replace(old, forged, StringComparison.Ordinal);
    }

    private static XmlElement BodyOf(string envelope) => (XmlElement)Forgery.Load(Encoding.UTF8.GetBytes(envelope)).DocumentElement!.LastChild!;

    private static string[] Names(XmlElement body) => [.. body.SelectNodes(".//*")!.Cast<XmlElement>().Select(e => $"{{{e.NamespaceURI}}}{e.Name}")];
}
