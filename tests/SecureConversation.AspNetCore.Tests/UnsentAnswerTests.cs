using SecureConversation.AspNetCore.Tests.Support;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>A client that hangs up during its handshake leaves no session behind.</summary>
public sealed class UnsentAnswerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task ClientThatHangsUpBeforeTheAnswer_HoldsNoPlace()
    {
        var store = new HeldStore();
        await using var host = await KestrelHost.StartAsync(
            services =>
            {
                services.AddSingleton<ISecuritySessionStore>(store);
                services.AddSecureConversation(Endpoints.With(Endpoints.Session, options =>
                {
                    options.EndpointName = "echo";
                    var element = options.MessageSecurity!.CreateSecurityBindingElement();
                    options.MessageSecurity = null;
                    options.Binding = element with { LocalServiceSettings = element.LocalServiceSettings with { MaxPendingSessions = 1 } };
                }));
            },
            app =>
            {
                app.Use((context, next) =>
                {
                    context.RequestAborted.Register(store.OnHungUp);
                    return next(context);
                });
                app.MapSecureConversation("/echo", _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply())));
            });
        var client = host.Client(Endpoints.Session);
        using (var hangUp = new CancellationTokenSource())
        {
            var opening = client.OpenAsync(hangUp.Token);
            await store.Saving.WaitAsync(Patience);
            await hangUp.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening.WaitAsync(Patience));
        }

        await store.Removed.WaitAsync(Patience);
        using var session = await client.OpenAsync();
        Assert.StartsWith("urn:uuid:", session.Id, StringComparison.Ordinal);
    }

    /// <summary>Holds the first session until its client has hung up, and saves it then.</summary>
    private sealed class HeldStore : ISecuritySessionStore
    {
        private readonly TaskCompletionSource _saving = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _hungUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _removed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Saving => _saving.Task;

        public Task Removed => _removed.Task;

        public void OnHungUp() => _hungUp.TrySetResult();

        public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) => ValueTask.FromResult<SessionState?>(null);

        public async ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken)
        {
            _saving.TrySetResult();
            await _hungUp.Task.WaitAsync(Patience, CancellationToken.None);
        }

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) =>
            ValueTask.FromResult(false);

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken)
        {
            _removed.TrySetResult();
            return ValueTask.CompletedTask;
        }
    }
}
