using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Calls in a reliable session, over sockets that lose requests and replies.</summary>
public sealed class ReliableTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";

    public static TheoryData<ReliableMessagingVersion> Versions => new(Enum.GetValues<ReliableMessagingVersion>());

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Calls_GoThroughASequence_ThatIsEndedBeforeItsSession(ReliableMessagingVersion version)
    {
        await using var service = await ReliableService.StartAsync(version);
        await using (var client = service.CreateClient(isPatient: true))
        {
            Assert.Equal("<EchoResponse xmlns=\"urn:e\" />", Text(await client.CallAsync(Messages.Action, Echo)));
            await client.SendOneWayAsync("urn:e/Notify", "<Notify xmlns=\"urn:e\"/>");
            await client.CallAsync(Messages.Action, Echo);
        }

        string[] end = version == ReliableMessagingVersion.WSReliableMessaging11 ? ["CloseSequence", "TerminateSequence"] : ["LastMessage", "TerminateSequence"];
        Assert.Equal(["SCT", "CreateSequence", "Echo", "Notify", "Echo", .. end, "Cancel"], service.Actions);
        Assert.Equal(3, service.Executed.Count);
        Assert.Equal(0, service.Host.Engine.SessionCount);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Calls_AreExecutedOnceWhateverTheWayLoses(ReliableMessagingVersion version)
    {
        // The variable is for runs that take their time.
        var calls = int.Parse(Environment.GetEnvironmentVariable("SECURECONVERSATION_RELIABLE_CALLS") ?? "60", CultureInfo.InvariantCulture);
        await using var service = await ReliableService.StartAsync(version, new() { MaxRetryCount = 60 });
        await using var client = service.CreateClient();
        await client.OpenAsync();
        service.Lose(0.2, seed: 5);
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var call && call <= calls)
            {
                Assert.Contains($">{call}<", await client.CallAsync(Messages.Action, $"<Echo xmlns=\"urn:e\">{call}</Echo>"), StringComparison.Ordinal);
            }
        }));
        service.Lose(0, seed: 5);
        await client.CloseAsync();
        Assert.Equal(Enumerable.Range(1, calls).Select(n => $"{n}").Order(), service.Executed.Order());
        Assert.InRange(service.Actions.Count(a => a == "Echo"), calls + (calls / 5), int.MaxValue);
        Assert.InRange(service.Copies, calls / 10, int.MaxValue);
        Assert.Equal(1, service.Host.Handshakes);
    }

    /// <summary>As a service answers what comes too early (202), or a proxy that gives up.</summary>
    [Theory]
    [InlineData(202, "")]
    [InlineData(503, "")]
    [InlineData(200, "<html/>")]
    [InlineData(500, "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body/></s:Envelope>")]
    public async Task AnAnswerThatIsNoReply_IsALoss(int status, string body)
    {
        await using var service = await ReliableService.StartAsync();
        await using var client = service.CreateClient();
        await client.OpenAsync();
        service.AnswerOnce(status, body);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((1, 1), (service.Executed.Count, service.Host.Handshakes));
        Assert.Equal(2, service.Actions.Count(a => a == "Echo"));
    }

    /// <summary>As a factory disposes of handlers that nobody holds any more. The headers of the caller stay with his call.</summary>
    [Fact]
    public async Task AHandlerThatIsDisposedOfMeanwhile_LosesNeitherTheCallNorItsHeaders()
    {
        await using var service = await ReliableService.StartAsync();
        await using var sessions = service.CreateSessions();
        using var http = new HttpClient(new SecureConversationHandler(sessions) { InnerHandler = new FailingHandler(new ObjectDisposedException("handler")) });
        http.DefaultRequestHeaders.Add("X-Tenant", "blue");
        await sessions.OpenAsync(service.Host.Address);
        var tenant = "";
        service.Once(context =>
        {
            tenant = context.Request.Headers["X-Tenant"].ToString();
            return Task.FromResult(false);
        });
        await http.CallAsync(service.Host.Address, Messages.Action, Echo);
        Assert.Equal(("blue", 1), (tenant, service.Executed.Count));
    }

    /// <summary>It may have its reasons, for instance that it has no token for the user.</summary>
    [Fact]
    public async Task WhatAHandlerRefuses_IsSentByNoOther()
    {
        await using var service = await ReliableService.StartAsync(settings: new() { MaxRetryCount = 1 });
        await using var sessions = service.CreateSessions();
        using var http = new HttpClient(new SecureConversationHandler(sessions) { InnerHandler = new FailingHandler(new InvalidOperationException("no token")) });
        await sessions.OpenAsync(service.Host.Address);
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => http.CallAsync(service.Host.Address, Messages.Action, Echo));
        Assert.Contains("no token", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Echo", service.Actions);
    }

    /// <summary>However often it is sent, it is as large. The call fails at once, with the reason, and so does its session.</summary>
    [Fact]
    public async Task ARequestThatIsTooLarge_FailsAtOnce_AndTheNextCallHasAnotherSession()
    {
        await using var service = await ReliableService.StartAsync();
        await using var client = service.CreateClient(isPatient: true);
        await client.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            service.AnswerOnce(413, "");
        }

        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.LimitExceeded, error.Code);
        Assert.Contains("MaxRequestBytes", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, service.Actions.Count(a => a == "Echo"));
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((2, 1), (service.Host.Handshakes, service.Executed.Count));
    }

    /// <summary>The service has executed the request, so those after it go on.</summary>
    [Fact]
    public async Task AReplyThatIsTooLarge_FailsItsCallAlone()
    {
        await using var service = await ReliableService.StartAsync();
        await using var client = service.CreateClient(isPatient: true, maxResponseBytes: 40_000);
        await client.OpenAsync();
        var large = client.CallAsync(Messages.Action, $"<Echo xmlns=\"urn:e\">{new string('x', 50_000)}</Echo>");
        var others = Enumerable.Range(0, 4).Select(_ => client.CallAsync(Messages.Action, Echo)).ToList();
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => large);
        Assert.Equal(FailureCode.LimitExceeded, error.Code);
        Assert.Contains("MaxResponseBytes", error.Message, StringComparison.Ordinal);
        await Task.WhenAll(others);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((2, 6), (service.Host.Handshakes, service.Executed.Count));
    }

    /// <summary>One connection after another hangs: the request goes over others meanwhile.</summary>
    [Fact]
    public async Task AConnectionThatHangs_HoldsUpNothing()
    {
        await using var service = await ReliableService.StartAsync();
        await using var client = service.CreateClient();
        await client.OpenAsync();
        var hangs = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        service.Once(async context =>
        {
            using var gone = context.RequestAborted.Register(hangs.SetResult);
            await hangs.Task;
            return true;
        });
        await client.CallAsync(Messages.Action, Echo);
        Assert.Single(service.Executed);

        // The attempt that hung is ended with the call.
        await hangs.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task AKeyThatExpires_IsRenewedInTheMiddleOfTheSequence()
    {
        var clock = new ShiftedTime();
        await using var service = await ReliableService.StartAsync(clock: clock);
        await using var client = service.CreateClient();
        await client.CallAsync(Messages.Action, Echo);
        clock.Shift = TimeSpan.FromMinutes(6);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((1, 1, 2), (service.Host.Handshakes, service.Host.Renewals, service.Executed.Count));
    }

    /// <summary>Anybody can write them. The session they speak of goes on, and ends in order.</summary>
    [Theory]
    [InlineData("BadContextToken")]
    [InlineData("RenewNeeded")]
    public async Task ForgedFaults_CostAttemptsAndNoCall(string subcode)
    {
        await using var service = await ReliableService.StartAsync();
        await using var client = service.CreateClient();
        await client.OpenAsync();
        for (var i = 0; i < 4; i++)
        {
            service.AnswerOnce(500, Fault(subcode));
        }

        await client.CallAsync(Messages.Action, Echo);
        Assert.Single(service.Executed);
    }

    /// <summary>A service that was restarted knows neither session nor sequence, and nobody knows what it has executed.</summary>
    [Fact]
    public async Task ASessionThatIsLost_FailsItsCallsAndRepeatsNone()
    {
        await using var service = await ReliableService.StartAsync(settings: new() { MaxRetryCount = 1 });
        await using var client = service.CreateClient();
        await client.CallAsync(Messages.Action, Echo);
        service.Host.Restart();
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.SequenceTerminated, error.Code);
        Assert.Single(service.Executed);

        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((2, 2), (service.Host.Handshakes, service.Executed.Count));
    }

    [Fact]
    public async Task AnIdempotentCall_GoesIntoANewSessionAtOnce()
    {
        await using var service = await ReliableService.StartAsync();
        await using var client = service.CreateClient();
        await client.CallAsync(Messages.Action, Echo);
        service.Host.Restart();
        await client.CallAsync(Messages.Action, Echo, isIdempotent: true);
        Assert.Equal((2, 2), (service.Host.Handshakes, service.Executed.Count));
    }

    /// <summary>More calls than the window takes: those that were not sent yet are not bound to the session that is lost.</summary>
    [Fact]
    public async Task CallsThatWereNotSentYet_GoIntoANewSession()
    {
        await using var service = await ReliableService.StartAsync(settings: new() { MaxRetryCount = 1, MaxTransferWindowSize = 1 });
        await using var client = service.CreateClient();
        await client.OpenAsync();
        service.Host.Restart();
        var calls = Enumerable.Range(0, 5).Select(_ => client.CallAsync(Messages.Action, Echo)).ToList();
        await ((Task)Task.WhenAll(calls)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Assert.Equal((1, 4), (calls.Count(c => c.IsFaulted), calls.Count(c => c.IsCompletedSuccessfully)));
        Assert.Equal((2, 4), (service.Host.Handshakes, service.Executed.Count));
    }

    /// <summary>Somebody says of one session after another that it is lost. Calls that wait were never sent, and fail for none of that.</summary>
    [Fact]
    public async Task ForgedFaults_FailNoCallThatWasNotSentYet()
    {
        await using var service = await ReliableService.StartAsync(settings: new() { MaxTransferWindowSize = 1, MaxRetryCount = 60 });
        await using var client = service.CreateClient();
        await client.OpenAsync();
        var plain = service.Host.Intercept;
        service.Host.Intercept = async context =>
        {
            if (service.Host.Handshakes > 3 || !context.Request.ContentType!.Contains(Messages.Action, StringComparison.Ordinal))
            {
                return await plain!(context);
            }

            context.Response.StatusCode = 500;
            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.WriteAsync(Fault("BadContextToken"));
            return true;
        };
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.CallAsync(Messages.Action, Echo)));
        Assert.Equal((4, 8), (service.Host.Handshakes, service.Executed.Count));
    }

    [Fact]
    public async Task ACallThatItsCallerGivesUp_IsSentOn()
    {
        await using var service = await ReliableService.StartAsync();
        await using var client = service.CreateClient();
        await client.OpenAsync();
        using var impatient = new CancellationTokenSource();
        service.Once(_ =>
        {
            impatient.Cancel();
            return Task.FromResult(false);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.CallAsync(Messages.Action, "<Echo xmlns=\"urn:e\">first</Echo>", impatient.Token));
        await client.CallAsync(Messages.Action, "<Echo xmlns=\"urn:e\">second</Echo>");
        Assert.Equal(["first", "second"], service.Executed);
    }

    [Fact]
    public async Task AFaultOfTheApplication_IsTheReply()
    {
        await using var service = await ReliableService.StartAsync();
        await using var client = service.CreateClient();
        service.Host.Reply = _ => Task.FromResult<byte[]?>(Messages.Fault(service.Host.Binding.MessageVersion));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(SecureConversationFailure.PeerFault, error.Failure);
        Assert.True(error.Fault!.IsSecured);
        Assert.Equal(1, service.Host.Engine.SessionCount);
    }

    /// <summary>For example an operation that the client takes for one with a reply.</summary>
    [Fact]
    public async Task ARequestWithoutTheReplyThatItExpects_FailsAlone()
    {
        await using var service = await ReliableService.StartAsync();
        await using var client = service.CreateClient(isPatient: true);
        var executed = 0;
        service.Host.Reply = _ =>
        {
            executed++;
            return Task.FromResult<byte[]?>(null);
        };
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(FailureCode.EmptyReply, error.Code);
        await client.SendOneWayAsync("urn:e/Notify", "<Notify xmlns=\"urn:e\"/>");
        Assert.Equal((2, 1), (executed, service.Host.Handshakes));
    }

    /// <summary>What retries stands before message security, and repeats failures of the transport: the end of a reliable session is none.</summary>
    [Fact]
    public async Task ResilienceHandler_RepeatsNoCallOfALostSession()
    {
        await using var service = await ReliableService.StartAsync(settings: new() { MaxRetryCount = 1 });
        var services = new ServiceCollection();
        var builder = services.AddHttpClient("echo");
        builder.AddStandardResilienceHandler();
        builder.AddSecureConversation(service.Fill);
        await using var provider = services.BuildServiceProvider();
        var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("echo");
        await http.CallAsync(service.Host.Address, Messages.Action, Echo);
        service.Host.Restart();
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => http.CallAsync(service.Host.Address, Messages.Action, Echo));
        Assert.Equal(FailureCode.SequenceTerminated, error.Code);
        Assert.Single(service.Executed);
        await http.CallAsync(service.Host.Address, Messages.Action, Echo);
        Assert.Equal(2, service.Executed.Count);
    }

    [Fact]
    public async Task AServiceWithoutReliableSessions_IsReportedWhenTheSessionIsOpened()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Reply = d => Task.FromResult<byte[]?>(Messages.Fault(service.Binding.MessageVersion));
        var options = Credential.Options(service.Binding);
        options.ReliableSession = new();
        await using var client = new SecureConversationClient(service.Address, options);
        await Assert.ThrowsAsync<SecureConversationException>(() => client.OpenAsync());
        await RecordedLog.Current.SeenAsync(204);
        Assert.Equal(0, service.Engine.SessionCount);
    }

    private static string Text(string xml) => System.Xml.Linq.XElement.Parse(xml).ToString();

    private static string Fault(string subcode) =>
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        + $"<s:Value xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\">c:{subcode}</s:Value></s:Subcode></s:Code><s:Reason>"
        + "<s:Text xml:lang=\"en\">-</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>";
}

