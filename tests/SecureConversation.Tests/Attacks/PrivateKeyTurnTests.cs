using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Credentials;
using SecureConversation.Engine.Roles;
using SecureConversation.Testing;
using SecureConversation.Tests.Crypto;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Messages outside sessions: whoever sends many waits for himself, before the private key is used for them.</summary>
public sealed class PrivateKeyTurnTests : IDisposable
{
    private static readonly MessageOrigin Flood = new() { HasNoAddress = true, RemoteAddress = IPAddress.Parse("2001:db8::1") };
    private static readonly MessageOrigin Honest = new() { HasNoAddress = true, RemoteAddress = IPAddress.Parse("192.0.2.1") };

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly RSA _key = TestCertificates.Service.GetRSAPrivateKey()!;
    private readonly TokenRsa _held;
    private readonly SemaphoreSlim _permits = new(0);
    private readonly List<string> _begun = [];
    private readonly RecordedLog _log = new();

    public PrivateKeyTurnTests() => _held = new TokenRsa(_key) { OnDecrypt = Hold };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("username//single")]
    [InlineData("duplex//single")]
    public async Task MessageOfAnotherAddress_ComesNext_WhileOneAddressHasManyInLine(string binding)
    {
        using var scene = Start(binding);
        var busy = await OccupyAsync(scene);
        var flood = Enumerable.Range(0, 50).Select(_ => ReceiveAsync(scene, Secure(scene), Flood)).ToArray();
        var mine = Secure(scene);
        var honest = ReceiveAsync(scene, mine, Honest);
        var late = ReceiveAsync(scene, Secure(scene), Flood);
        Assert.Equal(busy.Length, Begun);

        // The first of the flood was there before. The next one is of the other address, before the 49 that came earlier.
        await LetOneGoOnAsync();
        await LetOneGoOnAsync();
        Assert.Contains(_begun[^1], Encoding.UTF8.GetString(mine), StringComparison.Ordinal);
        _permits.Release(100);
        Assert.Equal(FailureCode.None, await honest);
        Assert.All(await Task.WhenAll([.. busy, .. flood, late]), code => Assert.Equal(FailureCode.None, code));
    }

    [Fact]
    public async Task Line_OfOneAddress_LeavesRoomForAnother()
    {
        using var scene = Start("mutualcert//single", maxWaiting: 16);
        var busy = await OccupyAsync(scene);
        var flood = Enumerable.Range(0, 10).Select(_ => ReceiveAsync(scene, Secure(scene), Flood)).ToArray();
        Assert.All(flood[3..], refused => Assert.Equal(FailureCode.ServiceTooBusy, refused.Result));
        Assert.Contains(_log.Entries, e => e.Text.Contains(
            "messages outside sessions that wait, one for 4 of MaxWaiting of FailureAnswers, share of the sender", StringComparison.Ordinal));
        var honest = ReceiveAsync(scene, Secure(scene), Honest);
        _permits.Release(100);
        Assert.Equal(FailureCode.None, await honest);
        Assert.All(await Task.WhenAll([.. busy, .. flood[..3]]), code => Assert.Equal(FailureCode.None, code));
    }

    [Fact]
    public async Task Message_GivenUpInLine_IsCancelledAndUsesNoKey()
    {
        using var scene = Start("mutualcert//single");
        var busy = await OccupyAsync(scene);
        using var source = new CancellationTokenSource();
        var given = scene.Service.ReceiveAsync(Secure(scene), Flood, source.Token).AsTask();
        Assert.False(given.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        _permits.Release(100);
        await Task.WhenAll(busy);
        Assert.Equal(FailureCode.None, await ReceiveAsync(scene, Secure(scene), Honest));
        Assert.Equal(busy.Length + 1, Begun);
    }

    /// <summary>A validator that does not answer holds nobody else up: no processor works for those who wait for it.</summary>
    [Fact]
    public async Task MessageThatWaitsForItsValidator_HasEndedItsTurn()
    {
        var isValid = new TaskCompletionSource<bool>();
        _permits.Release(100);
        using var scene = Start("username//single", validator: new Waiting(isValid.Task));
        var waiting = Enumerable.Range(0, Environment.ProcessorCount + 5).Select(_ => ReceiveAsync(scene, Secure(scene), Flood)).ToArray();

        // The clock stands still, so none of the turns has ended by its time.
        Assert.Equal(waiting.Length, Begun);
        Assert.All(waiting, task => Assert.False(task.IsCompleted));
        isValid.SetResult(true);
        Assert.All(await Task.WhenAll(waiting), code => Assert.Equal(FailureCode.None, code));
    }

    /// <summary>A validator may block its thread, and is outside the turn all the same; that of a handshake too.</summary>
    [Theory]
    [InlineData("username//single")]
    [InlineData("username//session")]
    public async Task MessageWhoseValidatorBlocks_HasEndedItsTurn(string binding)
    {
        using var isValid = new ManualResetEventSlim();
        _permits.Release(100);
        using var scene = Start(binding, validator: UserNamePasswordValidator.Create((_, _) => isValid.Wait(TimeSpan.FromMinutes(1), CancellationToken.None)));
        var messages = Enumerable.Range(0, PrivateKeyTurns.AtOnce + 2).Select(_ => Secure(scene)).ToArray();
        var blocked = messages.Select(wire => Task.Factory.StartNew(
            () => ReceiveAsync(scene, wire, Flood), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToArray();

        // The clock stands still, so none of the turns has ended by its time.
        await WaitUntilAsync(messages.Length);
        isValid.Set();
        Assert.All(await Task.WhenAll(blocked), code => Assert.Equal(FailureCode.None, code));
    }

    /// <summary>Otherwise each endpoint more would take processors from sessions.</summary>
    [Fact]
    public async Task Endpoints_ShareTheTurns()
    {
        using var one = Start("mutualcert//single");
        using var other = Start("username//single");
        var busy = await OccupyAsync(one);
        var waiting = ReceiveAsync(other, Secure(other), Honest);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(busy.Length, Begun);
        _permits.Release(100);
        Assert.Equal(FailureCode.None, await waiting);
        await Task.WhenAll(busy);
    }

    public void Dispose()
    {
        _held.Dispose();
        _key.Dispose();
        _permits.Dispose();
        _log.Dispose();
    }

    private int Begun
    {
        get
        {
            lock (_begun)
            {
                return _begun.Count;
            }
        }
    }

    private void Hold(byte[] ciphertext)
    {
        lock (_begun)
        {
            _begun.Add(Convert.ToBase64String(ciphertext));
        }

        _permits.Wait(CancellationToken.None);
    }

    private Loopback Start(string binding, int maxWaiting = 1000, UserNamePasswordValidator? validator = null)
    {
        return new Loopback(Bindings.Create(binding), _clock, new()
        {
            TimeProvider = _clock,
            FailureAnswers = Loopback.AtOnce with { MaxWaiting = maxWaiting },
            LoggerFactory = _log,
        }, service: new()
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service, _held),
            ClientCertificateValidation = TestCredentials.TrustAuthority,
            UserNamePasswordValidator = validator ?? UserNamePasswordValidator.Create((_, _) => true),
        });
    }

    /// <summary>As many messages as are worked on at once, which stay in work.</summary>
    private async Task<Task<FailureCode>[]> OccupyAsync(Loopback scene)
    {
        var messages = Enumerable.Range(0, PrivateKeyTurns.AtOnce).Select(_ => Secure(scene)).ToArray();
        var busy = messages.Select(wire => Task.Factory.StartNew(
            () => ReceiveAsync(scene, wire, Flood), Stop, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()).ToArray();
        await WaitUntilAsync(busy.Length);
        return busy;
    }

    private async Task LetOneGoOnAsync()
    {
        var before = Begun;
        _permits.Release();
        await WaitUntilAsync(before + 1);
    }

    private async Task WaitUntilAsync(int begun)
    {
        while (Begun < begun)
        {
            await Task.Delay(1, Stop);
        }
    }

    private static byte[] Secure(Loopback scene)
    {
        if (scene.Binding.EstablishesSession)
        {
            using var start = scene.Client.StartSession(Loopback.Address);
            return start.Envelope.ToArray();
        }

        using var request = scene.Client.Secure(Loopback.Request(scene.Binding.MessageVersion), Loopback.Address);
        return request.Envelope.ToArray();
    }

    /// <summary>The message has its place in the line when this returns.</summary>
    private static async Task<FailureCode> ReceiveAsync(Loopback scene, byte[] wire, MessageOrigin origin)
    {
        using var result = await scene.Service.ReceiveAsync(wire, origin, Stop);
        return result is ServiceResult.Respond respond ? respond.Code : FailureCode.None;
    }

    private sealed class Waiting(Task<bool> isValid) : UserNamePasswordValidator
    {
        public override ValueTask<bool> ValidateAsync(string userName, string password, CancellationToken cancellationToken) =>
            new(isValid.WaitAsync(cancellationToken));
    }
}
