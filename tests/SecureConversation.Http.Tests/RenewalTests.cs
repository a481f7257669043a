using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>When the client renews the key of its session, who waits for it, and what happens to calls that meet an expired key.</summary>
public sealed class RenewalTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";

    private static readonly TimeSpan KeyLife = TimeSpan.FromMinutes(5);

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly ManualTimeProvider _clockOfClient = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task Key_IsRenewedAfterThreeFifthsOfItsLife_AndTheSessionStays()
    {
        await using var service = await StartAsync();
        await using var client = Client(service);
        await client.CallAsync(Messages.Action, Echo);
        Advance(0.5);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((1, 0), (service.Handshakes, service.Renewals));
        for (var i = 1; i <= 5; i++)
        {
            Advance(0.7);
            await client.CallAsync(Messages.Action, Echo);
            Assert.Equal((1, i, 1), (service.Handshakes, service.Renewals, service.Engine.SessionCount));
        }

        await client.CloseAsync();
        Assert.Equal((1, 0), (service.Cancels, service.Engine.SessionCount));
    }

    [Fact]
    public async Task Call_DoesNotWaitForTheRenewalOfAnother()
    {
        await using var service = await StartAsync();
        await using var client = Client(service);
        await client.CallAsync(Messages.Action, Echo);
        Advance(0.7);
        var (arrived, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        service.BeforeRenewal = () =>
        {
            arrived.TrySetResult();
            return gate.Task;
        };
        var renewing = client.CallAsync(Messages.Action, Echo);
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 5; i++)
        {
            await client.CallAsync(Messages.Action, Echo);
        }

        Assert.False(renewing.IsCompleted);
        gate.SetResult();
        await renewing;
        Assert.Equal(1, service.Renewals);
    }

    [Fact]
    public async Task CallsThatFindTheKeyExpired_WaitForOneRenewal()
    {
        await using var service = await StartAsync();
        await using var client = Client(service);
        await client.CallAsync(Messages.Action, Echo);
        Advance(1.2);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.CallAsync(Messages.Action, Echo)));
        Assert.Equal((1, 1), (service.Handshakes, service.Renewals));
    }

    /// <summary>The service says in a fault that is secured that it executed nothing, so no caller sees it.</summary>
    [Fact]
    public async Task ClientWhoseClockIsBehind_RenewsAndRepeatsWhatTheServiceDidNotTake()
    {
        await using var service = await StartAsync();
        await using var client = Client(service);
        await client.CallAsync(Messages.Action, Echo);
        var executed = 0;
        var reply = service.Reply;
        service.Reply = dispatch =>
        {
            Interlocked.Increment(ref executed);
            return reply(dispatch);
        };
        _clock.Advance(KeyLife + TimeSpan.FromSeconds(1));
        _clockOfClient.Advance(KeyLife * 0.58);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.CallAsync(Messages.Action, Echo)));
        Assert.Equal((20, 1, 1), (executed, service.Handshakes, service.Renewals));
    }

    [Fact]
    public async Task SessionThatTheServiceForgotWhileItsKeyExpired_IsReplacedWithoutAFailure()
    {
        await using var service = await StartAsync();
        await using var client = Client(service);
        await client.CallAsync(Messages.Action, Echo);
        service.Restart();
        Advance(1.2);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((2, 1), (service.Handshakes, service.Renewals));
    }

    [Fact]
    public async Task RenewalThatFails_LeavesTheOldKeyInUse_AndIsTriedAgainLater()
    {
        await using var service = await StartAsync();
        await using var client = Client(service);
        await client.CallAsync(Messages.Action, Echo);
        Advance(0.7);
        var requests = 0;
        service.Intercept = context =>
        {
            if (requests++ > 0)
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = 503;
            return Task.FromResult(true);
        };
        await client.CallAsync(Messages.Action, Echo);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((3, 0), (requests, service.Renewals));
        Advance(0.05);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((1, 1), (service.Handshakes, service.Renewals));
    }

    /// <summary>Whoever answers so for the application gets the call twice, and the caller the fault.</summary>
    [Fact]
    public async Task SecuredFaultThatTheKeyHasExpired_IsBelievedOnce()
    {
        await using var service = await StartAsync();
        await using var client = Client(service);
        await client.CallAsync(Messages.Action, Echo);
        var executed = 0;
        service.Reply = _ =>
        {
            executed++;
            return Task.FromResult<byte[]?>(Messages.Envelope(service.Binding.MessageVersion,
                "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\">c:RenewNeeded</s:Value></s:Subcode></s:Code>" +
                "<s:Reason><s:Text xml:lang=\"en\">Renew.</s:Text></s:Reason></s:Fault>", "http://schemas.microsoft.com/ws/2006/05/security/SecureConversationFault"));
        };
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal((SecureConversationFailure.RenewNeeded, true), (error.Failure, error.Fault!.IsSecured));
        Assert.Equal((2, 1, 1), (executed, service.Handshakes, service.Renewals));
    }

    private static MessageSecurityBinding WithKeyLife(MessageSecurityBinding binding, TimeSpan life) => MessageSecurityBinding.Create(
        binding.Element with { LocalServiceSettings = binding.Element.LocalServiceSettings with { SessionKeyRenewalInterval = life } }, binding.MessageVersion);

    private Task<TestService> StartAsync() => TestService.StartAsync(WithKeyLife(Credential.Session(), KeyLife), _clock);

    private SecureConversationClient Client(TestService service)
    {
        var options = Credential.Options(service.Binding);
        options.TimeProvider = _clockOfClient;
        return new SecureConversationClient(service.Address, options);
    }

    private void Advance(double ofKeyLife)
    {
        _clock.Advance(KeyLife * ofKeyLife);
        _clockOfClient.Advance(KeyLife * ofKeyLife);
    }
}
