using System.Security.Claims;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;

namespace SecureConversation.AspNetCore;

/// <summary>
/// What was verified of the current request. The HttpContext has this feature while the application runs behind message security, and
/// only then.
/// </summary>
public interface ISecureConversationFeature
{
    /// <summary>The verified request. Its buffers are cleared when the request is over: copy what outlives it.</summary>
    VerifiedMessage Message { get; }

    /// <summary>Who sent the request; in a session who opened it. Not authenticated where the binding asks for no credentials.</summary>
    ClaimsPrincipal User { get; }

    /// <summary>The version of the request, and of the reply to be.</summary>
    MessageVersion MessageVersion { get; }

    /// <summary>
    /// The session that the request belongs to; null outside sessions, and where RequireCancellation is false: the service keeps no such
    /// session, so it has no state here.
    /// </summary>
    ServiceSession? Session { get; }

    /// <summary>Identifier of the security context; null where there is no <see cref="Session"/>.</summary>
    string? SessionId => Session?.Id;

    /// <summary>State of the application that lives as long as the session; null where there is no <see cref="Session"/>.</summary>
    IDictionary<object, object?>? SessionItems => Session?.Items;

    /// <summary>Which parts of the request were signed and encrypted, with what.</summary>
    MessageProtection Protection => Message.Protection;
}
