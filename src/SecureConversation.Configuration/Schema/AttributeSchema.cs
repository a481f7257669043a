namespace SecureConversation.Configuration.Schema;

/// <summary>What a written value other than the default does.</summary>
internal enum AttributeEffect
{
    /// <summary>It changes what is read.</summary>
    Used,
    /// <summary>It cannot be honoured: an error.</summary>
    Refused,
    /// <summary>It has no effect here and harms nothing: a note.</summary>
    Ignored,
}

/// <summary>An attribute of WCF's schema, or one of ours.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">How its text is read.</param>
/// <param name="Default">The text that means the default; empty for none.</param>
internal sealed record AttributeSchema(string Name, ValueKind Kind, string Default)
{
    public AttributeEffect Effect { get; private init; }

    public string Reason { get; private init; } = "";

    public string Remedy { get; private init; } = "";

    public bool IsRequired { get; private init; }

    /// <summary>The value where the attribute is not written; null for none.</summary>
    public object? DefaultValue { get; } = Default.Length == 0 ? (Kind == ValueKind.Text ? "" : null) : Kind.Parse(Default);

    public AttributeSchema Refused(string reason, string remedy) =>
        this with { Effect = AttributeEffect.Refused, Reason = reason, Remedy = remedy };

    public AttributeSchema Ignored(string reason) =>
        this with { Effect = AttributeEffect.Ignored, Reason = reason, Remedy = "Remove it, or leave it." };

    public AttributeSchema Required() => this with { IsRequired = true };
}
