using System.Net;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Attacks;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.State;

/// <summary>
/// A session that the store has and this process does not is the message's own until the message is verified: it takes no place, ends no
/// session of others, and is charged to nobody.
/// </summary>
public sealed class RevivedSessionTests : IDisposable
{
    private const int Places = 8;
    private const string Stranger = "198.51.100.1";

    private readonly OctetStore _store = new();
    private readonly HookedCache _cache = new();
    private readonly List<(string Id, SessionCloseReason Reason)> _closed = [];
    private readonly List<ClientSession> _sessions = [];
    private readonly MessageSecurityBinding _binding = Bindings.Create("username//session");
    private readonly MessageSecurityService _opens;
    private readonly MessageSecurityService _serves;

    public RevivedSessionTests()
    {
        _opens = Service(1000, new RemoteCache());
        _serves = Service(Places, _cache);
    }

    [Fact]
    public async Task Stranger_WhoNamesSessions_EndsNoneOfThoseInUse()
    {
        var used = new List<ServiceSession>();
        for (var i = 0; i < Places; i++)
        {
            var session = await UseAsync(await OpenAsync($"user{i}"));
            session.Items["cart"] = "full";
            used.Add(session);
        }

        var named = new List<ClientSession>();
        for (var i = Places; i < 3 * Places; i++)
        {
            named.Add(await OpenAsync($"user{i}"));
        }

        foreach (var session in named)
        {
            using var request = Request(session);
            Assert.NotEqual(FailureCode.None, await CodeAsync(Damaged(request), Stranger));
            Assert.NotEqual(FailureCode.None, await CodeAsync(HangUpTests.NamingTheSession(session.Id), Stranger));
        }

        Assert.Equal((Places, 0), (_serves.SessionCount, _closed.Count));
        Assert.All(used, s => Assert.Equal((false, "full"), (s.Closed.IsCancellationRequested, s.Items["cart"])));
        Assert.DoesNotContain(RecordedLog.Current.Entries, e => e.Id is 3 or 32 or 33);

        // A verified message takes a place: somebody who holds none gets one of those who hold more.
        await UseAsync(named[0]);
        Assert.Equal((Places, SessionCloseReason.Displaced), (_serves.SessionCount, Assert.Single(_closed).Reason));
    }

    [Fact]
    public async Task Stranger_WhoNamesAllSessionsOfAClient_LocksHimNotOut()
    {
        var sessions = new List<ClientSession>();
        for (var i = 0; i < 3 * Places; i++)
        {
            sessions.Add(await OpenAsync("alice"));
        }

        foreach (var session in sessions)
        {
            using var request = Request(session);
            Assert.NotEqual(FailureCode.None, await CodeAsync(Damaged(request), Stranger));
        }

        Assert.Equal(0, _serves.SessionCount);
        foreach (var session in sessions.Take(Places * 3 / 4))
        {
            await UseAsync(session);
        }
    }

    /// <summary>A recorded message has a signature that holds, and the memory of replays knows it.</summary>
    [Fact]
    public async Task ReplayOfAMessage_RevivesNothing()
    {
        var session = await OpenAsync("alice");
        using var request = Request(session);
        Assert.Equal(FailureCode.None, await CodeAsync(request.Envelope));
        _opens.Dispose();
        using var restarted = Service(Places, _cache);
        using var result = await restarted.ReceiveAsync(request.Envelope, From(Stranger));
        Assert.Equal((FailureCode.Replayed, 0), (Assert.IsType<ServiceResult.Respond>(result).Code, restarted.SessionCount));
    }

    [Fact]
    public async Task MessageForAnotherAddress_RevivesNothing()
    {
        var session = await OpenAsync("alice");
        using var request = Request(session);
        using var result = await _serves.ReceiveAsync(
            request.Envelope, new MessageOrigin { LocalAddress = new Uri("http://elsewhere/another"), RemoteAddress = IPAddress.Loopback });
        Assert.Equal(FailureCode.DestinationUnreachable, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Equal(0, _serves.SessionCount);
        await UseAsync(session);
    }

    /// <summary>The one that fails has its own session, and ends that.</summary>
    [Fact]
    public async Task Replay_ThatFailsBesideAVerifiedMessage_LeavesTheSession()
    {
        var session = await OpenAsync("alice");
        using var replayed = Request(session);
        Assert.Equal(FailureCode.None, await CodeAsync(replayed.Envelope));
        using var restarted = Service(Places, _cache);
        var halt = _cache.HaltNext();
        var failing = restarted.ReceiveAsync(replayed.Envelope, From(Stranger)).AsTask();
        await halt.Reached;
        using var request = Request(session);
        using (var result = await restarted.ReceiveAsync(request.Envelope, From("192.0.2.1")))
        {
            halt.Continue();
            using var refused = await failing;
            Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(refused).Code);
            VerifyReply(request, result);
        }

        Assert.Equal((1, 0), (restarted.SessionCount, _closed.Count));
    }

