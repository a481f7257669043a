namespace SecureConversation.Credentials;

/// <summary>Decides for a service whether a user name and password are right. Called by several threads at once.</summary>
public abstract class UserNamePasswordValidator
{
    /// <summary>Whether the password is that of the user. Takes the same time whether or not the user exists.</summary>
    /// <param name="userName">As the client sent it.</param>
    /// <param name="password">As the client sent it; do not log it.</param>
    /// <param name="cancellationToken">The caller has given up.</param>
    public abstract ValueTask<bool> ValidateAsync(string userName, string password, CancellationToken cancellationToken);

    /// <summary>A validator that asks a delegate.</summary>
    public static UserNamePasswordValidator Create(Func<string, string, CancellationToken, ValueTask<bool>> validate)
    {
        ArgumentNullException.ThrowIfNull(validate);
        return new DelegateValidator(validate);
    }

    /// <summary>A validator that asks a delegate which answers at once.</summary>
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
