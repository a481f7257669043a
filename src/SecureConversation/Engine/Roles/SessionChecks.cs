using SecureConversation.Binding;

namespace SecureConversation.Engine.Roles;

/// <summary>What a service needs whose sessions leave its memory.</summary>
internal static class SessionChecks
{
    /// <exception cref="ArgumentException">Something is missing, or has no effect; the message says what.</exception>
    public static void Require(MessageSecurityBinding binding, MessageSecurityServiceOptions options)
    {
        var hasName = options.EndpointName is { Length: > 0 and <= 200 };
        if (options.SessionStore is not null && !hasName)
        {
            throw new ArgumentException("MessageSecurityServiceOptions.SessionStore needs EndpointName, of at most 200 characters: the "
                + "store may serve several endpoints, and an endpoint must not take the sessions of another.", nameof(options));
        }

        if (options.SessionStore is not null && binding.ReliableSession is not null)
        {
            throw new ArgumentException("MessageSecurityServiceOptions.SessionStore does not go with a ReliableSession, whose sequences "
                + "are in the memory of one process: leave one of them.", nameof(options));
        }

        if (!binding.UsesCookies)
        {
            return;
        }

        if (options.SecurityStateEncoder is null || !hasName)
        {
            throw new ArgumentException("RequireCancellation = false puts the state of a session, or of what was negotiated, into a "
                + "cookie. That needs "
                + "MessageSecurityServiceOptions.SecurityStateEncoder, such as a DataProtectionSecurityStateEncoder, and EndpointName, of "
                + "at most 200 characters: an endpoint must not take the cookies of another.", nameof(options));
        }

        if (options.SessionStore is not null && binding.HasCookies)
        {
            throw new ArgumentException("MessageSecurityServiceOptions.SessionStore has no effect where RequireCancellation is false, "
                + "since the state of a session is in its cookie: leave one of them.", nameof(options));
        }
    }
}
