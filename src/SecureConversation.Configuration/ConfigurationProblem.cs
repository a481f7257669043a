namespace SecureConversation.Configuration;

/// <summary>How much a problem weighs.</summary>
public enum ConfigurationProblemSeverity
{
    /// <summary>What has the problem cannot be used.</summary>
    Error,
    /// <summary>The setting has no effect here, and nothing gets weaker or breaks by that.</summary>
    Note,
}

/// <summary>Something in a configuration file that cannot be honoured, and what to do about it.</summary>
public sealed record ConfigurationProblem
{
    /// <summary>Whether the problem prevents use. Default: it does.</summary>
    public ConfigurationProblemSeverity Severity { get; init; }

    /// <summary>Where the element or attribute stands.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary>
    /// The element, from the section on, as <c>system.serviceModel/bindings/wsHttpBinding/binding[orders]/security</c>.
    /// </summary>
    public required string Path { get; init; }

    /// <summary>The attribute; null where the problem is the element.</summary>
    public string? Attribute { get; init; }

    /// <summary>The value that was found; null where the element or attribute itself is the problem.</summary>
    public string? Found { get; init; }

    /// <summary>Why it cannot be honoured: one sentence.</summary>
    public required string Reason { get; init; }

    /// <summary>What to do: one sentence.</summary>
    public required string Remedy { get; init; }

    /// <summary>Returns one line: place, severity, element, attribute and value, reason, remedy.</summary>
    public override string ToString()
    {
        var severity = Severity == ConfigurationProblemSeverity.Error ? "error" : "note";
        var attribute = Attribute is null ? "" : Found is null ? $" {Attribute}" : $" {Attribute}=\"{Found}\"";
        return $"{Location}: {severity}: <{Path}{attribute}>: {Reason} {Remedy}";
    }
}
