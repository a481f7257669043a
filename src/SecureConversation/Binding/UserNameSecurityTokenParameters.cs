namespace SecureConversation.Binding;

/// <summary>How a user name token proves that its sender knows the password (UsernameToken Profile 1.1 section 3).</summary>
public enum UserNamePasswordType
{
    /// <summary>The password itself, the only way of WCF.</summary>
    Text,

    /// <summary>
    /// SHA-1 over nonce, time and password. The service has to know the password, and whoever sees the token can try passwords on it: let
    /// it be encrypted all the same.
    /// </summary>
    Digest,

    /// <summary>No password: the user name is what the signer of the message claims.</summary>
    None,
}

/// <summary>A user name as a token (Web Services Security UsernameToken Profile 1.1).</summary>
public sealed record UserNameSecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>Creates the parameters without derived keys, as WCF does.</summary>
    public UserNameSecurityTokenParameters() => RequireDerivedKeys = false;

    /// <summary>How the token proves the password. Default in clear text, the only way of WCF.</summary>
    public UserNamePasswordType PasswordType { get; init; }

    /// <summary>
    /// Whether the token has a nonce (sp13:Nonce), of which a service takes each once. A digest always has one. Default false.
    /// </summary>
    public bool IncludeNonce { get; init; }

    /// <summary>
    /// Whether the token says when it was made (sp13:Created); a service refuses those that are older than its ReplayWindow. A digest
    /// always says it. Default false.
    /// </summary>
    public bool IncludeCreated { get; init; }

    /// <summary>
    /// Whether a password in clear text may stand in a message without being encrypted, as a policy with sp:SignedSupportingTokens asks.
    /// Default false: such a binding is refused. Set it to true only where the transport encrypts (TLS); a client or service logs a warning
    /// when it is created. Without effect where the token is encrypted.
    /// </summary>
    public bool AllowClearTextPassword { get; init; }
}
