using System.Net;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Requirements;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>A client and a service of ours whose messages a transport protects. Neither needs a certificate of the service, but for issued keys.</summary>
internal sealed class TransportScene : IDisposable
{
    public static readonly MessageOrigin Secure = new()
    {
        IsSecureTransport = true,
        RemoteAddress = IPAddress.Loopback,
        LocalAddress = Loopback.Address,
    };

    private static readonly MessageSecurityVersion V10 = MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;
    private static readonly MessageSecurityVersion V2007 = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    private static readonly Dictionary<string, Func<TransportSecurityBindingElement>> Credentials = new()
    {
        ["username"] = SecurityBindingElement.CreateUserNameOverTransportBindingElement,
        ["certificate"] = () => SecurityBindingElement.CreateCertificateOverTransportBindingElement(),
        ["certificate-wss10"] = () => SecurityBindingElement.CreateCertificateOverTransportBindingElement(V10),
        ["certificate-2007"] = () => SecurityBindingElement.CreateCertificateOverTransportBindingElement(V2007),
        ["both"] = () => SecurityBindingElement.CreateCertificateOverTransportBindingElement() with
        {
            EndpointSupportingTokenParameters = new()
            {
                SignedEndorsing = [new X509SecurityTokenParameters { RequireDerivedKeys = false }],
                Signed = [new UserNameSecurityTokenParameters()],
            },
        },
        ["issued"] = () => SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(new()),
        ["issued-asymmetric"] = () => SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(
            new() { KeyType = SecurityKeyType.AsymmetricKey, TokenType = TestTokenIssuer.Saml11 }),
        ["issued-bearer"] = () => SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(
            new() { KeyType = SecurityKeyType.BearerKey, TokenType = TestTokenIssuer.Saml11 }),
        ["nobody"] = () => new TransportSecurityBindingElement(),
    };

    public TransportScene(string name, Func<SecurityBindingElement, SecurityBindingElement>? change = null, TimeProvider? clock = null,
        MessageVersion? version = null, ServiceCredentials? service = null, bool? requireSecureTransport = null, ClientCredentials? client = null)
    {
        Binding = MessageSecurityBinding.Create(Element(name, change), version);
        Client = new MessageSecurityClient(Binding, client ?? ClientCredentials, new MessageSecurityClientOptions { TimeProvider = clock ?? TimeProvider.System });
        Service = new MessageSecurityService(Binding, service ?? (name.StartsWith("issued/", StringComparison.Ordinal) ? WithCertificate : ServiceCredentials), new MessageSecurityServiceOptions
        {
            TimeProvider = clock ?? TimeProvider.System,
            FailureAnswers = Loopback.AtOnce,
            EndpointName = "loopback",
            SecurityStateEncoder = Loopback.Encoder,
            LoggerFactory = RecordedLog.Current,
            RequireSecureTransport = requireSecureTransport,
        });
    }

    public MessageSecurityBinding Binding { get; }
    public MessageSecurityClient Client { get; }
    public MessageSecurityService Service { get; }

    /// <summary>Credential, slash, kind: single, session, derived (a session that says so), cookie, cookie-derived.</summary>
    public static IEnumerable<string> Names =>
        from credential in Credentials.Keys
        from kind in new[] { "single", "session", "derived", "cookie", "cookie-derived" }
        select $"{credential}/{kind}";

    public static ClientCredentials ClientCredentials => new()
    {
        ClientCertificate = new X509Credential(TestCertificates.Client),
        UserName = new UserNameCredential(TestCredentials.UserName, TestCredentials.Password),
        IssuedTokenProvider = new DirectTokenProvider(new TestTokenIssuer()),
    };

    public static ServiceCredentials ServiceCredentials => new()
    {
        ClientCertificateValidation = TestCredentials.TrustAuthority,
        UserNamePasswordValidator = TestCredentials.Service.UserNamePasswordValidator,
        IssuedTokenAuthentication = new()
        {
            KnownCertificates = [TestTokenIssuer.Certificate],
            AllowedAudienceUris = [Loopback.Address.AbsoluteUri],
        },
    };

    /// <summary>The symmetric key of a token is encrypted for the service.</summary>
    public static ServiceCredentials WithCertificate => new()
    {
        ServiceCertificate = new X509Credential(TestCertificates.Service),
        IssuedTokenAuthentication = ServiceCredentials.IssuedTokenAuthentication,
    };

