namespace SecureConversation.Policy.Tests.Policies;

/// <summary>Policies that the tests change.</summary>
internal static class Shapes
{
    public const string Parts = "SignedParts[Body] EncryptedParts[Body]";

    public const string Tail = "AlgorithmSuite(Basic256) Layout(Strict) IncludeTimestamp OnlySignEntireHeadersAndBody";

    public const string Service = "ProtectionToken(X509Token@Never(RequireThumbprintReference WssX509V3Token10))";

    public const string Client = "EndorsingSupportingTokens(X509Token@AlwaysToRecipient(RequireThumbprintReference WssX509V3Token10))";

    public const string Symmetric = $"SymmetricBinding({Service} {Tail}) Wss11(RequireSignatureConfirmation) {Client} wsam:Addressing "
        + $"{Parts}";

    public const string Initiator = "InitiatorToken(X509Token@AlwaysToRecipient(WssX509V3Token10))";

    public const string Recipient = "RecipientToken(X509Token@Never(WssX509V3Token10))";

    public const string Asymmetric = $"AsymmetricBinding({Initiator} {Recipient} {Tail}) Wss10 wsam:Addressing {Parts}";

    public const string Bootstrap = $"SymmetricBinding({Service} {Tail}) Wss11 {Client} {Parts}";

    public const string Session =
        $"SymmetricBinding(ProtectionToken(SecureConversationToken@AlwaysToRecipient(RequireDerivedKeys BootstrapPolicy({Bootstrap}))) "
            + $"{Tail})"
        + $" Wss11 Trust13(RequireClientEntropy RequireServerEntropy) wsam:Addressing {Parts}";

    public const string Transport =
        "TransportBinding(TransportToken(HttpsToken) AlgorithmSuite(Basic256) Layout(Strict) IncludeTimestamp)"
        + " SignedEncryptedSupportingTokens(UsernameToken@AlwaysToRecipient(WssUsernameToken10)) wsam:Addressing";
}
