using Xunit;

namespace SecureConversation.Testing.Peers;

/// <summary>The realm of a collection of tests, of which there is one in a process. Without it they are skipped.</summary>
public class KerberosRealmFixture : IAsyncLifetime
{
    private KerberosRealm? _realm;

    public KerberosRealm Realm
    {
        get
        {
            PeerAvailability.Require(KerberosRealm.MissingReason);
            return _realm!;
        }
    }

    public async ValueTask InitializeAsync() =>
        _realm = KerberosRealm.MissingReason is null ? await KerberosRealm.StartAsync() : null;

    public async ValueTask DisposeAsync()
    {
        if (_realm is not null)
        {
            await _realm.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
