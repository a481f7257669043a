using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Reliable sessions at an endpoint, over sockets.</summary>
public sealed class ReliableSessionTests
{
    private static readonly ReliableSessionBindingElement Rm11 = new() { ReliableMessagingVersion = ReliableMessagingVersion.WSReliableMessaging11 };

    public static TheoryData<ReliableMessagingVersion> Versions => new(Enum.GetValues<ReliableMessagingVersion>());

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Calls_AreAnsweredInASequence(ReliableMessagingVersion version)
    {
        var settings = new ReliableSessionBindingElement { ReliableMessagingVersion = version };
        var requests = new List<string>();
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, context =>
        {
            requests.Add(Envelopes.Text(context.Envelope));
            return Task.FromResult(context.Message.MessageId is null ? SoapReply.None : SoapReply.FromBody("urn:e/EchoResponse", $"<n xmlns=\"urn:e\">{requests.Count}</n>"));
        }, ReliableClient.Options(settings));
        await using var client = await ReliableClient.OpenAsync(host, settings);
        Assert.Contains(">1<", await client.CallAsync(), StringComparison.Ordinal);
        Assert.Null(await client.CallAsync(Envelopes.Request(isOneWay: true)));
        Assert.Contains(">3<", await client.CallAsync(), StringComparison.Ordinal);
        await client.Sequence.CloseAsync(Cancelled);
        Assert.Equal(3, requests.Count);
        Assert.All(requests, r => Assert.DoesNotContain("Sequence", r, StringComparison.Ordinal));
        Assert.All(client.Statuses, s => Assert.Equal(HttpStatusCode.OK, s));
        await client.Soap.CancelAsync(client.Session);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task LostResponses_AreSentAgain_AndNothingIsExecutedTwice(ReliableMessagingVersion version)
    {
        var settings = new ReliableSessionBindingElement { ReliableMessagingVersion = version };
        var executed = 0;
        await using var host = await KestrelHost.StartAsync(Endpoints.Session,
            _ => Task.FromResult(SoapReply.FromBody("urn:e/EchoResponse", $"<n xmlns=\"urn:e\">{++executed}</n>")), ReliableClient.Options(settings));
        await using var client = await ReliableClient.OpenAsync(host, settings);
        client.IsLost = before => before % 2 == 1;
        for (var call = 1; call <= 5; call++)
        {
            Assert.Contains($">{call}<", await client.CallAsync(), StringComparison.Ordinal);
        }

        await client.Sequence.CloseAsync(Cancelled);
        Assert.Equal(5, executed);
    }

