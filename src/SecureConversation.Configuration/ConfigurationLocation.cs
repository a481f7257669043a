namespace SecureConversation.Configuration;

/// <summary>Where something stands in a configuration file.</summary>
public sealed record ConfigurationLocation
{
    /// <summary>The path of the file as it was given; for a <c>configSource</c>, the path of that file.</summary>
    public required string File { get; init; }

    /// <summary>The line, counted from 1; 0 where unknown.</summary>
    public int Line { get; init; }

    /// <summary>The column, counted from 1; 0 where unknown.</summary>
    public int Column { get; init; }

    /// <summary>Returns <c>file(line,column)</c>, which editors and build logs understand.</summary>
    public override string ToString() => Line == 0 ? File : $"{File}({Line},{Column})";
}
