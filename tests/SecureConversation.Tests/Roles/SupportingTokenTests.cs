using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Attacks;

namespace SecureConversation.Tests.Roles;

/// <summary>Supporting tokens of every kind, alone and together, of the endpoint and of operations, needed and optional.</summary>
public sealed class SupportingTokenTests
{
    private static readonly MessageSecurityVersion V10 = MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;

    private static readonly X509SecurityTokenParameters Certificate = new();
    private static readonly X509SecurityTokenParameters Named = new() { CertificateName = "other" };
    private static readonly UserNameSecurityTokenParameters UserName = new();

    private static readonly Dictionary<string, SecurityBindingElement> Elements = new()
    {
        ["anonymous"] = SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
        ["sign-first"] = SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with { MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt },
        ["encrypt-first"] = SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with { MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign },
        ["bound"] = SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with { MessageProtectionProfile = MessageProtectionProfile.Bound },
        ["asymmetric"] = SecurityBindingElement.CreateMutualCertificateBindingElement(V10),
        ["asymmetric-sign-first"] = SecurityBindingElement.CreateMutualCertificateBindingElement(V10) with { MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt },
    };

    private static readonly Dictionary<string, SupportingTokenParameters> Lists = new()
    {
        ["signed"] = new() { Signed = [Certificate] },
        ["signed-encrypted"] = new() { SignedEncrypted = [Certificate] },
        ["encrypted"] = new() { Encrypted = [Certificate] },
        ["endorsing"] = new() { Endorsing = [Certificate] },
        ["signed-endorsing"] = new() { SignedEndorsing = [Certificate] },
        ["endorsing-encrypted"] = new() { EndorsingEncrypted = [Certificate] },
        ["signed-endorsing-encrypted"] = new() { SignedEndorsingEncrypted = [Certificate] },
        ["two-signed"] = new() { Signed = [Certificate, Named] },
        ["two-endorsing"] = new() { Endorsing = [Certificate, Named] },
        ["all"] = new() { Endorsing = [Named], SignedEndorsing = [Certificate], Signed = [Named], SignedEncrypted = [UserName] },
        ["rsa"] = new() { Endorsing = [new RsaSecurityTokenParameters()] },
        ["rsa-and-certificate"] = new() { Endorsing = [Certificate, new RsaSecurityTokenParameters()] },
        ["encrypted-username"] = new() { Encrypted = [UserName] },
    };

    private static ClientCredentials Client => new()
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        NamedCertificates = new Dictionary<string, X509Credential> { ["other"] = new X509Credential(TestCertificates.Other) },
        UserName = new UserNameCredential(TestCredentials.UserName, TestCredentials.Password),
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    private static ClientCredentials Nobody => new()
    {
        ServiceCertificate = TestCertificates.Service,
        ServiceCertificateValidation = TestCredentials.TrustAuthority,
    };

