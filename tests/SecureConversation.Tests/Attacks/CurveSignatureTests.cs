using System.Formats.Asn1;
using System.Net.Security;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>ECDSA certificates on P-256 and P-384: what they may do, and values that somebody else made.</summary>
public sealed class CurveSignatureTests
{
    private const string Ecdsa256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

    // SEC 2 section 2.4.2: the order of the base point of P-256.
    private static readonly BigInteger Order = new(Convert.FromHexString(
        "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"), isUnsigned: true, isBigEndian: true);

    private static readonly Dictionary<string, (Func<byte[], byte[]> Change, bool IsTaken)> Values = new()
    {
        ["as it was"] = (value => value, true),
        ["n - s for s, which is as good"] = (value => [.. value[..32], .. Octets(Order - Number(value[32..]))], true),
        ["r is 0"] = (value => [.. new byte[32], .. value[32..]], false),
        ["s is 0"] = (value => [.. value[..32], .. new byte[32]], false),
        ["both are 0"] = (value => new byte[64], false),
        ["s is the order"] = (value => [.. value[..32], .. Octets(Order)], false),
        ["s and n more"] = (value => Number(value[32..]) + Order is var sum && sum.GetByteCount(isUnsigned: true) <= 32
            ? [.. value[..32], .. Octets(sum)] : [.. value, 1], false),
        ["r and s exchanged"] = (value => [.. value[32..], .. value[..32]], false),
        ["DER"] = (Der, false),
        ["shorter"] = (value => value[..^1], false),
        ["longer"] = (value => [0, .. value], false),
        ["padded to the length of P-384"] = (value => [.. new byte[16], .. value[..32], .. new byte[16], .. value[32..]], false),
        ["empty"] = (_ => [], false),
    };

    public static TheoryData<string> AllValues => [.. Values.Keys];

    public static MatrixTheoryData<string, string> CertificatesAndSuites =>
        new(["P-256", "P-384"], [.. SecurityAlgorithmSuite.BeyondWcf.Where(s => s.EcdsaSignature is not null).Select(s => s.Name)]);

