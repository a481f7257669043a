namespace SecureConversation.Tests.Negotiation;

/// <summary>Tests that share a Kerberos realm, and its files. One at a time.</summary>
[CollectionDefinition(Name)]
public sealed class SpnegoTestGroup : ICollectionFixture<SpnegoScene>
{
    public const string Name = "Kerberos realm";
}
