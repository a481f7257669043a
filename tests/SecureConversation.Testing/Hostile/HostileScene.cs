using System.Net.Security;
using System.Text;
using SecureConversation.Binding;

namespace SecureConversation.Testing.Hostile;

/// <summary>Who sends a hostile message to whom.</summary>
public enum HostileSender
{
    /// <summary>To a service: no key, and the identifier of a session.</summary>
    StrangerToService,

    /// <summary>To a service: a key that the sender made and wrapped for the certificate of the service; the signature holds.</summary>
    StrangerWithKeyToService,

    /// <summary>To a service: a client with a session, through our library.</summary>
    ClientToService,

    /// <summary>To a client: no key.</summary>
    StrangerToClient,

    /// <summary>To a client: the service that it called; the signature holds.</summary>
    ServiceToClient,

    /// <summary>To a client: the application of the service that it called, through our library.</summary>
    ApplicationToClient,
}

/// <summary>A service and its clients in memory that receive hostile messages.</summary>
public sealed class HostileScene : IDisposable
{
    private static readonly Uri Address = new("http://localhost/echo");

    private readonly Side _session = new(SecurityBindingElement.CreateSecureConversationBindingElement(Element) with { DefaultAlgorithmSuite = Suite });
    private readonly Side _single = new(Element);