/// <summary>A service with a reliable session whose way loses messages.</summary>
internal sealed class ReliableService : IAsyncDisposable
{
    private const string Copy = "X-Copy";

    private static readonly HttpClient Wire = new();

    private readonly Lock _gate = new();
    private readonly List<string> _executed = [];
    private readonly List<string> _actions = [];
    private readonly Queue<Func<HttpContext, Task<bool>>> _once = [];
    private Random _random = new(1);
    private double _loss;

    private ReliableService(TestService host) => Host = host;

    public TestService Host { get; }

    /// <summary>How many messages arrived twice.</summary>
    public int Copies { get; private set; }

    /// <summary>What the application had, by the text of the requests.</summary>
    public IReadOnlyList<string> Executed
    {
        get
        {
            lock (_gate)
            {
                return [.. _executed];
            }
        }
    }

    /// <summary>The last segments of the actions that arrived, those whose answer was lost or replaced included.</summary>
    public IReadOnlyList<string> Actions
    {
        get
        {
            lock (_gate)
            {
                return [.. _actions];
            }
        }
    }

    public static async Task<ReliableService> StartAsync(ReliableMessagingVersion version = ReliableMessagingVersion.WSReliableMessaging11,
        ReliableSessionBindingElement? settings = null, TimeProvider? clock = null)
    {
        var session = Credential.Session();
        var element = session.Element with { LocalClientSettings = session.Element.LocalClientSettings with { SessionKeyRenewalInterval = TimeSpan.FromMinutes(5) } };
        var binding = MessageSecurityBinding.Create(element, session.MessageVersion, session.Protection,
            (settings ?? new()) with { ReliableMessagingVersion = version });
        var service = new ReliableService(await TestService.StartAsync(binding, clock));
        service.Host.Intercept = service.InterceptAsync;
        service.Host.Reply = service.Execute;
        return service;
    }

