using System.Xml.Linq;

namespace SecureConversation.Policy;

/// <summary>Why a policy alternative is not imported: one assertion, where it stands, and what to do.</summary>
public sealed record PolicyRefusal
{
    /// <summary>The name of the assertion, or of the element or attribute inside it.</summary>
    public required XName Assertion { get; init; }

    /// <summary>Where it stands.</summary>
    public required PolicyLocation Location { get; init; }

    /// <summary>What it asks for, and why it is not imported.</summary>
    public required string Reason { get; init; }

    /// <summary>What to do.</summary>
    public required string Remedy { get; init; }

    /// <summary>All of it in one line.</summary>
    public override string ToString() => $"{Location}: {Assertion.LocalName}: {Reason} {Remedy}";
}
