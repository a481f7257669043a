using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>What a message is in its operation.</summary>
internal enum MessageKind
{
    Request,
    Reply,
    Fault,
}

/// <summary>The normalized policies of an endpoint by scope (WS-PolicyAttachment 1.5 section 4.1).</summary>
internal sealed record EndpointPolicy
{
    public required ImmutableArray<ImmutableArray<Assertion>> Alternatives { get; init; }

    public required XElement Place { get; init; }

    public ImmutableArray<OperationPolicy> Operations { get; init; } = [];

    public SoapVersion Soap { get; init; } = SoapVersion.Soap12;

    public Uri? Address { get; init; }

    /// <summary>WS-Addressing where an extension element of the WSDL says it, and no policy.</summary>
    public AddressingVersion? AddressingOfWsdl { get; init; }
}

/// <summary>The policies of an operation and its messages.</summary>
internal sealed record OperationPolicy
{
    public required ContractOperation Operation { get; init; }

    public required ImmutableArray<ImmutableArray<Assertion>> Alternatives { get; init; }

    public required ImmutableArray<MessagePolicy> Messages { get; init; }
}

/// <summary>The policy of a message.</summary>
internal sealed record MessagePolicy
{
    public required MessageKind Kind { get; init; }

    public required string Action { get; init; }

    public required XElement Place { get; init; }

    public required ImmutableArray<ImmutableArray<Assertion>> Alternatives { get; init; }
}
