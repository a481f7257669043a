using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Roles;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Fuzz.Sealing;

/// <summary>
/// A service and a client of one binding in memory, at a time that stands still, with a session where the binding has one. The service
/// answers at once, remembers no message and keeps the session whatever happens to it, so that every input meets the same state.
/// </summary>
internal sealed class FuzzScene
{
    public const byte ContextName = (byte)'c';

    // Sessions that inputs open are pending, and the service takes no more than 128 of them.
    private const int MaxSessions = 64;

    private readonly KeepingStore _store = new();
    private readonly EngineEnvironment _environment;
    private readonly SymmetricKey? _root;

    public FuzzScene(string name)
    {
        var binding = Bindings.Create(name);
        Binding = binding;

        // One binding for the other way to hand out.
        _environment = new EngineEnvironment { Clock = Clock, Log = Log, HandOutCanonicalForm = name.Contains("/sign-first/", StringComparison.Ordinal) };
        Client = new MessageSecurityClient(binding, FuzzCredentials.Client, new MessageSecurityClientOptions(), _environment);
        Service = CreateService();
        if (binding.EstablishesSession)
        {
            using var handshake = Client.StartSession(FuzzCredentials.Address);
            using var result = Receive(((HandshakeStep.Send)handshake.Step).Envelope);
            Session = ((HandshakeStep.Completed)handshake.Receive(((ServiceResult.Respond)result).Envelope)).Session;
            using var state = _store.Single();
            _root = SymmetricKey.From(state.Keys[0].Key);
        }

        _store.IsClosed = true;
    }

    public ManualTimeProvider Clock { get; } = new();

    public FuzzLog Log { get; } = new();

    public MessageSecurityBinding Binding { get; }

    public MessageSecurityClient Client { get; }

    public MessageSecurityService Service { get; private set; }

    public ClientSession? Session { get; }

    public bool SignsFirst => Binding.Element.MessageProtectionOrder != MessageProtectionOrder.EncryptBeforeSign;

    /// <summary>The keys of whoever sends requests.</summary>
    public ScriptKeys RequestKeys() => Keys(_root, FuzzCredentials.ClientKey, FuzzCredentials.ServiceKey);

    /// <summary>The keys of whoever answers a request.</summary>
    /// <param name="root">What the request brought; null for the key of the session.</param>
    public ScriptKeys ReplyKeys(SymmetricKey? root) => Keys(root ?? _root, FuzzCredentials.ServiceKey, FuzzCredentials.ClientKey);

    public byte[] Request(string body = "<Echo xmlns=\"urn:e\"><text>h&amp;i</text></Echo>", string headers = "") =>
        TestEnvelope.Create(Binding.MessageVersion, TestEnvelope.Action("urn:e/Echo") + "<a:MessageID>urn:uuid:00000000-0000-4000-8000-000000000001</a:MessageID>"
            + $"<a:ReplyTo><a:Address>{TestEnvelope.Anonymous(Binding.MessageVersion)}</a:Address></a:ReplyTo><a:To s:mustUnderstand=\"1\">{FuzzCredentials.Address}</a:To>{headers}", body);

    public SecuredRequest Secure(byte[] plain) => Session?.Secure(plain) ?? Client.Secure(plain, FuzzCredentials.Address);

    /// <exception cref="FuzzFindingException">The service did not answer at once, which nothing here makes it do.</exception>
    public ServiceResult Receive(ReadOnlyMemory<byte> wire)
    {
        if (Service.SessionCount > MaxSessions)
        {
            Service.Dispose();
            Service = CreateService();
        }

        var received = Service.ReceiveAsync(wire);
        return received.IsCompleted ? received.GetAwaiter().GetResult() : throw new FuzzFindingException("the service waits for something");
    }

    private MessageSecurityService CreateService() => new(Binding, FuzzCredentials.Service, new MessageSecurityServiceOptions
    {
        SessionStore = Binding.EstablishesSession ? _store : null,
        EndpointName = "fuzz",
        ReplayCache = new ForgetfulReplayCache(),
        FailureAnswers = new FailureAnswerOptions { Step = TimeSpan.Zero },
    }, _environment);

    private ScriptKeys Keys(SymmetricKey? root, RSA signer, RSA receiver)
    {
        var keys = new ScriptKeys
        {
            Suite = SecurityAlgorithmSuite.Basic256Sha256,
            Protocol = ProtocolVersion.Of(Binding.Element.MessageSecurityVersion),
            SignsFirst = SignsFirst,
            Root = root,
            Signer = signer,
            Receiver = receiver,
        };
        if (Session is not null)
        {
            keys.Variables[ContextName] = System.Text.Encoding.ASCII.GetBytes(Session.Id);
        }

        return keys;
    }
}