    // A stranger with a key of his own is a client like any other here, and may leave the body in clear.
    private readonly Side _anonymous = new(Anonymous, ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign));
    private readonly Side _clearSession = new(
        SecurityBindingElement.CreateSecureConversationBindingElement(Anonymous) with { DefaultAlgorithmSuite = Suite, MessageProtectionOrder = Order },
        ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign));

    private readonly ClientSession _client;
    private readonly HostileMessage _stranger;
    private readonly HostileMessage _strangerWithKey;
    private readonly HostileMessage _strangerToClient;
    private readonly HostileMessage _serviceToClient;
    private readonly SecuredRequest _request;
    private readonly SecuredRequest _anonymousRequest;
    private readonly ServiceResult.Dispatch _dispatch;

    public HostileScene()
    {
        _client = _session.Open();
        using (var client = _clearSession.Open())
        using (var request = client.Secure(Request(new HostileContent())))
        {
            _stranger = HostileMessage.OfStranger(request.Envelope);
        }

        _request = _single.Client.Secure(Request(new HostileContent()), Address);
        _dispatch = (ServiceResult.Dispatch)_single.Receive(_request.Envelope);
        _anonymousRequest = _anonymous.Client.Secure(Request(new HostileContent()), Address);
        _strangerWithKey = HostileMessage.OfStrangerWithKey(_anonymousRequest.Envelope);
        using var dispatch = (ServiceResult.Dispatch)_anonymous.Receive(_anonymousRequest.Envelope);
        using var reply = dispatch.Secure(Reply(new HostileContent()));
        _strangerToClient = HostileMessage.OfStranger(reply.Envelope);
        _serviceToClient = HostileMessage.OfPeer(reply.Envelope, HostileMessage.SecretOf(_anonymousRequest.Envelope));
    }

    private static SecurityAlgorithmSuite Suite => SecurityAlgorithmSuite.Basic256Sha256;

    // Signatures travel in clear under this order, so that a hostile one needs no encryption.
    private static MessageProtectionOrder Order => MessageProtectionOrder.SignBeforeEncrypt;

    private static SecurityBindingElement Anonymous => SecurityBindingElement.CreateAnonymousForCertificateBindingElement() with
    {
        DefaultAlgorithmSuite = Suite,
        MessageProtectionOrder = Order,
    };

    private static SecurityBindingElement Element => SecurityBindingElement.CreateMutualCertificateBindingElement() with
    {
        DefaultAlgorithmSuite = Suite,
        MessageProtectionOrder = Order,
    };

    /// <summary>The message; null where our library sends no such message.</summary>
    public byte[]? Create(HostileSender sender, HostileContent content) => sender switch
    {
        HostileSender.StrangerToService => _stranger.With(content),
        HostileSender.StrangerWithKeyToService => _strangerWithKey.With(content),
        HostileSender.ClientToService => Protect(() =>
        {
            using var request = _client.Secure(Request(content));
            return request.Envelope.ToArray();
        }),
        HostileSender.StrangerToClient => _strangerToClient.With(content),
        HostileSender.ServiceToClient => _serviceToClient.With(content),
        _ => Protect(() =>
        {
            using var reply = _dispatch.Secure(Reply(content));
            return reply.Envelope.ToArray();
        }),
    };

    /// <summary>Has the receiver read the message, and the application its envelope; returns why it was refused, None when it was not.</summary>
    public FailureCode Receive(HostileSender sender, ReadOnlyMemory<byte> message)
    {
        if (sender >= HostileSender.StrangerToClient)
        {
            return ReceiveReply(sender == HostileSender.ApplicationToClient ? _request : _anonymousRequest, message);
        }

        var side = sender switch
        {
            HostileSender.StrangerToService => _clearSession,
            HostileSender.StrangerWithKeyToService => _anonymous,
            _ => _session,
        };
        using var result = side.Receive(message);
        if (result is ServiceResult.Respond respond)
        {
            return respond.Code;
        }

        _ = ((ServiceResult.Dispatch)result).Request.Envelope;
        return FailureCode.None;
    }

    public void Dispose()
    {
        _dispatch.Dispose();
        _request.Dispose();
        _anonymousRequest.Dispose();
        _client.Dispose();
        _anonymous.Dispose();
        _clearSession.Dispose();
        _single.Dispose();
        _session.Dispose();
    }

    private static byte[]? Protect(Func<byte[]> protect)
    {
        try
        {
            return protect();
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static byte[] Request(HostileContent content) => Envelope(content, "urn:e/Echo",
        $"<a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID><a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:To>{Address}</a:To>");

    private static byte[] Reply(HostileContent content) => Envelope(content, "urn:e/EchoResponse", "");

    private static byte[] Envelope(HostileContent content, string action, string headers) => Encoding.UTF8.GetBytes(
        $"<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://www.w3.org/2005/08/addressing\" {content.Declarations}><s:Header>"
        + $"<a:Action>{action}</a:Action>{headers}{content.Header}</s:Header><s:Body>{content.Body}</s:Body></s:Envelope>");

    private static FailureCode ReceiveReply(SecuredRequest request, ReadOnlyMemory<byte> message)
    {
        try
        {
            using var reply = request.VerifyReply(message);
            _ = reply.Envelope;
            _ = reply.TryReadFault(out _);
            return FailureCode.None;
        }
        catch (SecureConversationException e)
        {
            return e.Code;
        }
    }

    private sealed class Side : IDisposable
    {
        public Side(SecurityBindingElement element, ChannelProtectionRequirements? protection = null)
        {
            // The same message is received again and again.
            element = element with { LocalServiceSettings = element.LocalServiceSettings with { DetectReplays = false } };
            var binding = MessageSecurityBinding.Create(element, protection: protection);
            Client = new MessageSecurityClient(binding, TestCredentials.Client);
            Service = new MessageSecurityService(
                binding, TestCredentials.Service, new MessageSecurityServiceOptions { FailureAnswers = new() { Step = TimeSpan.Zero } });
        }

        public MessageSecurityClient Client { get; }

        private MessageSecurityService Service { get; }

        public ClientSession Open()
        {
            using var handshake = Client.StartSession(Address);
            using var response = (ServiceResult.Respond)Receive(handshake.Envelope);
            return handshake.Complete(response.Envelope);
        }

        public ServiceResult Receive(ReadOnlyMemory<byte> message)
        {
            var received = Service.ReceiveAsync(message);
            return received.IsCompleted ? received.GetAwaiter().GetResult() : received.AsTask().GetAwaiter().GetResult();
        }

        public void Dispose() => Service.Dispose();
    }
}
