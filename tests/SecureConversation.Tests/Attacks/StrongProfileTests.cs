using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// The profile Strong: what <see cref="BoundProfileTests"/> and <see cref="ReflectionTests"/> say of every profile holds for it as well;
/// here is what authenticated encryption adds, and that nobody gets less than the profile.
/// </summary>
public sealed class StrongProfileTests
{
    private const string Header = "<h:H xmlns:h=\"urn:h\">secret</h:H>";

    /// <summary>What somebody on the way does with ciphertexts of a body and of a header, of this message and of another one.</summary>
    private static readonly Dictionary<string, Action<XmlElement[], XmlElement[]>> Changes = new()
    {
        ["tag shorter by an octet"] = (now, _) => Change(now[^1], c => c[..^1]),
        ["tag of four octets"] = (now, _) => Change(now[^1], c => c[..^12]),
        ["no tag"] = (now, _) => Change(now[^1], c => c[..^16]),
        ["another tag"] = (now, _) => Change(now[^1], c => [.. c[..^1], (byte)(c[^1] ^ 1)]),
        ["another IV"] = (now, _) => Change(now[^1], c => [(byte)(c[0] ^ 1), .. c[1..]]),
        ["IV of another message"] = (now, earlier) => Change(now[^1], c => [.. Octets(earlier[^1])[..12], .. c[12..]]),
        ["a bit of the plaintext"] = (now, _) => Change(now[^1], c => [.. c[..20], (byte)(c[20] ^ 1), .. c[21..]]),
        ["nothing left"] = (now, _) => Change(now[^1], _ => []),
        ["IV and tag alone"] = (now, _) => Change(now[^1], c => [.. c[..12], .. c[^16..]]),
        ["ciphertexts of the parts exchanged"] = (now, _) => (now[0].InnerText, now[^1].InnerText) = (now[^1].InnerText, now[0].InnerText),
    };

    private const string Undeclared = "<x:T xmlns:x=\"urn:x\">1</x:T>";

    /// <summary>What somebody on the way does with a header block, and with what the header has beside it.</summary>
    private static readonly (Action<XmlElement, XmlElement> Change, FailureCode Code)[] HeaderChanges =
    [
        ((header, block) => header.RemoveChild(block), FailureCode.PartNotSigned),
        ((_, block) => block.InnerText = "2", FailureCode.DigestMismatch),
        ((header, block) => ((XmlElement)header.AppendChild(block.CloneNode(true))!).RemoveAttribute("Id", Forgery.Wsu), FailureCode.PartNotSigned),
        ((header, block) => ((XmlElement)header.AppendChild(header.OwnerDocument.CreateElement("o", "Security", Forgery.Wsse))!).SetAttribute("role", Forgery.Soap, "urn:somebody"), FailureCode.PartNotSigned),
        ((header, block) => ((XmlElement)header.AppendChild(header.OwnerDocument.CreateElement("y", "Z", "urn:y"))!).SetAttribute("mustUnderstand", Forgery.Soap, "1"), FailureCode.PartNotSigned),
    ];

    private static readonly string[] Names = ["mutualcert/strong/session", "anonymous/strong/single", "username/strong/session"];

    public static MatrixTheoryData<string, string> ChangesAndBindings => new(Changes.Keys, Names);

    /// <summary>Who holds the keys may say in the body what he said in the header: that is his message, and no wrong ciphertext.</summary>
    public static MatrixTheoryData<string, string> WrongCiphertexts => new(Changes.Keys.Where(c => c != "ciphertexts of the parts exchanged"), Names);

    /// <summary>Without the keys: the signature over the ciphertext is what fails, and nothing is decrypted.</summary>
    [Theory]
    [MemberData(nameof(ChangesAndBindings))]
    public async Task Ciphertext_ChangedOnTheWay_IsRefusedBeforeItIsDecrypted(string change, string name)
    {
        using var scene = await OpenAsync(name);
        using var earlier = scene.Request(extraHeaders: Header);
        using var request = scene.Request(extraHeaders: Header);
        var message = Forgery.Load(request.Envelope);
        Changes[change](CipherValues(message), CipherValues(Forgery.Load(earlier.Envelope)));
        await scene.RefusedAsync(Reflected.Bytes(message), FailureCode.DigestMismatch);
        await scene.GoesOnAsync(request.Envelope);
    }

