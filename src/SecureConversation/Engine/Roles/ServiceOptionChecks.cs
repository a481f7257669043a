namespace SecureConversation.Engine.Roles;

/// <summary>Checks when a service is created that its options are in their ranges and fit each other.</summary>
internal static class ServiceOptionChecks
{
    /// <exception cref="ArgumentException">An option is missing or out of its range; the message names it.</exception>
    public static void Require(MessageSecurityServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.AddressFilter, nameof(options));
        if (options.Address is { IsAbsoluteUri: false })
        {
            throw new ArgumentException("MessageSecurityServiceOptions.Address must be an absolute URI.", nameof(options));
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxSessions, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.MaxKeptReplyBytes, nameof(options));
        if (options.SessionStore is not null && options.EndpointName is not { Length: > 0 and <= 200 })
        {
            throw new ArgumentException("MessageSecurityServiceOptions.SessionStore needs EndpointName, of at most 200 characters: the "
                + "store may serve several endpoints, and an endpoint must not take the sessions of another.", nameof(options));
        }
    }
}
