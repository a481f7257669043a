namespace SecureConversation.Testing.Hostile;

/// <summary>What an attacker puts into the places of a message, as text.</summary>
public sealed record HostileContent
{
    /// <summary>Attributes of s:Envelope.</summary>
    public string Declarations { get; init; } = "";

    /// <summary>Header blocks before wsse:Security.</summary>
    public string Header { get; init; } = "";

    /// <summary>Children of wsse:Security before the signature.</summary>
    public string Security { get; init; } = "";

    /// <summary>Content of the ds:DigestMethod of the first ds:Reference.</summary>
    public string SignedInfo { get; init; } = "";

    /// <summary>Further ds:Reference elements.</summary>
    public string References { get; init; } = "";

    /// <summary>The inclusive prefixes of ds:SignedInfo and of the first reference.</summary>
    public string PrefixList { get; init; } = "";

    /// <summary>The content of s:Body.</summary>
    public string Body { get; init; } = "";
}

/// <summary>A family of messages of one shape and of any size.</summary>
/// <param name="Name">Says what there is much of.</param>
/// <param name="Content">The content of a message of about that many bytes.</param>
public sealed record HostileShape(string Name, Func<int, HostileContent> Content)
{
    public override string ToString() => Name;
}
