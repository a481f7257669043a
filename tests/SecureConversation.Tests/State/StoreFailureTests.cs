using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>A session store or replay cache of the application that fails is its own failure: the sender may come again, and nothing ends.</summary>
public sealed class StoreFailureTests : IDisposable
{
    private readonly RecordedLog _log = new();
    private readonly OctetStore _store = new();
    private readonly FailingCache _replays = new();

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 60)]
    public async Task Cache_ThatThrows_RefusesTheMessageByASecuredFault(bool hasToldTheOperator, int id)
    {
        using var loopback = Create();
        using var session = await loopback.OpenAsync();
        _replays.Thrown = hasToldTheOperator ? new StoreUnavailableException("It is away.") : new IOException("It is away.");
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.StoreUnavailable, respond.Code);
        using var reply = request.VerifyReply(respond.Envelope);
        Assert.Contains("ServerTooBusy", System.Text.Encoding.UTF8.GetString(reply.Envelope.Span), StringComparison.Ordinal);
        var entry = Assert.Single(_log.Entries, e => e.Text.Contains(nameof(FailureCode.StoreUnavailable), StringComparison.Ordinal));
        Assert.Equal((id, hasToldTheOperator), (entry.Id, entry.Exception is null));
        Assert.Contains("ReplayCache", entry.Text, StringComparison.Ordinal);

        _replays.Thrown = null;
        await CallAsync(loopback, session);
    }

    [Fact]
    public async Task Cache_ThatThrows_RefusesAHandshake()
    {
        using var loopback = Create();
        _replays.Thrown = new IOException("It is away.");
        using var handshake = loopback.Client.StartSession(Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(handshake.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.StoreUnavailable, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Empty(_store.States);
    }

    [Fact]
    public async Task Cache_ThatKnowsTheEndOfTheSession_EndsIt()
    {
        using var loopback = Create();
        using var session = await loopback.OpenAsync();
        await CallAsync(loopback, session);
        _replays.EndedSession = session.Id;
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 60)]
    public async Task Store_ThatThrows_RefusesTheMessageAndLeavesTheSession(bool hasToldTheOperator, int id)
    {
        using var loopback = Create();
        using var session = await loopback.OpenAsync();
        _store.OnFound = () => throw (hasToldTheOperator ? new StoreUnavailableException("It is away.") : new IOException("It is away."));
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.StoreUnavailable, Assert.IsType<ServiceResult.Respond>(result).Code);
        var entry = Assert.Single(_log.Entries, e => e.Text.Contains(nameof(FailureCode.StoreUnavailable), StringComparison.Ordinal));
        Assert.Equal((id, hasToldTheOperator), (entry.Id, entry.Exception is null));
        Assert.Contains("SessionStore", entry.Text, StringComparison.Ordinal);

        _store.OnFound = () => Task.CompletedTask;
        await CallAsync(loopback, session);
    }

    [Fact]
    public async Task Abort_WhenTheStoreThrows_ThrowsTheSame()
    {
        using var loopback = Create();
        using var session = await loopback.OpenAsync();
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        var used = Assert.IsType<ServiceResult.Dispatch>(result).Session!;
        _store.OnRemove = () => throw new IOException("It is away.");
        Assert.Equal("It is away.", (await Assert.ThrowsAsync<IOException>(async () => await loopback.Service.AbortAsync(used))).Message);
    }

    public void Dispose() => _log.Dispose();

    private static async Task CallAsync(Loopback loopback, ClientSession session)
    {
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        Assert.IsType<ServiceResult.Dispatch>(result);
    }

    private Loopback Create() => new(Bindings.Create("mutualcert//session"), options: new()
    {
        SessionStore = _store,
        ReplayCache = _replays,
        EndpointName = "test",
        FailureAnswers = Loopback.AtOnce,
        LoggerFactory = _log,
    });

    private sealed class FailingCache : IReplayCache
    {
        public Exception? Thrown { get; set; }

        public string? EndedSession { get; set; }

        public ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken) => Thrown is { } e ? throw e
            : ValueTask.FromResult(entry.SessionId is not null && entry.SessionId == EndedSession ? ReplayOutcome.SessionEnded : ReplayOutcome.Fresh);
    }
}
