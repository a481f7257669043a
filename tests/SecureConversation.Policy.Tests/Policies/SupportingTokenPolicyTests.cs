using System.Text;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Policy.Tests.Wsdl;
using SecureConversation.Testing;
using static SecureConversation.Policy.Tests.Policies.Shapes;

namespace SecureConversation.Policy.Tests.Policies;

/// <summary>
/// Policies with supporting tokens and user names of every kind: what is imported carries a call between a client and a service, is written
/// again as the same policy, and is what the policy says.
/// </summary>
public sealed class SupportingTokenPolicyTests
{
    private const string User = "UsernameToken@AlwaysToRecipient";

    private const string UserAsKey = "SymmetricBinding(ProtectionToken(UsernameToken@AlwaysToRecipient(RequireDerivedKeys WssUsernameToken11)) "
        + $"{Tail}) Wss11 wsam:Addressing {Parts}";

    private static readonly MessageOrigin Origin = new() { IsSecureTransport = true, HasNoAddress = true };

    private const string Issued = "IssuedToken@AlwaysToRecipient";

    private const string Bearer =
        $"{Issued}[RequestSecurityTokenTemplate[wst:KeyType=http://docs.oasis-open.org/ws-sx/ws-trust/200512/Bearer]](RequireInternalReference)";

    private const string EncryptedUser = "SignedEncryptedSupportingTokens(UsernameToken@AlwaysToRecipient(WssUsernameToken10))";