    public static SecurityBindingElement Element(string name, Func<SecurityBindingElement, SecurityBindingElement>? change = null)
    {
        var parts = name.Split('/');
        SecurityBindingElement credential = Credentials[parts[0]]();
        credential = change?.Invoke(credential) ?? credential;
        if (parts[1] == "single")
        {
            return credential;
        }

        var session = SecurityBindingElement.CreateSecureConversationBindingElement(credential, !parts[1].StartsWith("cookie", StringComparison.Ordinal))
            .SetKeyDerivation(parts[1].EndsWith("derived", StringComparison.Ordinal)) with
        {
            MessageSecurityVersion = credential.MessageSecurityVersion,
            DefaultAlgorithmSuite = credential.DefaultAlgorithmSuite,
            LocalServiceSettings = credential.LocalServiceSettings,
        };
        return change?.Invoke(session) ?? session;
    }

    public byte[] Plain(string action = "urn:e/Echo") => Loopback.Request(Binding.MessageVersion, action: action);

    /// <summary>A request of the client with other requirements than those of its binding: what another sender could have made.</summary>
    public SecuredRequest RequestWith(Func<MessageRequirements, MessageRequirements> change)
    {
        using var plain = Engine.Soap.SoapEnvelope.Parse(Plain(), Engine.Names.SoapNames.Of(Binding.MessageVersion), Engine.Xml.XmlLimits.Default);
        return Client.Role.ExchangeWith(null).Secure(plain, change(Client.Role.Messages.Application.ForRequest("urn:e/Echo")), MessageKind.Application);
    }

    /// <summary>A request of a session whose key signs itself, or one that is derived from it.</summary>
    public Engine.Send.SecuredMessage RequestIn(ClientSession session, bool derives)
    {
        var requirements = Client.Role.Messages.Application.ForRequest("urn:e/Echo");
        var context = requirements.EndorsingContext!;
        using var plain = Engine.Soap.SoapEnvelope.Parse(Plain(), Engine.Names.SoapNames.Of(Binding.MessageVersion), Engine.Xml.XmlLimits.Default);
        return new Engine.Send.MessageSecurer(
            requirements with { Supporting = [context with { Parameters = context.Parameters with { RequireDerivedKeys = derives } }] },
            TimeProvider.System, TimeSpan.FromMinutes(5), Engine.Crypto.RandomSource.System, Engine.Xml.XmlLimits.Default)
            .Secure(plain, new Engine.Send.SenderToken.Transport(), new() { Endorsing = session.Keys.Current.SendKeys });
    }

    public async Task<ClientSession> OpenAsync()
    {
        await Client.EnsureIssuedTokensAsync(Loopback.Address, default);
        using var request = Client.StartSession(Loopback.Address);
        using var result = await Service.ReceiveAsync(request.Envelope, Secure);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        return request.Complete(respond.Envelope);
    }

    public async Task RenewAsync(ClientSession session)
    {
        await Client.EnsureIssuedTokensAsync(Loopback.Address, default);
        using var handshake = session.StartRenewal();
        using var result = await Service.ReceiveAsync(handshake.Envelope, Secure);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        Assert.Same(session, handshake.Complete(respond.Envelope));
    }

    public async Task CancelAsync(ClientSession session)
    {
        using var cancel = session.StartCancel();
        using var result = await Service.ReceiveAsync(cancel.Envelope, Secure);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }

    public async Task<FailureCode> CodeAsync(ReadOnlyMemory<byte> envelope, MessageOrigin? origin = null)
    {
        using var result = await Service.ReceiveAsync(envelope, origin ?? Secure);
        return result is ServiceResult.Respond respond ? respond.Code : FailureCode.None;
    }

    /// <summary>The service takes a request, and the client its reply.</summary>
    public async Task<(string? User, string Request, string Reply)> CallAsync(ClientSession? session = null)
    {
        await Client.EnsureIssuedTokensAsync(Loopback.Address, default);
        using var request = session?.Secure(Plain()) ?? Client.Secure(Plain(), Loopback.Address);
        using var result = await Service.ReceiveAsync(request.Envelope, Secure);
        var dispatch = result as ServiceResult.Dispatch;
        Assert.True(dispatch is not null, $"refused: {(result as ServiceResult.Respond)?.Code}");
        using var reply = dispatch.Secure(Loopback.Reply(Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.True(dispatch.Request.Protection.IsProtectedByTransport && verified.Protection.IsProtectedByTransport);
        Assert.Contains("<text>h&amp;i é</text>", Text(dispatch.Request.Envelope), StringComparison.Ordinal);
        Assert.Contains("<EchoResponse", Text(verified.Envelope), StringComparison.Ordinal);
        return (dispatch.User.Identity?.Name, Text(request.Envelope), Text(reply.Envelope));
    }

    public static string Text(ReadOnlyMemory<byte> envelope) => System.Text.Encoding.UTF8.GetString(envelope.Span);

    public void Dispose() => Service.Dispose();
}
