using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Another client that the service accepts stands on the way, where each side signs with its own certificate. He can pass on an answer
/// that was made for him, and sign what is readable as his own. In no case does he learn the key of a session of somebody else.
/// </summary>
public sealed class AnotherClientTests
{
    [Theory]
    [InlineData("duplex//session")]
    [InlineData("mutualcert-wss10//session")]
    [InlineData("duplex/client-entropy/session")]
    [InlineData("mutualcert-wss10/client-entropy/session")]
    public async Task AnswerMadeForAnotherClient_GivesASessionThatNobodyCanUse(string name)
    {
        using var loopback = new Loopback(Bindings.Create(name));
        using var victim = loopback.Client.StartSession(Loopback.Address);
        var (passedOn, known) = await AnswerOfMalloryAsync(loopback, victim.Envelope);
        using var session = victim.Complete(passedOn);
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion, "<Transfer xmlns=\"urn:e\">a secret of the victim</Transfer>"));
        foreach (var secret in known)
        {
            using var key = SymmetricKey.From(secret);
            Assert.ThrowsAny<Exception>(() => Forgery.Open(request.Envelope, key));
        }

        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.IsType<ServiceResult.Respond>(result);
    }

    [Fact]
    public async Task AnswerMadeForAnotherClient_WhereTheServiceMakesTheKey_IsRefused()
    {
        using var loopback = new Loopback(Bindings.Create("duplex/server-entropy/session"));
        using var victim = loopback.Client.StartSession(Loopback.Address);
        var (passedOn, known) = await AnswerOfMalloryAsync(loopback, victim.Envelope);
        Assert.NotEmpty(known);
        var refused = Assert.Throws<SecureConversationException>(() => victim.Complete(passedOn));
        Assert.Equal(FailureCode.SignatureConfirmationMismatch, refused.Code);
    }

    [Theory]
    [InlineData("mutualcert-wss10/sign-first/session")]
    [InlineData("mutualcert-wss10/encrypt-first/session")]
    public async Task HandshakeSignedAgainByAnotherClient_GivesHimTheSessionWithoutItsKey(string name)
    {
        using var loopback = new Loopback(Bindings.Create(name));
        using var victim = loopback.Client.StartSession(Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(SignedByMallory(victim.Envelope));
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        using var ofAnswer = KeyForMallory(respond.Envelope);
        var answer = Forgery.Open(respond.Envelope, ofAnswer);
        using var session = victim.Complete(ForTheVictim(respond.Envelope));
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));

        // SECURITY.md says so: the session counts as his, who knows the half of its key that the service gave.
        using var half = SymmetricKey.From(Convert.FromBase64String(Forgery.Descendant(answer.Body, "BinarySecret").InnerText));
        Assert.ThrowsAny<Exception>(() => Forgery.Open(request.Envelope, half));
        using var dispatched = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(CommonName(TestCertificates.Other), Assert.IsType<ServiceResult.Dispatch>(dispatched).User.Identity!.Name);
    }

    [Theory]
    [InlineData("mutualcert-wss10//session")]
    [InlineData("duplex//session")]
    public async Task HandshakeWithAnEncryptedSignature_CannotBeSignedAgain(string name)
    {
        using var loopback = new Loopback(Bindings.Create(name));
        using var victim = loopback.Client.StartSession(Loopback.Address);
        var document = Forgery.Load(victim.Envelope);
        Assert.Empty(document.GetElementsByTagName("Signature", Forgery.Ds));
        document.GetElementsByTagName("BinarySecurityToken", Forgery.Wsse)[0]!.InnerText = Convert.ToBase64String(TestCertificates.Other.RawData);
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(document.OuterXml));
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Equal(0, loopback.Service.SessionCount);
    }

    /// <summary>A message that was received, with a new time and another signature: its wrapped key is known for longer than it is fresh.</summary>
    [Theory]
    [InlineData("mutualcert-wss10/encrypt-first/single", true)]
    [InlineData("mutualcert-wss10/sign-first/single", true)]
    [InlineData("duplex/sign-first/single", true)]
    [InlineData("duplex/encrypt-first/single", true)]
    [InlineData("duplex/encrypt-first/single", false)]
    public async Task MessageSignedAgainByAnotherClient_AfterItsTime_IsRefused(string name, bool detectsReplays)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var created = Bindings.Create(name);
        var element = created.Element with { LocalServiceSettings = new() { DetectReplays = detectsReplays } };
        using var loopback = new Loopback(MessageSecurityBinding.Create(element, created.MessageVersion), clock);
        using var sent = loopback.Client.Secure(Loopback.Request(created.MessageVersion, "<Secret xmlns=\"urn:e\">of the victim, long enough</Secret>"), Loopback.Address);
        using (var first = await loopback.Service.ReceiveAsync(sent.Envelope))
        {
            Assert.IsType<ServiceResult.Dispatch>(first);
        }

        clock.Advance(TimeSpan.FromHours(3));
        var document = Forgery.Load(sent.Envelope);
        var timestamp = (System.Xml.XmlElement)document.GetElementsByTagName("Timestamp", Forgery.Wsu)[0]!;
        Forgery.Child(timestamp, "Created").InnerText = Written(clock.GetUtcNow());
        Forgery.Child(timestamp, "Expires").InnerText = Written(clock.GetUtcNow().AddMinutes(5));
        var reference = document.GetElementsByTagName("Reference", Forgery.Ds).Cast<System.Xml.XmlElement>()
            .Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(timestamp));
        Forgery.Child(reference, "DigestValue").InnerText = Convert.ToBase64String(SHA256.HashData(Forgery.Canonical(timestamp)));
        using var result = await loopback.Service.ReceiveAsync(SignedByMallory(Encoding.UTF8.GetBytes(document.OuterXml)));
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    private static string Written(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>The answer to a handshake of Mallory's with the MessageID of the victim's, wrapped for the victim; and the secrets in it.</summary>
    private static async Task<(byte[] Answer, List<byte[]> Known)> AnswerOfMalloryAsync(Loopback loopback, ReadOnlyMemory<byte> ofVictim)
    {
        var mallory = new MessageSecurityClient(loopback.Binding, new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Other),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        using var own = mallory.StartSession(Loopback.Address);
        var forged = Forgery.Open(own.Envelope, null);
        forged.Signer = TestCertificates.Other;
        forged.MessageId.InnerText = Forgery.Load(ofVictim).GetElementsByTagName("MessageID", "*")[0]!.InnerText;
        forged.Resign();
        using var result = await loopback.Service.ReceiveAsync(forged.Seal());
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        using var key = KeyForMallory(respond.Envelope);
        var secrets = Forgery.Open(respond.Envelope, key).Body.GetElementsByTagName("BinarySecret", "*");
        return (ForTheVictim(respond.Envelope), [.. secrets.Cast<System.Xml.XmlElement>().Select(s => Convert.FromBase64String(s.InnerText))]);
    }

    /// <summary>The same message with a certificate and a signature of Mallory's.</summary>
    private static byte[] SignedByMallory(ReadOnlyMemory<byte> wire)
    {
        var document = Forgery.Load(wire);
        var signature = (System.Xml.XmlElement)document.GetElementsByTagName("Signature", Forgery.Ds)[0]!;
        document.GetElementsByTagName("BinarySecurityToken", Forgery.Wsse)[0]!.InnerText = Convert.ToBase64String(TestCertificates.Other.RawData);
        using var key = TestCertificates.Other.GetRSAPrivateKey()!;
        Forgery.Child(signature, "SignatureValue").InnerText = Convert.ToBase64String(RsaSignature.Sign(
            key, SecurityAlgorithmSuite.Basic256Sha256.AsymmetricSignature, Forgery.Canonical(Forgery.Child(signature, "SignedInfo"))));
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }

    private static SymmetricKey KeyForMallory(ReadOnlyMemory<byte> wire)
    {
        using var key = TestCertificates.Other.GetRSAPrivateKey()!;
        return SymmetricKey.From(key.Decrypt(Convert.FromBase64String(Wrapped(wire)), RSAEncryptionPadding.OaepSHA1));
    }

    /// <summary>An answer for Mallory whose key is wrapped again for the victim: no signature covers that.</summary>
    private static byte[] ForTheVictim(ReadOnlyMemory<byte> wire)
    {
        var wrapped = Wrapped(wire);
        using var own = TestCertificates.Other.GetRSAPrivateKey()!;
        using var victims = TestCertificates.Client.GetRSAPublicKey()!;
        var again = victims.Encrypt(own.Decrypt(Convert.FromBase64String(wrapped), RSAEncryptionPadding.OaepSHA1), RSAEncryptionPadding.OaepSHA1);
        return Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(wire.Span)
            .Replace(wrapped, Convert.ToBase64String(again), StringComparison.Ordinal)
            .Replace(Serial(TestCertificates.Other), Serial(TestCertificates.Client), StringComparison.Ordinal)
            .Replace(KeyIdentifier(TestCertificates.Other), KeyIdentifier(TestCertificates.Client), StringComparison.Ordinal)
            .Replace(Thumbprint(TestCertificates.Other), Thumbprint(TestCertificates.Client), StringComparison.Ordinal));
    }

    private static string Wrapped(ReadOnlyMemory<byte> wire) =>
        Forgery.Descendant((System.Xml.XmlElement)Forgery.Load(wire).GetElementsByTagName("EncryptedKey", Forgery.Xenc)[0]!, "CipherValue").InnerText;

    private static string Serial(X509Certificate2 certificate) =>
        new BigInteger(certificate.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true).ToString(CultureInfo.InvariantCulture);

    private static string KeyIdentifier(X509Certificate2 certificate) =>
        Convert.ToBase64String(certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().First().SubjectKeyIdentifierBytes.Span);

    private static string Thumbprint(X509Certificate2 certificate) => Convert.ToBase64String(SHA1.HashData(certificate.RawData));

    private static string CommonName(X509Certificate2 certificate) => certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
}
