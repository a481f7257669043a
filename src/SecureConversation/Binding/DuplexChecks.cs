namespace SecureConversation.Binding;

/// <summary>What a binding needs so that the messages of its sessions can go both ways.</summary>
internal static class DuplexChecks
{
    /// <exception cref="InvalidOperationException">The binding is not offered for that; the message says what to change.</exception>
    public static void Require(SecurityBindingElement element)
    {
        var problem = element switch
        {
            TransportSecurityBindingElement => "The transport protects the messages of this binding, and sessions whose messages go both "
                + "ways are offered with message security: use a SymmetricSecurityBindingElement.",
            { SessionToken: null } => "The binding establishes no sessions: use CreateSecureConversationBindingElement. Messages that go "
                + "both ways are offered within sessions.",
            { SessionToken.RequireCancellation: false } => "RequireCancellation is false, so that nothing would tell the end of a session "
                + "whose messages go both ways: set it to true.",
            { RequireSignatureConfirmation: true } => "RequireSignatureConfirmation is true, and a message that answers no request has no "
                + "signature to confirm: set it to false where messages go both ways.",
            { EnableUnsecuredResponse: true } => "EnableUnsecuredResponse is true, and a session whose messages go both ways has no "
                + "responses that could be told from the messages of others: set it to false.",
            _ => null,
        };
        if (problem is not null)
        {
            throw new InvalidOperationException(problem);
        }
    }
}
