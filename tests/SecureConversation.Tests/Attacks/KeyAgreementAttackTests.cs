using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Keys that are wrapped by ECDH-ES for certificates on P-256 and P-384, and those that somebody else made or changed.</summary>
public sealed class KeyAgreementAttackTests
{
    private const string Xenc = "http://www.w3.org/2001/04/xmlenc#";

    private static readonly Dictionary<string, (Action<XmlElement> Change, FailureCode[] Codes)> Changes = new()
    {
        ["nothing"] = (_ => { }, [FailureCode.None]),
        ["hexadecimal in small letters"] = (key => Parameters(key, "PartyUInfo", text => text.ToLowerInvariant()), [FailureCode.None]),
        ["a point beside the curve"] = (key => Point(key, p => [.. p[..^1], (byte)(p[^1] ^ 1)]), [FailureCode.MalformedSecurityElement]),
        ["the origin"] = (key => Point(key, p => [4, .. new byte[p.Length - 1]]), [FailureCode.MalformedSecurityElement]),
        ["the point at infinity"] = (key => Point(key, _ => [0]), [FailureCode.MalformedSecurityElement]),
        ["a compressed point"] = (key => Point(key, p => [(byte)(2 + (p[^1] & 1)), .. p[1..33]]), [FailureCode.MalformedSecurityElement]),
        ["a hybrid point"] = (key => Point(key, p => [(byte)(6 + (p[^1] & 1)), .. p[1..]]), [FailureCode.MalformedSecurityElement]),
        ["a short point"] = (key => Point(key, p => p[..^1]), [FailureCode.MalformedSecurityElement]),
        ["a long point"] = (key => Point(key, p => [.. p, 0]), [FailureCode.MalformedSecurityElement]),
        ["no point"] = (key => Point(key, _ => []), [FailureCode.MalformedSecurityElement]),
        ["a point that is much too long"] = (key => Point(key, _ => new byte[4096]), [FailureCode.LimitExceeded, FailureCode.MalformedSecurityElement]),
        ["a point of P-384"] = (key => OtherCurve(key, NamedCurve.P384), [FailureCode.AlgorithmMismatch]),
        ["a point of P-384, called one of P-256"] = (key => { OtherCurve(key, NamedCurve.P384); Name(key, NamedCurve.P256.Uri); }, [FailureCode.MalformedSecurityElement]),
        ["a curve that no suite has"] = (key => Name(key, "urn:oid:1.3.132.0.10"), [FailureCode.AlgorithmMismatch]),
        ["no curve"] = (key => Forgery.Descendant(key, "NamedCurve").RemoveAttribute("URI"), [FailureCode.AlgorithmMismatch]),
        ["a curve that the message describes"] = (key => Replace(Forgery.Descendant(key, "NamedCurve"), "ECParameters"), [FailureCode.MalformedSecurityElement]),
        ["another key of the sender"] = (key => { using var other = ECDiffieHellman.Create(NamedCurve.P256.Curve); Point(key, _ => NamedCurve.PointOf(other)); }, [FailureCode.AlgorithmMismatch]),
        ["another key of the sender, derivation as well"] = (key => { using var other = ECDiffieHellman.Create(NamedCurve.P256.Curve); Both(key, _ => NamedCurve.PointOf(other)); }, Late),
        ["the negative point, which agrees on the same"] = (key => Both(key, Negative), Late),
        ["another digest of the derivation"] = (key => Algorithm(key, "DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha512"), [FailureCode.AlgorithmMismatch]),
        ["SHA-1 in the derivation"] = (key => Algorithm(key, "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1"), [FailureCode.AlgorithmMismatch]),
        ["another derivation"] = (key => Algorithm(key, "KeyDerivationMethod", "http://www.w3.org/2009/xmlenc11#pbkdf2"), [FailureCode.AlgorithmMismatch]),
        ["another agreement"] = (key => Algorithm(key, "AgreementMethod", "http://www.w3.org/2001/04/xmlenc#dh"), [FailureCode.AlgorithmMismatch]),
        ["another key wrap"] = (key => Algorithm(key, "EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#kw-aes128"), [FailureCode.AlgorithmMismatch]),
        ["RSA with an agreement"] = (key => Algorithm(key, "EncryptionMethod", "http://www.w3.org/2009/xmlenc11#rsa-oaep"), [FailureCode.AlgorithmMismatch]),
        ["another AlgorithmID"] = (key => Parameters(key, "AlgorithmID", text => "00" + text[4..]), [FailureCode.AlgorithmMismatch]),
        ["another PartyUInfo"] = (key => Parameters(key, "PartyUInfo", text => "00"), [FailureCode.AlgorithmMismatch]),
        ["another PartyVInfo"] = (key => Parameters(key, "PartyVInfo", text => text + "00"), [FailureCode.AlgorithmMismatch]),
        ["an octet that moves to the next of them"] = (key => { Parameters(key, "PartyUInfo", text => text + "41"); Parameters(key, "PartyVInfo", text => text[..^2]); }, [FailureCode.AlgorithmMismatch]),
        ["bits of padding"] = (key => Parameters(key, "PartyVInfo", text => "01" + text[2..]), [FailureCode.MalformedSecurityElement]),
        ["half an octet"] = (key => Parameters(key, "PartyVInfo", text => text + "0"), [FailureCode.MalformedSecurityElement]),
        ["no hexadecimal"] = (key => Parameters(key, "PartyVInfo", _ => "00GG"), [FailureCode.MalformedSecurityElement]),
        ["an empty bit string"] = (key => Parameters(key, "PartyUInfo", _ => ""), [FailureCode.MalformedSecurityElement]),
        ["a bit string that is much too long"] = (key => Parameters(key, "PartyUInfo", _ => new string('0', 4096)), [FailureCode.MalformedSecurityElement]),
        ["more public information"] = (key => Forgery.Descendant(key, "ConcatKDFParams").SetAttribute("SuppPubInfo", "00"), [FailureCode.MalformedSecurityElement]),
        ["more private information"] = (key => Forgery.Descendant(key, "ConcatKDFParams").SetAttribute("SuppPrivInfo", "00"), [FailureCode.MalformedSecurityElement]),
        ["a nonce of the agreement"] = (key => Forgery.Descendant(key, "AgreementMethod").PrependChild(key.OwnerDocument.CreateElement("KA-Nonce", Xenc)), [FailureCode.MalformedSecurityElement]),
        ["text in the agreement"] = (key => Forgery.Descendant(key, "AgreementMethod").AppendChild(key.OwnerDocument.CreateTextNode("x")), [FailureCode.MalformedSecurityElement]),
        ["no recipient"] = (key => Remove(Forgery.Descendant(key, "RecipientKeyInfo")), [FailureCode.MalformedSecurityElement]),
        ["no originator"] = (key => Remove(Forgery.Descendant(key, "OriginatorKeyInfo")), [FailureCode.MalformedSecurityElement]),
        ["no derivation"] = (key => Remove(Forgery.Descendant(key, "KeyDerivationMethod")), [FailureCode.MalformedSecurityElement]),
        ["no parameters"] = (key => Remove(Forgery.Descendant(key, "ConcatKDFParams")), [FailureCode.MalformedSecurityElement]),
        ["two agreements"] = (key => { var method = Forgery.Descendant(key, "AgreementMethod"); method.ParentNode!.AppendChild(method.CloneNode(deep: true)); }, [FailureCode.MalformedSecurityElement]),
        ["an agreement as the recipient"] = (key => { var method = Forgery.Descendant(key, "AgreementMethod"); var inner = method.CloneNode(deep: true); Forgery.Descendant(key, "RecipientKeyInfo").RemoveAll(); Forgery.Descendant(key, "RecipientKeyInfo").AppendChild(inner); }, [FailureCode.MalformedSecurityElement]),
        ["a wrapped key with another octet"] = (key => Cipher(key, c => [.. c[..^1], (byte)(c[^1] ^ 1)]), Late),
        ["another wrapped key"] = (key => Cipher(key, c => new byte[c.Length]), Late),
        ["a wrapped key that is too short"] = (key => Cipher(key, c => c[..^8]), [FailureCode.DecryptionFailed]),
        ["a wrapped key that is too long"] = (key => Cipher(key, c => [.. c, .. new byte[8]]), [FailureCode.DecryptionFailed]),
        ["a wrapped key of no whole blocks"] = (key => Cipher(key, c => c[..^1]), [FailureCode.DecryptionFailed]),
        ["a wrapped key of eight octets"] = (key => Cipher(key, c => c[..8]), [FailureCode.DecryptionFailed]),
        ["no wrapped key"] = (key => Cipher(key, _ => []), [FailureCode.DecryptionFailed]),
    };

