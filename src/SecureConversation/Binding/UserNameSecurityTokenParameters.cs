namespace SecureConversation.Binding;

/// <summary>A user name with its password as a token (Web Services Security UsernameToken Profile 1.1). The token has no key.</summary>
public sealed record UserNameSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>Creates the parameters without derived keys, as WCF does.</summary>
    public UserNameSecurityTokenParameters() => RequireDerivedKeys = false;
}
