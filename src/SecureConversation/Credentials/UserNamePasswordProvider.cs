namespace SecureConversation.Credentials;

/// <summary>
/// Knows the passwords of users, for tokens that prove a password without telling it: digests
/// (<see cref="Binding.UserNamePasswordType.Digest"/>) and user names as keys. WCF has no such thing. Prefer passwords in encrypted tokens:
/// a service that can serve passwords has to keep them. Several threads may call it at once.
/// </summary>
public abstract class UserNamePasswordProvider
{
    /// <summary>
    /// The password of a user, in the form that clients use; null or empty when there is no such user. An implementation should take the
    /// same time for existing and for unknown users.
    /// </summary>
    /// <param name="userName">The user name as the client sent it. Anybody can send one.</param>
    /// <param name="cancellationToken">Cancels the search.</param>
    public abstract ValueTask<string?> FindPasswordAsync(string userName, CancellationToken cancellationToken);

    /// <summary>Creates a provider that calls an asynchronous delegate.</summary>
    public static UserNamePasswordProvider Create(Func<string, CancellationToken, ValueTask<string?>> find)
    {
        ArgumentNullException.ThrowIfNull(find);
        return new DelegateProvider(find);
    }

    /// <summary>Creates a provider that calls a synchronous delegate.</summary>
    public static UserNamePasswordProvider Create(Func<string, string?> find)
    {
        ArgumentNullException.ThrowIfNull(find);
        return new DelegateProvider((userName, _) => ValueTask.FromResult(find(userName)));
    }

    private sealed class DelegateProvider(Func<string, CancellationToken, ValueTask<string?>> find) : UserNamePasswordProvider
    {
        public override ValueTask<string?> FindPasswordAsync(string userName, CancellationToken cancellationToken) =>
            find(userName, cancellationToken);
    }
}