    // As with a wrong key of RSA: the message fails where its first signature or ciphertext does.
    private static FailureCode[] Late => [FailureCode.SignatureMismatch, FailureCode.DecryptionFailed];

    public static TheoryData<string> AllChanges => [.. Changes.Keys];

    public static MatrixTheoryData<string, string> CurvesAndSuites =>
        new(["P-256", "P-384"], [.. SecurityAlgorithmSuite.BeyondWcf.Where(s => s.DefaultKeyAgreementAlgorithm is not null).Select(s => s.Name)]);

    [Theory]
    [MemberData(nameof(CurvesAndSuites))]
    public async Task ServiceWithAKeyOnACurve_IsTalkedTo(string curve, string suite)
    {
        var (service, client) = curve == "P-256"
            ? (TestCertificates.AgreeingServiceP256, TestCertificates.AgreeingClientP256)
            : (TestCertificates.AgreeingServiceP384, TestCertificates.AgreeingClientP384);
        foreach (var name in new[]
        {
            "mutualcert/strong/session", "mutualcert-2007/strong/single", "anonymous/strong/session", "username//session", "mutualcert/no-derived/single",
            "mutualcert/encrypt-first/single", "mutualcert/protected-tokens/single", "mutualcert-wss10//single", "mutualcert-wss10//session", "duplex/derived/single",
        })
        {
            using var loopback = Create(Bindings.Create(name, SecurityAlgorithmSuite.Parse(suite)), service, client);
            using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
            var request = Loopback.Request(loopback.Binding.MessageVersion);
            using var secured = session?.Secure(request) ?? loopback.Client.Secure(request, Loopback.Address);
            Assert.Equal(session is null, Contains(secured.Envelope, SecurityAlgorithmSuite.Parse(suite).DefaultKeyAgreementAlgorithm!));
            using var result = await loopback.Service.ReceiveAsync(secured.Envelope);
            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
            Assert.Equal(session is null && loopback.Binding.Element is AsymmetricSecurityBindingElement, Contains(reply.Envelope, "http://www.w3.org/2009/xmlenc11#ECDH-ES"));
            using var verified = secured.VerifyReply(reply.Envelope);
            Assert.True(Contains(verified.Envelope, "EchoResponse"));
        }
    }

