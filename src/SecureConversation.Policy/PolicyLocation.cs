namespace SecureConversation.Policy;

/// <summary>Where an element stands: the document, line and column, and the names of the elements around it.</summary>
public sealed record PolicyLocation
{
    /// <summary>The file or address of the document; null for one that has no name.</summary>
    public string? Document { get; init; }

    /// <summary>The line, from 1; 0 when it is not known.</summary>
    public int Line { get; init; }

    /// <summary>The column, from 1; 0 when it is not known.</summary>
    public int Column { get; init; }

    /// <summary>The local names of the assertions around the element, outermost first, with slashes between them; may be empty.</summary>
    public string Path { get; init; } = "";

    /// <summary>As <c>file(line,column)</c>, which editors open.</summary>
    public override string ToString() =>
        (Document ?? "policy") + (Line > 0 ? $"({Line},{Column})" : "") + (Path.Length > 0 ? $" {Path}" : "");
}
