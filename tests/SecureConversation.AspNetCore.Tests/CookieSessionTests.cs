using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SecureConversation.AspNetCore.Tests.Support;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Endpoints whose sessions travel in cookies (RequireCancellation is false); Data Protection of the application protects them.</summary>
public sealed class CookieSessionTests
{
    private static readonly SecurityBindingElement Element = SecurityBindingElement.CreateSecureConversationBindingElement(
        SecurityBindingElement.CreateMutualCertificateBindingElement(), requireCancellation: false);

    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly List<string?> _seen = [];

    [Fact]
    public async Task Session_IsServedByAnotherInstanceAfterTheFirstHasStopped()
    {
        var first = await StartAsync(Protect);
        using var session = await Client(first).OpenAsync();
        await Client(first).CallAsync(session);
        await first.DisposeAsync();
        await using var second = await StartAsync(Protect);
        await Client(second).CallAsync(session);
        Assert.Equal(["Test client: no session, no items", "Test client: no session, no items"], _seen);
    }

    [Fact]
    public async Task SessionStoreOfTheServices_IsForOtherEndpoints()
    {
        await using var host = await StartAsync(services => Protect(services).AddSingleton<ISecuritySessionStore>(new NoStore()));
        using var session = await Client(host).OpenAsync();
        await Client(host).CallAsync(session);
    }

    [Fact]
    public async Task SessionStoreOfTheOptions_EndsTheStartInWords()
    {
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(Protect, o => o.SessionStore = new NoStore()));
        Assert.Contains("SessionStore has no effect where RequireCancellation is false", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MissingDataProtection_EndsTheStartInWords()
    {
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(services => services.RemoveAll<IDataProtectionProvider>()));
        Assert.Contains("call services.AddDataProtection()", e.Message, StringComparison.Ordinal);
    }

    /// <summary>The keys are the same and what is around them is not.</summary>
    [Fact]
    public async Task EndpointName_TellsEndpointsApart()
    {
        await using var orders = await StartAsync(Protect, o => o.EndpointName = "orders");
        await using var others = await StartAsync(Protect, o => o.EndpointName = "others");
        using var session = await Client(orders).OpenAsync();
        await Assert.ThrowsAsync<SecureConversationException>(() => RefusedAsync(others, session));
        await Client(orders).CallAsync(session);
    }

    [Fact]
    public async Task SecurityStateEncoder_OfTheOptionsThenOfTheServices_IsUsed()
    {
        var (ofOptions, ofServices) = (new Counting(_keys), new Counting(_keys));
        await using (var host = await StartAsync(services => services.AddSingleton<ISecurityStateEncoder>(ofServices), o => o.SecurityStateEncoder = ofOptions))
        {
            using var session = await Client(host).OpenAsync();
        }

        Assert.Equal((1, 0), (ofOptions.Encoded, ofServices.Encoded));
        await using (var host = await StartAsync(services => services.AddSingleton<ISecurityStateEncoder>(ofServices)))
        {
            using var session = await Client(host).OpenAsync();
        }

        Assert.Equal((1, 1), (ofOptions.Encoded, ofServices.Encoded));
    }

    private static SoapClient Client(KestrelHost host) => new(host.Http, new Uri(host.Address, "/echo"), MessageSecurityBinding.Create(Element));

    private static async Task RefusedAsync(KestrelHost host, ClientSession session)
    {
        using var request = Client(host).Secure(session);
        using var response = await Client(host).PostAsync(request.Envelope);
        request.VerifyReply(await response.Content.ReadAsByteArrayAsync());
    }

    private IServiceCollection Protect(IServiceCollection services) => services.AddSingleton<IDataProtectionProvider>(_keys);

    private Task<KestrelHost> StartAsync(Func<IServiceCollection, IServiceCollection> add, Action<SecureConversationServiceOptions>? configure = null) =>
        KestrelHost.StartAsync(
            services => add(services.AddSecureConversation(options =>
            {
                options.Binding = Element;
                options.Credentials = Endpoints.ServiceCredentials;
                options.FailureAnswers = new() { Step = TimeSpan.Zero };
                configure?.Invoke(options);
            }).Services),
            app => app.MapSecureConversation("/echo", context =>
            {
                var feature = context.HttpContext.Features.Get<ISecureConversationFeature>()!;
                _seen.Add($"{context.User.Identity?.Name}: {(context.Session is null && feature.SessionId is null ? "no session" : "session")}, "
                    + (feature.SessionItems is null ? "no items" : "items"));
                return Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));
            }));

    private sealed class Counting(IDataProtectionProvider keys) : ISecurityStateEncoder
    {
        private readonly DataProtectionSecurityStateEncoder _inner = new(keys);

        public int Encoded { get; private set; }

        public byte[] Encode(ReadOnlySpan<byte> state)
        {
            Encoded++;
            return _inner.Encode(state);
        }

        public byte[]? Decode(ReadOnlySpan<byte> encoded) => _inner.Decode(encoded);
    }

    private sealed class NoStore : ISecuritySessionStore
    {
        public ValueTask<SessionState?> FindAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask SaveAsync(SessionState state, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> TryReplaceAsync(SessionState state, long version, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask RemoveAsync(string id, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
