namespace SecureConversation.Credentials;

/// <summary>A user name and password of a client.</summary>
public sealed class UserNameCredential
{
    /// <summary>Creates the credential.</summary>
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

    /// <summary>The password. Secret; messages carry it in encrypted form only.</summary>
    public string Password { get; }

    /// <summary>Returns the user name, never the password.</summary>
    public override string ToString() => UserName;
}
