namespace SecureConversation.Configuration;

/// <summary>The <c>&lt;readerQuotas&gt;</c> of an encoding: limits of the XML reader. 0 is the default of the encoder.</summary>
public sealed record ConfiguredReaderQuotas
{
    /// <summary>Maximum depth of elements. The encoder's default is 32.</summary>
    public int MaxDepth { get; init; }

    /// <summary>Maximum length of a string in characters. The encoder's default is 8,192.</summary>
    public int MaxStringContentLength { get; init; }

    /// <summary>Maximum length of an array. The encoder's default is 16,384.</summary>
    public int MaxArrayLength { get; init; }

    /// <summary>Maximum number of bytes for one read. The encoder's default is 4,096.</summary>
    public int MaxBytesPerRead { get; init; }

    /// <summary>Maximum number of characters in the table of names. The encoder's default is 16,384.</summary>
    public int MaxNameTableCharCount { get; init; }
}