    [Fact]
    public async Task Messages_ThatReviveASessionAtOnce_ShareIt()
    {
        var session = await OpenAsync("alice");
        using var first = Request(session);
        using var second = Request(session);
        var halt = _cache.HaltNext();
        var waiting = _serves.ReceiveAsync(first.Envelope, From("192.0.2.1")).AsTask();
        await halt.Reached;
        using var result = await _serves.ReceiveAsync(second.Envelope, From("192.0.2.1"));
        halt.Continue();
        using var late = await waiting;
        Assert.Same(Assert.IsType<ServiceResult.Dispatch>(result).Session, Assert.IsType<ServiceResult.Dispatch>(late).Session);
        VerifyReply(first, late);
        VerifyReply(second, result);
        Assert.Equal(1, _serves.SessionCount);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Session_CancelledWhileItsMessageIsVerified_DoesNotComeBack(bool here)
    {
        var session = await OpenAsync("alice");
        using var request = Request(session);
        var halt = _cache.HaltNext();
        var waiting = _serves.ReceiveAsync(request.Envelope, From("192.0.2.1")).AsTask();
        await halt.Reached;
        await CancelAsync(session, here ? _serves : _opens);
        halt.Continue();
        using var result = await waiting;
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Equal((0, 0), (_serves.SessionCount, _store.States.Count));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancel_OfASession_IsToldOnce(bool wasUsed)
    {
        var session = await OpenAsync("alice");
        if (wasUsed)
        {
            await UseAsync(session);
        }

        await CancelAsync(session, _serves);
        Assert.Equal([(session.Id, SessionCloseReason.Cancelled)], _closed);
        Assert.Equal((0, 0), (_serves.SessionCount, _store.States.Count));
    }

    /// <summary>The Cancel has revived the session for itself while another message took it into use.</summary>
    [Fact]
    public async Task Cancel_ThatRevivedTheSession_EndsTheOneInUse()
    {
        var session = await OpenAsync("alice");
        using var request = Request(session);
        using var cancel = session.StartCancel();
        var halt = _cache.HaltNext();
        var cancelling = _serves.ReceiveAsync(cancel.Envelope, From("192.0.2.1")).AsTask();
        await halt.Reached;
        using var result = await _serves.ReceiveAsync(request.Envelope, From("192.0.2.1"));
        var used = Assert.IsType<ServiceResult.Dispatch>(result).Session!;
        halt.Continue();
        using var answer = await cancelling;
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(answer).Envelope);
        Assert.True(used.Closed.IsCancellationRequested);
        Assert.Equal([(session.Id, SessionCloseReason.Cancelled)], _closed);
        VerifyReply(request, result);
        Assert.Equal(0, _serves.SessionCount);
    }

    /// <summary>Look-ups of strangers at a slow store use up its places; who is verified already is not refused for them.</summary>
    [Fact]
    public async Task LookUpsOfStrangers_KeepNoVerifiedMessageFromItsSession()
    {
        var session = await OpenAsync("alice");
        using var request = Request(session);
        var halt = _cache.HaltNext();
        var waiting = _serves.ReceiveAsync(request.Envelope, From("192.0.2.1")).AsTask();
        await halt.Reached;
        var slow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _store.OnFound = () => slow.Task;
        var asked = Enumerable.Range(0, 3000).Select(i => CodeAsync(
            HangUpTests.NamingTheSession($"urn:uuid:{Guid.NewGuid()}"), $"198.51.{i / 200}.{i % 200}")).ToList();
        _store.OnFound = () => Task.CompletedTask;
        halt.Continue();
        using (var result = await waiting)
        {
            VerifyReply(request, result);
        }

        slow.SetResult();
        Assert.Contains(FailureCode.ServiceTooBusy, await Task.WhenAll(asked));
    }

    public void Dispose()
    {
        _sessions.ForEach(session => session.Dispose());
        _opens.Dispose();
        _serves.Dispose();
    }

    private MessageSecurityService Service(int maxSessions, IReplayCache cache) => new(
        _binding,
        new ServiceCredentials
        {
            ServiceCertificate = TestCredentials.Service.ServiceCertificate,
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
        },
        new MessageSecurityServiceOptions
        {
            SessionStore = _store,
            EndpointName = "test",
            MaxSessions = maxSessions,
            ReplayCache = cache,
            FailureAnswers = Loopback.AtOnce,
            LoggerFactory = cache == _cache ? RecordedLog.Current : null,
            SessionClosed = session =>
            {
                // Those that live on when a service of the test is disposed of are no matter of it.
                if (cache == _cache && session.CloseReason != SessionCloseReason.Aborted)
                {
                    _closed.Add((session.Id, session.CloseReason));
                }
            },
        });

    private async Task<ClientSession> OpenAsync(string user)
    {
        var client = new MessageSecurityClient(_binding, new ClientCredentials
        {
            UserName = new UserNameCredential(user, "x"),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        using var handshake = client.StartSession(Loopback.Address);
        using var result = await _opens.ReceiveAsync(handshake.Envelope, From("192.0.2.1"));
        var session = handshake.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
        _sessions.Add(session);

        // One that was not used has a place among the pending ones, of which a client has but some.
        using var request = Request(session);
        using var used = await _opens.ReceiveAsync(request.Envelope, From("192.0.2.1"));
        Assert.IsType<ServiceResult.Dispatch>(used);
        return session;
    }

    private SecuredRequest Request(ClientSession session) => session.Secure(Loopback.Request(_binding.MessageVersion));

    private async Task<ServiceSession> UseAsync(ClientSession session)
    {
        using var request = Request(session);
        using var result = await _serves.ReceiveAsync(request.Envelope, From("192.0.2.1"));
        return Assert.IsType<ServiceResult.Dispatch>(result).Session!;
    }

    private async Task<FailureCode> CodeAsync(ClientSession session)
    {
        using var request = Request(session);
        return await CodeAsync(request.Envelope);
    }

    private async Task<FailureCode> CodeAsync(ReadOnlyMemory<byte> envelope, string address = "192.0.2.1")
    {
        using var result = await _serves.ReceiveAsync(envelope, From(address));
        return result is ServiceResult.Respond refused ? refused.Code : FailureCode.None;
    }

    private static async Task CancelAsync(ClientSession session, MessageSecurityService at)
    {
        using var cancel = session.StartCancel();
        using var result = await at.ReceiveAsync(cancel.Envelope, From("192.0.2.1"));
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }

    /// <summary>The reply shows that the keys of the session are alive.</summary>
    private void VerifyReply(SecuredRequest request, ServiceResult result)
    {
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(_binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Equal("urn:e/EchoResponse", verified.Action);
    }

    /// <summary>Another ciphertext in the place of the signature: what a stranger can make of a recorded message.</summary>
    private static byte[] Damaged(SecuredRequest request)
    {
        var bytes = request.Envelope.ToArray();
        var end = bytes.AsSpan().IndexOf("</e:CipherValue>"u8);
        bytes[end - 12] = bytes[end - 12] == (byte)'A' ? (byte)'B' : (byte)'A';
        return bytes;
    }

    private static MessageOrigin From(string address) => new() { RemoteAddress = IPAddress.Parse(address), HasNoAddress = true };

    /// <summary>A replay cache that is slow for one message.</summary>
    private sealed class HookedCache : IReplayCache
    {
        private readonly InMemoryReplayCache _values = new(10_000, TimeProvider.System);
        private Halt? _halt;

        public Halt HaltNext() => _halt = new Halt();

        public async ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken)
        {
            if (Interlocked.Exchange(ref _halt, null) is { } halt)
            {
                await halt.StopAsync();
            }

            return await _values.TryAddAsync(entry, cancellationToken);
        }
    }

    private sealed class Halt
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _continue = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(20));

        public Task StopAsync()
        {
            _reached.SetResult();
            return _continue.Task;
        }

        public void Continue() => _continue.SetResult();
    }
}
