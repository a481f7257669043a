namespace SecureConversation.Credentials;

/// <summary>What the identity of a client rests on: its <see cref="System.Security.Principal.IIdentity.AuthenticationType"/>.</summary>
public static class ClientAuthenticationTypes
{
    /// <summary>A certificate whose key signed the message.</summary>
    public const string X509 = "X509";

    /// <summary>A user name with its password, with or without a certificate beside it.</summary>
    public const string UserName = "UserName";
}
