namespace SecureConversation.Configuration;

/// <summary>The message encoding of a binding.</summary>
public sealed record ConfiguredEncoding
{
    /// <summary>The kind. Default: text.</summary>
    public ConfiguredEncodingKind Kind { get; init; }

    /// <summary>The name of the character encoding, as <c>utf-8</c> (default), <c>utf-16</c> or <c>unicodeFFFE</c>.</summary>
    public string WriteEncoding { get; init; } = "utf-8";

    /// <summary>The limits of the XML reader.</summary>
    public ConfiguredReaderQuotas ReaderQuotas { get; init; } = new();

    /// <summary>Readers that are kept for reuse. Default 64.</summary>
    public int MaxReadPoolSize { get; init; } = 64;

    /// <summary>Writers that are kept for reuse. Default 16.</summary>
    public int MaxWritePoolSize { get; init; } = 16;

    /// <summary>MTOM: maximum size of a buffer in octets. Default 65,536.</summary>
    public int MaxBufferSize { get; init; } = 65536;

    /// <summary>Binary: maximum size of the dictionary of a session in octets. Default 2,048.</summary>
    public int MaxSessionSize { get; init; } = 2048;
}
