using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using SecureConversation.Tests.Surface;
using static SecureConversation.Tests.Roles.Renewals;
using static SecureConversation.Tests.Roles.RotationTests;

namespace SecureConversation.Tests.State;

/// <summary>Sessions in stores and cookies belong to a certificate of the service, and go on while it is one.</summary>
public sealed class RotatedSessionTests
{
    private static readonly X509Certificate2 First = TestCertificates.Service;
    private static readonly X509Certificate2 Second = TestCertificates.Other;

    private readonly OctetStore _store = new();
    private readonly ManualTimeProvider _clock = Observation.Today;

    [Fact]
    public async Task StoredSession_GoesOnWhileItsCertificateIsOneOfTheService()
    {
        using var first = Create(First);
        using var second = Create(Second, First);
        using var session = await first.OpenAsync();
        await CallAsync(first, session);
        await CallAsync(first, session, second.Service);
        await first.Service.UpdateCredentialsAsync(Having(Second, First));
        await CallAsync(first, session);

        await first.Service.UpdateCredentialsAsync(Having(Second));
        using var request = session.Secure(Loopback.Request(first.Binding.MessageVersion));
        Assert.Equal(FailureCode.UnknownContext, await CodeAsync(first, request.Envelope));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 1 && e.Text.Contains("a session for the endpoint 'shop:", StringComparison.Ordinal));

        // Nothing has ended it: with the certificate it is there again.
        await CallAsync(first, session, second.Service);
        await first.Service.UpdateCredentialsAsync(Having(Second, First));
        await CallAsync(first, session);
    }

    /// <summary>A session that is renewed is of the current certificate from then on, and outlives the earlier one.</summary>
    [Fact]
    public async Task StoredSession_ThatWasRenewed_IsOfTheCurrentCertificate()
    {
        using var loop = Create(First);
        using var session = await loop.OpenAsync();
        await CallAsync(loop, session);
        await loop.Service.UpdateCredentialsAsync(Having(Second, First));
        await RenewAsync(loop, session);
        await CallAsync(loop, session);
        await loop.Service.UpdateCredentialsAsync(Having(Second));
        await CallAsync(loop, session);
        using var other = Create(First);
        using var request = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        Assert.Equal(FailureCode.UnknownContext, await CodeAsync(other, request.Envelope));
    }

    /// <summary>Without a store nothing says under which certificate a session was opened.</summary>
    [Fact]
    public async Task SessionInMemory_GoesOnWithoutItsCertificate()
    {
        using var loop = new Loopback(Bindings.Create("mutualcert//session"));
        using var session = await loop.OpenAsync();
        await loop.Service.UpdateCredentialsAsync(Having(Second));
        await CallAsync(loop, session);
    }

    [Fact]
    public async Task Cookie_GoesOnWhileItsCertificateIsOneOfTheService()
    {
        using var scene = new CookieScene();
        var first = scene.Start(credentials: Having(First));
        var second = scene.Start(credentials: Having(Second, First));
        var third = scene.Start(credentials: Having(Second));
        using var session = await scene.OpenAsync(first);
        await scene.CallAsync(session, first);
        await scene.CallAsync(session, second);
        await CookieScene.RefusedAsync(third, scene.Secure(session));
        await first.UpdateCredentialsAsync(Having(Second, First));
        await scene.CallAsync(session, first);

        // One that is remembered is refused within a minute, as one whose key was revoked.
        await first.UpdateCredentialsAsync(Having(Second));
        scene.Clock.Advance(TimeSpan.FromMinutes(1));
        await CookieScene.RefusedAsync(first, scene.Secure(session));
        await CookieScene.RefusedAsync(first, scene.Secure(session));
    }

    [Fact]
    public async Task Cookie_IsWrittenForTheCurrentCertificate()
    {
        using var scene = new CookieScene();
        var both = scene.Start(credentials: Having(First));
        await both.UpdateCredentialsAsync(Having(Second, First));
        using var session = await scene.OpenAsync(both);
        await scene.CallAsync(session, scene.Start(credentials: Having(Second)));
        await CookieScene.RefusedAsync(scene.Start(credentials: Having(First)), scene.Secure(session));
    }

    private Loopback Create(params X509Certificate2[] certificates) => new(
        With(Bindings.Create("mutualcert//session"), TimeSpan.FromMinutes(5)), _clock, new MessageSecurityServiceOptions
        {
            TimeProvider = _clock,
            FailureAnswers = Loopback.AtOnce,
            SessionStore = _store,
            EndpointName = "shop",
            ReplayCache = new InMemoryReplayCache(10_000, _clock),
            LoggerFactory = RecordedLog.Current,
        }, client: Expecting(certificates[^1]), service: Having(certificates));
}
