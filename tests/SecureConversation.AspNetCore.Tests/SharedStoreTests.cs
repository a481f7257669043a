using System.Collections.Concurrent;
using SecureConversation.AspNetCore.Tests.Support;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>The endpoints of an application have the session store of its services in common, and no session.</summary>
public sealed class SharedStoreTests
{
    private static readonly MessageSecurity Anonymous = Endpoints.Session with { ClientCredentialType = MessageCredentialType.None };

    private readonly KeepingStore _store = new();

    [Fact]
    public async Task Session_OpenedByAStranger_IsUnknownAtTheEndpointForCertificates()
    {
        await using var host = await StartAsync(Anonymous, Endpoints.Session);
        Assert.Equal((false, 0), await CallWithASessionOfPublicAsync(host, Anonymous));
    }

    [Fact]
    public async Task Session_OfEndpointsThatDifferByCodeOnly_IsUnknownAtTheOther()
    {
        await using var host = await StartAsync(Endpoints.Session, Endpoints.Session);
        Assert.Equal((false, 0), await CallWithASessionOfPublicAsync(host, Endpoints.Session));
    }

    [Fact]
    public async Task EndpointName_OfBothEndpoints_IsTheirOwnScope()
    {
        await using var host = await StartAsync(Endpoints.Session, Endpoints.Session, "both");
        Assert.Equal((true, 1), await CallWithASessionOfPublicAsync(host, Endpoints.Session));
        Assert.StartsWith("both:", SessionState.FromBytes(Assert.Single(_store.States).Value).Endpoint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MaxSessions_Reached_RefusesTheNext()
    {
        await using var host = await KestrelHost.StartAsync(
            Endpoints.Session, _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply())), o => o.MaxSessions = 1);
        var client = host.Client(Endpoints.Session);
        using var first = await client.OpenAsync();
        var refused = await Assert.ThrowsAsync<SecureConversationException>(() => client.OpenAsync());
        Assert.Equal(FailureCode.PeerFault, refused.Code);
        Assert.Contains(host.Log.Entries, e => e.Text.Contains("MaxSessions", StringComparison.Ordinal));
        await client.CallAsync(first);
    }

    private async Task<(bool Verifies, int Ran)> CallWithASessionOfPublicAsync(KestrelHost host, MessageSecurity security)
    {
        _ran = 0;
        using var session = await host.Client(security, "/public").OpenAsync();
        var admin = host.Client(security, "/admin");
        using var request = admin.Secure(session);
        using var response = await admin.PostAsync(request.Envelope);
        try
        {
            using var reply = request.VerifyReply(await response.Content.ReadAsByteArrayAsync());
            return (true, _ran);
        }
        catch (SecureConversationException)
        {
            return (false, _ran);
        }
    }

    private int _ran;

    private Task<KestrelHost> StartAsync(MessageSecurity ofPublic, MessageSecurity ofAdmin, string? name = null) => KestrelHost.StartAsync(
        services =>
        {
            services.AddSingleton<ISecuritySessionStore>(_store);
            services.AddSecureConversation("public", Endpoints.With(ofPublic, o => o.EndpointName = name));
            services.AddSecureConversation("admin", Endpoints.With(ofAdmin, o => o.EndpointName = name));
        },
        app =>
        {
            app.MapSecureConversation("/public", _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply())), "public");
            app.MapSecureConversation("/admin", _ =>
            {
                _ran++;
                return Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));
            }, "admin");
        });

    private sealed class KeepingStore : ISecuritySessionStore
    {
        public ConcurrentDictionary<string, byte[]> States { get; } = new();

        public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) =>
            ValueTask.FromResult(States.TryGetValue(id, out var state) ? SessionState.FromBytes(state) : null);

        public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
        {
            States[state.Id] = state.ToBytes();
            return ValueTask.CompletedTask;
        }

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken)
        {
            if (!States.TryGetValue(state.Id, out var octets))
            {
                return ValueTask.FromResult(false);
            }

            // Arrays are compared by reference, so no other state has come between.
            using var stored = SessionState.FromBytes(octets);
            return ValueTask.FromResult(stored.Version == version && States.TryUpdate(state.Id, state.ToBytes(), octets));
        }

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
        {
            States.TryRemove(id, out _);
            return ValueTask.CompletedTask;
        }
    }
}
