namespace SecureConversation.Engine.Xml;

/// <summary>Limits on a document. A document beyond any of them is refused with <see cref="FailureCode.LimitExceeded"/>.</summary>
internal sealed record XmlLimits
{
    public static XmlLimits Default { get; } = new();

    public int MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// Maximum depth of elements. WCF exchanges bodies of 1000 levels; the limit leaves room for more.
    /// </summary>
    public int MaxDepth { get; init; } = 2048;

    /// <summary>Maximum number of attributes and namespace declarations of an element. Recorded WCF services accept 200.</summary>
    public int MaxAttributesPerElement { get; init; } = 512;

    /// <summary>Maximum length of a qualified name in bytes. Must not exceed 65535.</summary>
    public int MaxNameBytes { get; init; } = 1024;

    /// <summary>Maximum number of elements with a node. The content of an opaque element does not count.</summary>
    public int MaxIndexedNodes { get; init; } = 8192;

    /// <summary>Maximum number of attributes and namespace declarations of all elements with a node.</summary>
    public int MaxIndexedAttributes { get; init; } = 32 * 1024;

    public int MaxNamespaceDeclarationsInScope { get; init; } = 256;
}