    public static TheoryData<string, string> Policies => new()
    {
        { "user name only signed, over TLS", $"{Symmetric} SignedSupportingTokens({User}(WssUsernameToken10))" },
        { "user name only signed, asymmetric, over TLS", $"{Asymmetric} SignedSupportingTokens({User}(WssUsernameToken10))" },
        { "digest only signed", $"{Asymmetric} SignedSupportingTokens({User}(HashPassword WssUsernameToken10))" },
        { "no password, signed", $"{Symmetric} SignedSupportingTokens({User}(NoPassword WssUsernameToken10))" },
        { "user name only encrypted", $"{Symmetric} EncryptedSupportingTokens({User}(WssUsernameToken10))" },
        { "user name only encrypted, asymmetric", $"{Asymmetric} EncryptedSupportingTokens({User}(WssUsernameToken11))" },
        { "nonce and created", $"{Symmetric} SignedEncryptedSupportingTokens({User}(sp13:Nonce sp13:Created WssUsernameToken10))" },
        { "digest encrypted", $"{Symmetric} SignedEncryptedSupportingTokens({User}(HashPassword WssUsernameToken10))" },
        { "user name as key, derived", UserAsKey },
        { "user name as key, direct", UserAsKey.Replace("RequireDerivedKeys ", "").Replace("Basic256", "Basic128") },
        { "user name as key, encrypted first", UserAsKey.Replace("Layout(Strict)", "Layout(Strict) EncryptBeforeSigning") },
        { "user name as key, sealed signature", UserAsKey.Replace("Layout(Strict)", "Layout(Strict) EncryptSignature") },
        { "user name as key, Lax", UserAsKey.Replace("Layout(Strict)", "Layout(Lax)") },
        { "user name that endorses", $"{Symmetric} SignedEndorsingSupportingTokens({User}(RequireDerivedKeys WssUsernameToken11))" },
        { "encrypted endorsing", Symmetric.Replace("EndorsingSupporting", "EndorsingEncryptedSupporting") },
        { "signed encrypted endorsing", Symmetric.Replace("EndorsingSupporting", "SignedEndorsingEncryptedSupporting") },
        { "signed X.509", $"{Symmetric} SignedSupportingTokens(X509Token@AlwaysToRecipient(WssX509V3Token10))" },
        { "signed encrypted X.509", $"{Asymmetric} SignedEncryptedSupportingTokens(X509Token@AlwaysToRecipient(WssX509V3Token10))" },
        { "key value", $"{Symmetric} EndorsingSupportingTokens(KeyValueToken@Never)" },
        { "optional", Symmetric.Replace(Client, "EndorsingSupportingTokens(X509Token@AlwaysToRecipient?(WssX509V3Token10)) "
            + $"SignedEncryptedSupportingTokens({User}?(WssUsernameToken10))") },
        { "session over a user name as key", Session.Replace(Bootstrap,
            $"SymmetricBinding(ProtectionToken({User}(RequireDerivedKeys WssUsernameToken11)) {Tail}) Wss11 {Parts}") },
        { "issued token as key", $"SymmetricBinding(ProtectionToken({Issued}(RequireDerivedKeys RequireInternalReference)) {Tail}) Wss11 wsam:Addressing {Parts}" },
        { "issued token that endorses", Symmetric.Replace(Client, $"EndorsingSupportingTokens({Issued}(RequireDerivedKeys))") },
        { "issued token of a bearer, signed and encrypted", Symmetric.Replace(Client, $"SignedEncryptedSupportingTokens({Bearer})") },
        { "session over an issued token as key", Session.Replace(Bootstrap,
            $"SymmetricBinding(ProtectionToken({Issued}(RequireDerivedKeys)) {Tail}) Wss11 {Parts}") },
        { "assertion as key", $"SymmetricBinding(ProtectionToken(SamlToken@AlwaysToRecipient(RequireDerivedKeys WssSamlV20Token11)) {Tail}) Wss11 wsam:Addressing {Parts}" },
        { "assertion that endorses", Symmetric.Replace(Client, "EndorsingSupportingTokens(SamlToken@AlwaysToRecipient(WssSamlV11Token11))") },
        { "assertion, signed and encrypted", $"{Asymmetric} SignedEncryptedSupportingTokens(SamlToken@AlwaysToRecipient(RequireKeyIdentifierReference WssSamlV20Token11))" },
        { "assertion, signed, over TLS", Transport.Replace(EncryptedUser, "SignedSupportingTokens(SamlToken@AlwaysToRecipient(WssSamlV11Token10)) Wss11") },
        { "user name over TLS", Transport },
        { "certificate over TLS", Transport.Replace(EncryptedUser, "EndorsingSupportingTokens(X509Token@AlwaysToRecipient(WssX509V3Token10)) Wss11") },
        { "both over TLS", $"{Transport} Wss11 EndorsingSupportingTokens(X509Token@AlwaysToRecipient(WssX509V3Token10))" },
        { "issued token over TLS", Transport.Replace(EncryptedUser, $"EndorsingSupportingTokens({Issued}) Wss11") },
        { "bearer over TLS", Transport.Replace(EncryptedUser, $"SignedSupportingTokens({Bearer}) Wss11") },
        { "session over TLS", "TransportBinding(TransportToken(HttpsToken) AlgorithmSuite(Basic256) Layout(Strict) IncludeTimestamp) "
            + $"EndorsingSupportingTokens(SecureConversationToken@AlwaysToRecipient(BootstrapPolicy({Transport.Replace(" wsam:Addressing", "")} "
            + "Wss11))) Wss11 Trust13(RequireClientEntropy RequireServerEntropy) wsam:Addressing" },
        { "client that is only named", Asymmetric.Replace(Initiator, "InitiatorToken(X509Token@Never(RequireIssuerSerialReference))") },
        { "certificate of the service that travels", Asymmetric.Replace(Recipient, "RecipientToken(X509Token@AlwaysToRecipient)") },
        { "certificate of the service in replies", Asymmetric.Replace(Recipient, "RecipientToken(X509Token@AlwaysToInitiator)") },
        { "protected tokens", Asymmetric.Replace("IncludeTimestamp", "IncludeTimestamp ProtectTokens") },
        { "derived keys, asymmetric", Asymmetric.Replace(Initiator, "InitiatorToken(X509Token@AlwaysToRecipient(RequireDerivedKeys))") },
        { "negotiated certificate", Negotiated("mssp:SslContextToken@AlwaysToRecipient(RequireDerivedKeys)", "") },
        { "negotiated certificates of both", Negotiated(
            "mssp:SslContextToken@AlwaysToRecipient(RequireDerivedKeys MustNotSendCancel mssp:RequireClientCertificate "
                + "MustNotSendAmend MustNotSendRenew)",
            "") },
        { "user name under a negotiated certificate", Negotiated(
            "mssp:SslContextToken@AlwaysToRecipient(RequireDerivedKeys)", $"SignedEncryptedSupportingTokens({User}(WssUsernameToken10))") },
        { "session over a negotiated certificate", Session.Replace(Bootstrap,
            Negotiated("mssp:SslContextToken@AlwaysToRecipient(RequireDerivedKeys)", "").Replace(" wsam:Addressing", "")) },
        { "bootstrap of another WS-Security", Session.Replace(Bootstrap, Asymmetric.Replace(" wsam:Addressing", "")) },
    };

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Policy_CarriesACallAndIsWrittenAgain(string what, string text)
    {
        var endpoint = Import(text, isTls: what.EndsWith("TLS", StringComparison.Ordinal));
        Assert.True(endpoint.Chosen.Outcome == PolicyOutcome.Imported, $"{what}: {endpoint.Chosen.Outcome} "
            + $"{endpoint.Chosen.NotOffered} {string.Join("; ", endpoint.Chosen.Refusals.Select(r => r.Reason))}");
        var binding = endpoint.RequireBinding();
        await CallAsync(binding);

        var written = PolicyExporter.Export(binding, [new ContractOperation { Name = "Buy", Action = "urn:shop/Buy" }]);
        var again = Assert.Single(PolicyImporter.Import(new XElement(WsdlText.Wsp + "Policy", written.Binding, written.Operations[0].Input)));
        Assert.Equal(WithoutClearText(binding.Element), WithoutClearText(again.Element!));
    }

