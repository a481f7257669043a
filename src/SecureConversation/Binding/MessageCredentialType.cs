namespace SecureConversation.Binding;

/// <summary>What a client identifies itself with. All values of WCF; <see cref="MessageSecurity"/> says which are offered.</summary>
public enum MessageCredentialType
{
    /// <summary>Nothing; the client is anonymous.</summary>
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
