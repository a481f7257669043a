using System.Text;
using Microsoft.AspNetCore.Http;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Services forget sessions and say so in their own ways, or not at all. A forged answer costs a handshake and no more.</summary>
public sealed class LostSessionTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";

    /// <summary>What CXF answers after a restart, and others: never BadContextToken.</summary>
    [Theory]
    [InlineData("<s:Subcode><s:Value xmlns:q=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">q:InvalidSecurity</s:Value></s:Subcode>")]
    [InlineData("<s:Subcode><s:Value xmlns:q=\"http://ws.apache.org/wss4j\">q:SecurityError</s:Value></s:Subcode>")]
    [InlineData("")]
    public async Task UnsecuredFault_FailsItsCall_AndTheNextOpensASession(string subcode)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var options = Credential.Options(service.Binding);
        await using var client = new SecureConversationClient(service.Address, options);
        await client.CallAsync(Messages.Action, Echo);

        var executed = 0;
        Once(service, _ => executed++, 500, Fault(subcode));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo, isIdempotent: true));
        Assert.False(error.Fault!.IsSecured);
        Assert.Equal((1, 1), (executed, service.Handshakes));

        await RecordedLog.Current.SeenAsync(204);
        Assert.Equal((1, 0), (service.Cancels, service.Engine.SessionCount));
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((2, 1), (service.Handshakes, service.Engine.SessionCount));
    }

    /// <summary>A service whose session store is away says so without security, because it cannot find the key.</summary>
    [Fact]
    public async Task BusyService_FailsTheCall_AndTheSessionStays()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.CallAsync(Messages.Action, Echo);
        Once(service, _ => { }, 500, Fault("<s:Subcode><s:Value xmlns:q=\"http://schemas.microsoft.com/ws/2006/05/security\">q:ServerTooBusy</s:Value></s:Subcode>"));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo, isIdempotent: true));
        Assert.Equal(SecureConversationFailure.ServerTooBusy, error.Failure);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal((1, 0), (service.Handshakes, service.Cancels));
    }

    [Fact]
    public async Task RefusedReply_FailsItsCall_AndTheNextOpensASession()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        service.Tamper = bytes => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("CipherValue>", "CipherValue>AAAA", StringComparison.Ordinal));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Null(error.Fault);

        service.Tamper = bytes => bytes;
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(2, service.Handshakes);
    }

    /// <summary>Calls that fail together lose one session together.</summary>
    [Fact]
    public async Task ForgedFaultsToManyCalls_CostOneHandshake()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        const int Calls = 16;
        var arrived = 0;
        var ready = new TaskCompletionSource();
        service.Intercept = async context =>
        {
            if (IsHandshake(context))
            {
                return false;
            }

            if (Interlocked.Increment(ref arrived) == Calls)
            {
                ready.SetResult();
            }

            await ready.Task;
            return await AnswerAsync(context, 500, Fault(""));
        };
        var calls = Enumerable.Range(0, Calls).Select(_ => client.CallAsync(Messages.Action, Echo)).ToArray();
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<SecureConversationException>(() => call);
        }

        service.Intercept = _ => Task.FromResult(false);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(2, service.Handshakes);
    }

    /// <summary>WCF forgets the session after an exception that nobody handled, and answers the next request with an empty 200.</summary>
    [Fact]
    public async Task SecuredInternalServiceFault_EndsTheSession()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var reply = service.Reply;
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Envelope(service.Binding.MessageVersion,
            "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value xmlns:a=\"http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher\">" +
            "a:InternalServiceFault</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en-US\">The server was unable to process the request.</s:Text></s:Reason></s:Fault>",
            "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault"));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.True(error.Fault!.IsSecured);
        Assert.Equal(SecureConversationFailure.PeerFault, error.Failure);

        service.Reply = reply;
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(2, service.Handshakes);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    public async Task EmptyAnswer_InASession_MeansThatItIsGone(int status)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var options = Credential.Options(service.Binding);
        await using var client = new SecureConversationClient(service.Address, options);
        await client.OpenAsync();
        var executed = 0;
        Once(service, _ => executed++, status, "");
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo, isIdempotent: true));
        Assert.Equal((SecureConversationFailure.BadContextToken, FailureCode.EmptyReply), (error.Failure, error.Code));
        Assert.DoesNotContain("OneWay", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, executed);

        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(2, service.Handshakes);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    public async Task EmptyAnswer_ToAHandshake_MeansThatTheServiceIsOfAnotherKind(int status)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        service.Intercept = context => AnswerAsync(context, status, "");
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Equal((SecureConversationFailure.InvalidSecurity, FailureCode.EmptyReply), (error.Failure, error.Code));
        Assert.Contains("EstablishSecurityContext", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("OneWay", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(202)]
    public async Task EmptyAnswer_ToACancel_MeansThatThereWasNothingToCancel(int status)
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        await client.OpenAsync();
        service.Intercept = context => AnswerAsync(context, status, "");
        await client.CloseAsync();
        await RecordedLog.Current.SeenAsync(208);
    }

    /// <summary>A service that is silent about cancels is told of a few lost sessions at once, not of each.</summary>
    [Fact]
    public async Task LostSessions_AreCancelledAFewAtATime()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        var options = Credential.Options(service.Binding);
        options.CloseTimeout = TimeSpan.FromMinutes(1);
        await using var client = new SecureConversationClient(service.Address, options);
        var silence = new TaskCompletionSource();
        var cancels = 0;
        service.Intercept = async context =>
        {
            if (context.Request.ContentType!.Contains("/Cancel", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref cancels);
                await silence.Task;
                return false;
            }

            return !IsHandshake(context) && await AnswerAsync(context, 500, Fault(""));
        };
        for (var i = 0; i < 8; i++)
        {
            await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        }

        Assert.Equal(8, service.Handshakes);
        Assert.InRange(Volatile.Read(ref cancels), 0, 4);
        silence.SetResult();
        await client.CloseAsync();
        Assert.Equal((4, 4), (Volatile.Read(ref cancels), service.Engine.SessionCount));
    }

    /// <summary>As CXF signs faults that are not declared: the header is there, the body is in clear and in no signature.</summary>
    [Fact]
    public async Task RefusedFault_IsToldAsWhatNobodyVerified()
    {
        var binding = Credential.Session();
        await using var service = await TestService.StartAsync(binding);
        service.Reply = _ => Task.FromResult<byte[]?>(Messages.Fault(binding.MessageVersion));
        service.Tamper = bytes =>
        {
            var text = Encoding.UTF8.GetString(bytes);
            var plain = Encoding.UTF8.GetString(Messages.Fault(binding.MessageVersion));
            var (from, to) = (text.IndexOf('>', text.IndexOf("<s:Body", StringComparison.Ordinal)) + 1, text.IndexOf("</s:Body>", StringComparison.Ordinal));
            return Encoding.UTF8.GetBytes(text[..from] + plain[plain.IndexOf("<s:Fault", StringComparison.Ordinal)..plain.IndexOf("</s:Body>", StringComparison.Ordinal)] + text[to..]);
        };
        await using var client = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CallAsync(Messages.Action, Echo));
        Assert.Null(error.Fault);
        Assert.Equal(("{urn:e}Empty", "Nothing to echo.", false), (error.UnverifiedFault!.Subcode, error.UnverifiedFault.Reason, error.UnverifiedFault.IsSecured));
        Assert.Contains("nothing proves it", error.Message, StringComparison.Ordinal);
        Assert.Contains("{urn:e}Empty: Nothing to echo.", error.Message, StringComparison.Ordinal);
        Assert.Equal(SecureConversationFailure.InvalidSecurity, error.Failure);
    }

    [Fact]
    public async Task Cancel_AtAServiceThatRequiresNone_IsRefusedAndLeavesTheSession()
    {
        await using var service = await TestService.StartAsync(Credential.Session(requireCancellation: false));
        await using var client = new SecureConversationClient(service.Address, Credential.Options(Credential.Session()));
        await client.CallAsync(Messages.Action, Echo);
        var error = await Assert.ThrowsAsync<SecureConversationException>(() => client.CloseAsync());
        Assert.Equal("{http://schemas.microsoft.com/ws/2006/05/security}SecureConversationCancellationNotAllowed", error.Fault!.Subcode);
        Assert.Equal((1, 0), (service.Cancels, service.Engine.SessionCount));
    }

    private static bool IsHandshake(HttpContext context) => context.Request.ContentType!.Contains("RST/SCT", StringComparison.Ordinal);

    private static string Fault(string subcode) => Encoding.UTF8.GetString(Messages.Envelope(MessageVersion.Default,
        $"<s:Fault><s:Code><s:Value>s:Sender</s:Value>{subcode}</s:Code><s:Reason><s:Text xml:lang=\"en\">Forgotten.</s:Text></s:Reason></s:Fault>", "urn:fault"));

    private static void Once(TestService service, Action<HttpContext> seen, int status, string text)
    {
        service.Intercept = context =>
        {
            service.Intercept = _ => Task.FromResult(false);
            seen(context);
            return AnswerAsync(context, status, text);
        };
    }

    private static async Task<bool> AnswerAsync(HttpContext context, int status, string text)
    {
        await context.Request.Body.CopyToAsync(Stream.Null);
        context.Response.StatusCode = status;
        if (text.Length > 0)
        {
            context.Response.ContentType = MessageVersion.Default.MediaType;
            await context.Response.WriteAsync(text);
        }

        return true;
    }
}
