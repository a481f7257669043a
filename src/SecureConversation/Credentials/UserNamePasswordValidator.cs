namespace SecureConversation.Credentials;

/// <summary>
/// Validates user names and passwords for a service. Several threads may call it at once, and as many as there are messages: anybody can
/// send a password. The turns that limit the use of the private key end before it is called, since only it knows whether it waits or
/// computes. One that computes for long, as to hash a password many times, has to limit how many it does at once.
/// </summary>
public abstract class UserNamePasswordValidator
{
    /// <summary>
    /// Whether the user exists and has this password. An implementation should take the same time for existing and for unknown users, so
    /// that the time does not reveal which users exist.
    /// </summary>
    /// <param name="userName">The user name as the client sent it.</param>
    /// <param name="password">The password as the client sent it. Do not log it.</param>
    /// <param name="cancellationToken">Cancels the validation.</param>
    public abstract ValueTask<bool> ValidateAsync(string userName, string password, CancellationToken cancellationToken);

    /// <summary>Creates a validator that calls an asynchronous delegate.</summary>
    public static UserNamePasswordValidator Create(Func<string, string, CancellationToken, ValueTask<bool>> validate)
    {
        ArgumentNullException.ThrowIfNull(validate);
        return new DelegateValidator(validate);
    }

    /// <summary>Creates a validator that calls a synchronous delegate.</summary>
    public static UserNamePasswordValidator Create(Func<string, string, bool> validate)
    {
        ArgumentNullException.ThrowIfNull(validate);
        return new DelegateValidator((userName, password, _) => ValueTask.FromResult(validate(userName, password)));
    }

    private sealed class DelegateValidator(Func<string, string, CancellationToken, ValueTask<bool>> validate) : UserNamePasswordValidator
    {
        public override ValueTask<bool> ValidateAsync(string userName, string password, CancellationToken cancellationToken) =>
            validate(userName, password, cancellationToken);
    }
}