    /// <param name="isPatient">Whether it sends again as late as the network needs, and not at once.</param>
    /// <param name="maxResponseBytes">Up to which size it takes replies; 0 for the default.</param>
    public SecureConversationClient CreateClient(bool isPatient = false, int maxResponseBytes = 0)
    {
        var options = new SecureConversationHttpOptions { LoggerFactory = RecordedLog.Current };
        Fill(options);
        options.TimeProvider = isPatient ? Host.Clock : options.TimeProvider;
        options.MaxResponseBytes = maxResponseBytes > 0 ? maxResponseBytes : options.MaxResponseBytes;
        return new SecureConversationClient(Host.Address, options);
    }

    /// <summary>Sessions that are opened by a transport of their own, for handlers that share them.</summary>
    public SecureConversationSessions CreateSessions()
    {
        var options = new SecureConversationHttpOptions { LoggerFactory = RecordedLog.Current };
        Fill(options);
        var transport = new HttpMessageInvoker(new SocketsHttpHandler());
        return new SecureConversationSessions(new Internal.Endpoint("shared", options), () => transport.SendAsync);
    }

    public void Fill(SecureConversationHttpOptions options)
    {
        Credential.Fill(options, Host.Binding);
        options.ReliableSession = Host.Binding.ReliableSession;
        options.TimeProvider = new HastyTime(Host.Clock, Host.Binding.ReliableSession!.InactivityTimeout / 2);
    }

