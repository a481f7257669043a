using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging;
using SecureConversation.Testing;
using SecureConversation.Tests.Attacks;
using SecureConversation.Tests.Surface;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Roles;

/// <summary>When a service answers what it refuses, and whom it makes wait longer.</summary>
public sealed class FailureAnswerTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(25);
    private static readonly MessageOrigin Stranger = new() { HasNoAddress = true, RemoteAddress = IPAddress.Parse("192.0.2.7") };

    private readonly ManualTimeProvider _clock = Observation.Today;
    private readonly RecordedLog _log = RecordedLog.Current;

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/encrypt-first/session")]
    [InlineData("mutualcert//single")]
    public async Task Refusal_WaitsForItsStep(string binding)
    {
        using var scene = await OpenAsync(new(), binding);
        using var request = scene.Request();
        var refusal = ReceiveAsync(scene, Broken(request.Envelope));
        _clock.Advance(Step - TimeSpan.FromMilliseconds(1));
        NotYet(refusal);
        _clock.Advance(TimeSpan.FromMilliseconds(7));
        await RefusedAsync(refusal);
    }

    [Fact]
    public async Task Step_OfZero_AnswersAtOnce()
    {
        using var scene = await OpenAsync(new() { Step = TimeSpan.Zero });
        using var request = scene.Request();
        await RefusedAsync(ReceiveAsync(scene, Broken(request.Envelope)));
    }

    [Fact]
    public async Task Success_NeverWaits()
    {
        using var scene = await OpenAsync(new() { Budget = 1 });
        using var request = scene.Request();
        using var other = scene.Request();
        var refusals = Enumerable.Range(0, 20).Select(_ => ReceiveAsync(scene, Broken(other.Envelope))).ToArray();
        // The same session, the same address, and no clock that moves.
        using var result = await ReceiveAsync(scene, request.Envelope.ToArray());
        Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.All(refusals, r => Assert.False(r.IsCompleted));
    }

    [Fact]
    public async Task MessageThatUsedNoKey_WaitsAndIsNotCounted()
    {
        using var scene = await OpenAsync(new() { Budget = 1 });
        using var request = scene.Request();
        var unknown = Encoding.UTF8.GetBytes(
            Encoding.UTF8.GetString(request.Envelope.Span).Replace(scene.Session!.Id, "urn:uuid:unknown", StringComparison.Ordinal));
        var refusals = Enumerable.Range(0, 8).Select(i => ReceiveAsync(scene, i % 2 == 0 ? "<x/>"u8.ToArray() : unknown)).ToArray();
        Assert.All(refusals, refusal => Assert.False(refusal.IsCompleted));
        _clock.Advance(Step + TimeSpan.FromMilliseconds(10));
        var results = await Task.WhenAll(refusals);
        Assert.Equal(ServiceResponseKind.NotSoap, Assert.IsType<ServiceResult.Respond>(results[0]).Kind);
        Assert.Equal(FailureCode.UnknownContext, Assert.IsType<ServiceResult.Respond>(results[1]).Code);
    }

    /// <summary>What cannot even be decoded is no cheaper for its sender, and no less visible to the owner.</summary>
    [Fact]
    public async Task BodyWithoutEnvelope_WaitsAsOthersDo()
    {
        using var scene = await OpenAsync(new() { MaxWaiting = 5 });
        var failure = Assert.Throws<SecureConversationException>(() => EnvelopeEncoding.Decode("x"u8.ToArray(), "application/soap+msbin1"));
        var refusals = Enumerable.Range(0, 4).Select(_ => scene.Loopback.Service.RefuseAsync(failure, Stranger).AsTask()).ToArray();
        Assert.All(refusals, refusal => Assert.False(refusal.IsCompleted));
        Assert.Contains(_log.Entries, entry => entry.Text.Contains("NotWellFormed", StringComparison.Ordinal)
            && entry.Text.Contains("192.0.2.7", StringComparison.Ordinal));

        using var busy = await scene.Loopback.Service.RefuseAsync(failure, Stranger);
        Assert.Equal(FailureCode.ServiceTooBusy, busy.Code);
        _clock.Advance(Step + TimeSpan.FromMilliseconds(10));
        foreach (var refusal in await Task.WhenAll(refusals))
        {
            Assert.Equal((ServiceResponseKind.NotSoap, FailureCode.NotWellFormed), (refusal.Kind, refusal.Code));
        }
    }

    [Fact]
    public async Task Budget_BoundsTheFailuresOfTheFirstStep()
    {
        using var scene = await OpenAsync(new() { Budget = 3 });
        using var request = scene.Request();
        var refusals = Enumerable.Range(0, 6).Select(_ => ReceiveAsync(scene, Broken(request.Envelope))).ToArray();
        _clock.Advance(Step + TimeSpan.FromMilliseconds(10));
        await Task.WhenAll(refusals[..3]);
        Assert.All(refusals[3..], r => Assert.False(r.IsCompleted));
        _clock.Advance(Step);
        await Task.WhenAll(refusals[3..]);
    }

    [Fact]
    public async Task Step_DoublesUpToItsMaximum()
    {
        using var scene = await OpenAsync(new() { Budget = 1, MaxStep = TimeSpan.FromMilliseconds(200) });
        using var request = scene.Request();
        var refusals = Enumerable.Range(0, 50).Select(_ => ReceiveAsync(scene, Broken(request.Envelope))).ToArray();
        _clock.Advance(TimeSpan.FromMilliseconds(190));
        NotYet(refusals[^1]);
        _clock.Advance(TimeSpan.FromMilliseconds(20));
        await Task.WhenAll(refusals);
    }

    [Theory]
    [InlineData("mutualcert//session", "session ", null)]
    [InlineData("mutualcert//single", "wrapped key with EncryptedKeySHA1 ", null)]
    [InlineData("mutualcert//session", "address 192.0.2.7", "192.0.2.7")]
    [InlineData("mutualcert//single", "address 2001:db8:0:1::/64", "2001:db8:0:1::77")]
    public async Task Source_BeyondItsBudget_IsNamedInTheLogOnce(string binding, string name, string? address)
    {
        using var scene = await OpenAsync(new() { Budget = 2, Step = TimeSpan.Zero }, binding);
        using var request = scene.Request();
        var origin = new MessageOrigin { HasNoAddress = true, RemoteAddress = address is null ? null : IPAddress.Parse(address) };
        for (var i = 0; i < 10; i++)
        {
            using var result = await scene.Loopback.Service.ReceiveAsync(Broken(request.Envelope), origin);
        }

        var warning = Assert.Single(_log.Entries, e => e.Id == 20 && e.Text.Contains(name, StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.StartsWith("Possible decryption oracle: 3 messages of ", warning.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_ThatFailsInManySessions_IsFound()
    {
        using var scene = await OpenAsync(new() { Budget = 4, Step = TimeSpan.Zero });
        for (var i = 0; i < 5; i++)
        {
            using var session = await scene.OpenSessionAsync();
            using var request = scene.Request();
            using var result = await ReceiveAsync(scene, Broken(request.Envelope));
        }

        Assert.Contains("address 192.0.2.7", Assert.Single(_log.Entries, e => e.Id == 20).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MessageWithARightSignature_IsCountedLikeAnyOther()
    {
        using var scene = await OpenAsync(new() { Budget = 1, Step = TimeSpan.Zero });
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        for (var i = 0; i < 5; i++)
        {
            using var again = await ReceiveAsync(scene, request.Envelope.ToArray());
            Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(again).Code);
        }

        // If it were not, the time of later refusals would tell that the signature was right.
        Assert.Contains(_log.Entries, e => e.Id == 20);
    }

    [Fact]
    public async Task WorkBeyondTheStep_UsesUpABudget()
    {
        using var scene = await OpenAsync(new() { Budget = 100 });
        using var request = scene.Request();
        // The owner of the memory takes longer than the step to let go of it, as hard work on the message would.
        var slow = scene.Loopback.Service.ReceiveAsync(Broken(request.Envelope), Stranger, new Slow(_clock, 2 * Step)).AsTask();
        _clock.Advance(2 * Step);
        await RefusedAsync(slow);
        var next = ReceiveAsync(scene, Broken(request.Envelope));
        _clock.Advance(Step + TimeSpan.FromMilliseconds(10));
        NotYet(next);
        _clock.Advance(Step);
        await RefusedAsync(next);
    }

    [Fact]
    public async Task MaxWaiting_Reached_NewMessagesAreRefusedAtOnce()
    {
        using var scene = await OpenAsync(new() { MaxWaiting = 5 });
        using var request = scene.Request();
        // One address gets four of five places.
        var refusals = Enumerable.Range(0, 4).Select(_ => ReceiveAsync(scene, Broken(request.Envelope))).ToArray();
        for (var i = 0; i < 3; i++)
        {
            using var busy = await ReceiveAsync(scene, request.Envelope.ToArray());
            Assert.Equal(FailureCode.ServiceTooBusy, Assert.IsType<ServiceResult.Respond>(busy).Code);
        }

        Assert.Contains("MaxWaiting", Assert.Single(_log.Entries, e => e.Id == 22).Text, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(refusals);
        using var next = scene.Request();
        using var result = await ReceiveAsync(scene, next.Envelope.ToArray());
        Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Contains("2 more", Assert.Single(_log.Entries, e => e.Id == 23).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RoomForRefusals_HalfFull_GrantsLongStepsToFailures()
    {
        using var scene = await OpenAsync(new() { MaxWaiting = 20, Budget = 1 });
        using var request = scene.Request();
        var refusals = Enumerable.Range(0, 15).Select(_ => ReceiveAsync(scene, Broken(request.Envelope))).ToArray();
        _clock.Advance(Step + TimeSpan.FromMilliseconds(10));
        await refusals[0];
        Assert.All(refusals[2..], refusal => Assert.False(refusal.IsCompleted));
        _clock.Advance(TimeSpan.FromSeconds(2));
        await Task.WhenAll(refusals);
    }

    /// <summary>A password is tried out in a handshake of its own each time, so only the address can tell that they belong together.</summary>
    [Fact]
    public async Task WrongPasswords_CountForTheAddress()
    {
        var binding = Bindings.Create("username//session");
        using var service = new MessageSecurityService(binding, Loopback.ServiceCredentials,
            new() { TimeProvider = _clock, LoggerFactory = _log, FailureAnswers = new() { Budget = 4, Step = TimeSpan.Zero } });
        var client = new MessageSecurityClient(binding, new()
        {
            UserName = new("alice", "a guess"),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        }, new() { TimeProvider = _clock });
        for (var i = 0; i < 5; i++)
        {
            Assert.DoesNotContain(_log.Entries, e => e.Id == 20);
            using var request = client.StartSession(Loopback.Address);
            using var result = await service.ReceiveAsync(request.Envelope, Stranger);
            Assert.Equal(FailureCode.InvalidCredentials, Assert.IsType<ServiceResult.Respond>(result).Code);
        }

        Assert.Contains("5 messages of address 192.0.2.7", Assert.Single(_log.Entries, e => e.Id == 20).Text, StringComparison.Ordinal);
    }

    /// <summary>Its refusal needs no private key any more. Were it not counted, it would tell that the first one had a right signature.</summary>
    [Fact]
    public async Task WrappedKeyThatWasHereBefore_CountsLikeAnyOther()
    {
        using var scene = await OpenAsync(new() { Budget = 2, Step = TimeSpan.Zero }, "mutualcert//single");
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        for (var i = 0; i < 3; i++)
        {
            using var again = await ReceiveAsync(scene, request.Envelope.ToArray());
            Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(again).Code);
        }

        Assert.Contains(_log.Entries, e => e.Id == 20 && e.Text.Contains("wrapped key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Memory_IsGivenBackBeforeTheWait()
    {
        using var scene = await OpenAsync(new());
        using var request = scene.Request();
        var owner = new Slow(_clock, TimeSpan.Zero);
        var refusal = scene.Loopback.Service.ReceiveAsync(Broken(request.Envelope), Stranger, owner).AsTask();
        Assert.True(owner.IsDisposed);
        NotYet(refusal);
        var kept = new Slow(_clock, TimeSpan.Zero);
        using var next = scene.Request();
        using var result = await scene.Loopback.Service.ReceiveAsync(next.Envelope, Stranger, kept);
        Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.False(kept.IsDisposed);
    }

    [Fact]
    public async Task Wait_EndsWhenTheClientHasGone()
    {
        using var scene = await OpenAsync(new());
        using var request = scene.Request();
        using var gone = new CancellationTokenSource();
        var refusal = scene.Loopback.Service.ReceiveAsync(Broken(request.Envelope), Stranger, gone.Token).AsTask();
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => refusal);
    }

    [Fact]
    public async Task Dispose_LetsRefusalsGo()
    {
        var scene = await OpenAsync(new());
        using var request = scene.Request();
        var refusal = ReceiveAsync(scene, Broken(request.Envelope));
        scene.Dispose();
        await RefusedAsync(refusal);
    }

    [Fact]
    public async Task Log_OfManyRefusals_HasAFewAndTheirNumber()
    {
        using var scene = await OpenAsync(new() { Step = TimeSpan.Zero });
        for (var i = 0; i < 100; i++)
        {
            using var request = scene.Request();
            await RefusedAsync(ReceiveAsync(scene, Broken(request.Envelope)));
        }

        Assert.Equal(10, _log.Entries.Count(e => e.Id == 1));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("90 more messages", Assert.Single(_log.Entries, e => e.Id == 21).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Meter_CountsRefusalsAndFailuresBeyondABudget()
    {
        using var listener = new MeterListener();
        var seen = new System.Collections.Concurrent.ConcurrentQueue<string>();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter.Name == "SecureConversation")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen.Enqueue($"{instrument.Name} {(tags.Length > 0 ? tags[0].Value : "")} {value}"));
        listener.Start();
        using var scene = await OpenAsync(new() { Budget = 1 });
        using var request = scene.Request();
        var refusals = Enumerable.Range(0, 2).Select(_ => ReceiveAsync(scene, Broken(request.Envelope))).ToArray();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await Task.WhenAll(refusals);
        Assert.Contains(seen, s => s.StartsWith("secureconversation.refused_messages ", StringComparison.Ordinal));
        Assert.Contains("secureconversation.failures_over_budget context 1", seen);
        Assert.Contains("secureconversation.failures_over_budget address 1", seen);
        Assert.Contains("secureconversation.waiting_refusals  1", seen);
    }

    [Theory]
    [InlineData(-1, 1000, 16, 10, "Step")]
    [InlineData(25, 24, 16, 10, "MaxStep")]
    [InlineData(25, 120_000, 16, 10, "MaxStep")]
    [InlineData(25, 1000, 0, 10, "Budget")]
    [InlineData(25, 1000, 16, 0, "MaxWaiting")]
    public void Options_OutOfTheirRange_AreRefusedInWords(int step, int maxStep, int budget, int maxWaiting, string name)
    {
        var answers = new FailureAnswerOptions
        {
            Step = TimeSpan.FromMilliseconds(step),
            MaxStep = TimeSpan.FromMilliseconds(maxStep),
            Budget = budget,
            MaxWaiting = maxWaiting,
        };
        var error = Assert.Throws<ArgumentException>(() => new MessageSecurityService(
            Bindings.Create(Attack.Session), Loopback.ServiceCredentials, new MessageSecurityServiceOptions { FailureAnswers = answers }));
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains("set ", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The message with another signature: it fails after a key was used, as often as it is sent.</summary>
    private static byte[] Broken(ReadOnlyMemory<byte> wire)
    {
        var document = Forgery.Load(wire);
        var security = Forgery.Child((XmlElement)document.DocumentElement!.FirstChild!, "Security");
        var value = Forgery.Children(security, "EncryptedData").FirstOrDefault() is { } data
            ? Forgery.Descendant(data, "CipherValue")
            : Forgery.Descendant(security, "SignatureValue");
        var octets = Convert.FromBase64String(value.InnerText);
        octets[^1] ^= 1;
        value.InnerText = Convert.ToBase64String(octets);
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }

    private static Task<ServiceResult> ReceiveAsync(Scene scene, byte[] wire) => scene.Loopback.Service.ReceiveAsync(wire, Stranger).AsTask();

    private static async Task RefusedAsync(Task<ServiceResult> refusal)
    {
        using var result = await refusal;
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>The work on a message has ended when the call returns, so only the clock can be what it waits for.</summary>
    private static void NotYet(Task<ServiceResult> refusal) => Assert.False(refusal.IsCompleted);

    private Task<Scene> OpenAsync(FailureAnswerOptions answers, string binding = Attack.Session) => Scene.OpenAsync(
        binding, _clock, new MessageSecurityServiceOptions { TimeProvider = _clock, LoggerFactory = _log, FailureAnswers = answers });

    private sealed class Slow(ManualTimeProvider clock, TimeSpan time) : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose()
        {
            IsDisposed = true;
            clock.Advance(time);
        }
    }
}
