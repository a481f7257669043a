using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Binding;

namespace SecureConversation.Policy;

/// <summary>
/// One alternative of the policy of an endpoint (WS-Policy 1.5 section 3.2). A client may choose any; the importer chooses the first
/// that is offered.
/// </summary>
public sealed record PolicyAlternative
{
    /// <summary>What became of it.</summary>
    public required PolicyOutcome Outcome { get; init; }

    /// <summary>
    /// The settings that it asks for, those of <see cref="PolicyOutcome.Imported"/> and <see cref="PolicyOutcome.NotOffered"/>; else null.
    /// Local settings are the defaults: no policy says them.
    /// </summary>
    public SecurityBindingElement? Element { get; init; }

    /// <summary>The versions of SOAP and WS-Addressing.</summary>
    public MessageVersion MessageVersion { get; init; } = MessageVersion.Default;

    /// <summary>What is signed and encrypted, by the actions of the operations.</summary>
    public ChannelProtectionRequirements Protection { get; init; } = ChannelProtectionRequirements.Default;

    /// <summary>The checked binding; null unless the outcome is <see cref="PolicyOutcome.Imported"/>.</summary>
    public MessageSecurityBinding? Binding { get; init; }

    /// <summary>Why messages are not offered, in the words of <see cref="MessageSecurityBinding"/>; else null.</summary>
    public string? NotOffered { get; init; }

    /// <summary>All reasons of <see cref="PolicyOutcome.Refused"/>; else empty.</summary>
    public ImmutableArray<PolicyRefusal> Refusals { get; init; } = [];

    /// <summary>
    /// What the alternative asks for besides message security and addressing, as reliable messaging, MTOM, or HTTPS. The importer reads no
    /// more than the names.
    /// </summary>
    public ImmutableArray<XName> OtherRequirements { get; init; } = [];

    /// <summary>What a reader should know, such as messages that the policy leaves unsigned.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The outcome in a few lines.</summary>
    public override string ToString() => Outcome switch
    {
        PolicyOutcome.Refused => string.Join(Environment.NewLine, Refusals),
        PolicyOutcome.NotOffered => $"Not offered: {NotOffered}",
        PolicyOutcome.Imported => $"{Element!.GetType().Name} {MessageVersion}",
        _ => "No message security.",
    };
}
