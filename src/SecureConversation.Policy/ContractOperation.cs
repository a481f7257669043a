using System.Collections.Immutable;

namespace SecureConversation.Policy;

/// <summary>An operation of a contract with the actions of its messages (WS-Addressing 1.0 Metadata section 4.4).</summary>
public sealed record ContractOperation
{
    /// <summary>The name in the WSDL.</summary>
    public required string Name { get; init; }

    /// <summary>The action of the request.</summary>
    public required string Action { get; init; }

    /// <summary>The action of the reply; null for a one-way operation.</summary>
    public string? ReplyAction { get; init; }

    /// <summary>The declared faults.</summary>
    public ImmutableArray<ContractFault> Faults { get; init; } = [];
}

/// <summary>A fault that an operation declares.</summary>
public sealed record ContractFault
{
    /// <summary>The name in the WSDL.</summary>
    public required string Name { get; init; }

    /// <summary>The action.</summary>
    public required string Action { get; init; }
}