    /// <summary>Who holds the keys signs it again. Whatever is wrong with the ciphertext is one refusal, with one fault.</summary>
    [Theory]
    [MemberData(nameof(WrongCiphertexts))]
    public async Task Ciphertext_ChangedAndSignedAgain_IsOneRefusal(string change, string name)
    {
        using var scene = await OpenAsync(name);
        using var earlier = scene.Request(extraHeaders: Header);
        using var request = scene.Request(extraHeaders: Header);
        var forged = scene.Forge(request.Envelope);
        forged.OnWire(f =>
        {
            Changes[change](CipherValues(f.Document), CipherValues(Forgery.Load(earlier.Envelope)));
            f.Resign();
        });
        await scene.RefusedAsync(forged.Seal(), FailureCode.DecryptionFailed);
        await scene.GoesOnAsync(request.Envelope);
    }

    [Fact]
    public async Task CiphertextOfAnotherMessage_IsRefusedBeforeItIsDecrypted()
    {
        using var scene = await OpenAsync("mutualcert/strong/session");
        using var earlier = scene.Request("<Pay>1</Pay>");
        using var request = scene.Request("<Pay>2</Pay>");
        var message = Forgery.Load(request.Envelope);
        CipherValues(message)[^1].InnerText = CipherValues(Forgery.Load(earlier.Envelope))[^1].InnerText;
        await scene.RefusedAsync(Reflected.Bytes(message), FailureCode.DigestMismatch);
        await scene.GoesOnAsync(request.Envelope);
    }

    [Fact]
    public async Task InitializationVectors_OfASession_AreNeverTheSame()
    {
        using var scene = await OpenAsync("mutualcert/strong/session");
        var seen = new HashSet<string>();
        for (var i = 0; i < 100; i++)
        {
            using var request = scene.Request(extraHeaders: Header);
            foreach (var cipher in CipherValues(Forgery.Load(request.Envelope)))
            {
                Assert.True(seen.Add(Convert.ToHexString(Octets(cipher).AsSpan(0, 12))));
            }
        }

        Assert.True(seen.Count >= 200, $"{seen.Count}");
    }

