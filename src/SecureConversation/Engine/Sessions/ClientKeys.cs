namespace SecureConversation.Engine.Sessions;

/// <summary>
/// The keys of a session at the side of the client, at one moment. Requests are under the current key. Replies may come under the one
/// before for a while: they were under way when the key was renewed.
/// </summary>
/// <param name="Current">The key for requests.</param>
/// <param name="Since">The time stamp of the clock at which the key was issued.</param>
/// <param name="RenewAfter">How long after that the key is to be renewed.</param>
/// <param name="Previous">The key before; null when there is none.</param>
/// <param name="PreviousUntil">Until when replies under the key before are accepted, UTC.</param>
internal sealed record ClientKeys(
    SessionKey Current, long Since, TimeSpan RenewAfter, SessionKey? Previous = null, DateTimeOffset PreviousUntil = default)
{
    // WCF renews after three fifths of the validity (recorded).
    private const double FractionOfValidity = 0.6;

    public IEnumerable<SessionKey> All => Previous is null ? [Current] : [Current, Previous];

    /// <summary>The keys of a new session.</summary>
    /// <param name="context">What the service issued.</param>
    /// <param name="interval">SessionKeyRenewalInterval of the client.</param>
    /// <param name="now">The time stamp of the clock.</param>
    public static ClientKeys Of(IssuedContext context, TimeSpan interval, long now) =>
        new(context.Key, now, context.Validity * FractionOfValidity is { } part && part < interval ? part : interval);

    /// <summary>The key of an instance under which replies are accepted now; null when there is none.</summary>
    public SessionKey? Find(string? instance, DateTimeOffset now) =>
        Current.Instance == instance ? Current
        : Previous?.Instance == instance && now < PreviousUntil ? Previous
        : null;

    /// <summary>The keys after a renewal.</summary>
    /// <param name="renewed">The keys of what the service issued, by themselves.</param>
    /// <param name="now">The time, UTC.</param>
    /// <param name="rollover">How long replies under the key before are accepted.</param>
    public ClientKeys Renewed(ClientKeys renewed, DateTimeOffset now, TimeSpan rollover) => renewed with
    {
        Previous = Current,
        PreviousUntil = rollover < DateTimeOffset.MaxValue - now ? now + rollover : DateTimeOffset.MaxValue,
    };

    /// <summary>The same without a previous key that is not accepted any more.</summary>
    public ClientKeys WithoutOutdated(DateTimeOffset now) =>
        Previous is not null && now >= PreviousUntil ? this with { Previous = null } : this;
}
