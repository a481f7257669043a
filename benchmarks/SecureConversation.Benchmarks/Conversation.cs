using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks;

/// <summary>A client and a service of ours in one process, with an open session.</summary>
public sealed class Conversation : IDisposable
{
    public static readonly Uri Address = new("http://localhost/echo");

    // A body of 64 MB is a third longer when it is encrypted.
    private const int MaxEnvelopeBytes = 256 * 1024 * 1024;

    /// <param name="element">The binding.</param>
    /// <param name="detectReplays">Off where a benchmark sends the same bytes again and again.</param>
    /// <param name="client">The certificate of the client, of the test authority.</param>
    /// <param name="service">The same of the service.</param>
    /// <param name="clock">The clock of the service.</param>
    /// <param name="authority">Whom both trust; the test authority unless given.</param>
    /// <param name="areKnown">Whether each side knows the certificate of the other one, and builds no chain.</param>
    /// <param name="reliableSession">The reliable session within the session; null for none.</param>
    public Conversation(SecurityBindingElement element, bool detectReplays = false, X509Certificate2? client = null, X509Certificate2? service = null,
        TimeProvider? clock = null, X509Certificate2? authority = null, bool areKnown = false,
        ReliableSessionBindingElement? reliableSession = null)
    {
        ArgumentNullException.ThrowIfNull(element);
        service ??= TestCertificates.Service;
        client ??= TestCertificates.Client;
        var validation = areKnown ? Knowing(client, service) : Trusting(authority);
        element = element with { LocalServiceSettings = element.LocalServiceSettings with { DetectReplays = detectReplays, MaxPendingSessions = 100_000 } };
        Binding = MessageSecurityBinding.Create(element, reliableSession: reliableSession);
        Client = new MessageSecurityClient(Binding, Credentials(client, service, validation), new MessageSecurityClientOptions
        {
            MaxEnvelopeBytes = MaxEnvelopeBytes,
            TimeProvider = clock ?? TimeProvider.System,
        });
        Service = new MessageSecurityService(Binding, new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(service),
            ClientCertificateValidation = validation,
        }, new MessageSecurityServiceOptions
        {
            MaxEnvelopeBytes = MaxEnvelopeBytes,
            MaxSessions = 2_000_000,
            TimeProvider = clock ?? TimeProvider.System,
            // Refusals are answered at once, or they would be measured with the time that they are held.
            FailureAnswers = new FailureAnswerOptions { Step = TimeSpan.Zero },
        });
        if (Binding.EstablishesSession)
        {
            Session = Open();
        }
    }

    public MessageSecurityBinding Binding { get; }
    public MessageSecurityClient Client { get; }
    public MessageSecurityService Service { get; }
    public ClientSession? Session { get; }

    // The first handshake under valgrind takes longer than a service waits for one.
    private static LocalServiceSecuritySettings Patient => new() { NegotiationTimeout = TimeSpan.FromMinutes(30) };

    private static CertificateValidationOptions Trusting(X509Certificate2? authority) => CertificateValidationOptions.TrustOnly(authority ?? TestCertificates.Authority);

    private static CertificateValidationOptions Knowing(params X509Certificate2[] certificates) =>
        new() { Mode = X509CertificateValidationMode.PeerTrust, RevocationMode = X509RevocationMode.NoCheck, TrustedPeople = [.. certificates] };

    public static ClientCredentials Credentials(X509Certificate2 client, X509Certificate2 service, X509Certificate2? authority = null) =>
        Credentials(client, service, Trusting(authority));

    private static ClientCredentials Credentials(X509Certificate2 client, X509Certificate2 service, CertificateValidationOptions validation) => new()
    {
        ClientCertificate = new X509Credential(client),
        ServiceCertificate = service,
        ServiceCertificateValidation = validation,
    };

    public static SecurityBindingElement MutualCertificate(SecurityAlgorithmSuite suite) =>
        SecurityBindingElement.CreateMutualCertificateBindingElement() with { DefaultAlgorithmSuite = suite, LocalServiceSettings = Patient };

    public static SecurityBindingElement SecureSession(SecurityAlgorithmSuite suite) =>
        SecurityBindingElement.CreateSecureConversationBindingElement(MutualCertificate(suite)) with
        {
            DefaultAlgorithmSuite = suite,
            LocalServiceSettings = Patient,
        };

    /// <summary>A request whose body is about so long: one text, or records as a DataContractSerializer writes them.</summary>
    public static byte[] Envelope(int bodyBytes, bool records = false) => Encoding.UTF8.GetBytes(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>" +
        "<a:Action s:mustUnderstand=\"1\">urn:e/Echo</a:Action><a:MessageID>urn:uuid:7ffa7522-089a-4bff-a927-c570747d97b2</a:MessageID>" +
        "<a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>" +
        $"<a:To s:mustUnderstand=\"1\">{Address}</a:To></s:Header><s:Body>{Body(bodyBytes, records)}</s:Body></s:Envelope>");

    public static string Body(int bytes, bool records = false) =>
        $"<Echo xmlns=\"urn:e\">{(records ? Records(bytes) : $"<text>{new string('x', bytes)}</text>")}</Echo>";

    public SecuredRequest Secure(byte[] envelope) => Session?.Secure(envelope) ?? Client.Secure(envelope);

    public ServiceResult Receive(ReadOnlyMemory<byte> envelope) => Service.ReceiveAsync(envelope).AsTask().GetAwaiter().GetResult();

    /// <summary>Receives a message that has to be accepted.</summary>
    public ServiceResult.Dispatch Accept(ReadOnlyMemory<byte> envelope) => Receive(envelope) switch
    {
        ServiceResult.Dispatch accepted => accepted,
        var refused => throw new InvalidOperationException($"Refused: {((ServiceResult.Respond)refused).Code}."),
    };

    /// <summary>Opens another session.</summary>
    public ClientSession Open()
    {
        using var request = Client.StartSession(Address);
        using var response = Answer(request.Envelope);
        return request.Complete(response.Envelope);
    }

    /// <summary>The first message of a handshake, of this client or of another one.</summary>
    public byte[] Handshake(MessageSecurityClient? client = null)
    {
        using var handshake = (client ?? Client).StartSession(Address);
        return handshake.Envelope.ToArray();
    }

    /// <summary>Receives a handshake that has to be accepted.</summary>
    public ServiceResult.Respond Answer(ReadOnlyMemory<byte> handshake) => Receive(handshake) switch
    {
        ServiceResult.Respond { Kind: ServiceResponseKind.Handshake } accepted => accepted,
        var refused => throw new InvalidOperationException($"Refused: {(refused as ServiceResult.Respond)?.Code}."),
    };

    public void Dispose()
    {
        Session?.Dispose();
        Service.Dispose();
    }

    private static string Records(int bytes)
    {
        var text = new StringBuilder(bytes + 256);
        text.Append("<orders xmlns:b=\"urn:orders\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">");
        for (var i = 0; text.Length < bytes; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"<b:Order><b:Id>{i}</b:Id><b:Customer>Customer {i % 97}</b:Customer><b:Amount>{i % 1000}.50</b:Amount>")
                .Append("<b:Note i:nil=\"true\"></b:Note><b:Placed>2026-01-01T12:00:00Z</b:Placed></b:Order>");
        }

        return text.Append("</orders>").ToString();
    }
}