    /// <summary>A message of a weaker binding is refused, whichever end is asked, and before any of it is decrypted.</summary>
    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("mutualcert/encrypt-first/single")]
    [InlineData("mutualcert/bound/single")]
    public async Task MessageOfAWeakerBinding_IsRefused(string weaker)
    {
        using var scene = await OpenAsync("mutualcert/strong/single");
        var client = new MessageSecurityClient(Bindings.Create(weaker), Loopback.ClientCredentials);
        using var request = client.Secure(Loopback.Request(scene.Version), Loopback.Address);
        await scene.RefusedAsync(request.Envelope, FailureCode.AlgorithmMismatch);

        using var other = new Loopback(Bindings.Create(weaker));
        using var strong = scene.Request();
        using var refused = await other.Service.ReceiveAsync(strong.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.AlgorithmMismatch, Assert.IsType<ServiceResult.Respond>(refused).Code);
    }

    /// <summary>Each algorithm of the suite put back by who holds the keys: the policy says which it is, and not the message.</summary>
    [Theory]
    [InlineData("EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#aes256-cbc")]
    [InlineData("EncryptionMethod", "http://www.w3.org/2009/xmlenc11#aes128-gcm")]
    [InlineData("SignatureMethod", "http://www.w3.org/2000/09/xmldsig#hmac-sha1")]
    [InlineData("DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1")]
    [InlineData("DerivedKeyToken", "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512/dk/p_sha1")]
    [InlineData("DerivedKeyToken", null)]
    public async Task AlgorithmOfAnotherSuite_IsRefused(string element, string? algorithm)
    {
        using var scene = await OpenAsync("anonymous/strong/session");
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        forged.OnWire(f =>
        {
            var changed = f.Document.GetElementsByTagName("*").OfType<XmlElement>().Last(e => e.LocalName == element);
            Assert.True(changed.HasAttribute("Algorithm"));
            if (algorithm is null)
            {
                changed.RemoveAttribute("Algorithm");
            }
            else
            {
                changed.SetAttribute("Algorithm", algorithm);
            }

            f.Resign();
        });
        await scene.RefusedAsync(forged.Seal(), FailureCode.AlgorithmMismatch);
        await scene.GoesOnAsync(request.Envelope);
    }

    [Theory]
    [InlineData("DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1")]
    [InlineData("DigestMethod", "http://www.w3.org/2001/04/xmldsig-more#sha384", "strong-sha384")]
    [InlineData("DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha512", "strong-sha512")]
    [InlineData("MGF", "http://www.w3.org/2009/xmlenc11#mgf1sha1")]
    [InlineData("MGF", "http://www.w3.org/2009/xmlenc11#mgf1sha384", "strong-sha384")]
    [InlineData("MGF", "http://www.w3.org/2009/xmlenc11#mgf1sha512", "strong-sha512")]
    [InlineData("EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p")]
    [InlineData("EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#rsa-1_5")]
    [InlineData("EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#rsa-1_5", "strong-sha384")]
    [InlineData("EncryptionMethod", "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p", "strong-sha512")]
    public async Task KeyTransportOfAnotherSuite_IsRefused(string element, string algorithm, string variation = "strong")
    {
        using var scene = await OpenAsync($"anonymous/{variation}/single");
        using var request = scene.Request();
        var message = Forgery.Load(request.Envelope);
        var key = message.GetElementsByTagName("EncryptedKey", Forgery.Xenc).OfType<XmlElement>().Single();
        Forgery.Descendant(key, element).SetAttribute("Algorithm", algorithm);
        await scene.RefusedAsync(Reflected.Bytes(message), FailureCode.AlgorithmMismatch);
        await scene.GoesOnAsync(request.Envelope);
    }

    /// <summary>Whatever the application writes into the header is signed, whether the protection requirements name it or not.</summary>
    [Theory]
    [InlineData("mutualcert/strong/session")]
    [InlineData("username/strong/single")]
    public async Task HeaderBlockThatNobodyDeclared_IsSigned(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request(extraHeaders: Undeclared);
        foreach (var (change, code) in HeaderChanges)
        {
            using var changed = scene.Request(extraHeaders: Undeclared);
            await scene.RefusedAsync(Changed(changed.Envelope, change), code);
        }

        using var result = await scene.ReceiveAsync(request.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Contains("<x:T", Encoding.UTF8.GetString(dispatch.Request.Envelope.Span), StringComparison.Ordinal);
        var plain = Encoding.UTF8.GetString(Loopback.Reply(scene.Version)).Replace("</s:Header>", Undeclared + "</s:Header>", StringComparison.Ordinal);
        using var reply = dispatch.Secure(Encoding.UTF8.GetBytes(plain));
        foreach (var (change, code) in HeaderChanges)
        {
            Assert.Equal(code, Assert.Throws<SecureConversationException>(() => request.VerifyReply(Changed(reply.Envelope, change))).Code);
        }

        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Contains("<x:T", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MoreHeaderBlocksThanASignatureCovers_AreRefusedWithTheirNumber()
    {
        using var scene = await Scene.OpenAsync("mutualcert/strong/session");
        string Blocks(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"<x:T xmlns:x=\"urn:x\">{i}</x:T>"));
        using var most = scene.Request(extraHeaders: Blocks(70));
        await scene.AcceptedAsync(most.Envelope);
        Assert.Contains("parts to sign", Assert.Throws<ArgumentException>(() => scene.Request(extraHeaders: Blocks(90))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OptionsThatWouldWeakenTheProfile_AreRefusedInWords()
    {
        foreach (var (name, isStrong) in new[] { ("mutualcert/strong/session", true), ("mutualcert/bound/session", false) })
        {
            var binding = Bindings.Create(name);
            var untrusting = new CertificateValidationOptions { Mode = X509CertificateValidationMode.None, RevocationMode = X509RevocationMode.NoCheck };
            var service = new X509Credential(TestCertificates.Service);
            var attempts = new (string Setting, Action Create)[]
            {
                ("HandOutUnsignedHeaders", () => new MessageSecurityService(binding, Loopback.ServiceCredentials, new MessageSecurityServiceOptions { HandOutUnsignedHeaders = true }).Dispose()),
                ("HandOutUnsignedHeaders", () => _ = new MessageSecurityClient(binding, Loopback.ClientCredentials, new MessageSecurityClientOptions { HandOutUnsignedHeaders = true })),
                ("ClientCertificateValidation", () => new MessageSecurityService(binding, new ServiceCredentials { ServiceCertificate = service, ClientCertificateValidation = untrusting }).Dispose()),
                ("ServiceCertificateValidation", () => _ = new MessageSecurityClient(binding, new ClientCredentials
                {
                    ClientCertificate = Loopback.ClientCredentials.ClientCertificate,
                    ServiceCertificate = TestCertificates.Service,
                    ServiceCertificateValidation = untrusting,
                })),
            };
            Assert.All(attempts, attempt =>
            {
                var refused = Record.Exception(attempt.Create);
                Assert.Equal(isStrong, refused is ArgumentException && refused.Message.Contains(attempt.Setting, StringComparison.Ordinal));
                Assert.Equal(isStrong, refused is not null);
            });
        }
    }

    /// <summary>Its provider does not show the public half, so that nothing but a signature tells.</summary>
    [Fact]
    public void CurveKeyOfAnotherCertificate_IsRefusedWhenTheClientIsMade()
    {
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var silent = new SilentCurve(other);
        using var credential = new X509Credential(TestCertificates.ClientP256, silent);
        var refused = Assert.Throws<ArgumentException>(() => new MessageSecurityClient(Bindings.Create("mutualcert/strong/session"), new ClientCredentials
        {
            ClientCertificate = credential,
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        }));
        Assert.Contains("its result is wrong", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SettingsThatWouldWeakenTheProfile_AreRefusedInWords()
    {
        var strong = Bindings.Create("mutualcert/strong/session").Element;
        var single = Bindings.Create("mutualcert/strong/single").Element;
        string Refused(SecurityBindingElement element) => Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(element)).Message;
        foreach (var suite in SecurityAlgorithmSuite.Known)
        {
            var changed = single with { DefaultAlgorithmSuite = suite };
            if (suite.Name.StartsWith("Strong", StringComparison.Ordinal))
            {
                MessageSecurityBinding.Create(changed);
            }
            else
            {
                Assert.Contains("DefaultAlgorithmSuite", Refused(changed), StringComparison.Ordinal);
            }
        }

        Assert.Contains("IncludeTimestamp", Refused(single with { IncludeTimestamp = false }), StringComparison.Ordinal);
        Assert.Contains("DetectReplays", Refused(single with { LocalServiceSettings = single.LocalServiceSettings with { DetectReplays = false } }), StringComparison.Ordinal);
        Assert.Contains("DetectReplays", Refused(single with { LocalClientSettings = single.LocalClientSettings with { DetectReplays = false } }), StringComparison.Ordinal);
        Assert.Contains("EnableUnsecuredResponse", Refused(single with { EnableUnsecuredResponse = true }), StringComparison.Ordinal);
        Assert.Contains("KeyEntropyMode", Refused(strong with { KeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy }), StringComparison.Ordinal);
        Assert.Contains("MessageProtectionOrder", Refused(strong with { MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt }), StringComparison.Ordinal);
        Assert.Contains("SignPrefixesInValues", Refused(strong with { SignPrefixesInValues = false }), StringComparison.Ordinal);
        Assert.Contains("bootstrap", Refused(strong with { MessageProtectionProfile = MessageProtectionProfile.Bound }), StringComparison.Ordinal);
        Assert.Contains("symmetric", Assert.Throws<ArgumentException>(() => Bindings.Create("duplex/strong/single")).Message, StringComparison.Ordinal);
        Assert.Contains("SignedEncrypted", Refused(single with { EndpointSupportingTokenParameters = new() { Signed = [new UserNameSecurityTokenParameters { AllowClearTextPassword = true }] } }), StringComparison.Ordinal);
        Assert.Contains("RequireDerivedKeys", Refused(single.SetKeyDerivation(false)), StringComparison.Ordinal);
        Assert.Contains("RequireDerivedKeys", Refused(strong.SetKeyDerivation(false)), StringComparison.Ordinal);
        Assert.Contains("SignedEncrypted", Refused(single with
        {
            OperationSupportingTokenParameters = OperationSupportingTokens.None.With("urn:e/Echo", new() { Signed = [new UserNameSecurityTokenParameters { AllowClearTextPassword = true }] }),
        }), StringComparison.Ordinal);
        Assert.Contains("EncryptAndSign", Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(
            single, protection: ChannelProtectionRequirements.Default.WithReply("urn:r", ProtectionLevel.None))).Message, StringComparison.Ordinal);
        Assert.Contains("addressing", Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(single, MessageVersion.Soap12)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsAcceptedOfIssuers_IsNotWeakerThanTheProfile()
    {
        var element = SecurityBindingElement.CreateIssuedTokenBindingElement(new());
        foreach (var profile in new[] { MessageProtectionProfile.Bound, MessageProtectionProfile.Strong })
        {
            var isStrong = profile == MessageProtectionProfile.Strong;
            var binding = MessageSecurityBinding.Create(element with
            {
                MessageProtectionProfile = profile,
                DefaultAlgorithmSuite = isStrong ? SecurityAlgorithmSuite.Strong256 : SecurityAlgorithmSuite.Basic256Sha256,
            });
            var provider = new DirectTokenProvider(new TestTokenIssuer());
            void Check(string setting, Action create)
            {
                var refused = Record.Exception(create);
                Assert.Equal(isStrong, refused is ArgumentException && refused.Message.Contains(setting, StringComparison.Ordinal));
                Assert.Equal(isStrong, refused is not null);
            }

            Check("AcceptIssuerKey", () => _ = new MessageSecurityClient(binding, IssuedBindings.Client(provider, new() { AcceptIssuerKey = true })));
            Check("DefaultKeyEntropyMode", () => _ = new MessageSecurityClient(
                binding, IssuedBindings.Client(provider, new() { DefaultKeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy })));
            Check("AllowSha1Signatures", () => new MessageSecurityService(binding, IssuedBindings.Service(new()
            {
                KnownCertificates = [TestTokenIssuer.Certificate],
                AllowedAudienceUris = [Loopback.Address.AbsoluteUri],
                AllowSha1Signatures = true,
            })).Dispose());
        }
    }

    /// <summary>A service would count each message as a failure of its sender, and never say that its own key is the reason.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void KeyThatKnowsOldAlgorithmsAlone_IsRefusedWhenClientOrServiceIsMade(bool throws)
    {
        using var ofService = new OldRsa(TestCertificates.Service.GetRSAPrivateKey()!, throws);
        using var ofClient = new OldRsa(TestCertificates.Client.GetRSAPrivateKey()!, throws);
        using var service = new X509Credential(TestCertificates.Service, ofService);
        using var client = new X509Credential(TestCertificates.Client, ofClient);
        foreach (var (name, isStrong) in new[] { ("mutualcert//session", false), ("mutualcert/bound/single", false), ("mutualcert/strong/session", true), ("mutualcert/strong/single", true) })
        {
            var binding = Bindings.Create(name);
            var refusals = new[]
            {
                Record.Exception(() => new MessageSecurityService(binding, new ServiceCredentials
                {
                    ServiceCertificate = service,
                    ClientCertificateValidation = TestCredentials.TrustAuthority,
                }).Dispose()),
                Record.Exception(() => _ = new MessageSecurityClient(binding, new ClientCredentials
                {
                    ClientCertificate = client,
                    ServiceCertificate = TestCertificates.Service,
                    ServiceCertificateValidation = TestCredentials.TrustAuthority,
                })),
            };
            Assert.All(refusals, refused => Assert.Equal(isStrong, refused is ArgumentException && refused.Message.Contains("The private key of", StringComparison.Ordinal)));
            Assert.All(refusals, refused => Assert.Equal(isStrong, refused is not null));
        }
    }

    /// <summary>Everything rests on that key.</summary>
    [Fact]
    public void ShortKeyOfTheService_IsRefusedAtBothEnds()
    {
        using var key = RSA.Create(1024);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var binding = Bindings.Create("mutualcert/strong/session");
        Assert.Contains("1024", Assert.Throws<ArgumentException>(
            () => new MessageSecurityClient(binding, new ClientCredentials { ServiceCertificate = certificate, ClientCertificate = Loopback.ClientCredentials.ClientCertificate })).Message, StringComparison.Ordinal);
        using var credential = new X509Credential(certificate);
        Assert.Contains("1024", Assert.Throws<ArgumentException>(
            () => new MessageSecurityService(binding, new ServiceCredentials { ServiceCertificate = credential })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MessageCredentialType.Certificate)]
    [InlineData(MessageCredentialType.UserName)]
    [InlineData(MessageCredentialType.None)]
    public async Task NamedSettings_MakeASession(MessageCredentialType credential)
    {
        var security = MessageSecurity.Strong with { ClientCredentialType = credential };
        var binding = MessageSecurityBinding.Create(security);
        Assert.Equal(MessageProtectionProfile.Strong, binding.Bootstrap!.MessageProtectionProfile);
        Assert.Same(SecurityAlgorithmSuite.Strong256, binding.Element.DefaultAlgorithmSuite);
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        var wire = Encoding.UTF8.GetString(request.Envelope.Span);
        Assert.Contains("xmlenc11#aes256-gcm", wire, StringComparison.Ordinal);
        Assert.DoesNotContain("sha1", wire, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("negotiated", Assert.Throws<ArgumentException>(
            () => MessageSecurityBinding.Create(security with { NegotiateServiceCredential = true })).Message, StringComparison.Ordinal);
    }

    private static Task<Scene> OpenAsync(string name) => Scene.OpenAsync(name, protection: ChannelProtectionRequirements.Default
        .WithHeader(MessageDirection.ClientToService, "urn:e/Echo", "H", "urn:h", ProtectionLevel.EncryptAndSign));

    private static XmlElement[] CipherValues(XmlDocument message) =>
        [.. message.GetElementsByTagName("EncryptedData", Forgery.Xenc).OfType<XmlElement>().Select(e => Forgery.Descendant(e, "CipherValue"))];

    private static byte[] Octets(XmlElement cipher) => Convert.FromBase64String(cipher.InnerText);

    private static byte[] Changed(ReadOnlyMemory<byte> wire, Action<XmlElement, XmlElement> change)
    {
        var document = Forgery.Load(wire);
        var header = (XmlElement)document.DocumentElement!.FirstChild!;
        change(header, Forgery.Child(header, "T"));
        return Reflected.Bytes(document);
    }

    private static void Change(XmlElement cipher, Func<byte[], byte[]> change) => cipher.InnerText = Convert.ToBase64String(change(Octets(cipher)));

    /// <summary>A key that signs, and shows nothing of itself.</summary>
    private sealed class SilentCurve(ECDsa key) : ECDsa
    {
        public override int KeySize => key.KeySize;

        public override byte[] SignHash(byte[] hash) => key.SignHash(hash);

        public override bool VerifyHash(byte[] hash, byte[] signature) => key.VerifyHash(hash, signature);

        public override ECParameters ExportParameters(bool includePrivateParameters) => throw new CryptographicException("not shown");
    }

    /// <summary>A key of a provider that has no OAEP and no PSS with SHA-2: it throws, or takes what it knows.</summary>
    private sealed class OldRsa(RSA key, bool throws) : RSA
    {
        public override int KeySize => key.KeySize;

        public override RSAParameters ExportParameters(bool includePrivateParameters) => key.ExportParameters(false);

        public override void ImportParameters(RSAParameters parameters) => throw new NotSupportedException();

        public override byte[] Decrypt(byte[] data, RSAEncryptionPadding padding) => throws
            ? throw new CryptographicException("OAEP of SHA-1 only")
            : new byte[32];

        public override byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding) => throws
            ? throw new NotSupportedException("PKCS #1 1.5 only")
            : key.SignHash(hash, hashAlgorithm, RSASignaturePadding.Pkcs1);
    }
}
