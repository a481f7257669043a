using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Reliable;

/// <summary>Reliable sessions through both roles, with all of message security.</summary>
public sealed class ReliableSessionTests
{
    private const string Rm11 = "http://docs.oasis-open.org/ws-rx/wsrm/200702";

    public static TheoryData<ReliableMessagingVersion> Versions => new(Enum.GetValues<ReliableMessagingVersion>());

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Calls_AreExecutedOnceWhateverTheWayLoses(ReliableMessagingVersion version)
    {
        // The variable is for runs that take their time.
        var calls = int.Parse(Environment.GetEnvironmentVariable("SECURECONVERSATION_RELIABLE_CALLS") ?? "1000", CultureInfo.InvariantCulture);
        await using var way = new LossyWay(new() { ReliableMessagingVersion = version, MaxRetryCount = 60 }, loss: 0.2);
        await way.OpenAsync();
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var call && call <= calls)
            {
                if (call == calls / 2)
                {
                    await way.RenewAsync();
                }

                Assert.Equal($"{call}", await way.CallAsync($"{call}"));
            }
        }));
        await way.Reliable.CloseAsync(TestContext.Current.CancellationToken);
        Assert.Equal(calls, way.Executed.Count);
        Assert.All(way.Executed, e => Assert.Equal(1, e.Value));
        Assert.False(way.WasConcurrent);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task OneWayRequests_AreAcknowledged(ReliableMessagingVersion version)
    {
        await using var way = new LossyWay(new() { ReliableMessagingVersion = version, MaxRetryCount = 60 }, loss: 0.2);
        await way.OpenAsync();
        for (var call = 0; call < 50; call++)
        {
            Assert.Null(await way.CallAsync($"{call}", isOneWay: true));
        }

        await way.Reliable.CloseAsync(TestContext.Current.CancellationToken);
        Assert.Equal(50, way.Executed.Count);
        Assert.All(way.Executed, e => Assert.Equal(1, e.Value));
    }

    /// <summary>Anybody on the way can write them, and as many as he likes.</summary>
    [Theory]
    [InlineData("BadContextToken")]
    [InlineData("RenewNeeded")]
    public async Task ForgedFaults_EndNoReliableSession(string subcode)
    {
        await using var way = await OpenAsync();
        var forged = 0;
        way.OnReply = reply => Task.FromResult(forged++ < 6 ? Fault(subcode) : reply);
        Assert.Equal("x", await way.CallAsync("x"));
        Assert.Null(way.Reliable.Failure);
        Assert.Equal(1, way.Executed["x"]);
    }

    /// <summary>It says that the request arrived, and nothing says on which exchange it was sent.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task AnAcknowledgementOfAnotherExchange_FinishesNoCall(ReliableMessagingVersion version)
    {
        await using var way = new LossyWay(new() { ReliableMessagingVersion = version }, loss: 0);
        await way.OpenAsync();
        var moved = 0;
        way.OnReply = async reply => moved++ < 3 ? await way.AskAsync() : reply;
        Assert.Equal("x", await way.CallAsync("x"));
        way.OnReply = null;
        Assert.Equal("y", await way.CallAsync("y"));
        await way.Reliable.CloseAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 1], way.Executed.Values);
    }

    /// <summary>The reply never comes through: the call fails, and the session, whose service has the request, goes on.</summary>
    [Fact]
    public async Task ACallThatIsAcknowledgedAndNotAnswered_FailsAlone()
    {
        await using var way = await OpenAsync();
        way.OnReply = async _ => await way.AskAsync();
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => way.CallAsync("x"));
        Assert.Equal(FailureCode.EmptyReply, e.Code);
        way.OnReply = null;
        Assert.Null(way.Reliable.Failure);
        Assert.Equal("y", await way.CallAsync("y"));
        Assert.Equal([1, 1], way.Executed.Values);
    }

    /// <summary>Somebody keeps the answers to one call back, and the service is heard otherwise. Then he leaves, or the connections are gone.</summary>
    [Fact]
    public async Task ConnectionsThatNobodyAnswers_HoldNoNumberForEver()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var settings = new ReliableSessionBindingElement { InactivityTimeout = TimeSpan.FromMinutes(4), MaxRetryCount = 1 };
        await using var way = new LossyWay(settings, loss: 0) { Clock = clock };
        await way.OpenAsync();
        var keptBack = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answers = 0;
        way.OnReply = async reply =>
        {
            if (Interlocked.Increment(ref answers) <= 2)
            {
                await keptBack.Task;
            }

            return reply;
        };
        var call = way.CallAsync("x");
        for (var i = 0; i < 60 && !call.IsCompleted; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await way.QuietAsync();
        }

        Assert.True(call.IsCompleted);
        Assert.Equal("x", await call);
        Assert.Equal(1, way.Executed["x"]);
        Assert.Equal("y", await way.CallAsync("y"));
        keptBack.SetResult();
    }

    /// <summary>The application takes its time, and attempts that are given up are heard of by nobody. Then one more is lost.</summary>
    [Fact]
    public async Task ACallThatTakesLong_OutlivesAttemptsThatAreLost()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var settings = new ReliableSessionBindingElement { InactivityTimeout = TimeSpan.FromMinutes(4), MaxRetryCount = 1 };
        await using var way = new LossyWay(settings, loss: 0) { Clock = clock };
        await way.OpenAsync();
        var (hangs, attempts) = (new TaskCompletionSource<ReliableAnswer>(), 0);
        var call = way.Reliable.CallAsync(
            Loopback.RequestWithId(way.Binding.MessageVersion, "urn:uuid:long", "<Echo xmlns=\"urn:e\">x</Echo>"),
            (plain, _) => Interlocked.Increment(ref attempts) switch
            {
                <= 2 => hangs.Task,
                3 => throw new IOException("lost"),
                _ => way.SendAsync(plain),
            },
            cancellationToken: TestContext.Current.CancellationToken);
        for (var i = 0; i < 60 && !call.IsCompleted; i++)
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            await way.QuietAsync();
        }

        using var answer = await call;
        Assert.NotNull(answer.Message);
        Assert.Equal(4, attempts);
        Assert.Equal("y", await way.CallAsync("y"));
        hangs.SetException(new IOException("gone"));
    }

    /// <summary>Nothing says on which exchange an acknowledgement was sent. A request that waits for its predecessor may never be executed.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task AnAcknowledgementOfAnotherExchange_FinishesNoRequestThatWaits(ReliableMessagingVersion version)
    {
        await using var way = new LossyWay(new() { ReliableMessagingVersion = version }, loss: 0);
        await way.OpenAsync();
        var work = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        way.Work = work.Task;
        var (first, attempts) = (way.CallAsync("first", isOneWay: true), 0);
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var second = way.Reliable.CallAsync(
            Loopback.RequestWithId(way.Binding.MessageVersion, null, "<Echo xmlns=\"urn:e\">second</Echo>"), SendAsync, isOneWay: true);
        await Task.WhenAny(second, enough.Task);
        Assert.False(second.IsCompleted);
        work.SetResult();
        Assert.Null(await first);
        Assert.Null((await second).Message);
        await way.Reliable.CloseAsync(TestContext.Current.CancellationToken);
        Assert.Equal([1, 1], way.Executed.Values);

        async Task<ReliableAnswer> SendAsync(ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
        {
            var secured = way.Session.Secure(plain);
            var served = way.ServeAsync(secured.Envelope.ToArray());
            var moved = Interlocked.Increment(ref attempts) <= 3;
            if (attempts == 4)
            {
                enough.SetResult();
            }

            return new ReliableAnswer(secured.VerifyReply(moved ? await way.AskAsync() : await served), secured);
        }
    }

    [Fact]
    public async Task RepeatedRequests_AreCounted()
    {
        var isHere = new AsyncLocal<bool> { Value = true };
        var (counted, attempts) = (0L, 0);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "secureconversation.repeated_requests")
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => counted += isHere.Value ? value : 0);
        listener.Start();
        await using var way = await OpenAsync();
        using var answer = await way.Reliable.CallAsync(
            Loopback.RequestWithId(way.Binding.MessageVersion, "urn:uuid:own", "<Echo xmlns=\"urn:e\">x</Echo>"),
            (plain, _) => ++attempts < 3 ? throw new IOException("lost") : way.SendAsync(plain),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(attempts - 1, counted);
    }

    /// <summary>A handler of one caller fails, for a time: the calls of others come after his, so that one is sent again.</summary>
    [Fact]
    public async Task ATransportThatCannotSend_EndsNoSession()
    {
        await using var way = await OpenAsync();
        var asked = 0;
        using var answer = await way.Reliable.CallAsync(
            Loopback.RequestWithId(way.Binding.MessageVersion, "urn:uuid:own", "<Echo xmlns=\"urn:e\">x</Echo>"),
            (plain, _) => ++asked < 3 ? throw new ObjectDisposedException("handler") : way.SendAsync(plain),
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotNull(answer.Message);
        Assert.Equal(3, asked);
        Assert.Equal("y", await way.CallAsync("y"));
        Assert.Equal([1, 1], way.Executed.Values);
    }

    [Fact]
    public async Task AServiceThatIsSilent_EndsTheSessionAfterInactivityTimeout()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var settings = new ReliableSessionBindingElement { InactivityTimeout = TimeSpan.FromMinutes(4) };
        await using var way = new LossyWay(settings, loss: 0) { Clock = clock };
        await way.OpenAsync();
        clock.Advance(TimeSpan.FromMinutes(2));
        while (way.Sent < 2)
        {
            // The service is asked for a sign of life.
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }

        await way.QuietAsync();
        way.Loss = 1;
        while (way.Reliable.Failure is null)
        {
            clock.Advance(TimeSpan.FromSeconds(10));
            await way.QuietAsync();
        }

        Assert.Contains("InactivityTimeout", way.Reliable.Failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A number that is never sent would be in the way of those after it.</summary>
    [Theory]
    [InlineData("<r:AckRequested xmlns:r=\"http://docs.oasis-open.org/ws-rx/wsrm/200702\"/>", "AckRequested")]
    [InlineData("<o:Security xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\"/>", "Security")]
    [InlineData("many", "header blocks")]
    [InlineData("twice", "wsu:Id")]
    public async Task AnEnvelopeThatCannotBeProtected_TakesNoNumber(string header, string expected)
    {
        const string utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
        await using var way = await OpenAsync();
        var e = await Assert.ThrowsAsync<ArgumentException>(() => way.Reliable.CallAsync(
            Loopback.Request(way.Binding.MessageVersion, extraHeaders: header switch
            {
                "many" => string.Concat(Enumerable.Repeat("<h xmlns=\"urn:h\"/>", 252)),
                "twice" => string.Concat(Enumerable.Repeat($"<h xmlns=\"urn:h\" xmlns:u=\"{utility}\" u:Id=\"i\"/>", 2)),
                _ => header,
            }),
            cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
        Assert.Equal("x", await way.CallAsync("x"));
    }

    [Fact]
    public async Task CallbackOfATransportThatThrows_CostsNoAnswer()
    {
        await using var way = await OpenAsync();
        using var answer = await way.Reliable.CallAsync(
            Loopback.RequestWithId(way.Binding.MessageVersion, "urn:uuid:own", "<Echo xmlns=\"urn:e\">x</Echo>"),
            (plain, cancellationToken) =>
            {
                cancellationToken.Register(() => throw new InvalidOperationException("callback"));
                return way.SendAsync(plain);
            },
            cancellationToken: TestContext.Current.CancellationToken);
        Assert.NotNull(answer.Message);
        Assert.Equal("y", await way.CallAsync("y"));
    }

    /// <summary>It names no request, so nothing but the sequence of one says what it is about.</summary>
    [Fact]
    public async Task AnAcknowledgement_IsNoReplyToARequestWithoutASequence()
    {
        await using var way = await OpenAsync();
        var acknowledgement = await way.AskAsync();
        using var request = way.Session.Secure(Loopback.RequestWithId(way.Binding.MessageVersion, "urn:uuid:own", "<Echo xmlns=\"urn:e\"/>"));
        var e = Assert.Throws<SecureConversationException>(() => request.VerifyReply(acknowledgement));
        Assert.Equal(FailureCode.RelatesToMismatch, e.Code);
    }

    [Fact]
    public async Task CloseThatWasGivenUp_GoesOn()
    {
        await using var way = await OpenAsync();
        way.Loss = 1;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => way.Reliable.CloseAsync(new CancellationToken(canceled: true)));
        way.Loss = 0;
        await way.Reliable.CloseAsync(TestContext.Current.CancellationToken);
        using var answer = await way.SendAsync(Loopback.Request(way.Binding.MessageVersion, extraHeaders: Sequence(way.Reliable.Id, 1)));
        Assert.NotNull(NameOf(answer));
    }

    [Fact]
    public async Task ACallThatIsLostForGood_FailsAfterMaxRetryCount()
    {
        Assert.Equal(4, await CountAsync(5) - await CountAsync(1));

        static async Task<int> CountAsync(int retries)
        {
            await using var way = new LossyWay(new() { MaxRetryCount = retries }, loss: 0);
            await way.OpenAsync();
            var before = way.Sent;
            way.Loss = 1;
            var e = await Assert.ThrowsAsync<SecureConversationException>(() => way.CallAsync("lost"));
            Assert.Contains("MaxRetryCount", e.Message, StringComparison.Ordinal);
            way.Loss = 0;
            return way.Sent - before;
        }
    }

    [Fact]
    public async Task AMessageWithoutSequence_IsRefused()
    {
        await using var way = await OpenAsync();
        using var answer = await way.SendAsync(Loopback.Request(way.Binding.MessageVersion));
        Assert.Equal("WsrmRequired", NameOf(answer));
        Assert.Empty(way.Executed);
    }

    [Fact]
    public async Task TheSequenceOfAnotherSession_IsUnknown()
    {
        await using var way = await OpenAsync();
        await using var other = await OpenAsync();
        using var answer = await way.SendAsync(Loopback.Request(way.Binding.MessageVersion, extraHeaders: Sequence(other.Reliable.Id, 1)));
        Assert.Equal("UnknownSequence", NameOf(answer));
        Assert.Empty(way.Executed);
        Assert.Equal("x", await way.CallAsync("x"));
    }

    [Fact]
    public async Task ASecondSequence_IsRefusedInASession()
    {
        await using var way = await OpenAsync();
        for (var i = 0; i < 20; i++)
        {
            await Assert.ThrowsAsync<SecureConversationException>(() =>
                way.Session.OpenReliableSessionAsync((plain, _) => way.SendAsync(plain), TestContext.Current.CancellationToken));
        }

        Assert.Equal("x", await way.CallAsync("x"));
    }

    [Fact]
    public async Task AHeaderThatNobodySigned_IsRefused()
    {
        await using var way = await OpenAsync();
        using var secured = way.Session.Secure(Loopback.Request(way.Binding.MessageVersion));
        var forged = Encoding.UTF8.GetString(secured.Envelope.Span)
            .Replace("<s:Header>", "<s:Header>" + Sequence(way.Reliable.Id, 1), StringComparison.Ordinal);
        using var result = await way.Ends.Service.ReceiveAsync(Encoding.UTF8.GetBytes(forged), TestContext.Current.CancellationToken);
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Empty(way.Executed);
        Assert.Equal("x", await way.CallAsync("x"));
    }

    [Fact]
    public async Task AnEarlyMessage_IsDropped()
    {
        await using var way = await OpenAsync();
        using var answer = await way.SendAsync(Loopback.Request(way.Binding.MessageVersion, extraHeaders: Sequence(way.Reliable.Id, 2)));
        Assert.Null(answer.Message);
        Assert.Empty(way.Executed);
    }

    [Fact]
    public async Task ARequestThatTheApplicationDropped_IsAnsweredAndNotExecutedAgain()
    {
        await using var way = await OpenAsync();
        var request = Loopback.Request(way.Binding.MessageVersion, extraHeaders: Sequence(way.Reliable.Id, 1));
        using (var secured = way.Session.Secure(request))
        using (var first = await way.Ends.Service.ReceiveAsync(secured.Envelope, TestContext.Current.CancellationToken))
        {
            Assert.IsType<ServiceResult.Dispatch>(first);
        }

        using var answer = await way.SendAsync(request);
        Assert.Equal("InternalServiceFault", NameOf(answer));
        Assert.Empty(way.Executed);
    }

    [Fact]
    public void ReliableSession_NeedsASecureConversation()
    {
        var e = Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(
            new MessageSecurity
            {
                ClientCredentialType = MessageCredentialType.Certificate,
                NegotiateServiceCredential = false,
                EstablishSecurityContext = false,
            },
            reliableSession: new()));
        Assert.Contains("EstablishSecurityContext", e.Message, StringComparison.Ordinal);
    }

    public static TheoryData<ReliableSessionBindingElement, string> Wrong => new()
    {
        { new() { InactivityTimeout = TimeSpan.Zero }, "InactivityTimeout" },
        { new() { MaxRetryCount = 0 }, "MaxRetryCount" },
        { new() { MaxRetryCount = 1001 }, "MaxRetryCount" },
        { new() { MaxTransferWindowSize = 0 }, "MaxTransferWindowSize" },
        { new() { MaxTransferWindowSize = 4097 }, "MaxTransferWindowSize" },
        { new() { AcknowledgementInterval = TimeSpan.FromSeconds(1) }, "AcknowledgementInterval" },
        { new() { MaxPendingChannels = 5 }, "MaxPendingChannels" },
        { new() { ReliableMessagingVersion = (ReliableMessagingVersion)2 }, "ReliableMessagingVersion" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void Setting_OutOfItsRangeIsNamed(ReliableSessionBindingElement settings, string name)
    {
        var e = Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(
            new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, NegotiateServiceCredential = false },
            reliableSession: settings));
        Assert.Contains(name, e.Message, StringComparison.Ordinal);
    }

    private static async Task<LossyWay> OpenAsync()
    {
        var way = new LossyWay(new() { ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessaging11 }, loss: 0);
        await way.OpenAsync();
        return way;
    }

    private static byte[] Fault(string subcode) => Encoding.UTF8.GetBytes(
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        + $"<s:Value xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\">c:{subcode}</s:Value></s:Subcode></s:Code><s:Reason>"
        + "<s:Text xml:lang=\"en\">-</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>");

    private static string Sequence(string identifier, long number) =>
        $"<r:Sequence xmlns:r=\"{Rm11}\" s:mustUnderstand=\"1\"><r:Identifier>{identifier}</r:Identifier><r:MessageNumber>{number}</r:MessageNumber></r:Sequence>";

    private static string? NameOf(ReliableAnswer answer) => answer.Message!.ReadFault()!.Subcode?.Split('}', ':')[^1];
}
