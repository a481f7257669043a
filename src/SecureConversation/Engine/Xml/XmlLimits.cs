namespace SecureConversation.Engine.Xml;

/// <summary>Limits on a document. A document beyond any of them is refused with <see cref="FailureCode.LimitExceeded"/>.</summary>
internal sealed record XmlLimits
{
    /// <summary>No message needs more attributes: so many are kept of a whole document.</summary>
    public const int MostAttributes = 32 * 1024;

    /// <summary>The time for a name grows with the declarations in scope, which is why they have a bound.</summary>
    public const int MostNamespaceDeclarations = 4096;

    public static XmlLimits Default { get; } = new();

    /// <summary>The limits for a document that is the application's own, or that was read within limits before.</summary>
    public static XmlLimits Known { get; } = new()
    {
        MaxBytes = int.MaxValue,
        MaxAttributesPerElement = MostAttributes,
        MaxNamespaceDeclarationsInScope = MostNamespaceDeclarations,
    };

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
    public int MaxIndexedAttributes { get; init; } = MostAttributes;

    /// <summary>Maximum number of namespace declarations of an element and of those around it. WCF has no limit of its own.</summary>
    public int MaxNamespaceDeclarationsInScope { get; init; } = 256;

    /// <summary>The limits that an application may set, each with its name in the options.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One of them is out of its range.</exception>
    public static XmlLimits Of(int maxEnvelopeBytes, int maxAttributesPerElement, int maxNamespaceDeclarations)
    {
        Require(maxAttributesPerElement, MostAttributes, "MaxAttributesPerElement");
        Require(maxNamespaceDeclarations, MostNamespaceDeclarations, "MaxNamespaceDeclarations");
        return new XmlLimits
        {
            MaxBytes = maxEnvelopeBytes,
            MaxAttributesPerElement = maxAttributesPerElement,
            MaxNamespaceDeclarationsInScope = maxNamespaceDeclarations,
        };
    }

    private static void Require(int value, int most, string name)
    {
        if (value < 1 || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be 1 to {most}.");
        }
    }
}
