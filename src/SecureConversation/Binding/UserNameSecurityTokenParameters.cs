namespace SecureConversation.Binding;

/// <summary>A user name with its password as a token (Web Services Security UsernameToken Profile). It has no key.</summary>
public sealed record UserNameSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>The parameters as WCF makes them: no derived keys.</summary>
    public UserNameSecurityTokenParameters() => RequireDerivedKeys = false;
}
