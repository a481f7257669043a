namespace SecureConversation.Credentials;

/// <summary>A user name and password of a client.</summary>
public sealed class UserNameCredential
{
    /// <summary>A user name and password.</summary>
    /// <exception cref="ArgumentException">The user name is empty.</exception>
    public UserNameCredential(string userName, string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(userName);
        ArgumentNullException.ThrowIfNull(password);
        UserName = userName;
        Password = password;
    }

    /// <summary>The user name.</summary>
    public string UserName { get; }

    /// <summary>The password; it travels in the message, which encrypts it.</summary>
    public string Password { get; }

    /// <summary>Says the user name only.</summary>
    public override string ToString() => UserName;
}
