using System.Net.Security;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Names;
using SecureConversation.Interop.Platform;
using SecureConversation.Interop.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.XmlSec;

/// <summary>xmlsec1 accepts signatures and ciphertext of ours. Keys come from the platform's judge.</summary>
public sealed class OurMessagesTests
{
    private static readonly ChannelProtectionRequirements SignOnly = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign);

    private static readonly string[] SignedElements =
    [
        .. new[] { Ns.Soap11, Ns.Soap12 }.Select(ns => $"{{{ns}}}Body"), $"{{{Ns.Wsu}}}Timestamp", $"{{{Ns.Wsse11}}}SignatureConfirmation",
        .. new[] { "Action", "MessageID", "ReplyTo", "To", "RelatesTo" }.SelectMany(name => new[] { $"{{{Ns.Wsa10}}}{name}", $"{{{Ns.WsaAugust2004}}}{name}" }),
    ];

    private static readonly string[] BoundElements =
    [
        .. new[] { Ns.Sc13, Ns.ScFebruary2005 }.SelectMany(ns =>
            new[] { $"{{{ns}}}SecurityContextToken", $"{{{ns}}}DerivedKeyToken" }),
    ];

    public static TheoryData<string> MessageVersions => [.. MessageVersion.All.Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(MessageVersions))]
    public async Task RsaSignatureInClear_IsAccepted(string version)
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var binding = Bindings.Create("mutualcert-wss10/sign-first/single", version: MessageVersion.All.Single(v => v.Name == version), protection: SignOnly);
        var messages = await Conversation.RecordAsync(binding);

        RequireAccepted(XmlSec1.VerifyRsa(messages[0].Bytes, TestCertificates.Client, null, SignedElements));
        RequireAccepted(XmlSec1.VerifyRsa(messages[1].Bytes, TestCertificates.Service, null, SignedElements));
        Assert.False(XmlSec1.VerifyRsa(messages[0].Bytes, TestCertificates.Service, null, SignedElements).Ok);
    }

    [Fact]
    public async Task EndorsingSignatureInClear_IsAccepted()
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var messages = await Conversation.RecordAsync(Bindings.Create("mutualcert//single", protection: SignOnly));

        RequireAccepted(XmlSec1.VerifyRsa(messages[0].Bytes, TestCertificates.Client, "(//*[local-name()='Signature'])[last()]", $"{{{Ns.Ds}}}Signature"));
    }

    [Theory]
    [InlineData("P-256", "Strong256")]
    [InlineData("P-384", "Strong256Sha384")]
    [InlineData("P-384", "Strong256Sha512")]
    public async Task EndorsingSignatureByAKeyOnACurve_IsAccepted(string curve, string suite)
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var client = curve == "P-256" ? TestCertificates.ClientP256 : TestCertificates.ClientP384;
        var binding = Bindings.Create("mutualcert//single", SecurityAlgorithmSuite.Parse(suite), protection: SignOnly);
        var loopback = new Loopback(binding, client: new ClientCredentials
        {
            ClientCertificate = new X509Credential(client),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = Loopback.ClientCredentials.ServiceCertificateValidation,
        });
        var messages = await Conversation.RecordAsync(loopback, Loopback.Request(binding.MessageVersion), Loopback.Reply(binding.MessageVersion));

        RequireAccepted(XmlSec1.VerifyRsa(messages[0].Bytes, client, "(//*[local-name()='Signature'])[last()]", $"{{{Ns.Ds}}}Signature"));
        Assert.False(XmlSec1.VerifyRsa(messages[0].Bytes, TestCertificates.ServiceP256, "(//*[local-name()='Signature'])[last()]", $"{{{Ns.Ds}}}Signature").Ok);
    }

    [Theory]
    [InlineData("anonymous//single", "Basic256")]
    [InlineData("mutualcert-2007//session", "Basic256Sha256")]
    [InlineData("mutualcert//session", "Basic128")]
    [InlineData("username/no-derived/session", "TripleDes")]
    [InlineData("mutualcert-2007//session", "Strong256")]
    [InlineData("username//single", "Strong256Sha384")]
    [InlineData("anonymous//session", "Strong256Sha512")]
    public async Task HmacSignatureInClear_IsAccepted(string name, string suite)
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var judge = new PlatformJudge(SecurityAlgorithmSuite.Parse(suite));
        foreach (var message in await Conversation.RecordAsync(Bindings.Create(name, SecurityAlgorithmSuite.Parse(suite), protection: SignOnly)))
        {
            judge.Verify(message);
            if (!message.IsHandshake && message.Text.Contains("hmac-", StringComparison.Ordinal))
            {
                RequireAccepted(XmlSec1.VerifyHmac(message.Bytes, judge.KeyBehind("//*[local-name()='Signature']"), null, SignedElements));
            }
        }
    }

    /// <summary>References with ec:InclusiveNamespaces: values refer to prefixes, or all prefixes are listed.</summary>
    [Theory]
    [InlineData("mutualcert-2007//session", "types named by prefixes and by the default namespace")]
    [InlineData("anonymous//single", "prefix redeclared where a value refers to it")]
    [InlineData("anonymous/encrypt-first/single", "prefixes of ours for something else")]
    [InlineData("mutualcert/bound/session", "types named by prefixes and by the default namespace")]
    public async Task SignatureWithListsOfPrefixes_IsAccepted(string name, string content)
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var sent = Content.Envelopes.Get(content);
        var protection = name.Contains("first", StringComparison.Ordinal) ? null : SignOnly;
        var judge = new PlatformJudge();
        foreach (var message in await Conversation.RecordAsync(new Loopback(Bindings.Create(name, protection: protection)), sent, sent))
        {
            judge.Verify(message);
            if (!message.IsHandshake && !message.IsCancel)
            {
                Assert.Contains("PrefixList=", message.Text, StringComparison.Ordinal);
                RequireAccepted(XmlSec1.VerifyHmac(message.Bytes, judge.KeyBehind("//*[local-name()='Signature']"), null, [.. SignedElements, .. BoundElements]));
            }
        }
    }

    [Theory]
    [InlineData("mutualcert//single", "Basic256")]
    [InlineData("mutualcert-2007//session", "Basic192Sha256")]
    [InlineData("mutualcert//session", "TripleDes")]
    [InlineData("mutualcert-wss10//single", "Basic128")]
    [InlineData("mutualcert//single", "Basic128Gcm")]
    [InlineData("mutualcert-2007//session", "Basic192Gcm")]
    [InlineData("mutualcert-2007/strong/session", "Strong256")]
    public async Task EncryptedBody_IsDecrypted(string name, string suite)
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var judge = new PlatformJudge(SecurityAlgorithmSuite.Parse(suite));
        foreach (var message in (await Conversation.RecordAsync(Bindings.Create(name, SecurityAlgorithmSuite.Parse(suite)))).Where(m => !m.IsCancel))
        {
            var plain = judge.Verify(message);
            var data = PlatformJudge.Load(message.Bytes).SelectSingleNode("//*[local-name()='Body']/*")!.Attributes!["Id"]!.Value;

            var result = XmlSec1.Decrypt(message.Bytes, judge.KeyBehind("//*[local-name()='Body']/*"), suite.StartsWith("TripleDes", StringComparison.Ordinal), data);

            RequireAccepted(result);
            Assert.Equal(
                Infoset.ContentOf(Infoset.BodyOf(Infoset.Load(System.Text.Encoding.UTF8.GetBytes(plain.OuterXml)))),
                Infoset.ContentOf(Infoset.BodyOf(Infoset.Load(result.Single("plain").Bytes("bytes")))));
        }
    }

    private static void RequireAccepted(PeerResult result) => Assert.True(result.Ok, result.Reason);
}
