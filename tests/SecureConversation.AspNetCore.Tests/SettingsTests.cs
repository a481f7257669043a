using System.Net.Security;
using SecureConversation.Binding;
using SecureConversation.Testing;
using static SecureConversation.Testing.Proof;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Every option of an endpoint changes what it does.</summary>
public sealed class SettingsTests
{
    private const string Handlers = "SecureConversation.AspNetCore.Tests/HandlerTests.cs";
    private const string Hosting = "SecureConversation.AspNetCore.Tests/HostingTests.cs";

    private static readonly Dictionary<string, Proof> Table = new()
    {
        ["SecureConversationServiceOptions.Address"] = Shows(o => o.Address = new Uri("http://localhost/other")),
        ["SecureConversationServiceOptions.AddressFilter"] = Shows(o => o.AddressFilter = AddressFilter.OneOf(new Uri("http://localhost/other"))),
        ["SecureConversationServiceOptions.Binding"] = new ShownBy(Hosting, "Options_MayDependOnServices"),
        ["SecureConversationServiceOptions.Credentials"] = new ShownBy(Hosting, "Options_MayDependOnServices"),
        ["SecureConversationServiceOptions.HandOutCanonicalForm"] = new ShownBy(Handlers, "CanonicalForm_IsHandedOutOnlyWhenAskedFor"),
        ["SecureConversationServiceOptions.EndpointName"] = new ShownBy("SecureConversation.AspNetCore.Tests/SharedStoreTests.cs", "EndpointName_OfBothEndpoints_IsTheirOwnScope"),
        ["SecureConversationServiceOptions.FailureAnswers"] = new ShownBy("SecureConversation.AspNetCore.Tests/FailureAnswerTests.cs", "Refusal_LeavesWhenTheOptionsSay"),
        ["SecureConversationServiceOptions.HandOutUnsignedHeaders"] = new ShownBy(Handlers, "UnsignedHeader_IsHandedOutOnlyWhenAskedFor"),
        ["SecureConversationServiceOptions.RequireSecureTransport"] = new ShownBy(
            "SecureConversation.Contract/OverTlsTests.cs", "ServiceBehindAProxy_TakesItsWordForTls"),
        ["SecureConversationServiceOptions.HttpGetEnabled"] = new ShownBy("SecureConversation.AspNetCore.Tests/OtherStackTests.cs", "Get_OfMetadata_PassesWhenEnabled"),
        ["SecureConversationServiceOptions.MaxAttributesPerElement"] = new ShownBy(Handlers, "RequestBeyondALimitOfTheOptions_IsRefused"),
        ["SecureConversationServiceOptions.MaxBufferedRequestBytes"] = new ShownBy("SecureConversation.AspNetCore.Tests/RequestBodyTests.cs", "LargeBodies_BeyondTheTotal_Are503AndSmallOnesPass"),
        ["SecureConversationServiceOptions.MaxKeptReplyBytes"] = new ShownBy("SecureConversation.AspNetCore.Tests/ReliableAttackTests.cs", "RepliesThatAreNeverAcknowledged_AreKeptUpToTheLimit"),
        ["SecureConversationServiceOptions.MaxNamespaceDeclarations"] = new ShownBy(Handlers, "RequestBeyondALimitOfTheOptions_IsRefused"),
        ["SecureConversationServiceOptions.MaxReplyBytes"] = new ShownBy(Handlers, "ReplyBeyondTheLimit_IsAProtectedFault"),
        ["SecureConversationServiceOptions.MaxRequestBytes"] = new ShownBy("SecureConversation.AspNetCore.Tests/HttpRulesTests.cs", "DeclaredTooLarge_Is413BeforeTheBodyIsSent"),
        ["SecureConversationServiceOptions.MaxSessions"] = new ShownBy("SecureConversation.AspNetCore.Tests/SharedStoreTests.cs", "MaxSessions_Reached_RefusesTheNext"),
        ["SecureConversationServiceOptions.MessageEncoding"] = Shows(o => o.MessageEncoding = MessageEncoding.Binary),
        ["SecureConversationServiceOptions.MessageLog"] = new ShownBy("SecureConversation.AspNetCore.Tests/MessageLogTests.cs", "MessageLog_OfOptionsOrServices_GetsTheMessagesOfTheEndpoint"),
        ["SecureConversationServiceOptions.MessageLogging"] = new ShownBy("SecureConversation.AspNetCore.Tests/MessageLogTests.cs", "MessageLog_OfOptionsOrServices_GetsTheMessagesOfTheEndpoint"),
        ["SecureConversationServiceOptions.MessageSecurity"] = Shows(o => o.MessageSecurity = Endpoints.Single),
        ["SecureConversationServiceOptions.MessageVersion"] = Shows(o => o.MessageVersion = MessageVersion.Soap11WSAddressing10),
        ["SecureConversationServiceOptions.ProtectionRequirements"] = Shows(o => o.ProtectionRequirements = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign)),
        ["SecureConversationServiceOptions.ReliableSession"] = Shows(o => o.ReliableSession = new ReliableSessionBindingElement()),
        ["SecureConversationServiceOptions.ReplayCache"] = Shows(o => o.ReplayCache = new SuspiciousCache()),
        ["SecureConversationServiceOptions.ReplySendTimeout"] = new ShownBy("SecureConversation.AspNetCore.Tests/ReplySendingTests.cs", "Reply_ThatIsNotRead_IsAbortedAfterItsTime"),
        ["SecureConversationServiceOptions.RequestBodyTimeout"] = new ShownBy("SecureConversation.AspNetCore.Tests/RequestBodyTests.cs", "Body_ThatTakesTooLong_Is408AndGivesItsMemoryBack"),
        ["SecureConversationServiceOptions.SecurityStateEncoder"] = new ShownBy(
            "SecureConversation.AspNetCore.Tests/CookieSessionTests.cs", "SecurityStateEncoder_OfTheOptionsThenOfTheServices_IsUsed"),
        ["SecureConversationServiceOptions.SessionClosed"] = new ShownBy(Handlers, "SessionItems_LiveAsLongAsTheSession"),
        ["SecureConversationServiceOptions.SessionStore"] = Shows(o => o.SessionStore = new ForgetfulStore()),
        ["SecureConversationServiceOptions.SessionIdleTimeout"] = Shows(o => o.SessionIdleTimeout = TimeSpan.FromMinutes(1)),
    };

    public static TheoryData<string> All => [.. Settings.Of([typeof(SecureConversationServiceOptions)])];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Setting_Shows(string name) => await Settings.RequireAsync(name, Table[name]);

    [Fact]
    public void Table_NamesSettingsOnly() => Assert.Equal(All.Select(row => row.Data), Table.Keys.Order(StringComparer.Ordinal));

    private static Shows Shows(Action<SecureConversationServiceOptions> change) => new(() => CallAsync(_ => { }), () => CallAsync(change));

    /// <summary>What comes of a call of a client that expects the settings as they were, and of its session after five minutes.</summary>
    private static async Task<string> CallAsync(Action<SecureConversationServiceOptions> change)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSingleton<TimeProvider>(clock).AddSecureConversation(Endpoints.With(Endpoints.Session, change)),
            app => app.MapSecureConversation("/echo", _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()))));
        var client = host.Client(Endpoints.Session);
        using var opened = await TryOpenAsync(() => client.OpenAsync());
        if (opened.Session is not { } session)
        {
            return opened.Refusal;
        }

        using var request = client.Secure(session);
        using var response = await client.PostAsync(request.Envelope);
        clock.Advance(TimeSpan.FromMinutes(5));
        try
        {
            using var reply = request.VerifyReply(await response.Content.ReadAsByteArrayAsync());
            return $"{response.StatusCode}, {host.Services.GetRequiredKeyedService<MessageSecurityService>("").SessionCount} sessions";
        }
        catch (SecureConversationException e)
        {
            return $"{response.StatusCode}, {e.Code}";
        }
    }

    private static async Task<Opened> TryOpenAsync(Func<Task<ClientSession>> open)
    {
        try
        {
            return new Opened(await open(), "");
        }
        catch (SecureConversationException e)
        {
            return new Opened(null, $"{e.Failure} {e.Code}");
        }
    }

    private sealed record Opened(ClientSession? Session, string Refusal) : IDisposable
    {
        public void Dispose() => Session?.Dispose();
    }

    private sealed class ForgetfulStore : ISecuritySessionStore
    {
        public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) => ValueTask.FromResult<SessionState?>(null);

        public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) =>
            ValueTask.FromResult(false);

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }

    private sealed class SuspiciousCache : IReplayCache
    {
        public ValueTask<ReplayOutcome> TryAddAsync(ReplayEntry entry, CancellationToken cancellationToken) =>
            ValueTask.FromResult(ReplayOutcome.Replayed);
    }
}
