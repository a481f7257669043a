using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Reliable;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Reliable;

/// <summary>A client and a service with a way between them that loses, repeats and delays messages in both directions.</summary>
internal sealed class LossyWay(ReliableSessionBindingElement settings, double loss, int seed = 1) : IAsyncDisposable
{
    private readonly Random _random = new(seed);
    private readonly Lock _gate = new();
    private int _running;

    public MessageSecurityBinding Binding { get; } = MessageSecurityBinding.Create(
        new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, NegotiateServiceCredential = false }, reliableSession: settings);

    /// <summary>The part of the messages that is lost.</summary>
    public double Loss { get; set; } = loss;

    /// <summary>How many messages the client has sent.</summary>
    public int Sent { get; private set; }

    /// <summary>How often the application had each request, by its text.</summary>
    public Dictionary<string, int> Executed { get; } = [];

    /// <summary>Whether the application had two requests at once.</summary>
    public bool WasConcurrent { get; private set; }

    public Loopback Ends { get; private set; } = null!;

    /// <summary>What the application waits for; null for nothing.</summary>
    public Task? Work { get; set; }

    /// <summary>What somebody on the way makes of a request; null for nobody there.</summary>
    public Func<byte[], byte[]>? OnRequest { get; set; }

    /// <summary>What somebody on the way gives the client in the place of an answer; null for nobody there.</summary>
    public Func<byte[], Task<byte[]>>? OnReply { get; set; }

    /// <summary>By default one whose timers fire at once, but for those that see whether the service is heard.</summary>
    public TimeProvider Clock { get; init; } = new HastyClock(settings.InactivityTimeout / 2);

    public ClientSession Session { get; private set; } = null!;

    public ReliableClientSession Reliable { get; private set; } = null!;

    public async Task OpenAsync()
    {
        Ends = new Loopback(Binding, Clock, new() { FailureAnswers = Loopback.AtOnce });
        Session = await Ends.OpenAsync();
        Reliable = await Session.OpenReliableSessionAsync(ExchangeAsync, TestContext.Current.CancellationToken);
    }

    public async Task<string?> CallAsync(string text, bool isOneWay = false)
    {
        var envelope = Loopback.RequestWithId(
            Binding.MessageVersion, isOneWay ? null : $"urn:uuid:{Guid.NewGuid()}", $"<Echo xmlns=\"urn:e\">{text}</Echo>");
        using var answer = await Reliable.CallAsync(envelope, cancellationToken: TestContext.Current.CancellationToken);
        return answer.Message is { } message ? TextOf(message.Envelope) : null;
    }

    public async Task RenewAsync()
    {
        using var renewal = Session.StartRenewal();
        using var result = await Ends.Service.ReceiveAsync(renewal.Envelope, TestContext.Current.CancellationToken);
        renewal.Complete(((ServiceResult.Respond)result).Envelope);
    }

    /// <summary>Waits until no message is on the way.</summary>
    public async Task QuietAsync()
    {
        for (var (before, still) = (-1, 0); still < 5; (before, still) = (Sent, before == Sent ? still + 1 : 0))
        {
            await Task.Delay(2);
        }
    }

    /// <summary>What goes over the way once, without a loss.</summary>
    public async Task<ReliableAnswer> SendAsync(ReadOnlyMemory<byte> plain)
    {
        var secured = Session.Secure(plain);
        var wire = secured.Envelope.ToArray();
        var reply = (await ServeAsync(OnRequest?.Invoke(wire) ?? wire)).ToArray();
        reply = OnReply is { } replace ? await replace(reply) : reply;
        return new ReliableAnswer(reply.Length == 0 ? null : secured.VerifyReply(reply), secured);
    }

    /// <summary>The acknowledgement that the service gives to whoever asks for one in the session, as on the wire.</summary>
    public async Task<byte[]> AskAsync()
    {
        var names = RmNames.Of(Binding.ReliableSession!.ReliableMessagingVersion);
        using var plain = ReliableEnvelope.Write(SoapNames.Of(Binding.MessageVersion), names, names.AckRequestedAction,
            new ReliableHeaders { AckRequested = Reliable.Id }, (null, Loopback.Address.AbsoluteUri, null));
        using var secured = Session.Secure(plain.Memory);
        return (await ServeAsync(secured.Envelope.ToArray())).ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await Reliable.DisposeAsync();
        Session.Dispose();
        Ends.Dispose();
    }

    private async Task<ReliableAnswer> ExchangeAsync(ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        await Task.Yield();
        lock (_gate)
        {
            Sent++;
        }

        if (Happens(Loss / 2))
        {
            // A second copy on the way, with a protection of its own, whose answer nobody hears.
            using var copy = await SendAsync(plain);
        }

        if (Happens(Loss))
        {
            throw new IOException("The request was lost.");
        }

        if (Happens(Loss))
        {
            await Task.Delay(1, cancellationToken);
        }

        var answer = await SendAsync(plain);
        if (Happens(Loss))
        {
            answer.Dispose();
            throw new IOException("The reply was lost.");
        }

        return answer;
    }

    /// <summary>What the service answers.</summary>
    public async Task<ReadOnlyMemory<byte>> ServeAsync(byte[] wire)
    {
        using var result = await Ends.Service.ReceiveAsync(wire);
        if (result is ServiceResult.Respond respond)
        {
            return respond.Envelope.ToArray();
        }

        var dispatch = (ServiceResult.Dispatch)result;
        var text = TextOf(dispatch.Request.Envelope);
        WasConcurrent |= Interlocked.Increment(ref _running) > 1;
        lock (_gate)
        {
            Executed[text] = Executed.GetValueOrDefault(text) + 1;
        }

        await (Work ?? Task.CompletedTask);
        await Task.Yield();
        Interlocked.Decrement(ref _running);
        var reply = $"<EchoResponse xmlns=\"urn:e\">{text}</EchoResponse>";
        using var secured = dispatch.Request.MessageId is null ? dispatch.Acknowledge()! : dispatch.Secure(Loopback.Reply(Binding.MessageVersion, reply));
        return secured.Envelope.ToArray();
    }

    private bool Happens(double probability)
    {
        lock (_gate)
        {
            return _random.NextDouble() < probability;
        }
    }

    private static string TextOf(ReadOnlyMemory<byte> envelope)
    {
        var document = System.Xml.Linq.XDocument.Load(new MemoryStream(envelope.ToArray()));
        Assert.DoesNotContain(document.Descendants(), e => e.Name.LocalName is "Sequence" or "SequenceAcknowledgement");
        return document.Root!.Elements().Last().Value;
    }

    /// <summary>Whether it is how long something may take; what is waited for on purpose is never a multiple of that.</summary>
    private static bool IsLimit(TimeSpan dueTime) => dueTime <= TimeSpan.Zero || dueTime.Ticks % TimeSpan.FromSeconds(10).Ticks == 0;

    /// <summary>Fires timers at once, so that no test waits for the times of a network.</summary>
    private sealed class HastyClock(TimeSpan patience) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime == patience || IsLimit(dueTime) ? dueTime : TimeSpan.FromMilliseconds(2), period);
    }
}
