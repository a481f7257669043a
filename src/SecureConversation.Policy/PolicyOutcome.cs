namespace SecureConversation.Policy;

/// <summary>What became of a policy, or of one of its alternatives.</summary>
public enum PolicyOutcome
{
    /// <summary>It is a binding of this library.</summary>
    Imported,
    /// <summary>
    /// It is understood completely, and the binding element says what it says, but messages of that kind are not offered.
    /// </summary>
    NotOffered,
    /// <summary>It has an assertion that is not understood, or that no binding element can say; the assertion is named.</summary>
    Refused,
    /// <summary>It asks for no message security; the transport may still have to be protected.</summary>
    NoMessageSecurity,
}
