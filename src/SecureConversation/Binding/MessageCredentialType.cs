namespace SecureConversation.Binding;

/// <summary>
/// The kind of credential by which a client identifies itself. Has all values of WCF; not all are offered, see
/// <see cref="MessageSecurity.ClientCredentialType"/>.
/// </summary>
public enum MessageCredentialType
{
    /// <summary>No credential; the client is anonymous.</summary>
    None,
    /// <summary>A Windows account.</summary>
    Windows,
    /// <summary>A user name and password.</summary>
    UserName,
    /// <summary>A certificate.</summary>
    Certificate,
    /// <summary>A token of a security token service.</summary>
    IssuedToken,
}
