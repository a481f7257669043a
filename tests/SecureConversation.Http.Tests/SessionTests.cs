using System.Net;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Opening, sharing, replacing and ending sessions.</summary>
public sealed class SessionTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";

    [Fact]
    public async Task Open_DoesTheHandshakeOnce()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        await client.OpenAsync();
        Assert.Equal(1, service.Handshakes);
        Assert.Equal(1, service.Engine.SessionCount);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(1, service.Handshakes);
    }

    [Fact]
    public async Task Open_WithoutSessions_DoesNothing()
    {
        await using var service = await TestService.StartAsync(Credential.Single());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        await client.CallAsync(Messages.Action, Echo);
        await client.CloseAsync();
        Assert.Equal(0, service.Handshakes);
    }

    [Fact]
    public async Task ConcurrentCalls_ShareOneHandshake()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var replies = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => client.CallAsync(Messages.Action, Echo)));
        Assert.All(replies, reply => Assert.Equal("<EchoResponse xmlns=\"urn:e\" />", reply));
        Assert.Equal(1, service.Handshakes);
        Assert.Equal(1, service.Engine.SessionCount);
    }

    [Fact]
    public async Task CancelledWaiter_DoesNotEndTheHandshakeOfOthers()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var gate = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        service.BeforeHandshake = () =>
        {
            arrived.TrySetResult();
            return gate.Task;
        };
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        using var giveUp = new CancellationTokenSource();
        var first = client.CallAsync(Messages.Action, Echo, giveUp.Token);
        await arrived.Task;
        var second = client.CallAsync(Messages.Action, Echo);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        gate.SetResult();
        await second;
        Assert.Equal(1, service.Handshakes);
    }

    [Fact]
    public async Task FailedHandshake_IsTriedAnewByTheNextCall()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Intercept = context =>
        {
            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, error.StatusCode);

        service.Intercept = _ => Task.FromResult(false);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(1, service.Handshakes);
    }

    [Fact]
    public async Task SlowHandshake_EndsByOpenTimeout()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var gate = new TaskCompletionSource();
        service.BeforeHandshake = () => gate.Task;
        var options = Credential.Options(service.Binding);
        options.OpenTimeout = TimeSpan.FromMilliseconds(50);
        await using var client = new SecureConversationClient(service.Address, options);
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.IsType<TimeoutException>(error.InnerException);
        gate.SetResult();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RestartedService_CostsOneCallOrOneRetry(bool retry)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var options = Credential.Options(service.Binding);
        await using var client = new SecureConversationClient(service.Address, options);
        await client.CallAsync(Messages.Action, Echo);
        service.Restart();
        if (!retry)
        {
            var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
            Assert.Equal(SecureConversationFailure.BadContextToken, error.Failure);
            Assert.False(error.Fault!.IsSecured);
        }

        await client.CallAsync(Messages.Action, Echo, isIdempotent: retry);
        Assert.Equal(2, service.Handshakes);
    }

    [Fact]
    public async Task HttpClient_MarksACallThatMayBeRepeated()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        using var http = new HttpClient(new SecureConversationHandler(Credential.Options(service.Binding), new SocketsHttpHandler())) { BaseAddress = service.Address };
        await http.CallAsync(Messages.Action, Echo);
        service.Restart();
        await http.CallAsync(Messages.Action, Echo, isIdempotent: true);
        Assert.Equal(2, service.Handshakes);
    }

    /// <summary>A code of the application says nothing about the session, and an operation that has run is not run again.</summary>
    [Theory]
    [InlineData("RenewNeeded", false)]
    [InlineData("RenewNeeded", true)]
    [InlineData("BadContextToken", true)]
    [InlineData("FailedAuthentication", false)]
    [InlineData("ServerTooBusy", true)]
    public async Task FaultOfTheApplication_WithANameOfMessageSecurity_LeavesTheSession(string name, bool retry)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var executed = 0;
        service.Reply = _ =>
        {
            executed++;
            return Task.FromResult<byte[]?>(Messages.Envelope(service.Binding.MessageVersion,
                $"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:c=\"urn:licences\">c:{name}</s:Value></s:Subcode></s:Code>" +
                "<s:Reason><s:Text xml:lang=\"en\">The licence has to be renewed.</s:Text></s:Reason></s:Fault>", "urn:licences/Fault"));
        };
        var options = Credential.Options(service.Binding);
        await using var client = new SecureConversationClient(service.Address, options);
        for (var i = 1; i <= 3; i++)
        {
            var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo, isIdempotent: retry));
            Assert.Equal(SecureConversationFailure.PeerFault, error.Failure);
            Assert.Equal($"{{urn:licences}}{name}", error.Fault!.Subcode);
            Assert.True(error.Fault.IsSecured);
            Assert.Equal((i, 1), (executed, service.Handshakes));
        }
    }

    [Fact]
    public async Task ForgedBadContextToken_FailsItsCall_NotTheOnesUnderWay()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        var gate = new TaskCompletionSource();
        var arrived = new TaskCompletionSource();
        var reply = service.Reply;
        service.Reply = async dispatch =>
        {
            arrived.TrySetResult();
            await gate.Task;
            return await reply(dispatch);
        };
        var underWay = client.CallAsync(Messages.Action, Echo);
        await arrived.Task;

        service.Intercept = async context =>
        {
            using var other = new MessageSecurityService(service.Binding, Credential.OfService);
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            using var result = await other.ReceiveAsync(body.ToArray());
            context.Response.StatusCode = 500;
            context.Response.ContentType = service.Binding.MessageVersion.MediaType;
            await context.Response.Body.WriteAsync(((ServiceResult.Respond)result).Envelope);
            return true;
        };
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal(SecureConversationFailure.BadContextToken, error.Failure);

        service.Intercept = _ => Task.FromResult(false);
        gate.SetResult();
        Assert.Equal("<EchoResponse xmlns=\"urn:e\" />", await underWay);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(2, service.Handshakes);
    }

    [Fact]
    public async Task SessionThatIsNotRenewed_IsReplacedBeforeItsKeyExpires()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var service = await TestService.StartAsync(Shorten(Credential.Session(), canRenew: false), clock);
        var options = Credential.Options(service.Binding);
        options.TimeProvider = clock;
        await using var client = new SecureConversationClient(service.Address, options);
        await client.CallAsync(Messages.Action, Echo);

        clock.Advance(TimeSpan.FromMinutes(4));
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(1, service.Handshakes);

        clock.Advance(TimeSpan.FromMinutes(3));
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(2, service.Handshakes);

        // The old one is cancelled in the background.
        await RecordedLog.Current.SeenAsync(204);
        Assert.Equal(1, service.Engine.SessionCount);
    }

    [Theory]
    [InlineData("close")]
    [InlineData("dispose")]
    [InlineData("disposeAsync")]
    public async Task Ending_CancelsTheSessionAtTheService(string how)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(1, service.Engine.SessionCount);
        switch (how)
        {
            case "close":
                await client.CloseAsync();
                Assert.Equal(0, service.Engine.SessionCount);
                await client.CallAsync(Messages.Action, Echo);
                Assert.Equal(2, service.Handshakes);
                await client.DisposeAsync();
                break;
            case "dispose":
                client.Dispose();
                break;
            default:
                await client.DisposeAsync();
                break;
        }

        Assert.Equal(0, service.Engine.SessionCount);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.CallAsync(Messages.Action, Echo));
    }

    [Fact]
    public async Task Ending_WithoutCancellation_SaysNothingToTheService()
    {
        await using var service = await TestService.StartAsync(Credential.Session(requireCancellation: false));
        var options = Credential.Options(service.Binding);
        await using (var client = new SecureConversationClient(service.Address, options))
        {
            await client.CallAsync(Messages.Action, Echo);
            await client.CloseAsync();
            await client.CallAsync(Messages.Action, Echo);
            Assert.Equal(2, service.Handshakes);
        }

        Assert.DoesNotContain(RecordedLog.Current.Entries, entry => entry.Id == 205);
        Assert.Equal(0, service.Cancels);
        Assert.Equal(0, service.Engine.SessionCount);
    }

    [Fact]
    public async Task Session_WithoutCancellation_OutlivesARestartOfTheService()
    {
        await using var service = await TestService.StartAsync(Credential.Session(requireCancellation: false));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.CallAsync(Messages.Action, Echo);
        service.Restart();
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(1, service.Handshakes);
    }

    [Fact]
    public async Task Close_AtAServiceThatForgot_Succeeds()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        service.Restart();
        await client.CloseAsync();
    }

    [Fact]
    public async Task Dispose_WaitsForNoSilentService()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var options = Credential.Options(service.Binding);
        options.CloseTimeout = TimeSpan.FromMilliseconds(50);
        var client = new SecureConversationClient(service.Address, options);
        await client.OpenAsync();
        var gate = new TaskCompletionSource();
        service.Intercept = async _ =>
        {
            await gate.Task;
            return false;
        };
        client.Dispose();
        gate.SetResult();
    }

    [Fact]
    public async Task CancelledCall_LeavesTheSessionOpen()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        var arrived = new TaskCompletionSource();
        service.Intercept = async context =>
        {
            arrived.TrySetResult();
            var aborted = new TaskCompletionSource();
            using var registration = context.RequestAborted.Register(aborted.SetResult);
            await aborted.Task;
            return true;
        };
        using var giveUp = new CancellationTokenSource();
        var call = client.CallAsync(Messages.Action, Echo, giveUp.Token);
        await arrived.Task;
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);

        service.Intercept = _ => Task.FromResult(false);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(1, service.Handshakes);
    }

    [Fact]
    public async Task EachAddress_HasItsOwnSession()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        using var http = new HttpClient(new SecureConversationHandler(Credential.Options(service.Binding), new SocketsHttpHandler()));
        foreach (var address in new[] { "/echo", "/echo?x=1", "/other" })
        {
            using var request = Messages.Request(new Uri(service.Address, address), service.Binding.MessageVersion);
            using var response = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(2, service.Handshakes);
    }

    /// <summary>Keys of the service live for 8 minutes: a quarter before the end they are replaced.</summary>
    private static Binding.MessageSecurityBinding Shorten(Binding.MessageSecurityBinding binding, bool canRenew) => Binding.MessageSecurityBinding.Create(
        (Binding.SymmetricSecurityBindingElement)binding.Element with
        {
            ProtectionTokenParameters = (Binding.SecureConversationSecurityTokenParameters)((Binding.SymmetricSecurityBindingElement)binding.Element).ProtectionTokenParameters!
                with
            { CanRenewSession = canRenew },
            LocalServiceSettings = binding.Element.LocalServiceSettings with { SessionKeyRenewalInterval = TimeSpan.FromMinutes(8) },
        }, binding.MessageVersion);
}