    /// <summary>From now on the way loses this part of requests, and of replies.</summary>
    public void Lose(double loss, int seed) => (_loss, _random) = (loss, new Random(seed));

    /// <summary>Does something with the next message, before the service has it; true when it was answered.</summary>
    public void Once(Func<HttpContext, Task<bool>> act)
    {
        lock (_gate)
        {
            _once.Enqueue(act);
        }
    }

    /// <summary>Somebody on the way answers the next message, which the service never sees.</summary>
    public void AnswerOnce(int status, string body) => Once(async context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = body.StartsWith("<html", StringComparison.Ordinal) ? "text/html" : "application/soap+xml; charset=utf-8";
        await context.Response.WriteAsync(body);
        return true;
    });

    public ValueTask DisposeAsync() => Host.DisposeAsync();

    private async Task<bool> InterceptAsync(HttpContext context)
    {
        if (context.Request.Headers.ContainsKey(Copy))
        {
            return false;
        }

        var type = context.Request.ContentType!;
        Func<HttpContext, Task<bool>>? act;
        lock (_gate)
        {
            _actions.Add(type[(type.LastIndexOf('/') + 1)..].TrimEnd('"'));
            _once.TryDequeue(out act);
        }

        if (act is not null)
        {
            return await act(context);
        }

        if (Happens())
        {
            context.Abort();
            return true;
        }

        if (Happens())
        {
            // Others overtake it.
            await Task.Delay(_random.Next(20));
        }

        if (Happens())
        {
            await CopyAsync(context);
        }

        if (Happens())
        {
            context.Response.Body = new LostStream(context);
        }

        return false;
    }

    /// <summary>The message arrives twice, as it is. One of the two is refused as a replay, mostly the one whose sender hears of it.</summary>
    private async Task CopyAsync(HttpContext context)
    {
        var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        body.Position = 0;
        context.Request.Body = body;
        using var copy = new HttpRequestMessage(HttpMethod.Post, Host.Address) { Content = new ByteArrayContent(body.ToArray()) };
        copy.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        copy.Headers.Add(Copy, "1");
        using var response = await Wire.SendAsync(copy);
        lock (_gate)
        {
            Copies++;
        }
    }

    private Task<byte[]?> Execute(ServiceResult.Dispatch dispatch)
    {
        var text = System.Xml.Linq.XDocument.Load(new MemoryStream(dispatch.Request.Envelope.ToArray())).Root!.Elements().Last().Value;
        lock (_gate)
        {
            _executed.Add(text);
        }

        return Task.FromResult(dispatch.Request.MessageId is null ? null : Messages.Envelope(Host.Binding.MessageVersion,
            text.Length == 0 ? "<EchoResponse xmlns=\"urn:e\"/>" : $"<EchoResponse xmlns=\"urn:e\">{text}</EchoResponse>", "urn:e/EchoResponse"));
    }

    private bool Happens()
    {
        lock (_gate)
        {
            return _loss > 0 && _random.NextDouble() < _loss;
        }
    }

    /// <summary>The connection ends instead of the reply.</summary>
    private sealed class LostStream(HttpContext context) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            context.Abort();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>A transport that sends nothing.</summary>
internal sealed class FailingHandler(Exception failure) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromException<HttpResponseMessage>(failure);
}

/// <summary>The time of the system, shifted.</summary>
internal sealed class ShiftedTime : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Shift;

    public override long GetTimestamp() => System.GetTimestamp() + (long)(Shift.TotalSeconds * System.TimestampFrequency);
}

/// <summary>A clock whose timers fire almost at once, so that no test waits for the times of a network.</summary>
internal sealed class HastyTime(TimeProvider clock, TimeSpan patience) : TimeProvider
{
    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp() => clock.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, dueTime == patience || IsLimit(dueTime) ? dueTime : TimeSpan.FromMilliseconds(20), period);

    /// <summary>Whether it is how long something may take; what is waited for on purpose is never a multiple of that.</summary>
    private static bool IsLimit(TimeSpan dueTime) => dueTime <= TimeSpan.Zero || dueTime.Ticks % TimeSpan.FromSeconds(10).Ticks == 0;
}
