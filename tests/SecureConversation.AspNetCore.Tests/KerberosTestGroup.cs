using SecureConversation.Testing.Peers;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Tests that share a Kerberos realm. One at a time.</summary>
[CollectionDefinition(Name)]
public sealed class KerberosTestGroup : ICollectionFixture<KerberosRealmFixture>
{
    public const string Name = "Kerberos realm";
}
