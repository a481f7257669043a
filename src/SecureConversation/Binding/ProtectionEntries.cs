using System.Net.Security;

namespace SecureConversation.Binding;

/// <summary>The protection of the bodies of messages with one action. See <see cref="ChannelProtectionRequirements"/>.</summary>
public sealed record ActionProtection
{
    /// <summary>The action.</summary>
    public required string Action { get; init; }

    /// <summary>Whether the body is signed, or signed and encrypted. Default: both.</summary>
    public ProtectionLevel ProtectionLevel { get; init; } = ProtectionLevel.EncryptAndSign;
}

/// <summary>The protection of a header. See <see cref="ChannelProtectionRequirements"/>.</summary>
public sealed record HeaderProtection
{
    /// <summary>The local name.</summary>
    public required string Name { get; init; }

    /// <summary>The namespace name; empty (default) for none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Whether the header is signed, or signed and encrypted. Default: both.</summary>
    public ProtectionLevel ProtectionLevel { get; init; } = ProtectionLevel.EncryptAndSign;

    /// <summary>The direction of the messages; null (default) with <see cref="Action"/> for all messages that have the header.</summary>
    public MessageDirection? Direction { get; init; }

    /// <summary>The action of the messages; null (default) with <see cref="Direction"/> for all.</summary>
    public string? Action { get; init; }
}
