using System.Net.Security;

namespace SecureConversation.Binding;

/// <summary>
/// A header to be protected. <see cref="ChannelProtectionRequirements"/> creates it from the arguments of its <c>WithHeader</c>.
/// </summary>
public sealed record ProtectedHeader
{
    internal ProtectedHeader(string name, string ns, ProtectionLevel level)
    {
        Name = name;
        Namespace = ns;
        Level = level;
    }

    /// <summary>Local name.</summary>
    public string Name { get; }

    /// <summary>Namespace name.</summary>
    public string Namespace { get; }

    /// <summary>Whether the header is signed, or signed and encrypted.</summary>
    public ProtectionLevel Level { get; }
}
