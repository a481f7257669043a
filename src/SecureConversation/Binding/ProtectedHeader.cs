using System.Net.Security;

namespace SecureConversation.Binding;

/// <summary>A header to be protected.</summary>
/// <param name="Name">Local name.</param>
/// <param name="Namespace">Namespace name.</param>
/// <param name="Level">Signed, or signed and encrypted.</param>
public sealed record ProtectedHeader(string Name, string Namespace, ProtectionLevel Level);