    public static TheoryData<string, string> All =>
    [
        .. from element in Elements.Keys
           from list in Lists.Keys
           where !(element is "encrypt-first" or "bound" && list is "encrypted" or "encrypted-username" or "endorsing-encrypted" or "signed-endorsing-encrypted")
           where !(element == "bound" && list.StartsWith("rsa", StringComparison.Ordinal))
           select (element, list),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Tokens_AreSentAndTaken(string element, string list)
    {
        using var loopback = new Loopback(Binding(element, Lists[list]), client: Client);
        await ExchangeAsync(loopback, (user, request) =>
        {
            Assert.Equal(Lists[list].Signed.Length + Lists[list].SignedEncrypted.Count(t => t is X509SecurityTokenParameters)
                + Lists[list].Encrypted.Count(t => t is X509SecurityTokenParameters), request.AttachedCertificates.Count);
            var endorses = list.Contains("endorsing", StringComparison.Ordinal) || list is "all" or "rsa-and-certificate";
            Assert.Equal(list.Contains("username", StringComparison.Ordinal) || list == "all" ? ClientAuthenticationTypes.UserName
                : endorses || element.StartsWith("asymmetric", StringComparison.Ordinal) ? ClientAuthenticationTypes.X509
                : null, user.Identity!.AuthenticationType);
        });
    }

    [Theory]
    [InlineData("anonymous")]
    [InlineData("asymmetric")]
    public async Task Session_OpensAndRenewsWithEachList(string element)
    {
        foreach (var (name, list) in Lists)
        {
            var bootstrap = Elements[element] with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256, EndpointSupportingTokenParameters = list };
            var session = SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };
            using var loopback = new Loopback(MessageSecurityBinding.Create(session), client: Client);
            using var opened = await loopback.OpenAsync();
            using var renewal = opened.StartRenewal();
            using var answer = await loopback.Service.ReceiveAsync(renewal.Envelope);
            var respond = Assert.IsType<ServiceResult.Respond>(answer);
            Assert.True(respond.Code == FailureCode.None, $"{name}: {respond.Code}");
            renewal.Complete(respond.Envelope);
            using var request = opened.Secure(Loopback.Request(loopback.Binding.MessageVersion));
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            Assert.IsType<ServiceResult.Dispatch>(result);
        }
    }

    /// <summary>Settings that people's services have, without WS-Addressing.</summary>
    [Theory]
    [InlineData("signed X.509 beside the signer's", 1, ClientAuthenticationTypes.X509)]
    [InlineData("signed X.509, sent once, 3DES, Lax, confirmed", 1, ClientAuthenticationTypes.X509)]
    [InlineData("mutual certificates and a user name", 0, ClientAuthenticationTypes.UserName)]
    public async Task Case_WithoutAddressing_CarriesRequestAndReply(string name, int attached, string authentication)
    {
        var once = new X509SecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Once, RequireDerivedKeys = false };
        var never = new X509SecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Never, RequireDerivedKeys = false };
        SecurityBindingElement element = name switch
        {
            "mutual certificates and a user name" => SecurityBindingElement.CreateMutualCertificateBindingElement(V10) with
            {
                EndpointSupportingTokenParameters = new() { SignedEncrypted = [UserName] },
            },
            "signed X.509 beside the signer's" => new AsymmetricSecurityBindingElement
            {
                MessageSecurityVersion = MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
                InitiatorTokenParameters = new X509SecurityTokenParameters { RequireDerivedKeys = false },
                RecipientTokenParameters = never,
                EndpointSupportingTokenParameters = new() { Signed = [new X509SecurityTokenParameters { RequireDerivedKeys = false }] },
            },
            _ => new AsymmetricSecurityBindingElement
            {
                InitiatorTokenParameters = once,
                RecipientTokenParameters = once,
                AllowSerializedSigningTokenOnReply = true,
                RequireSignatureConfirmation = true,
                SecurityHeaderLayout = SecurityHeaderLayout.Lax,
                DefaultAlgorithmSuite = SecurityAlgorithmSuite.TripleDesSha256,
                EndpointSupportingTokenParameters = new() { Signed = [new X509SecurityTokenParameters { InclusionMode = SecurityTokenInclusionMode.Once }] },
            },
        };
        using var loopback = new Loopback(MessageSecurityBinding.Create(element, MessageVersion.Soap11), client: Client);
        await ExchangeAsync(loopback, (user, request) =>
        {
            Assert.Equal(attached, request.AttachedCertificates.Count);
            Assert.Equal(authentication, user.Identity!.AuthenticationType);
        });
    }

    [Fact]
    public async Task AttachedCertificate_GivesNoIdentity_ButHasToBeTrusted()
    {
        var binding = Binding("anonymous", Lists["signed"]);
        using var loopback = new Loopback(binding, client: Client);
        await ExchangeAsync(loopback, (user, request) =>
        {
            Assert.False(user.Identity!.IsAuthenticated);
            Assert.Null(request.SenderCertificate);
            Assert.Equal(TestCertificates.Client.RawData, Assert.Single(request.AttachedCertificates).RawData);
        });

        using var key = RSA.Create(2048);
        using var stranger = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var client = new ClientCredentials
        {
            ClientCertificate = new X509Credential(stranger),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        };
        Assert.Equal(FailureCode.UntrustedCertificate, await RefusedAsync(loopback, new MessageSecurityClient(binding, client)));
    }

    [Fact]
    public async Task AttachedCertificateOfAnother_DoesNotReplaceTheSigner()
    {
        using var loopback = new Loopback(Binding("asymmetric", new() { Signed = [Named] }), client: Client);
        await ExchangeAsync(loopback, (user, request) =>
        {
            Assert.Equal(TestCertificates.Client.Thumbprint, user.FindFirst(ClaimTypes.Thumbprint)!.Value);
            Assert.Equal(TestCertificates.Client.RawData, request.SenderCertificate!.RawData);
            Assert.Equal(TestCertificates.Other.RawData, Assert.Single(request.AttachedCertificates).RawData);
        });
    }

    [Fact]
    public async Task CertificateThatTheSignatureNamesByAProperty_MayBeTheAttachedOne()
    {
        // The signer's certificate does not travel as his; the same certificate does as a signed token.
        var element = (AsymmetricSecurityBindingElement)Elements["asymmetric-sign-first"];
        var sender = MessageSecurityBinding.Create(element with { EndpointSupportingTokenParameters = Lists["signed"] });
        using var loopback = new Loopback(sender, client: Client);
        using var request = loopback.Client.Secure(Loopback.Request(sender.MessageVersion), Loopback.Address);
        var forged = Forgery.Load(request.Envelope);
        var tokens = forged.GetElementsByTagName("BinarySecurityToken", Forgery.Wsse).OfType<XmlElement>().ToList();
        Assert.Equal(2, tokens.Count);
        var reference = forged.GetElementsByTagName("KeyInfo", Forgery.Ds).OfType<XmlElement>().Single(k => k.ParentNode!.LocalName == "Signature");
        reference.InnerXml = $"<o:SecurityTokenReference xmlns:o=\"{Forgery.Wsse}\"><o:KeyIdentifier ValueType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509SubjectKeyIdentifier\">"
            + Convert.ToBase64String(TestCertificates.Client.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Single().SubjectKeyIdentifierBytes.Span) + "</o:KeyIdentifier></o:SecurityTokenReference>";
        tokens[0].ParentNode!.RemoveChild(tokens[0]);
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(forged.OuterXml));
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Single(dispatch.Request.AttachedCertificates);
        Assert.Equal(ClientAuthenticationTypes.X509, dispatch.User.Identity!.AuthenticationType);
    }

    [Fact]
    public async Task OptionalTokens_AreLeftOutWithoutCredentials_AndCheckedWithThem()
    {
        var binding = Binding("anonymous", SupportingTokenParameters.None,
            e => e with { OptionalEndpointSupportingTokenParameters = new() { Endorsing = [Certificate, new RsaSecurityTokenParameters()], SignedEncrypted = [UserName] } });
        using var without = new Loopback(binding, client: Nobody);
        await ExchangeAsync(without, (user, _) => Assert.False(user.Identity!.IsAuthenticated));
        using var with = new Loopback(binding, client: Client);
        await ExchangeAsync(with, (user, request) =>
        {
            Assert.Equal(TestCredentials.UserName, user.Identity!.Name);
            Assert.Equal(TestCertificates.Client.RawData, request.SenderCertificate!.RawData);
        });

        var wrong = new ClientCredentials
        {
            UserName = new UserNameCredential(TestCredentials.UserName, "wrong"),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        };
        Assert.Equal(FailureCode.InvalidCredentials, await RefusedAsync(with, new MessageSecurityClient(binding, wrong)));
    }

    [Fact]
    public async Task OperationTokens_AreThoseOfTheSignedAction()
    {
        var binding = Binding("anonymous", SupportingTokenParameters.None, e => e with
        {
            OperationSupportingTokenParameters = OperationSupportingTokens.None.With("urn:e/Echo", Lists["endorsing"]).With(OperationSupportingTokens.AnyOther, new() { SignedEncrypted = [UserName] }),
            OptionalOperationSupportingTokenParameters = OperationSupportingTokens.None.With("urn:e/Echo", new() { Signed = [Named] }),
        });
        using var loopback = new Loopback(binding, client: Client);
        await ExchangeAsync(loopback, (user, request) =>
        {
            Assert.Equal(ClientAuthenticationTypes.X509, user.Identity!.AuthenticationType);
            Assert.Single(request.AttachedCertificates);
        });
        await ExchangeAsync(loopback, (user, request) => Assert.Equal(ClientAuthenticationTypes.UserName, user.Identity!.AuthenticationType), "urn:e/Other");

        // The tokens of one operation do for no other.
        using var other = loopback.Client.Secure(Loopback.Request(binding.MessageVersion, action: "urn:e/Other"), Loopback.Address);
        var renamed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(other.Envelope.Span).Replace("urn:e/Other", "urn:e/Echo", StringComparison.Ordinal));
        using var result = await loopback.Service.ReceiveAsync(renamed);
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [InlineData("missing", FailureCode.TokenMissing)]
    [InlineData("one-too-many", FailureCode.UnexpectedElement)]
    public async Task Tokens_OfAnotherBinding_AreRefused(string what, FailureCode code)
    {
        var (sent, wanted) = what == "missing" ? (SupportingTokenParameters.None, Lists["signed"]) : (Lists["signed"], SupportingTokenParameters.None);
        using var service = new Loopback(Binding("anonymous", wanted), client: Client);
        Assert.Equal(code, await RefusedAsync(service, new MessageSecurityClient(Binding("anonymous", sent), Client)));
    }

    [Fact]
    public async Task RsaKey_IsAClaim_AndNoIdentity()
    {
        using var key = RSA.Create(2048);
        var client = new ClientCredentials { RsaKey = key, ServiceCertificate = TestCertificates.Service, ServiceCertificateValidation = TestCredentials.TrustAuthority };
        using var loopback = new Loopback(Binding("anonymous", Lists["rsa"]), client: client);
        await ExchangeAsync(loopback, (user, request) =>
        {
            Assert.False(user.Identity!.IsAuthenticated);
            Assert.All(user.Identities, identity => Assert.False(identity.IsAuthenticated));
            Assert.Null(request.SenderCertificate);
            var claim = user.FindFirst(ClaimTypes.Rsa)!;
            using var claimed = RSA.Create();
            claimed.FromXmlString(claim.Value);
            Assert.Equal(key.ExportParameters(false).Modulus, claimed.ExportParameters(false).Modulus);
        });
    }

    [Fact]
    public async Task RsaKey_Exchanged_IsRefused()
    {
        using var loopback = new Loopback(Binding("sign-first", Lists["rsa"]), client: Client);
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(request.Envelope);
        using var other = RSA.Create(2048);
        document.GetElementsByTagName("Modulus", Forgery.Ds)[0]!.InnerText = Convert.ToBase64String(other.ExportParameters(false).Modulus!);
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(document.OuterXml));
        Assert.Equal(FailureCode.SignatureMismatch, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public async Task RsaKey_WhereNobodyAskedForOne_IsRefused()
    {
        using var service = new Loopback(Binding("sign-first", Lists["endorsing"]), client: Client);
        Assert.Equal(FailureCode.UnexpectedElement, await RefusedAsync(service, new MessageSecurityClient(Binding("sign-first", Lists["rsa"]), Client)));
    }

    [Fact]
    public async Task RenewalByAnotherRsaKey_IsRefused()
    {
        var bootstrap = Elements["anonymous"] with { EndpointSupportingTokenParameters = Lists["rsa"] };
        using var loopback = new Loopback(MessageSecurityBinding.Create(SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap)), client: Client);
        using var session = await loopback.OpenAsync();
        loopback.Client.UpdateCredentials(Client);
        using var renewal = session.StartRenewal();
        using var answer = await loopback.Service.ReceiveAsync(renewal.Envelope);
        Assert.Equal(FailureCode.RenewalRefused, Assert.IsType<ServiceResult.Respond>(answer).Code);
    }

    [Fact]
    public async Task TwoEndorsementsByOneToken_AreRefused()
    {
        using var service = new Loopback(Binding("sign-first", Lists["two-endorsing"]), client: Client);
        using var request = service.Client.Secure(Loopback.Request(service.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(request.Envelope);
        var signatures = document.GetElementsByTagName("Signature", Forgery.Ds).OfType<XmlElement>().ToList();
        Assert.Equal(3, signatures.Count);
        signatures[2].ParentNode!.ReplaceChild(signatures[1].CloneNode(true), signatures[2]);
        using var result = await service.Service.ReceiveAsync(Encoding.UTF8.GetBytes(document.OuterXml));
        Assert.Equal(FailureCode.UnexpectedElement, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [InlineData("encrypted")]
    [InlineData("encrypted-username")]
    public async Task EncryptedToken_ThatNothingSigns_IsTaken_AndOnceOnly(string list)
    {
        using var scene = await Scene.OpenAsync(Binding("sign-first", Lists[list]));
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        var token = forged.Security.ChildNodes.OfType<XmlElement>().Single(e => e.LocalName is "UsernameToken" or "BinarySecurityToken");
        forged.SignedInfo.RemoveChild(forged.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(token)));
        forged.Resign();
        var wire = forged.Seal();
        using (var result = await scene.ReceiveAsync(wire))
        {
            Assert.IsType<ServiceResult.Dispatch>(result);
        }

        using var again = await scene.ReceiveAsync(wire);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(again).Code);
    }

    [Fact]
    public Task SignedEncryptedToken_ThatNothingSigns_IsRefused() => NotSignedAsync(Lists["signed-encrypted"]);

    [Fact]
    public Task SignedToken_ThatNothingSigns_IsRefused() => NotSignedAsync(Lists["signed"]);

    [Theory]
    [InlineData("encrypt-first", "encrypted", "SignedEncrypted")]
    [InlineData("encrypt-first", "endorsing-encrypted", "SignBeforeEncrypt")]
    [InlineData("bound", "rsa", "Bound")]
    public void Binding_ThatMakesNoSense_IsRefused(string element, string list, string says)
    {
        var error = Assert.Throws<ArgumentException>(() => Binding(element, Lists[list]));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OperationTokens_WithoutAddressing_AreRefused()
    {
        var element = Elements["anonymous"] with { OperationSupportingTokenParameters = OperationSupportingTokens.None.With("urn:e/Echo", Lists["endorsing"]) };
        var error = Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(element, MessageVersion.Soap11));
        Assert.Contains("OperationSupportingTokenParameters needs a signed action", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EncryptedTokens_WithoutReplayDetection_AreRefused()
    {
        var element = Elements["anonymous"] with { LocalServiceSettings = new() { DetectReplays = false }, EndpointSupportingTokenParameters = Lists["encrypted"] };
        Assert.Contains("DetectReplays", Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(element)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NamedCertificate_ThatTheClientLacks_IsAskedFor() => Assert.Contains("NamedCertificates",
        Assert.Throws<ArgumentException>(() => new MessageSecurityClient(Binding("anonymous", new() { Signed = [Named] }), TestCredentials.Client)).Message, StringComparison.Ordinal);

    [Fact]
    public void OperationSupportingTokens_AreComparedByEntries()
    {
        var one = OperationSupportingTokens.None.With("a", Lists["signed"]).With("b", Lists["endorsing"]);
        var other = OperationSupportingTokens.None.With("b", new() { Endorsing = [new X509SecurityTokenParameters()] }).With("a", Lists["signed"]);
        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, other.With("a", Lists["endorsing"]));
        Assert.Equal(Elements["anonymous"] with { OperationSupportingTokenParameters = one }, Elements["anonymous"] with { OperationSupportingTokenParameters = other });
    }

    private static async Task NotSignedAsync(SupportingTokenParameters list)
    {
        using var scene = await Scene.OpenAsync(Binding("sign-first", list));
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        var token = forged.Security.ChildNodes.OfType<XmlElement>().Single(e => e.LocalName == "BinarySecurityToken");
        forged.SignedInfo.RemoveChild(forged.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(token)));
        forged.Resign();
        await scene.RefusedAsync(forged.Seal(), FailureCode.PartNotSigned);
    }

    private static MessageSecurityBinding Binding(
        string element, SupportingTokenParameters tokens, Func<SecurityBindingElement, SecurityBindingElement>? change = null)
    {
        var made = Elements[element] with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256, EndpointSupportingTokenParameters = tokens };
        return MessageSecurityBinding.Create(change is null ? made : change(made));
    }

    private static async Task<FailureCode> RefusedAsync(Loopback loopback, MessageSecurityClient client)
    {
        using var request = client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }

    private static async Task ExchangeAsync(Loopback loopback, Action<ClaimsPrincipal, VerifiedMessage> check, string action = "urn:e/Echo")
    {
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion, action: action), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        check(dispatch.User, dispatch.Request);
        using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Equal(dispatch.Request.MessageId, verified.RelatesTo);
    }
}