    /// <summary>The client's own repetitions over sockets: the limit of the service fails the call that it is about, and not after minutes.</summary>
    [Theory]
    [InlineData(200_000)]
    [InlineData(4_000_000)]
    public async Task ARequestBeyondTheLimitOfTheService_FailsWithTheReason_AndLaterOnesGoOn(int size)
    {
        var executed = 0;
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, _ =>
        {
            executed++;
            return Task.FromResult(SoapReply.FromBody("urn:e/EchoResponse", "<n xmlns=\"urn:e\"/>"));
        }, ReliableClient.Options(Rm11, o => o.MaxRequestBytes = 100_000));
        await using var client = new SecureConversationClient(new Uri(host.Address, "/echo"), new()
        {
            MessageSecurity = Endpoints.Session,
            Credentials = new()
            {
                ClientCertificate = Endpoints.ClientCredentials.ClientCertificate,
                UserName = Endpoints.ClientCredentials.UserName,
                ServiceCertificate = Endpoints.ClientCredentials.ServiceCertificate,
                ServiceCertificateValidation = TestCredentials.TrustAuthority,
                ServiceIdentity = EndpointIdentity.CreateDnsIdentity("localhost"),
            },
            ReliableSession = Rm11,
        });
        await client.CallAsync("urn:e/Echo", "<Echo xmlns=\"urn:e\"/>");
        var e = await Assert.ThrowsAsync<SecureConversationException>(() =>
            client.CallAsync("urn:e/Echo", $"<Echo xmlns=\"urn:e\">{new string('x', size)}</Echo>"));
        Assert.Equal(FailureCode.LimitExceeded, e.Code);
        Assert.Contains("MaxRequestBytes", e.Message, StringComparison.Ordinal);
        await client.CallAsync("urn:e/Echo", "<Echo xmlns=\"urn:e\"/>");
        Assert.Equal(2, executed);
    }

    [Fact]
    public async Task AnEarlyMessage_GetsStatus202WithoutBody()
    {
        await using var host = await StartAsync(_ => Task.FromResult(SoapReply.None));
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        using var request = client.Soap.Secure(client.Session, Numbered(client, 2));
        using var response = await client.Soap.PostAsync(request.Envelope);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancelled));
    }

    [Fact]
    public async Task ACallWhoseConnectionIsCut_IsFinished_AndItsReplyKept()
    {
        var (began, mayEnd) = (NewSource(), NewSource());
        var executed = 0;
        var aborted = CancellationToken.None;
        await using var host = await StartAsync(async context =>
        {
            executed++;
            aborted = context.RequestAborted;
            began.SetResult();
            await mayEnd.Task.WaitAsync(context.RequestAborted);
            return SoapReply.FromBody("urn:e/EchoResponse", "<done xmlns=\"urn:e\"/>");
        });
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        using var cut = new CancellationTokenSource();
        var lost = client.SendAsync(Numbered(client, 1), cut.Token);
        await began.Task.WaitAsync(Cancelled);
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lost);

        // The server sees the end of the connection some time later, so a second request over another one waits for the first.
        var again = client.SendAsync(Numbered(client, 1), Cancelled);
        Assert.False(aborted.IsCancellationRequested);
        mayEnd.SetResult();
        using var answer = await again;
        Assert.Contains("<done", Envelopes.Text(answer.Message!.Envelope), StringComparison.Ordinal);
        Assert.Equal(1, executed);
    }

    [Fact]
    public async Task TheEndOfTheSession_CancelsTheWorkOnItsCalls()
    {
        var (session, ended) = (new TaskCompletionSource<ServiceSession>(), NewSource());
        await using var host = await StartAsync(async context =>
        {
            session.SetResult(context.Session!);
            await EndAsync(context, ended);
            return SoapReply.None;
        });
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        var call = client.CallAsync();
        await host.Services.GetRequiredKeyedService<MessageSecurityService>("").AbortAsync(await session.Task.WaitAsync(Cancelled));
        await ended.Task.WaitAsync(Cancelled);
        await client.Sequence.DisposeAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => call);
    }

    [Fact]
    public async Task AShutdownThatWaitsNoLonger_CancelsTheWork()
    {
        var (began, ended) = (NewSource(), NewSource());
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSecureConversation(Endpoints.With(Endpoints.Session, ReliableClient.Options(Rm11)))
                .Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100)),
            app => app.MapSecureConversation("/echo", async context =>
            {
                began.SetResult();
                await EndAsync(context, ended);
                return SoapReply.None;
            }));
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        var call = client.SendAsync(Numbered(client, 1), Cancelled);
        await began.Task.WaitAsync(Cancelled);
        await host.Services.GetRequiredService<IHost>().StopAsync(Cancelled);
        await ended.Task.WaitAsync(Cancelled);
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => call);
    }

    [Fact]
    public async Task ATimeoutOfTheApplication_CancelsTheWork_AndTheRequestIsAnswered()
    {
        var ended = NewSource();
        await using var host = await KestrelHost.StartAsync(
            services => services.AddRequestTimeouts().AddSecureConversation(Endpoints.With(Endpoints.Session, ReliableClient.Options(Rm11))),
            app =>
            {
                app.UseRouting();
                app.UseRequestTimeouts();
                app.MapSecureConversation("/echo", async context =>
                {
                    await EndAsync(context, ended);
                    return SoapReply.None;
                }).WithRequestTimeout(TimeSpan.FromMilliseconds(200));
            });
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        host.Log.ExpectError(301);
        var plain = Numbered(client, 1);
        for (var copy = 0; copy < 2; copy++)
        {
            using var answer = await client.SendAsync(plain, Cancelled);
            Assert.True(answer.Message!.IsFault);
        }

        Assert.True(ended.Task.IsCompleted);
    }

    [Fact]
    public async Task AFaultForAOneWayRequest_IsAnAcknowledgement()
    {
        await using var host = await StartAsync(_ => throw new SoapFaultException("No."));
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        Assert.Null(await client.CallAsync(Envelopes.Request(isOneWay: true)));
        Assert.Contains(":Fault", await client.CallAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStatusAlone_IsAFaultThatIsKept()
    {
        var executed = 0;
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSecureConversation(Endpoints.With(Endpoints.Session, ReliableClient.Options(Rm11))),
            app => app.Map("/echo", branch => branch.UseSecureConversation().Run(context =>
            {
                executed++;
                context.Response.StatusCode = executed == 1 ? StatusCodes.Status404NotFound : StatusCodes.Status204NoContent;
                return Task.CompletedTask;
            })));
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        host.Log.ExpectError(301);
        var plain = Numbered(client, 1);
        for (var copy = 0; copy < 2; copy++)
        {
            using var answer = await client.SendAsync(plain, Cancelled);
            Assert.True(answer.Message!.IsFault);
        }

        using var acknowledged = await client.SendAsync(Numbered(client, 2), Cancelled);
        Assert.False(acknowledged.Message!.IsFault);
        Assert.Equal(2, executed);
        Assert.Equal([HttpStatusCode.InternalServerError, HttpStatusCode.InternalServerError, HttpStatusCode.OK], client.Statuses[^3..]);
    }

    [Fact]
    public async Task ASessionStoreOfTheOptions_IsRefusedInWords()
    {
        var e = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => KestrelHost.StartAsync(
            Endpoints.Session, _ => Task.FromResult(SoapReply.None), ReliableClient.Options(Rm11, o => o.SessionStore = new NoStore())));
        Assert.Contains("ReliableSession", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASessionStoreAmongTheServices_IsNotUsed()
    {
        await using var host = await KestrelHost.StartAsync(services =>
        {
            services.AddSecureConversation(Endpoints.With(Endpoints.Session, ReliableClient.Options(Rm11)));
            services.AddSingleton<ISecuritySessionStore>(new NoStore());
        }, app => app.MapSecureConversation("/echo", _ => Task.FromResult(SoapReply.None)));
        await using var client = await ReliableClient.OpenAsync(host, Rm11);
        Assert.Null(await client.CallAsync());
    }

    private static Task<KestrelHost> StartAsync(SecureConversationRequestDelegate handler) =>
        KestrelHost.StartAsync(Endpoints.Session, handler, ReliableClient.Options(Rm11));

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Works until it is told to end.</summary>
    private static async Task EndAsync(SecureConversationContext context, TaskCompletionSource ended)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }
        finally
        {
            ended.TrySetResult();
        }
    }

    /// <summary>A request with a number, as the client of a sequence writes it.</summary>
    private static byte[] Numbered(ReliableClient client, long number) => Envelopes.Utf8(Envelopes.Text(Envelopes.Request()).Replace("</s:Header>",
        $"<r:Sequence xmlns:r=\"http://docs.oasis-open.org/ws-rx/wsrm/200702\" s:mustUnderstand=\"1\"><r:Identifier>{client.Sequence.Id}</r:Identifier>"
        + $"<r:MessageNumber>{number}</r:MessageNumber></r:Sequence></s:Header>", StringComparison.Ordinal));

    private sealed class NoStore : ISecuritySessionStore
    {
        public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
