using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>Makes a first candidate of a binding out of what most messages show.</summary>
internal sealed class BindingEvidence
{
    private readonly Evidence _evidence;
    private readonly List<WireMessage> _messages;
    private readonly List<WireForm> _handshake;
    private readonly List<WireForm> _session;

    public BindingEvidence(IEnumerable<WireMessage> messages, Evidence evidence)
    {
        _evidence = evidence;
        _messages = [.. messages.Where(m => m.Envelope is not null)];
        var forms = _messages.Where(m => m.IsSecured).Select(m => new WireForm(m)).ToList();
        _handshake = [.. forms.Where(f => f.Message.IsHandshake)];
        _session = [.. forms.Where(f => !f.Message.IsHandshake)];
        Forms = forms;
    }

    /// <summary>The secured messages.</summary>
    public IReadOnlyList<WireForm> Forms { get; }

    /// <summary>The candidate; null where no message is secured.</summary>
    public Candidate? Decide()
    {
        if (Forms.Count == 0)
        {
            return null;
        }

        var version = Version();
        var element = HasSession ? Session() : Alone();
        return new Candidate(element, version, new ProtectionEvidence(_session, _evidence).Decide(element));
    }

    private bool HasSession => _handshake.Count > 0
        || _messages.Exists(m => m.SessionStep is not null)
        || _session.Exists(f => f.Protection == WireProtection.SecurityContext);

    private MessageVersion Version()
    {
        var soap = _evidence.Decide("SoapVersion", _messages.Select(m => (m.Number,
            m.Envelope!.Name.NamespaceName == Ns.Soap12 ? SoapVersion.Soap12 : SoapVersion.Soap11)), SoapVersion.Soap12);
        var addressing = _evidence.Decide("AddressingVersion", _messages.Where(m => m.IsSecured).Select(m => (m.Number,
            m.AddressingNamespace switch
            {
                Ns.Wsa10 => AddressingVersion.WSAddressing10,
                Ns.WsaAugust2004 => AddressingVersion.WSAddressingAugust2004,
                _ => AddressingVersion.None,
            })), AddressingVersion.WSAddressing10);
        return MessageVersion.Create(soap, addressing);
    }

    private SecurityBindingElement Alone()
    {
        var evidence = new ElementEvidence(Forms, "", _evidence);
        var element = evidence.Decide(like: null);
        var sc = _evidence.Decide("SecureConversationVersion", evidence.Versions, SecureConversationVersion.February2005);
        return element with { MessageSecurityVersion = VersionOf("", evidence, element, sc) };
    }

    private SecurityBindingElement Session()
    {
        var (own, handshake) = (new ElementEvidence(_session, "", _evidence), new ElementEvidence(_handshake, "Bootstrap.", _evidence));
        var bootstrap = handshake.Decide(like: null);
        if (handshake.Protection == WireProtection.Unknown && _handshake.Count == 0)
        {
            bootstrap = SecurityBindingElement.CreateMutualCertificateBindingElement();
        }

        var sc = _evidence.Decide("SecureConversationVersion",
            SessionVersions().Concat(own.Versions), SecureConversationVersion.February2005);
        var inner = _evidence.Decide("Bootstrap.SecureConversationVersion", handshake.Versions.Where(v => !IsRenewed(v.Message)), sc);
        bootstrap = bootstrap with { MessageSecurityVersion = VersionOf("Bootstrap.", handshake, bootstrap, inner) };
        var overTransport = bootstrap is TransportSecurityBindingElement;
        var token = new SecureConversationSecurityTokenParameters
        {
            BootstrapSecurityBindingElement = bootstrap,
            RequireCancellation = _evidence.Decide("RequireCancellation", Cancellations(), true),
            RequireDerivedKeys = overTransport ? _session.Exists(f => f.HasDerivedKeys) : own.Derives(),
        };
        SecurityBindingElement element = overTransport
            ? new TransportSecurityBindingElement
            {
                AllowInsecureTransport = true,
                EndpointSupportingTokenParameters = new() { Endorsing = [token] },
            }
            : new SymmetricSecurityBindingElement { ProtectionTokenParameters = token };
        element = own.Common(element, bootstrap.DefaultAlgorithmSuite);
        return element with
        {
            KeyEntropyMode = _evidence.Decide("KeyEntropyMode", Entropies(), SecurityKeyEntropyMode.CombinedEntropy),
            RequireSignatureConfirmation = element.RequireSignatureConfirmation && !overTransport,
            MessageSecurityVersion = VersionOf("", own, element, sc, bootstrap.MessageSecurityVersion),
        };
    }