    [Fact]
    public void UserName_OnlySigned_IsOfferedOverTlsAlone()
    {
        var text = $"{Symmetric} SignedSupportingTokens({User}(WssUsernameToken10))";
        Assert.Equal(PolicyOutcome.NotOffered, Import(text, isTls: false).Chosen.Outcome);
        var token = Assert.IsType<UserNameSecurityTokenParameters>(
            Assert.Single(Import(text, isTls: true).RequireBinding().Element.EndpointSupportingTokenParameters.Signed));
        Assert.True(token.AllowClearTextPassword);
    }

    /// <summary>Nobody reads what counts for whoever has it: 1.2 says it, and 1.1 cannot.</summary>
    [Theory]
    [InlineData("IssuedToken")]
    [InlineData("SamlToken")]
    public void BearersToken_OnlySigned_IsEncryptedOrNotOffered(string kind)
    {
        var saml = "SignedSupportingTokens(SamlToken@AlwaysToRecipient(WssSamlV11Token11))";
        var text = Symmetric.Replace(Client, kind == "SamlToken" ? saml : $"SignedSupportingTokens({Bearer})");
        foreach (var isTls in new[] { false, true })
        {
            var chosen = Import(text, isTls).Chosen;
            Assert.Equal(PolicyOutcome.NotOffered, chosen.Outcome);
            Assert.Contains("SignedEncrypted", chosen.NotOffered, StringComparison.Ordinal);
        }

        // In 1.1 both are written alike.
        var template = "[RequestSecurityTokenTemplate[t:KeyType=http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey]]";
        var of11 = kind == "SamlToken" ? saml.Replace("11Token11", "11Token10") : $"SignedSupportingTokens(IssuedToken@AlwaysToRecipient{template}(RequireInternalReference))";
        var read = Assert.Single(PolicyImporter.Import(Notation.Policy(Symmetric.Replace(Client, of11), Notation.Sp11)));
        var tokens = read.Element!.EndpointSupportingTokenParameters;
        Assert.Empty(tokens.Signed);
        Assert.Equal(SecurityKeyType.BearerKey, Assert.IsType<IssuedSecurityTokenParameters>(Assert.Single(tokens.SignedEncrypted)).KeyType);
    }

