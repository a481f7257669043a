using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Policy;

/// <summary>A port of a WSDL with what its policies say.</summary>
public sealed record ImportedEndpoint
{
    /// <summary>The name of the port.</summary>
    public required string Name { get; init; }

    /// <summary>The service that the port belongs to; null for a binding that no service has.</summary>
    public XName? Service { get; init; }

    /// <summary>The name of the wsdl:binding.</summary>
    public required XName WsdlBinding { get; init; }

    /// <summary>The name of the wsdl:portType.</summary>
    public required XName Contract { get; init; }

    /// <summary>The address; null when the port has none.</summary>
    public Uri? Address { get; init; }

    /// <summary>
    /// The identity that the WSDL gives the service: a certificate or a DNS name. Null when it gives none, or another kind, which is a
    /// warning.
    /// Somebody on the way can change a WSDL that came over http, and this with it.
    /// </summary>
    public EndpointIdentity? Identity { get; init; }

    /// <summary>The DNS name of the identity; null when it is none.</summary>
    public string? IdentityDnsName { get; init; }

    /// <summary>The certificate of the identity, as DER; empty when the identity is no certificate.</summary>
    public ImmutableArray<byte> IdentityCertificate { get; init; } = [];

    /// <summary>The operations with their actions.</summary>
    public ImmutableArray<ContractOperation> Operations { get; init; } = [];

    /// <summary>The alternatives of the policy, in its order; at least one.</summary>
    public required ImmutableArray<PolicyAlternative> Alternatives { get; init; }

    /// <summary>
    /// The first alternative that is offered; where none is, the first that is understood, and else the first.
    /// </summary>
    public PolicyAlternative Chosen =>
        Alternatives.FirstOrDefault(a => a.Outcome == PolicyOutcome.Imported)
        ?? Alternatives.FirstOrDefault(a => a.Outcome == PolicyOutcome.NotOffered)
        ?? Alternatives.FirstOrDefault(a => a.Outcome == PolicyOutcome.NoMessageSecurity)
        ?? Alternatives[0];

    /// <summary>What became of the policy.</summary>
    public PolicyOutcome Outcome => Chosen.Outcome;

    /// <summary>The checked binding; null unless the outcome is <see cref="PolicyOutcome.Imported"/>.</summary>
    public MessageSecurityBinding? Binding => Chosen.Binding;

    /// <summary>The settings of the chosen alternative; null when it is refused or asks for no message security.</summary>
    public SecurityBindingElement? Element => Chosen.Element;

    /// <summary>What a reader should know about the port; see also the warnings of <see cref="Chosen"/>.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The checked binding.</summary>
    /// <exception cref="NotSupportedException">No alternative is offered; the message says of each why.</exception>
    public MessageSecurityBinding RequireBinding() => Binding ?? throw new NotSupportedException(
        $"The policy of port '{Name}' has no alternative that is offered:{Environment.NewLine}"
        + string.Join(Environment.NewLine, Alternatives.Select((a, i) => $"Alternative {i + 1}: {a}")));
}