    private bool IsRenewed(int number) => _handshake.Exists(f => f.Message.Number == number && f.Message.SessionStep == "Renew");

    private MessageSecurityVersion VersionOf(string prefix, ElementEvidence seen, SecurityBindingElement element,
        SecureConversationVersion version, MessageSecurityVersion? bootstrap = null)
    {
        var needs11 = element is SymmetricSecurityBindingElement { ProtectionTokenParameters: X509SecurityTokenParameters }
            || element.RequireSignatureConfirmation;
        var is11 = seen.FirstOf11 is not null || needs11 || element is TransportSecurityBindingElement
            || bootstrap is { SecurityVersion: SecurityVersion.WSSecurity11 };
        _evidence.Note(prefix + "SecurityVersion", (is11 ? SecurityVersion.WSSecurity11 : SecurityVersion.WSSecurity10).ToString(),
            seen.FirstOf11 is { } first ? $"message {first} has what WS-Security 1.0 has not"
                : needs11 ? "this kind of binding needs it"
                : is11 ? "no message shows it" : "no message has what WS-Security 1.0 has not",
            isSeen: seen.FirstOf11 is not null || needs11);
        var bsp = seen.Bsp ?? (bootstrap is null ? null : (0, bootstrap.EmitBspRequiredAttributes));
        var emits = !is11 || bsp is { Value: true };
        _evidence.Note(prefix + "EmitBspRequiredAttributes", emits.ToString(), seen.Bsp is { } shown
            ? $"message {shown.Message} shows it" : "no message shows it", isSeen: seen.Bsp is not null);
        return MessageSecurityVersion.All.First(v => v.SecureConversationVersion == version
            && v.SecurityVersion == (is11 ? SecurityVersion.WSSecurity11 : SecurityVersion.WSSecurity10)
            && v.EmitBspRequiredAttributes == emits);
    }

    private IEnumerable<(int, SecureConversationVersion)> SessionVersions() => _messages.Where(m => m.SessionStep is not null)
        .Select(m => (m.Number, m.Action!.StartsWith(Ns.Trust13, StringComparison.Ordinal)
            ? SecureConversationVersion.V13 : SecureConversationVersion.February2005));

    // WCF keeps the state of a session without Cancel in a cookie inside the token.
    private IEnumerable<(int, bool)> Cancellations() => Forms.SelectMany(f => f.Items.Where(WireNames.IsContextToken)
        .Select(token => (f.Message.Number, !token.Elements().Any(e => e.Name.LocalName == "Cookie"))));

    private IEnumerable<(int, SecurityKeyEntropyMode)> Entropies() => _handshake
        .Where(f => !f.Message.IsRequest)
        .Select(f => (f.Message.Number, Trust: f.Message.Body?.Descendants()
            .FirstOrDefault(e => e.Name.LocalName == "RequestSecurityTokenResponse")))
        .Where(fact => fact.Trust is not null)
        .Select(fact => (fact.Number, EntropyOf(fact.Trust!)));

    private static SecurityKeyEntropyMode EntropyOf(XElement response)
    {
        var proof = response.Elements().FirstOrDefault(e => e.Name.LocalName == "RequestedProofToken");
        return proof?.Elements().Any(e => e.Name.LocalName == "BinarySecret") == true ? SecurityKeyEntropyMode.ServerEntropy
            : response.Elements().Any(e => e.Name.LocalName == "Entropy") ? SecurityKeyEntropyMode.CombinedEntropy
            : SecurityKeyEntropyMode.ClientEntropy;
    }
}
