using System.Collections.Concurrent;
using System.Security.Claims;
using SecureConversation.Engine.Crypto;
using SecureConversation.Tests.Attacks;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>A state that was disposed has no key any more. It must not pass for one whose key is all zeroes.</summary>
public sealed class DisposedStateTests
{
    [Fact]
    public void Key_AfterDispose_IsNotHandedOut()
    {
        var state = new SessionState
        {
            Endpoint = "shop:12",
            Id = "urn:uuid:1",
            Keys = [new SessionKeyState { Key = [1, 2, 3], ReplyNonces = [], Expires = DateTimeOffset.UnixEpoch }],
            User = new ClaimsPrincipal(),
        };
        state.Dispose();
        state.Dispose();
        Assert.Throws<ObjectDisposedException>(() => state.Keys[0].Key);
        Assert.Throws<ObjectDisposedException>(state.ToBytes);
    }

    [Fact]
    public async Task StoreOfObjects_FailsWhereTheKeyIsRead()
    {
        var store = new ObjectStore();
        using var scene = await Scene.OpenAsync(Attack.Session, options: new MessageSecurityServiceOptions { SessionStore = store, EndpointName = "test" });
        Assert.Throws<ObjectDisposedException>(() => Assert.Single(store.States).Value.Keys[0].Key);
    }

    [Fact]
    public async Task MessageUnderAKeyOfZeroes_WithAStoreOfObjects_IsNotDispatched()
    {
        var options = new MessageSecurityServiceOptions { SessionStore = new ObjectStore(), EndpointName = "test" };
        using var scene = await Scene.OpenAsync(Attack.Session, options: options);
        using var other = new Loopback(scene.Loopback.Binding, options: options);
        using var request = scene.Request();
        using var zeroes = SymmetricKey.From(new byte[32]);
        var forged = scene.Forge(request.Envelope);
        forged.Root = zeroes;
        forged.Resign();
        var sent = forged.Seal();
        foreach (var instance in new[] { scene.Loopback, other })
        {
            using var result = await instance.Service.ReceiveAsync(sent);
            Assert.IsType<ServiceResult.Respond>(result);
        }
    }

    /// <summary>Keeps the object that it was given, which is the mistake.</summary>
    private sealed class ObjectStore : ISecuritySessionStore
    {
        public ConcurrentDictionary<string, SessionState> States { get; } = new();

        public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) =>
            ValueTask.FromResult(States.GetValueOrDefault(id));

        public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
        {
            States[state.Id] = state;
            return ValueTask.CompletedTask;
        }

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) =>
            ValueTask.FromResult(States.TryGetValue(state.Id, out var stored) && stored.Version == version
                && States.TryUpdate(state.Id, state, stored));

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
        {
            States.TryRemove(id, out _);
            return ValueTask.CompletedTask;
        }
    }
}
