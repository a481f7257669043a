using System.Net;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing.Peers;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Negotiation;

/// <summary>Clients and a service with accounts of a Kerberos realm, and without certificates.</summary>
public sealed class SpnegoScene : KerberosRealmFixture
{
    /// <summary>version / what the service keeps / what is established.</summary>
    public static IEnumerable<string> Names =>
        from version in new[] { "2005", "2007" }
        from keeping in new[] { "kept", "cookie" }
        from shape in new[] { "single", "session" }
        select $"windows/{version}/{keeping}/{shape}";

    public static NetworkCredential Alice => new(KerberosRealm.User, KerberosRealm.Password, KerberosRealm.Name);

    /// <summary>Credentials without any certificate.</summary>
    /// <param name="credential">User and password; null for the tickets of the process.</param>
    /// <param name="spn">The service that is asked for; null for the host of the address.</param>
    /// <param name="allowNtlm">Whether NTLM would do.</param>
    public static ClientCredentials Client(NetworkCredential? credential, string? spn = KerberosRealm.Spn, bool allowNtlm = true) => new()
    {
        Windows = new WindowsClientCredential { ClientCredential = credential, AllowNtlm = allowNtlm },
        ServiceIdentity = spn is null ? null : EndpointIdentity.CreateSpnIdentity(spn),
    };

    public Loopback Open(string name = "windows/2005/kept/single", ClientCredentials? client = null, ServiceCredentials? service = null,
        TimeProvider? clock = null, MessageSecurityServiceOptions? options = null)
    {
        _ = Realm;
        return new Loopback(
            NegotiationScene.Binding(name), clock, options, client ?? Client(Alice), service ?? new ServiceCredentials());
    }
}
