using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Options, services and the lifetime of the host.</summary>
public sealed class HostingTests
{
    private static readonly SecureConversationRequestDelegate Reply = _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));

    private static readonly Dictionary<string, (Action<SecureConversationServiceOptions> Configure, string Message)> Mistakes = new()
    {
        ["two bindings"] = (o => o.Binding = SecurityBindingElement.CreateMutualCertificateBindingElement(), "Binding and MessageSecurity are both set"),
        ["no version"] = (o => o.MessageVersion = null!, "MessageVersion"),
        ["no credentials"] = (o => o.Credentials = null, "Credentials is not set"),
        ["no certificate"] = (o => o.Credentials = new ServiceCredentials(), "ServiceCredentials.ServiceCertificate"),
        ["no validator"] = (
            o =>
            {
                o.MessageSecurity = Endpoints.UserName;
                o.Credentials = new ServiceCredentials { ServiceCertificate = new X509Credential(TestCertificates.Service) };
            },
            "ServiceCredentials.UserNamePasswordValidator"),
        ["issued token"] = (o => o.MessageSecurity = Endpoints.Session with { ClientCredentialType = MessageCredentialType.IssuedToken }, "ClientCredentialType"),
        ["limit"] = (o => o.MaxRequestBytes = 0, "MaxRequestBytes"),
        ["total"] = (o => o.MaxBufferedRequestBytes = 0, "MaxBufferedRequestBytes"),
        ["idle"] = (o => o.SessionIdleTimeout = TimeSpan.Zero, "SessionIdleTimeout"),
    };

    public static TheoryData<string> AllMistakes => [.. Mistakes.Keys];

    /// <summary>Who names no setting of WCF gets the strongest one, and a client of WCF's settings nothing.</summary>
    [Fact]
    public async Task ServiceWithoutABinding_SpeaksTheProfileStrong()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Reply, options => options.MessageSecurity = null);
        Assert.Equal(HttpStatusCode.OK, (await host.Client(MessageSecurity.Strong).CallOnceAsync()).Status);
        await Assert.ThrowsAnyAsync<Exception>(() => host.Client(Endpoints.Session).CallOnceAsync());
        Assert.Contains(host.Log.Entries, entry => entry.Id == 1 && entry.Text.Contains("SessionVersionMismatch", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AllMistakes))]
    public async Task Mistake_EndsTheStartWithItsReason(string mistake)
    {
        var (configure, message) = Mistakes[mistake];
        await using var app = KestrelHost.Build(services => services.AddSecureConversation("orders", Endpoints.With(Endpoints.Session, configure)));
        RecordedLog.Current.AllowErrors(entry => entry.Exception is OptionsValidationException);
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());
        Assert.StartsWith("SecureConversation 'orders': ", e.Message, StringComparison.Ordinal);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credential_DisposedOfTooEarly_IsNamedInTheLog()
    {
        using var credential = new X509Credential(TestCertificates.Service);
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, Reply, options => options.Credentials = new ServiceCredentials
        {
            ServiceCertificate = credential,
            ClientCertificateValidation = TestCredentials.TrustAuthority,
        });
        var client = host.Client(Endpoints.Single);
        await client.CallOnceAsync();
        credential.Dispose();
        host.Log.ExpectError(4);
        using var request = client.Secure(null);
        using var response = await client.PostAsync(request.Envelope);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains(host.Log.Entries, entry => entry.Exception?.Message.Contains("'CN=localhost, O=SecureConversation tests' was disposed of before", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task UnknownName_IsTold()
    {
        await using var app = KestrelHost.Build(services => services.AddSecureConversation("orders", Endpoints.With(Endpoints.Session)));
        Assert.Contains("'order'", Assert.Throws<InvalidOperationException>(() => app.MapSecureConversation("/a", Reply, "order")).Message, StringComparison.Ordinal);
        Assert.Contains("AddSecureConversation", Assert.Throws<InvalidOperationException>(() => app.UseSecureConversation("/a")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_MayDependOnServices()
    {
        await using var host = await KestrelHost.StartAsync(
            services =>
            {
                services.AddSingleton(Endpoints.ServiceCredentials);
                services.AddSecureConversation().Configure<ServiceCredentials>((options, credentials) =>
                {
                    options.Binding = Endpoints.Session.CreateSecurityBindingElement();
                    options.Credentials = credentials;
                });
            },
            app => app.MapSecureConversation("/echo", Reply));
        Assert.Equal(HttpStatusCode.OK, (await host.Client(Endpoints.Session).CallOnceAsync()).Status);
    }

    [Fact]
    public async Task ReplayCache_OfTheApplicationIsAsked()
    {
        var cache = new CountingCache();
        await using var host = await KestrelHost.StartAsync(
            services =>
            {
                services.AddSingleton<IReplayCache>(cache);
                services.AddSecureConversation(Endpoints.With(Endpoints.Single));
            },
            app => app.MapSecureConversation("/echo", Reply));
        var client = host.Client(Endpoints.Single);
        using var request = client.Secure(null);
        using var first = await client.PostAsync(request.Envelope);
        using var second = await client.PostAsync(request.Envelope);

        // Twice for the first message, for its signature and for its EncryptedKey.
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.InternalServerError, 3), (first.StatusCode, second.StatusCode, cache.Count));
    }

    [Fact]
    public async Task Clock_IsThatOfTheApplication()
    {
        await using var host = await KestrelHost.StartAsync(
            services =>
            {
                services.AddSingleton<TimeProvider>(new LateClock());
                services.AddSecureConversation(Endpoints.With(Endpoints.Single));
            },
            app => app.MapSecureConversation("/echo", Reply));
        await Assert.ThrowsAsync<SecureConversationException>(() => host.Client(Endpoints.Single).CallOnceAsync());
    }

    [Fact]
    public async Task EndOfTheHost_EndsSessions()
    {
        ServiceSession? session = null;
        await using (var host = await KestrelHost.StartAsync(Endpoints.Session, context =>
        {
            session = context.Session;
            return Reply(context);
        }))
        {
            await host.Client(Endpoints.Session).CallOnceAsync();
            Assert.Equal(1, host.Services.GetRequiredKeyedService<MessageSecurityService>("").SessionCount);
            Assert.False(session!.Closed.IsCancellationRequested);
        }

        Assert.True(session.Closed.IsCancellationRequested);
        Assert.Equal(SessionCloseReason.ServiceStopped, session.CloseReason);
    }

    /// <summary>The first thing that a host does when it stops: it tells so. The server ends connections later.</summary>
    [Fact]
    public async Task HostThatStops_OpensNoMoreSessions_AndAnswersInOpenOnes()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, Reply);
        var client = host.Client(Endpoints.Session);
        using var session = await client.OpenAsync();
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var e = await Assert.ThrowsAsync<SecureConversationException>(() => host.Client(Endpoints.Session).OpenAsync());
        Assert.Equal(SecureConversationFailure.EndpointUnavailable, e.Failure);
        await client.CallAsync(session);
    }

    [Fact]
    public async Task ManySessionsAtOnce_KeepApart()
    {
        await using var host = await KestrelHost.StartAsync(Endpoints.Session, async context =>
        {
            using var body = context.CreateBodyReader();
            var text = body.ReadElementContentAsString();
            var own = context.Session!.Items.TryGetValue("id", out var id) ? id : context.Session.Items["id"] = text.Split('/')[0];
            await Task.Yield();
            return SoapReply.FromBody("urn:e/EchoResponse", $"<t xmlns=\"\">{own}={text}</t>");
        });
        var client = host.Client(Endpoints.Session);
        await Parallel.ForEachAsync(Enumerable.Range(0, 64), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, cancellation) =>
        {
            using var session = await client.OpenAsync(cancellation);
            await Parallel.ForEachAsync(Enumerable.Range(0, 20), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (j, _) =>
            {
                var result = await client.CallAsync(session, Envelopes.Request(body: $"<t xmlns=\"\">{i}/{j}</t>"));
                Assert.Contains($">{i}={i}/{j}</t>", result.Envelope, StringComparison.Ordinal);
            });
            await client.CancelAsync(session);
        });
        Assert.Equal(0, host.Services.GetRequiredKeyedService<MessageSecurityService>("").SessionCount);
    }

    private sealed class CountingCache : IReplayCache
    {
        private readonly InMemoryReplayCache _inner = new(100, TimeProvider.System);

        public int Count { get; private set; }

        public ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken)
        {
            Count++;
            return _inner.TryAddAsync(entry, cancellationToken);
        }
    }

    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(1);
    }
}
