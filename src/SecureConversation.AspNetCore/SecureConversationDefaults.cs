namespace SecureConversation.AspNetCore;

/// <summary>Names that authorization policies refer to.</summary>
public static class SecureConversationDefaults
{
    /// <summary>The authentication scheme of the client that message security verified.</summary>
    public const string AuthenticationScheme = "SecureConversation";
}
