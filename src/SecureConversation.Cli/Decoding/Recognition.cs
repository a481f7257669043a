using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Cli.Reports;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;

namespace SecureConversation.Cli.Decoding;

/// <summary>A conversation with all that could be found out about it before it is decoded.</summary>
internal sealed class Recognition
{
    private Recognition(IReadOnlyList<WireMessage> messages, WireKeys wireKeys, ConversationKeys keys)
    {
        Messages = messages;
        WireKeys = wireKeys;
        Keys = keys;
    }

    public IReadOnlyList<WireMessage> Messages { get; }

    public WireKeys WireKeys { get; }

    /// <summary>The keys, each with its holder.</summary>
    public ConversationKeys Keys { get; }

    /// <summary>The binding; null where no message is secured, or where no settings fit together.</summary>
    public MessageSecurityBinding? Binding { get; private set; }

    /// <summary>Whether the caller gave the binding.</summary>
    public bool IsGiven { get; private set; }

    /// <summary>Why there is no binding.</summary>
    public string? Problem { get; private set; }

    public IReadOnlyList<Assumption> Assumptions { get; private set; } = [];

    /// <summary>Requests that the service answered with a fault without security, which is how it refuses, with that fault.</summary>
    public IReadOnlyDictionary<WireMessage, WireMessage> Refused { get; private set; } = new Dictionary<WireMessage, WireMessage>();

    /// <summary>Looks at the messages, and finds out the binding unless it is given.</summary>
    public static Recognition Of(
        IReadOnlyList<WireMessage> messages, DecodingKeys keys, MessageSecurityBinding? given, CancellationToken cancellation)
    {
        WireDirections.FindOut(messages);
        SetClocks(messages);
        var wireKeys = new WireKeys(keys);
        foreach (var message in messages)
        {
            cancellation.ThrowIfCancellationRequested();
            wireKeys.Open(message);
        }

        var recognition = new Recognition(messages, wireKeys, Assign(keys, messages, wireKeys));
        recognition.Refused = FindRefused(messages);
        if (given is not null)
        {
            (recognition.Binding, recognition.IsGiven) = (given, true);
            return recognition;
        }

        recognition.Search(cancellation);
        return recognition;
    }

    private void Search(CancellationToken cancellation)
    {
        var evidence = new Evidence();
        // What the other side refused says little about its binding, where there is anything else.
        var refused = Refused.Keys.ToHashSet();
        var credible = Messages.Where(m => !refused.Contains(m)).ToList();
        bool Has(Func<WireMessage, bool> predicate) => credible.Exists(m => m.IsSecured && m.IsRequest && predicate(m));
        var seen = Messages.Where(m => !refused.Contains(m) || !Has(other => other.IsHandshake == m.IsHandshake));
        if (new BindingEvidence(seen, evidence).Decide() is not { } first)
        {
            Problem = "no message has message security";
            return;
        }

        if (UnsecuredReplies(first, evidence))
        {
            first = first with { Element = first.Element with { EnableUnsecuredResponse = true } };
        }

        var (best, changes) = new BindingSearch(Messages, refused, Keys, cancellation).Improve(first);
        foreach (var (setting, value, reason) in changes)
        {
            evidence.Note(setting, value, reason, isSeen: true);
        }

        Binding = best.Build(out var problem);
        Problem = problem is null ? null : $"the settings that were seen do not fit together: {problem}";
        Assumptions = evidence.Assumptions;
    }

    private bool UnsecuredReplies(Candidate candidate, Evidence evidence)
    {
        var replies = Messages.Where(m => m is { IsRequest: false, IsFault: false, SessionStep: null, Envelope: not null }).ToList();
        // One reply alone may as well have lost its security on the way.
        var isOpen = candidate.Element is not TransportSecurityBindingElement && replies.Count > 1 && replies.TrueForAll(m => !m.IsSecured);
        if (replies.Count > 0)
        {
            evidence.Note("EnableUnsecuredResponse", isOpen.ToString(), $"message {replies[0].Number} shows it", isSeen: true);
        }

        return isOpen;
    }

    private static void SetClocks(IReadOnlyList<WireMessage> messages)
    {
        var last = messages.Select(m => m.Instant).FirstOrDefault(i => i is not null) ?? DateTimeOffset.UnixEpoch;
        foreach (var message in messages)
        {
            message.Clock = last = message.Instant ?? last;
        }
    }

    private static Dictionary<WireMessage, WireMessage> FindRefused(IReadOnlyList<WireMessage> messages)
    {
        var refused = new Dictionary<WireMessage, WireMessage>();
        var byId = new Dictionary<string, WireMessage>(StringComparer.Ordinal);
        WireMessage? last = null;
        foreach (var message in messages)
        {
            if (message.IsRequest)
            {
                last = message;
                if (message.MessageId is { } id)
                {
                    byId[id] = message;
                }
            }
            else if (message is { IsFault: true, IsSecured: false })
            {
                var request = message.RelatesTo is { } relates ? byId.GetValueOrDefault(relates) ?? last : last;
                if (request is not null)
                {
                    refused.TryAdd(request, message);
                }
            }
        }

        return refused;
    }

    private static ConversationKeys Assign(DecodingKeys keys, IReadOnlyList<WireMessage> messages, WireKeys wire)
    {
        var sent = messages.Where(m => m.IsRequest).SelectMany(m => m.SecurityItems)
            .Where(item => item.Name == WireNames.BinarySecurityToken).Select(item => item.Value.Trim()).ToHashSet(StringComparer.Ordinal);
        var all = keys.Certificates.Select(c => (Certificate: c, Wrapped: wire.WrappedFor(c),
            IsSent: sent.Contains(Convert.ToBase64String(c.RawData))))
            .ToList();
        var service = all.Where(c => c.Wrapped.Requests > c.Wrapped.Replies).OrderByDescending(c => c.Wrapped.Requests)
            .Select(c => c.Certificate).FirstOrDefault();
        var client = all.Where(c => c.Certificate != service).OrderByDescending(c => c.Wrapped.Replies).ThenByDescending(c => c.IsSent)
            .Where(c => c.Wrapped.Replies > 0 || c.IsSent || service is not null).Select(c => c.Certificate).FirstOrDefault();
        service ??= all.Where(c => c.Certificate != client).Select(c => c.Certificate).FirstOrDefault();
        return new ConversationKeys
        {
            Service = Credential(service),
            Client = Credential(client),
            FindPassword = user => keys.Users.GetValueOrDefault(user),
            IsTrusted = keys.Trusted.Count == 0 ? null : certificate => IsTrusted(keys.Trusted, certificate),
            IsAccepted = keys.Users.Count == 0 ? null
                : (user, password) => keys.Users.TryGetValue(user, out var known) && known == password,
        };
    }

    private static X509Credential? Credential(X509Certificate2? certificate) =>
        certificate is { HasPrivateKey: true } ? new X509Credential(certificate) : null;

    private static bool IsTrusted(IReadOnlyList<X509Certificate2> trusted, X509Certificate2 certificate)
    {
        if (trusted.Any(c => c.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span)))
        {
            return true;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate);
    }
}