    [Theory]
    [MemberData(nameof(CertificatesAndSuites))]
    public async Task ClientWithAKeyOnACurve_IsServed(string curve, string suite)
    {
        var client = curve == "P-256" ? TestCertificates.ClientP256 : TestCertificates.ClientP384;
        foreach (var name in new[] { "mutualcert/strong/session", "mutualcert-2007/strong/single", "mutualcert//session", "mutualcert/sign-first/single" })
        {
            using var loopback = Create(Bindings.Create(name, SecurityAlgorithmSuite.Parse(suite)), client);
            using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
            var request = Loopback.Request(loopback.Binding.MessageVersion);
            using var secured = session?.Secure(request) ?? loopback.Client.Secure(request, Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(secured.Envelope);
            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            Assert.Equal(session is null ? client.Thumbprint : null, dispatch.Request.SenderCertificate?.Thumbprint);
            using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
            using var verified = secured.VerifyReply(reply.Envelope);
        }
    }

    [Theory]
    [MemberData(nameof(AllValues))]
    public async Task Value_OfAnEndorsement_CountsInOneFormOnly(string name)
    {
        var (change, isTaken) = Values[name];
        using var loopback = Create(Bindings.Create("mutualcert/strong/single"), TestCertificates.ClientP256);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(secured.Envelope);
        var signature = document.GetElementsByTagName("Signature", Forgery.Ds).OfType<System.Xml.XmlElement>().Last();
        Assert.Equal(Ecdsa256, Forgery.Descendant(signature, "SignatureMethod").GetAttribute("Algorithm"));
        var value = Forgery.Descendant(signature, "SignatureValue");
        value.InnerText = Convert.ToBase64String(change(Convert.FromBase64String(value.InnerText)));

        using var result = await loopback.Service.ReceiveAsync(System.Text.Encoding.UTF8.GetBytes(document.OuterXml));

        if (isTaken)
        {
            Assert.IsType<ServiceResult.Dispatch>(result);
        }
        else
        {
            Assert.Contains(Assert.IsType<ServiceResult.Respond>(result).Code, new[] { FailureCode.SignatureMismatch, FailureCode.MalformedSecurityElement });
        }
    }

    /// <summary>The suite and the key choose the algorithm; a message that names another one is refused, whatever its value is.</summary>
    [Theory]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1")]
    [InlineData("http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1")]
    [InlineData("http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")]
    public async Task MethodOfAnEndorsement_IsThatOfTheSuite(string method)
    {
        using var loopback = Create(Bindings.Create("mutualcert/strong/single"), TestCertificates.ClientP256);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(secured.Envelope);
        var signature = document.GetElementsByTagName("Signature", Forgery.Ds).OfType<System.Xml.XmlElement>().Last();
        Forgery.Descendant(signature, "SignatureMethod").SetAttribute("Algorithm", method);

        using var result = await loopback.Service.ReceiveAsync(System.Text.Encoding.UTF8.GetBytes(document.OuterXml));

        Assert.Equal(FailureCode.AlgorithmMismatch, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>Certificates that the service did not choose: another curve, one that describes its curve itself, and any in a suite without ECDSA.</summary>
    [Theory]
    [InlineData("another curve", "Strong256")]
    [InlineData("a curve that the certificate describes", "Strong256")]
    [InlineData("P-256", "Basic256Sha256")]
    public async Task CertificateOfAnotherCurve_InAMessage_IsRefused(string curve, string suite)
    {
        using var described = DescribedCurve();
        var sent = curve == "P-256" ? TestCertificates.ClientP256 : curve == "another curve" ? TestCertificates.ClientP521 : described;
        using var loopback = new Loopback(Bindings.Create("mutualcert//single", SecurityAlgorithmSuite.Parse(suite)));
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(secured.Envelope);
        document.GetElementsByTagName("BinarySecurityToken", Forgery.Wsse)[0]!.InnerText = Convert.ToBase64String(sent.RawData);

        using var result = await loopback.Service.ReceiveAsync(System.Text.Encoding.UTF8.GetBytes(document.OuterXml));

        Assert.Equal(FailureCode.AlgorithmMismatch, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public void CertificateThatCannotServe_IsRefusedInWords()
    {
        var strong = Bindings.Create("mutualcert/strong/single");
        Refuses(() => Create(strong, TestCertificates.ClientP521), "1.3.132.0.35", "P-256 or P-384", "Strong256");
        Refuses(() => Create(Bindings.Create("mutualcert//single"), TestCertificates.ClientP256), "Basic256Sha256 has signatures by RSA alone", "Strong256Sha384");
        Refuses(() => Create(strong, TestCertificates.Client, TestCertificates.ServiceP256), "keyAgreement", "ServiceEncryptionCertificate");
        Refuses(
            () => Create(Bindings.Create("mutualcert-wss10//single", SecurityAlgorithmSuite.Strong256), TestCertificates.ClientP256),
            "keyAgreement", "ClientEncryptionCertificate");
    }

    /// <summary>Where the transport protects messages nothing is encrypted for the certificate that happens to be there.</summary>
    [Fact]
    public void CertificateThatTheBindingDoesNotUse_MayHaveAnyKey()
    {
        using var curve = new X509Credential(TestCertificates.ServiceP256);
        var credentials = new ServiceCredentials { ServiceCertificate = curve, UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true) };
        MessageSecurityBinding Over(SecurityBindingElement element) => MessageSecurityBinding.Create(element);

        using var service = new MessageSecurityService(Over(SecurityBindingElement.CreateUserNameOverTransportBindingElement()), credentials);
        _ = new MessageSecurityClient(Over(SecurityBindingElement.CreateUserNameOverTransportBindingElement()), new ClientCredentials
        {
            UserName = new("someone", "secret"),
            ServiceCertificate = TestCertificates.ServiceP256,
        });
        var refusal = Assert.Throws<ArgumentException>(() => new MessageSecurityService(
            Over(SecurityBindingElement.CreateSslNegotiationBindingElement(requireClientCertificate: false)), credentials));
        Assert.Contains("negotiates by TLS, which is offered with RSA keys alone", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Each side signs by a key on a curve, and has another certificate to encrypt for.</summary>
    [Fact]
    public async Task AsymmetricBinding_TakesCertificatesThatOnlySign()
    {
        using var loopback = Asymmetric(ProtectionLevel.EncryptAndSign);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(secured.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        using var verified = secured.VerifyReply(reply.Envelope);

        Assert.Contains(Ecdsa256, loopback.Binding.Element.DefaultAlgorithmSuite.DefaultEllipticCurveSignatureAlgorithm, StringComparison.Ordinal);
    }

    /// <summary>With (r, s) holds (r, n - s), which anybody can write: it is the same message.</summary>
    [Fact]
    public async Task MessageWithTheOtherFormOfItsValue_IsAReplay()
    {
        using var loopback = Asymmetric(ProtectionLevel.Sign);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var first = await loopback.Service.ReceiveAsync(secured.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(first);
        using var second = await loopback.Service.ReceiveAsync(WithTheOtherForm(secured.Envelope));
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(second).Code);

        using var another = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var once = await loopback.Service.ReceiveAsync(WithTheOtherForm(another.Envelope));
        Assert.IsType<ServiceResult.Dispatch>(once);

        static byte[] WithTheOtherForm(ReadOnlyMemory<byte> envelope)
        {
            var document = Forgery.Load(envelope);
            var value = Forgery.Descendant(document.DocumentElement!, "SignatureValue");
            value.InnerText = Convert.ToBase64String(Values["n - s for s, which is as good"].Change(Convert.FromBase64String(value.InnerText)));
            return System.Text.Encoding.UTF8.GetBytes(document.OuterXml);
        }
    }

    /// <summary>Whoever answers may name any certificate, also one whose key decrypts nothing.</summary>
    [Fact]
    public async Task ReplyEncryptedForACertificateThatOnlySigns_IsRefused()
    {
        using var loopback = Asymmetric(ProtectionLevel.EncryptAndSign);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(secured.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        var document = Forgery.Load(reply.Envelope);
        var key = Forgery.Descendant(document.DocumentElement!, "EncryptedKey");
        var name = Forgery.Descendant(key, "KeyIdentifier");
        name.SetAttribute("ValueType", "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#ThumbprintSHA1");
        name.InnerText = Convert.ToBase64String(TestCertificates.ClientP256.GetCertHash());

        var refusal = Assert.Throws<SecureConversationException>(() => secured.VerifyReply(System.Text.Encoding.UTF8.GetBytes(document.OuterXml)));
        Assert.Equal(FailureCode.WrongToken, refusal.Code);
    }

    [Fact]
    public void KeyHeldElsewhere_HasToBeThatOfTheCertificate()
    {
        using var key = TestCertificates.ClientP256.GetECDsaPrivateKey()!;
        using var other = TestCertificates.ClientP384.GetECDsaPrivateKey()!;
        using var credential = new X509Credential(TestCertificates.ClientP256, key);
        Assert.Throws<ArgumentException>(() => new X509Credential(TestCertificates.ClientP256, other));
        Assert.Throws<ArgumentException>(() => new X509Credential(TestCertificates.Client, key));
        using var same = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.Throws<ArgumentException>(() => new X509Credential(TestCertificates.ClientP256, same));
    }

    private static Loopback Create(MessageSecurityBinding binding, X509Certificate2 client, X509Certificate2? service = null) => new(binding,
        client: new ClientCredentials
        {
            ClientCertificate = new X509Credential(client),
            ServiceCertificate = service ?? TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        },
        service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(service ?? TestCertificates.Service),
            ClientCertificateValidation = TestCredentials.TrustAuthority,
        });

    private static Loopback Asymmetric(ProtectionLevel level) => new(
        Bindings.Create("mutualcert-wss10//single", SecurityAlgorithmSuite.Strong256) is var binding
            ? MessageSecurityBinding.Create(binding.Element, binding.MessageVersion, ChannelProtectionRequirements.Default.WithDefault(level))
            : null!,
        client: new ClientCredentials
        {
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
            ClientCertificate = new X509Credential(TestCertificates.ClientP256),
            ClientEncryptionCertificate = new X509Credential(TestCertificates.Client),
            ServiceCertificate = TestCertificates.ServiceP256,
            ServiceEncryptionCertificate = TestCertificates.Service,
        },
        service: new ServiceCredentials
        {
            ClientCertificateValidation = TestCredentials.TrustAuthority,
            ServiceCertificate = new X509Credential(TestCertificates.ServiceP256),
            ServiceEncryptionCertificate = new X509Credential(TestCertificates.Service),
            KnownClientCertificates = new()
            {
                Pairs = [new() { SigningCertificate = TestCertificates.ClientP256, EncryptionCertificate = TestCertificates.Client }],
            },
        });

    private static void Refuses(Func<Loopback> create, params string[] words)
    {
        var refusal = Assert.Throws<ArgumentException>(() => create().Dispose());
        Assert.All(words, word => Assert.Contains(word, refusal.Message, StringComparison.Ordinal));
    }

    private static BigInteger Number(byte[] octets) => new(octets, isUnsigned: true, isBigEndian: true);

    private static byte[] Octets(BigInteger number)
    {
        var octets = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - octets.Length], .. octets];
    }

    private static byte[] Der(byte[] value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteIntegerUnsigned(value.AsSpan(0, 32).TrimStart((byte)0));
            writer.WriteIntegerUnsigned(value.AsSpan(32).TrimStart((byte)0));
        }

        return writer.Encode();
    }

    /// <summary>A certificate with the public key of P-256 and the parameters of the curve in place of its name (CVE-2020-0601).</summary>
    private static X509Certificate2 DescribedCurve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var described = ECDsa.Create(key.ExportExplicitParameters(includePrivateParameters: true));
        var publicKey = PublicKey.CreateFromSubjectPublicKeyInfo(described.ExportSubjectPublicKeyInfo(), out _);
        using var issuer = TestCertificates.Authority.GetRSAPrivateKey()!;
        return new CertificateRequest(new X500DistinguishedName("CN=Described"), publicKey, HashAlgorithmName.SHA256).Create(
            TestCertificates.Authority.SubjectName, X509SignatureGenerator.CreateForRSA(issuer, RSASignaturePadding.Pkcs1),
            TestCertificates.Authority.NotBefore, TestCertificates.Authority.NotAfter, [1, 2, 3]);
    }
}
