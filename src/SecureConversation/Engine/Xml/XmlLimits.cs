namespace SecureConversation.Engine.Xml;

/// <summary>Bounds on a document; beyond any of them it is refused with <see cref="FailureCode.LimitExceeded"/>.</summary>
internal sealed record XmlLimits
{
    public static XmlLimits Default { get; } = new();

    public int MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>WCF takes part in exchanges of 1000 levels inside a body; this leaves room around them.</summary>
    public int MaxDepth { get; init; } = 2048;

    /// <summary>Declarations included. Recorded WCF services take 200.</summary>
    public int MaxAttributesPerElement { get; init; } = 512;

    /// <summary>Length of a qualified name; at most 65535.</summary>
    public int MaxNameBytes { get; init; } = 1024;

    /// <summary>Elements that get a node; the content of an opaque element does not count.</summary>
    public int MaxIndexedNodes { get; init; } = 8192;

    public int MaxNamespaceDeclarationsInScope { get; init; } = 256;
}
