using System.Collections.Concurrent;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.State;

namespace SecureConversation.Tests.Roles;

/// <summary>Many exchanges at once share pools, keys and counters. None sees anything of another, and nothing is left behind.</summary>
public sealed class ConcurrencyTests
{
    private const int Workers = 6;
    private const int Places = 48;
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(2.5);

    private readonly ConcurrentDictionary<string, int> _surprises = new();
    private int _accepted;
    private int _refused;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Exchanges_AtOnce_StayApartAndLeaveNothing(bool withStore)
    {
        // A single client may hold as many handshakes as there are workers: one that is counted for too long makes the next one fail.
        var binding = MessageSecurityBinding.Create(Bindings.Create("mutualcert//session").Element with
        {
            LocalServiceSettings = new() { MaxStatefulNegotiations = Workers * 4 / 3, MaxPendingSessions = Places },
        });
        var store = withStore ? new OctetStore() : null;
        using var inSessions = new Loopback(binding, options: new MessageSecurityServiceOptions { SessionStore = store, EndpointName = "test" });
        using var outside = new Loopback(Bindings.Create("mutualcert//single"));
        var until = Environment.TickCount64 + (long)Duration.TotalMilliseconds;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            while (Environment.TickCount64 < until)
            {
                await ConverseAsync(inSessions, outside, random);
            }
        })));

        Assert.Empty(_surprises);
        Assert.True(_accepted > 0 && _refused > 0);
        Assert.Equal((0, 0), (inSessions.Service.SessionCount, store?.States.Count ?? 0));
        if (store is null)
        {
            await AllPlacesAreFreeAsync(inSessions);
        }
    }

    /// <summary>One session with exchanges in it and beside it, some of which are still on their way when it is cancelled.</summary>
    private async Task ConverseAsync(Loopback inSessions, Loopback outside, Random random)
    {
        using var session = await inSessions.OpenAsync();
        var exchanges = Enumerable.Range(0, 8).Select(i => (IsOutside: i % 4 == 3, IsDamaged: i % 3 == 1, Seed: random.Next()))
            .Select(e => Task.Run(() => e.IsOutside
                ? ExchangeAsync(outside, null, e.IsDamaged, new Random(e.Seed))
                : ExchangeAsync(inSessions, session, e.IsDamaged, new Random(e.Seed))))
            .ToList();
        if (random.Next(2) == 0)
        {
            await Task.WhenAll(exchanges.Take(5));
        }

        using var cancel = session.StartCancel();
        using var result = await inSessions.Service.ReceiveAsync(cancel.Envelope);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
        await Task.WhenAll(exchanges);
    }

    private async Task ExchangeAsync(Loopback loopback, ClientSession? session, bool isDamaged, Random random)
    {
        try
        {
            var marker = Guid.NewGuid().ToString();
            var body = $"<Echo xmlns='urn:e'>{marker}{new string('x', random.Next(5000))}</Echo>";
            var plain = Loopback.Request(loopback.Binding.MessageVersion, body);
            using var request = session?.Secure(plain) ?? loopback.Client.Secure(plain, Loopback.Address);
            var wire = request.Envelope.ToArray();
            if (isDamaged)
            {
                wire[random.Next(wire.Length)] ^= 1;
            }

            using var result = await loopback.Service.ReceiveAsync(wire);
            if (result is ServiceResult.Respond refused)
            {
                Interlocked.Increment(ref _refused);
                Expect(isDamaged || (session is not null && refused.Code == FailureCode.UnknownContext), $"refused as {refused.Code}");
                Expect(refused.Code != FailureCode.Internal, "failed inside");
                return;
            }

            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            Expect(Encoding.UTF8.GetString(dispatch.Request.Envelope.Span).Contains(marker, StringComparison.Ordinal), "foreign request");
            using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion, $"<R xmlns='urn:e'>{marker}</R>"));
            if (random.Next(2) == 0)
            {
                dispatch.Dispose();
            }

            using var verified = request.VerifyReply(reply.Envelope);
            Expect(Encoding.UTF8.GetString(verified.Envelope.Span).Contains(marker, StringComparison.Ordinal), "foreign reply");
            Interlocked.Increment(ref _accepted);
        }
        catch (ObjectDisposedException) when (session is { IsClosed: true })
        {
            // The session was cancelled before this exchange began.
        }
    }

    private void Expect(bool isRight, string otherwise)
    {
        if (!isRight)
        {
            _surprises.AddOrUpdate(otherwise, 1, (_, count) => count + 1);
        }
    }

    /// <summary>Exactly as many sessions can be opened as a single client may hold places.</summary>
    private static async Task AllPlacesAreFreeAsync(Loopback loopback)
    {
        for (var i = 0; i < Places * 3 / 4; i++)
        {
            using var session = await loopback.OpenAsync();
        }

        using var handshake = loopback.Client.StartSession(Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(handshake.Envelope);
        Assert.Equal(FailureCode.ServiceTooBusy, Assert.IsType<ServiceResult.Respond>(result).Code);
    }
}