    [Fact]
    public void EncryptedTokens_OfVersion11_AreWrittenOnlyWhereTheyAreReadAsThat()
    {
        var anonymous = SecurityBindingElement.CreateAnonymousForCertificateBindingElement();
        SecurityTokenParameters bearer = new IssuedSecurityTokenParameters { KeyType = SecurityKeyType.BearerKey };
        foreach (var token in new[] { bearer, new X509SecurityTokenParameters { RequireDerivedKeys = false } })
        {
            foreach (var isOptional in new[] { false, true })
            {
                var list = new SupportingTokenParameters { SignedEncrypted = [new UserNameSecurityTokenParameters(), token] };
                var refused = Assert.Throws<NotSupportedException>(() => Written(isOptional
                    ? anonymous with { OptionalEndpointSupportingTokenParameters = list }
                    : anonymous with { EndpointSupportingTokenParameters = list }));
                Assert.Contains("WSTrust13", refused.Message, StringComparison.Ordinal);
            }
        }

        var user = anonymous with { EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] } };
        Assert.Equal(user.EndpointSupportingTokenParameters, Written(user).EndpointSupportingTokenParameters);
        var tls = SecurityBindingElement.CreateUserNameOverTransportBindingElement() with
        {
            EndpointSupportingTokenParameters = new() { SignedEncrypted = [(IssuedSecurityTokenParameters)bearer] },
        };
        Assert.IsType<IssuedSecurityTokenParameters>(Assert.Single(Written(tls).EndpointSupportingTokenParameters.All));
    }

    [Fact]
    public void OptionalToken_IsOfTheEndpoint_AndNoAlternative()
    {
        var alternative = Assert.Single(PolicyImporter.Import(Notation.Policy(
            Symmetric.Replace(Client, "EndorsingSupportingTokens(X509Token@AlwaysToRecipient?(WssX509V3Token10) KeyValueToken@Never)"))));
        Assert.IsType<X509SecurityTokenParameters>(Assert.Single(alternative.Element!.OptionalEndpointSupportingTokenParameters.Endorsing));
        Assert.IsType<RsaSecurityTokenParameters>(Assert.Single(alternative.Element.EndpointSupportingTokenParameters.Endorsing));
    }

    [Fact]
    public void RsaToken_OfPolicy11_IsRead()
    {
        var text = Symmetric.Replace(Client, "EndorsingSupportingTokens(mssp:RsaToken@Never?)");
        var element = Assert.Single(PolicyImporter.Import(Notation.Policy(text, Notation.Sp11))).Element!;
        Assert.Equal(new RsaSecurityTokenParameters(), Assert.Single(element.OptionalEndpointSupportingTokenParameters.Endorsing));
    }

    [Fact]
    public async Task TokensOfAnOperation_AreThoseOfItsAction()
    {
        var wsdl = WsdlText.With(("binding", Symmetric),
            ("binding/operation", $"SignedEncryptedSupportingTokens({User}(WssUsernameToken10)) SignedSupportingTokens(X509Token@AlwaysToRecipient?(WssX509V3Token10))"));
        var binding = WsdlText.Import(wsdl).RequireBinding();
        Assert.IsType<UserNameSecurityTokenParameters>(
            Assert.Single(binding.Element.OperationSupportingTokenParameters["urn:shop/Buy"].SignedEncrypted));
        Assert.Single(binding.Element.OptionalOperationSupportingTokenParameters["urn:shop/Buy"].Signed);
        Assert.Single(binding.Element.EndpointSupportingTokenParameters.All);
        await CallAsync(binding);

        WsdlPolicy.Attach(wsdl, binding.Element, binding.MessageVersion, binding.Protection);
        Assert.Equal(binding.Element, WsdlText.Import(wsdl).RequireBinding().Element);
    }

    [Theory]
    [InlineData(true, false, false, "RequireDerivedKeys")]
    [InlineData(false, true, false, "RequireDerivedKeys MustNotSendCancel RequireClientCertificate")]
    [InlineData(true, true, true, "RequireDerivedKeys MustNotSendCancel RequireClientCertificate MustNotSendAmend MustNotSendRenew")]
    [InlineData(false, false, true, "RequireDerivedKeys MustNotSendCancel MustNotSendAmend MustNotSendRenew")]
    public void NegotiatedCertificate_IsWrittenAsWcfDoes_AndRead(bool cancels, bool client, bool isOasis, string nested)
    {
        var element = SecurityBindingElement.CreateSslNegotiationBindingElement(client, cancels) with
        {
            MessageSecurityVersion = isOasis
                ? MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10
                : MessageSecurityVersion.Default,
        };
        var written = PolicyExporter.Export(
            MessageSecurityBinding.Create(element), [new ContractOperation { Name = "Buy", Action = "urn:shop/Buy" }]);
        var token = Assert.Single(written.Binding.Descendants(), e => e.Name.LocalName == "SslContextToken");
        Assert.Equal("http://schemas.microsoft.com/ws/2005/07/securitypolicy", token.Name.NamespaceName);
        Assert.Equal(nested, string.Join(' ', token.Elements().Single().Elements().Select(e => e.Name.LocalName)));

        var read = Assert.Single(PolicyImporter.Import(
            new XElement(WsdlText.Wsp + "Policy", written.Binding, written.Operations[0].Input)));
        var symmetric = Assert.IsType<SymmetricSecurityBindingElement>(read.Binding!.Element);
        var ssl = Assert.IsType<SslSecurityTokenParameters>(symmetric.ProtectionTokenParameters);
        Assert.Equal((cancels || isOasis, client), (ssl.RequireCancellation, ssl.RequireClientCertificate));
    }

    private static string Negotiated(string token, string others) =>
        $"SymmetricBinding(ProtectionToken({token}) {Tail}) Wss11 {others} wsam:Addressing {Parts}";

    private static SecurityBindingElement Written(SecurityBindingElement element)
    {
        var written = PolicyExporter.Export(MessageSecurityBinding.Create(element), [new ContractOperation { Name = "Buy", Action = "urn:shop/Buy" }]);
        return Assert.Single(PolicyImporter.Import(new XElement(WsdlText.Wsp + "Policy", written.Binding, written.Operations[0].Input))).Element!;
    }

    private static ImportedEndpoint Import(string text, bool isTls)
    {
        var wsdl = XDocument.Parse(WsdlText.With(("binding", text)).ToString()
            .Replace("http://shop.example/", isTls ? "https://shop.example/" : "http://shop.example/"));
        return WsdlText.Import(wsdl);
    }

    // An address says whether passwords may travel in clear, and no policy does.
    private static SecurityBindingElement WithoutClearText(SecurityBindingElement element) => element with
    {
        EndpointSupportingTokenParameters = element.EndpointSupportingTokenParameters with
        {
            Signed =
            [
                .. element.EndpointSupportingTokenParameters.Signed.Select(token =>
                    token is UserNameSecurityTokenParameters user ? user with { AllowClearTextPassword = false } : token),
            ],
        },
    };

    private static async Task CallAsync(MessageSecurityBinding binding)
    {
        var to = new Uri("http://localhost/shop");
        var client = new MessageSecurityClient(
            binding, TestCredentials.Client, new MessageSecurityClientOptions { IssuedTokenProvider = new DirectTokenProvider(new TestTokenIssuer()) });
        using var service = new MessageSecurityService(binding, new ServiceCredentials
        {
            KnownClientCertificates = TestCredentials.Service.KnownClientCertificates,
            IssuedTokenAuthentication = new() { KnownCertificates = [TestTokenIssuer.Certificate], AllowedAudienceUris = [to.AbsoluteUri] },
            ServiceCertificate = new X509Credential(TestCertificates.Service),
            ClientCertificateValidation = TestCredentials.TrustAuthority,
            UserNamePasswordProvider = UserNamePasswordProvider.Create(user => user == TestCredentials.UserName ? TestCredentials.Password : null),
            UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => user == TestCredentials.UserName),
        });
        await client.EnsureIssuedTokensAsync(to, CancellationToken.None);
        await client.EnsureNegotiatedAsync(to, async (leg, stop) =>
        {
            using var answer = await service.ReceiveAsync(leg.Envelope, Origin, stop);
            return Assert.IsType<ServiceResult.Respond>(answer).Envelope.ToArray();
        });
        using var session = binding.EstablishesSession ? await OpenAsync(client, service) : null;
        var plain = TestEnvelope.Create(binding.MessageVersion, TestEnvelope.Action("urn:shop/Buy") + "<a:MessageID>urn:uuid:1</a:MessageID>"
            + $"<a:ReplyTo><a:Address>{TestEnvelope.Anonymous(binding.MessageVersion)}</a:Address></a:ReplyTo><a:To>http://localhost/shop</a:To>", "<Buy xmlns=\"urn:shop\"/>");
        using var request = session?.Secure(plain) ?? client.Secure(plain, to);
        using var result = await service.ReceiveAsync(request.Envelope, Origin);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        using var reply = dispatch.Secure(TestEnvelope.WithAction(binding.MessageVersion, "urn:shop/BuyReply", "<Receipt xmlns=\"urn:shop\"/>"));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Contains("<Receipt xmlns=\"urn:shop\"/>", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
    }

    private static async Task<ClientSession> OpenAsync(MessageSecurityClient client, MessageSecurityService service)
    {
        using var handshake = client.StartSession(new Uri("http://localhost/shop"));
        using var result = await service.ReceiveAsync(handshake.Envelope, Origin);
        return handshake.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }
}
