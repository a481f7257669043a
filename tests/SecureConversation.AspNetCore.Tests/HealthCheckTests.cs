using Microsoft.Extensions.Diagnostics.HealthChecks;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>The health check says in words what is wrong.</summary>
public sealed class HealthCheckTests
{
    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task Service_InOrder_IsHealthy()
    {
        await using var services = Build(TimeSpan.Zero);
        var entry = await CheckAsync(services);
        Assert.Equal(HealthStatus.Healthy, entry.Status);
        Assert.Equal(0, entry.Data["sessions"]);
    }

    [Fact]
    public async Task Certificate_ThatExpiresSoon_IsDegradedAndThenUnhealthy()
    {
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        await using var services = Build(TimeSpan.FromDays(30));
        var ends = TestCredentials.Service.ServiceCertificate!.Certificate.NotAfter.ToUniversalTime();
        _clock.Advance(ends - _clock.UtcNow.UtcDateTime - TimeSpan.FromHours(1));
        var soon = await CheckAsync(services);
        Assert.Equal(HealthStatus.Degraded, soon.Status);
        Assert.Contains("expires at", soon.Description, StringComparison.Ordinal);
        _clock.Advance(TimeSpan.FromHours(2));
        var over = await CheckAsync(services);
        Assert.Equal(HealthStatus.Unhealthy, over.Status);
        Assert.Contains("expired at", over.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PendingSessions_ThatUseTheLimitUp_AreDegraded()
    {
        await using var services = Build(TimeSpan.Zero, settings => settings with { MaxPendingSessions = 1 });
        await OpenAsync(services);
        var entry = await CheckAsync(services);
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("MaxPendingSessions", entry.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Store_ThatFailedLast_IsDegradedUntilItAnswers()
    {
        RecordedLog.Current.ExpectError(60);
        var store = new Store { Failure = new IOException("no route to the store") };
        await using var services = Build(TimeSpan.Zero, store: store);
        await OpenAsync(services);
        var failed = await CheckAsync(services);
        Assert.Equal(HealthStatus.Degraded, failed.Status);
        Assert.Contains("no route to the store", failed.Description, StringComparison.Ordinal);
        Assert.Same(store.Failure, failed.Exception);
        store.Failure = null;
        await OpenAsync(services);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(services)).Status);
    }

    private ServiceProvider Build(
        TimeSpan warning, Func<LocalServiceSecuritySettings, LocalServiceSecuritySettings>? change = null, ISecuritySessionStore? store = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_clock);
        services.AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(RecordedLog.Current);
        var bootstrap = SecurityBindingElement.CreateMutualCertificateBindingElement();
        SecurityBindingElement element = SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap);
        element = element with { LocalServiceSettings = (change ?? (s => s))(element.LocalServiceSettings) };
        services.AddSecureConversation(options =>
        {
            options.Binding = element;
            options.Credentials = TestCredentials.Service;
            options.SessionStore = store;
            options.FailureAnswers = new() { Step = TimeSpan.Zero };
        });
        services.AddHealthChecks().AddSecureConversation(certificateWarning: warning);
        return services.BuildServiceProvider();
    }

    private async Task OpenAsync(IServiceProvider services)
    {
        var service = services.GetRequiredKeyedService<MessageSecurityService>(Microsoft.Extensions.Options.Options.DefaultName);
        var client = new MessageSecurityClient(service.Binding, TestCredentials.Client, new() { TimeProvider = _clock });
        using var handshake = client.StartSession(new Uri("http://localhost/echo"));
        using var result = await service.ReceiveAsync(((HandshakeStep.Send)handshake.Step).Envelope);
    }

    private static async Task<HealthReportEntry> CheckAsync(IServiceProvider services) =>
        Assert.Single((await services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries).Value;

    private sealed class Store : ISecuritySessionStore
    {
        public Exception? Failure { get; set; }

        public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) => Failure is null ? default : throw Failure;

        public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken) => Failure is null ? default : throw Failure;

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) => Failure is null ? default : throw Failure;

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) => Failure is null ? default : throw Failure;
    }
}
