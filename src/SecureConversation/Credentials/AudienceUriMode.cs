namespace SecureConversation.Credentials;

/// <summary>When an issued token has to be for this service, by its audience restrictions. The names are those of WCF.</summary>
public enum AudienceUriMode
{
    /// <summary>Never: a token that was issued for another service is accepted, and its operator can be the client here.</summary>
    Never,
    /// <summary>Always. The default.</summary>
    Always,
    /// <summary>Where the token has no key.</summary>
    BearerKeyOnly,
}
