namespace SecureConversation.Credentials;

/// <summary>The values of <see cref="System.Security.Principal.IIdentity.AuthenticationType"/> of clients.</summary>
public static class ClientAuthenticationTypes
{
    /// <summary>A certificate whose key signed the message.</summary>
    public const string X509 = "X509";

    /// <summary>A user name with its password. The client may have shown a certificate as well.</summary>
    public const string UserName = "UserName";

    /// <summary>A Windows account. A claim of type AuthenticationMethod says by which protocol: Kerberos or NTLM.</summary>
    public const string Windows = "Windows";

    /// <summary>A token that a security token service issued.</summary>
    public const string Federation = "Federation";
}
