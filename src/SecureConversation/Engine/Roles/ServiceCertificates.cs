using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Tokens;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// The credentials of a service at one time: its certificates, and how it validates clients. Immutable; a message that has entered them
/// finishes with them, whatever the service has by then.
/// </summary>
internal sealed class ServiceCertificates
{
    private readonly UseCount _users;
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OwnCertificate[] _all;
    private readonly TimeProvider _clock;

    /// <param name="credentials">The credentials.</param>
    /// <param name="certificates">
    /// The certificates in them that messages are received under; none where the transport protects messages.
    /// </param>
    /// <param name="replays">The replay memory of each certificate.</param>
    /// <param name="ofEndpoint">
    /// The replay memory of all messages of the endpoint, whatever they name. It stays the same when the certificates change.
    /// </param>
    /// <param name="environment">The environment of the service.</param>
    public ServiceCertificates(
        ServiceCredentials credentials, IReadOnlyList<X509Credential> certificates, IReadOnlyList<IReplayCache> replays,
        IReplayCache ofEndpoint, EngineEnvironment environment)
    {
        _users = new UseCount(_unused.SetResult);
        _clock = environment.Clock;
        var authenticator = new ClientAuthenticator(credentials, environment);
        Clients = new KnownClients(credentials.KnownClientCertificates, environment.Clock);
        _all = certificates.Count == 0 ? [Create(null, ofEndpoint)] : [.. certificates.Zip(replays, Create)];
        OfSessions = new(environment, ofEndpoint, ofEndpoint, authenticator);

        // Read here, because it may be disposed of when others ask.
        X509Certificate2[] current = certificates.Count == 0
            ? []
            : [credentials.ServiceCertificate!.Certificate, certificates[0].Certificate];
        ValidFrom = current.Max(certificate => (DateTime?)certificate.NotBefore.ToUniversalTime());
        ValidUntil = current.Min(certificate => (DateTime?)certificate.NotAfter.ToUniversalTime());

        OwnCertificate Create(X509Credential? own, IReplayCache memory) => new(
            own, own is not null && own == credentials.ServiceEncryptionCertificate ? credentials.ServiceCertificate! : own,
            new ServiceReceiver(environment, memory, ofEndpoint, authenticator), new FirstGlance(memory), this);
    }

    /// <summary>Completed when these are no longer the credentials of the service, and the last message has left them.</summary>
    public Task Unused => _unused.Task;

    /// <summary>The certificates of clients that the service knows.</summary>
    public KnownClients Clients { get; }

    /// <summary>From when on the current certificate is valid, UTC; null where messages need none.</summary>
    public DateTime? ValidFrom { get; }

    /// <summary>Until when the current certificate is valid, UTC; null where messages need none.</summary>
    public DateTime? ValidUntil { get; }

    /// <summary>Receives messages of sessions, whose keys have nothing to do with certificates.</summary>
    public ServiceReceiver OfSessions { get; }

    /// <summary>The certificates in credentials that something can be encrypted for, the current one first.</summary>
    public static IEnumerable<X509Credential> Of(ServiceCredentials credentials) =>
        (credentials.ServiceEncryptionCertificate ?? credentials.ServiceCertificate) is { } current
            ? credentials.OtherServiceCertificates.Prepend(current)
            : credentials.OtherServiceCertificates;

    /// <summary>
    /// The certificates in credentials by which the messages of a binding are received, the current one first; none where the transport
    /// or the key of a Windows account protects messages, which then use no certificate that is there.
    /// </summary>
    public static IReadOnlyList<X509Credential> Of(MessageSecurityBinding binding, ServiceCredentials credentials) =>
        binding.Element is TransportSecurityBindingElement || binding.NegotiatedToken is SspiSecurityTokenParameters
            ? []
            : [.. Of(credentials)];

    /// <summary>Keeps the private keys for a message, until it leaves; false when they are out of use.</summary>
    public bool TryEnter() => _users.TryEnter();

    /// <summary>A message is done. The service calls it once as well, when it has others.</summary>
    public void Leave() => _users.Leave();

    /// <summary>
    /// Chooses the certificate for a message, by the reference in its EncryptedKey, and refuses a message that cannot be accepted before a
    /// private key is used for it. So there is one operation at most for a message, however many certificates there are. A message without
    /// EncryptedKey names no certificate of the service: it is answered by the current one, and remembered for it, too, since each endpoint
    /// with that certificate would take it.
    /// </summary>
    /// <param name="message">The message, of which nothing is verified.</param>
    /// <param name="messages">Its formats.</param>
    /// <exception cref="SecurityFailureException">The message is old, was here before, or names none of the certificates.</exception>
    public OwnCertificate Require(ReceivedEnvelope message, BindingMessages messages)
    {
        OwnCertificate? named = null;
        var freshness = FirstGlance.FreshnessOf(messages, _clock);
        var security = message.Wire.FindSecurity();
        foreach (var child in security.Children)
        {
            if (child.Is(Wsu.Timestamp))
            {
                freshness.Require(child);
            }
            else if (child.Is(Xenc.EncryptedKey))
            {
                // Verification refuses a second one.
                var key = EncryptedKey.Read(child, messages.Protocol);
                named = Find(BroughtCertificate.Follow(key.WrappedFor, security));
                named.Glance.RequireNewKey(key.CipherValue, message.Use, named.Credential!, freshness);
            }
        }

        return named ?? _all[0];
    }

    private string OwnNames => string.Join(" or ",
        _all.Select(own => own.Credential is { } credential ? FailureText.Certificate(credential.Certificate) : "none"));

    private OwnCertificate Find(KeyReference wrappedFor)
    {
        foreach (var own in _all)
        {
            if (own.Credential is { } credential && wrappedFor.Matches(credential.Certificate))
            {
                return own;
            }
        }

        return Fail.With<OwnCertificate>(
            FailureCode.WrongToken, "xenc:EncryptedKey", $"a key for {wrappedFor.Describe()}", OwnNames);
    }
}

/// <summary>The certificate of the service that a message is received under and answered by.</summary>
/// <param name="Credential">
/// The certificate that the message is encrypted for, and its private key; null where the transport protects messages.
/// </param>
/// <param name="Signing">The one that signs the reply: the same, unless the service has two.</param>
/// <param name="Receiver">Receives messages under it.</param>
/// <param name="Glance">Refuses wrapped keys that cannot be accepted.</param>
/// <param name="Owner">The credentials that it belongs to, which the message has entered.</param>
internal sealed record OwnCertificate(
    X509Credential? Credential, X509Credential? Signing, ServiceReceiver Receiver, FirstGlance Glance, ServiceCertificates Owner);