    /// <summary>One side has RSA, and the other a key on a curve: each key is wrapped as its receiver's certificate needs it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SidesWithKeysOfDifferentKinds_TalkToEachOther(bool isServiceOnCurve)
    {
        using var loopback = Create(Bindings.Create("mutualcert-wss10//single", SecurityAlgorithmSuite.Strong256),
            isServiceOnCurve ? TestCertificates.AgreeingServiceP384 : TestCertificates.Service,
            isServiceOnCurve ? TestCertificates.Client : TestCertificates.AgreeingClientP256);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(secured.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        using var verified = secured.VerifyReply(reply.Envelope);
        Assert.Equal(isServiceOnCurve, Contains(secured.Envelope, "ECDH-ES"));
        Assert.NotEqual(isServiceOnCurve, Contains(reply.Envelope, "ECDH-ES"));
    }

    [Theory]
    [MemberData(nameof(AllChanges))]
    public async Task ChangedKey_IsRefused(string name)
    {
        var (change, codes) = Changes[name];
        foreach (var binding in new[] { "anonymous/strong/single", "mutualcert-wss10//single" })
        {
            using var loopback = Create(Bindings.Create(binding, SecurityAlgorithmSuite.Strong256), TestCertificates.AgreeingServiceP256, TestCertificates.Client);
            using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
            var document = Forgery.Load(secured.Envelope);
            change(Forgery.Descendant(document.DocumentElement!, "EncryptedKey"));

            // In the symmetric binding of the profile Strong the key is signed, so that even another way of writing it is refused.
            var isSigned = name == "hexadecimal in small letters" && binding.StartsWith("anonymous", StringComparison.Ordinal);
            Assert.Contains(await ReceiveAsync(loopback, document), isSigned ? [FailureCode.DigestMismatch] : codes);
        }
    }

    [Fact]
    public async Task KeyThatCameBefore_IsAReplay()
    {
        using var loopback = Create(Bindings.Create("anonymous/strong/single"), TestCertificates.AgreeingServiceP256, TestCertificates.Client);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        Assert.Equal(FailureCode.None, await ReceiveAsync(loopback, Forgery.Load(secured.Envelope)));
        using var another = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(another.Envelope);
        var fresh = Forgery.Descendant(document.DocumentElement!, "EncryptedKey");
        var old = document.ImportNode(Forgery.Descendant(Forgery.Load(secured.Envelope).DocumentElement!, "EncryptedKey"), deep: true);
        fresh.ParentNode!.ReplaceChild(old, fresh);

        Assert.Equal(FailureCode.Replayed, await ReceiveAsync(loopback, document));
        Assert.Equal(FailureCode.Replayed, await ReceiveAsync(loopback, Forgery.Load(secured.Envelope)));
    }

    /// <summary>A service with two certificates: a key for the one is none for the other, whatever the message says.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KeyForAnotherCertificate_IsRefused(bool withItsDigest)
    {
        using var other = TestCertificates.IssueOnCurve(
            "localhost", ECCurve.NamedCurves.nistP256, X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement);
        var credentials = Service(TestCertificates.AgreeingServiceP256, new X509Credential(other));
        using var loopback = new Loopback(Bindings.Create("anonymous/strong/single"), client: Client(TestCertificates.AgreeingServiceP256, TestCertificates.Client), service: credentials);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(secured.Envelope);
        var key = Forgery.Descendant(document.DocumentElement!, "EncryptedKey");
        var name = Forgery.Descendant(key, "KeyIdentifier");
        Assert.EndsWith("#ThumbprintSHA1", name.GetAttribute("ValueType"), StringComparison.Ordinal);
        name.InnerText = Convert.ToBase64String(other.GetCertHash());
        if (withItsDigest)
        {
            Parameters(key, "PartyVInfo", _ => "00" + Convert.ToHexString(SHA256.HashData(other.RawData)));
        }

        Assert.Contains(await ReceiveAsync(loopback, document), withItsDigest ? Late : [FailureCode.AlgorithmMismatch]);
    }

    /// <summary>The message of a client that knows a certificate of the other kind: the key is wrapped in a way that the service has no key for.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeyForACertificateOfTheOtherKind_IsRefused(bool isServiceOnCurve)
    {
        var (own, sent) = isServiceOnCurve
            ? (TestCertificates.AgreeingServiceP256, TestCertificates.Service)
            : (TestCertificates.Service, TestCertificates.AgreeingServiceP256);
        using var loopback = new Loopback(Bindings.Create("anonymous/strong/single"), client: Client(sent, TestCertificates.Client), service: Service(own));
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        Assert.Equal(FailureCode.WrongToken, await ReceiveAsync(loopback, Forgery.Load(secured.Envelope)));
        var document = Forgery.Load(secured.Envelope);
        Forgery.Descendant(document.DocumentElement!, "KeyIdentifier").InnerText = Convert.ToBase64String(own.GetCertHash());
        Assert.Contains(await ReceiveAsync(loopback, document), new[] { FailureCode.WrongToken, FailureCode.DecryptionFailed });
    }

    [Fact]
    public void CertificateThatCannotServe_IsRefusedInWords()
    {
        var strong = Bindings.Create("mutualcert/strong/single");
        Refuses(() => Create(Bindings.Create("mutualcert//single"), TestCertificates.AgreeingServiceP256, TestCertificates.Client), "needs RSA", "Basic256Sha256", "Strong256Sha384");
        Refuses(() => Create(strong, TestCertificates.ServiceP256, TestCertificates.Client), "keyAgreement", "ServiceEncryptionCertificate");
        using var otherCurve = TestCertificates.IssueOnCurve("localhost", ECCurve.NamedCurves.nistP521, X509KeyUsageFlags.KeyAgreement);
        Refuses(() => Create(strong, otherCurve, TestCertificates.Client), "1.3.132.0.35", "P-256 or P-384");
        Refuses(
            () => Create(Bindings.Create("mutualcert-wss10//single", SecurityAlgorithmSuite.Strong256), TestCertificates.AgreeingServiceP256, TestCertificates.ClientP256),
            "keyAgreement", "ClientEncryptionCertificate");

        using var signing = TestCertificates.AgreeingServiceP256.GetECDsaPrivateKey()!;
        using var held = new X509Credential(TestCertificates.AgreeingServiceP256, signing);
        Refuses(() => new MessageSecurityService(strong, Service(held), new()), "ECDiffieHellman", "only signs");

        using var agreeing = TestCertificates.AgreeingClientP256.GetECDiffieHellmanPrivateKey()!;
        using var mute = new X509Credential(TestCertificates.AgreeingClientP256, agreeing);
        Refuses(
            () => { _ = new MessageSecurityClient(strong, Client(TestCertificates.Service, mute)); return null; },
            "only agrees", "digitalSignature");
    }

    /// <summary>Where the transport protects messages, the certificate of the service is used for none of them.</summary>
    [Fact]
    public async Task CertificateThatABindingDoesNotUse_MayBeOnAnyCurve()
    {
        using var otherCurve = TestCertificates.IssueOnCurve("localhost", ECCurve.NamedCurves.nistP521);
        var binding = MessageSecurityBinding.Create(SecurityBindingElement.CreateUserNameOverTransportBindingElement());
        foreach (var certificate in new[] { TestCertificates.ServiceP256, otherCurve })
        {
            using var loopback = Create(binding, certificate, TestCertificates.Client);
            using var secured = loopback.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(secured.Envelope, MessageOrigin.Unknown with { IsSecureTransport = true });
            Assert.IsType<ServiceResult.Dispatch>(result);
        }
    }

    /// <summary>A certificate for each purpose, as many authorities issue them, and keys that are held elsewhere.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CertificateThatOnlyAgrees_IsEncryptedFor(bool isHeldElsewhere)
    {
        using var certificate = TestCertificates.IssueOnCurve("localhost", ECCurve.NamedCurves.nistP384, X509KeyUsageFlags.KeyAgreement);
        Assert.Null(certificate.GetECDsaPrivateKey());
        using var key = certificate.GetECDiffieHellmanPrivateKey()!;
        using var credential = isHeldElsewhere ? new X509Credential(certificate, key) : new X509Credential(certificate);
        using var loopback = new Loopback(
            Bindings.Create("mutualcert-wss10//single", SecurityAlgorithmSuite.Strong256Sha384),
            client: Client(TestCertificates.ServiceP256, new X509Credential(TestCertificates.AgreeingClientP256), certificate),
            service: Service(new X509Credential(TestCertificates.ServiceP256), credential));
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(secured.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        using var verified = secured.VerifyReply(reply.Envelope);
    }

    /// <summary>The certificate of the service stands in for that of a client whom it does not know, though it signs nothing.</summary>
    [Fact]
    public async Task UnknownClient_IsRefusedByAServiceWhoseCertificateOnlyAgrees()
    {
        using var certificate = TestCertificates.IssueOnCurve("localhost", ECCurve.NamedCurves.nistP256, X509KeyUsageFlags.KeyAgreement);
        using var stranger = TestCertificates.IssueOnCurve(
            "Somebody else", ECCurve.NamedCurves.nistP256, X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyAgreement);
        using var loopback = new Loopback(
            Bindings.Create("mutualcert-wss10/named/single", SecurityAlgorithmSuite.Strong256),
            client: Client(TestCertificates.ServiceP256, new X509Credential(stranger), certificate),
            service: Service(new X509Credential(TestCertificates.ServiceP256), new X509Credential(certificate)));
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        Assert.Equal(FailureCode.UnknownClientCertificate, await ReceiveAsync(loopback, Forgery.Load(secured.Envelope)));
    }

    [Fact]
    public void KeyHeldElsewhere_HasToBeThatOfTheCertificate()
    {
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<ArgumentException>(() => new X509Credential(TestCertificates.AgreeingServiceP256, other));
        Assert.Throws<ArgumentException>(() => new X509Credential(TestCertificates.AgreeingServiceP384, other));
        Assert.Throws<ArgumentException>(() => new X509Credential(TestCertificates.Service, other));
        using var same = TestCertificates.AgreeingServiceP256.GetECDiffieHellmanPrivateKey()!;
        Assert.Throws<ArgumentException>(() => new X509Credential(TestCertificates.ServiceP256, same));
        using var credential = new X509Credential(TestCertificates.AgreeingServiceP256, same);
        Assert.Equal(TestCertificates.AgreeingServiceP256.Thumbprint, credential.Certificate.Thumbprint);
    }

    private static async Task<FailureCode> ReceiveAsync(Loopback loopback, XmlDocument document)
    {
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(document.OuterXml));
        return result is ServiceResult.Dispatch ? FailureCode.None : Assert.IsType<ServiceResult.Respond>(result).Code;
    }

    private static bool Contains(ReadOnlyMemory<byte> envelope, string text) => Encoding.UTF8.GetString(envelope.Span).Contains(text, StringComparison.Ordinal);

    private static Loopback Create(MessageSecurityBinding binding, X509Certificate2 service, X509Certificate2 client) =>
        new(binding, client: Client(service, client), service: Service(service));

    private static ClientCredentials Client(X509Certificate2 service, X509Certificate2 client) => Client(service, new X509Credential(client));

    private static ClientCredentials Client(X509Certificate2 service, X509Credential client, X509Certificate2? encryption = null) => new()
    {
        ClientCertificate = client,
        UserName = new UserNameCredential(TestCredentials.UserName, TestCredentials.Password),
        ServiceCertificate = service,
        ServiceEncryptionCertificate = encryption,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    private static ServiceCredentials Service(X509Certificate2 service, X509Credential? other = null) => Service(new X509Credential(service), other: other);

    private static ServiceCredentials Service(X509Credential service, X509Credential? encryption = null, X509Credential? other = null) => new()
    {
        ServiceCertificate = service,
        ServiceEncryptionCertificate = encryption,
        ClientCertificateValidation = TestCredentials.TrustAuthority,
        KnownClientCertificates = new() { Certificates = { TestCertificates.Client, TestCertificates.AgreeingClientP256, TestCertificates.AgreeingClientP384 } },
        UserNamePasswordValidator = TestCredentials.Service.UserNamePasswordValidator,
        OtherServiceCertificates = other is null ? [] : [other],
    };

    private static void Refuses(Func<IDisposable?> create, params string[] words)
    {
        var refusal = Assert.Throws<ArgumentException>(() => create()?.Dispose());
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }

    private static void Point(XmlElement key, Func<byte[], byte[]> change) => Value(Forgery.Descendant(key, "PublicKey"), change);

    private static void Cipher(XmlElement key, Func<byte[], byte[]> change) => Value(Forgery.Descendant(key, "CipherValue"), change);

    private static void Value(XmlElement element, Func<byte[], byte[]> change) =>
        element.InnerText = Convert.ToBase64String(change(Convert.FromBase64String(element.InnerText)));

    private static void Both(XmlElement key, Func<byte[], byte[]> change)
    {
        Point(key, change);
        Parameters(key, "PartyUInfo", _ => "00" + Convert.ToHexString(Convert.FromBase64String(Forgery.Descendant(key, "PublicKey").InnerText)));
    }

    private static void OtherCurve(XmlElement key, NamedCurve curve)
    {
        using var other = ECDiffieHellman.Create(curve.Curve);
        Name(key, curve.Uri);
        Both(key, _ => NamedCurve.PointOf(other));
    }

    private static void Name(XmlElement key, string curve) => Forgery.Descendant(key, "NamedCurve").SetAttribute("URI", curve);

    private static void Algorithm(XmlElement key, string element, string algorithm) => Forgery.Descendant(key, element).SetAttribute("Algorithm", algorithm);

    private static void Parameters(XmlElement key, string name, Func<string, string> change)
    {
        var parameters = Forgery.Descendant(key, "ConcatKDFParams");
        parameters.SetAttribute(name, change(parameters.GetAttribute(name)));
    }

    private static void Remove(XmlElement element) => element.ParentNode!.RemoveChild(element);

    private static void Replace(XmlElement element, string name) =>
        element.ParentNode!.ReplaceChild(element.OwnerDocument.CreateElement(name, element.NamespaceURI), element);

    /// <summary>The point with the same x, by which both sides agree on the same secret.</summary>
    private static byte[] Negative(byte[] point)
    {
        var prime = BigInteger.Pow(2, 256) - BigInteger.Pow(2, 224) + BigInteger.Pow(2, 192) + BigInteger.Pow(2, 96) - 1;
        var y = (prime - new BigInteger(point.AsSpan(33), isUnsigned: true, isBigEndian: true)).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. point[..33], .. new byte[32 - y.Length], .. y];
    }
}
