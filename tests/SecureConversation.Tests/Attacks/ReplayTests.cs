using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>A message counts once, a reply answers one request, and a message that failed changes nothing.</summary>
public sealed class ReplayTests
{
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    [InlineData("username//single")]
    public async Task Request_Twice_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
    }

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task Request_TwiceAtOnce_IsAcceptedOnce(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => scene.ReceiveAsync(request.Envelope))));
        Assert.Single(results.OfType<ServiceResult.Dispatch>());
        Assert.All(results, r => r.Dispose());
    }

    [Fact]
    public async Task HandshakeRequest_Twice_OpensOneSession()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session));
        using var request = loopback.Client.StartSession(Loopback.Address);
        using var first = await loopback.Service.ReceiveAsync(request.Envelope);
        using var second = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(second).Code);
        Assert.Equal(1, loopback.Service.SessionCount);
    }

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task Reply_ToAnotherRequest_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var first = scene.Request();
        using var second = scene.Request();
        using var result = await scene.ReceiveAsync(first.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
        var refused = Assert.Throws<SecureConversationException>(() => second.VerifyReply(reply.Envelope));
        Assert.Equal(FailureCode.RelatesToMismatch, refused.Code);
    }

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task Reply_UnderTheKeyOfAnotherSession_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var first = scene.Request();
        using var other = await scene.OpenSessionAsync();
        using var second = scene.Request();
        using var result = await scene.ReceiveAsync(second.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
        var refused = Assert.Throws<SecureConversationException>(() => first.VerifyReply(reply.Envelope));
        Assert.Equal(FailureCode.UnknownContext, refused.Code);
    }

    [Theory]
    [InlineData(Attack.Single)]
    [InlineData(Attack.StrongSingle)]
    public async Task Reply_UnderTheKeyOfAnotherRequest_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var first = scene.Request();
        using var second = scene.Request();
        using var result = await scene.ReceiveAsync(second.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
        var refused = Assert.Throws<SecureConversationException>(() => first.VerifyReply(reply.Envelope));
        Assert.Equal(FailureCode.WrongToken, refused.Code);
    }

    [Fact]
    public async Task ReplyWithoutRelation_ASecondTime_IsRefused()
    {
        var version = MessageVersion.All.First(v => v.Addressing == AddressingVersion.None);
        using var loopback = new Loopback(Bindings.Create("duplex//single", version: version));
        using var request = loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(version));
        using var verified = request.VerifyReply(reply.Envelope);
        using var later = loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
        var refused = Assert.Throws<SecureConversationException>(() => later.VerifyReply(reply.Envelope));
        Assert.Equal(FailureCode.Replayed, refused.Code);
    }

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task UnsecuredFault_FailsTheCallAndLeavesTheSession(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(System.Text.Encoding.UTF8.GetBytes(Scene.UniformFault)));
        Assert.False(refused.Fault!.IsSecured);
        Assert.False(scene.Session!.IsClosed);
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    [Theory]
    [InlineData(-11, FailureCode.Expired)]
    [InlineData(6, FailureCode.NotYetValid)]
    public async Task Message_OutsideTheWindow_IsRefused(int minutes, FailureCode code)
    {
        // The clock of validation must lie within the certificates.
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var scene = await Scene.OpenAsync(Attack.Single, clock);
        clock.UtcNow += TimeSpan.FromMinutes(minutes < 0 ? 0 : minutes);
        using var request = scene.Request();
        clock.UtcNow += TimeSpan.FromMinutes(-minutes);
        await scene.RefusedAsync(request.Envelope, code);
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    [InlineData("username//single")]
    public async Task Request_SixTimesAtOnce_IsAcceptedExactlyOnce(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        for (var round = 0; round < 20; round++)
        {
            using var request = scene.Request();
            using var barrier = new Barrier(6);
            var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Factory.StartNew(() =>
            {
                barrier.SignalAndWait();
                return scene.ReceiveAsync(request.Envelope);
            }, TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap()));
            Assert.Single(results.OfType<ServiceResult.Dispatch>());
            Assert.All(results.OfType<ServiceResult.Respond>(), r => Assert.Equal(FailureCode.Replayed, r.Code));
            Assert.All(results, r => r.Dispose());
        }
    }

    [Theory]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    [InlineData("username//single")]
    public async Task Request_AtAnotherEndpointWithTheSameKey_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var other = new MessageSecurityService(scene.Loopback.Binding, Loopback.ServiceCredentials);
        using var request = scene.Request();
        await scene.AcceptedAsync(request.Envelope);
        using var result = await other.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(result).Code);

        // And the other way round, at an endpoint whose service has ended meanwhile.
        using var next = scene.Request();
        using (var accepted = await other.ReceiveAsync(next.Envelope, TestContext.Current.CancellationToken))
        {
            Assert.IsType<ServiceResult.Dispatch>(accepted);
        }

        other.Dispose();
        await scene.RefusedAsync(next.Envelope, FailureCode.Replayed);
    }

    [Fact]
    public async Task HandshakeRequest_AtAnotherEndpointWithTheSameKey_OpensNoSession()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session));
        using var other = new MessageSecurityService(loopback.Binding, Loopback.ServiceCredentials);
        using var request = loopback.Client.StartSession(Loopback.Address);
        using var first = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        using var second = await other.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(second).Code);
        Assert.Equal((1, 0), (loopback.Service.SessionCount, other.SessionCount));
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/no-derived/session")]
    [InlineData("mutualcert//single")]
    [InlineData("duplex//single")]
    [InlineData("username//single")]
    public async Task Request_BeyondTheMemory_IsAnsweredByASecuredServerTooBusy(string binding)
    {
        // A handshake and a request with an encrypted key are remembered by two values.
        var (size, room) = (binding.EndsWith("session", StringComparison.Ordinal) ? 3 : 2, 1);
        using var loopback = new Loopback(WithReplayCacheSize(binding, size), new ManualTimeProvider(DateTimeOffset.UtcNow));
        using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
        for (var i = 0; i <= room; i++)
        {
            var plain = Loopback.Request(loopback.Binding.MessageVersion);
            using var request = session?.Secure(plain) ?? loopback.Client.Secure(plain, Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
            if (i < room)
            {
                Assert.IsType<ServiceResult.Dispatch>(result);
                continue;
            }

            var busy = Assert.IsType<ServiceResult.Respond>(result);
            Assert.Equal((FailureCode.ReplayCacheFull, ServiceResponseKind.Fault), (busy.Code, busy.Kind));
            using var verified = request.VerifyReply(busy.Envelope);
            Assert.True(verified.ReadFault()?.IsServerTooBusy);
        }
    }

    [Fact]
    public async Task Handshake_BeyondTheMemory_IsAnsweredByASecuredServerTooBusy()
    {
        using var loopback = new Loopback(WithReplayCacheSize(Attack.Session, 2), new ManualTimeProvider(DateTimeOffset.UtcNow));
        using var session = await loopback.OpenAsync();
        using var next = loopback.Client.StartSession(Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(next.Envelope, TestContext.Current.CancellationToken);
        var busy = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.ReplayCacheFull, busy.Code);
        var refused = Assert.Throws<SecureConversationException>(() => next.Complete(busy.Envelope));
        Assert.Equal((SecureConversationFailure.ServerTooBusy, true), (refused.Failure, refused.Fault?.IsSecured));

        // A session can be ended all the same.
        using var cancel = session.StartCancel();
        using var cancelled = await loopback.Service.ReceiveAsync(cancel.Envelope, TestContext.Current.CancellationToken);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(cancelled).Envelope);
    }

    [Fact]
    public async Task ClientThatFloods_DoesNotKeepAnotherOneOut()
    {
        var binding = WithReplayCacheSize("username//session", 400);
        var log = new RecordedLog();
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var service = new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
        };
        using var flood = new Loopback(binding, clock, new() { TimeProvider = clock, LoggerFactory = log }, service: service);
        using var flooding = await flood.OpenAsync();
        Assert.Equal(299, await CountAcceptedAsync(flood.Service, flooding, 400));
        Assert.Contains(log.Entries, e => e is { Id: 7, Level: LogLevel.Warning } && e.Text.Contains("ReplayCacheSize, share of the sender", StringComparison.Ordinal));

        // Opening another session does not help.
        using var again = await OpenAsync(flood.Service, flood.Client);
        Assert.Equal(0, await CountAcceptedAsync(flood.Service, again!, 10));

        var bob = new ClientCredentials
        {
            UserName = new UserNameCredential("bob", ""),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        };
        var other = new MessageSecurityClient(binding, bob, new() { TimeProvider = clock });
        using var honest = await OpenAsync(flood.Service, other);
        Assert.Equal(50, await CountAcceptedAsync(flood.Service, honest!, 50));

        // Once the flood has expired, there is room again.
        clock.Advance(TimeSpan.FromMinutes(17));
        using var fresh = await OpenAsync(flood.Service, flood.Client);
        Assert.Equal(200, await CountAcceptedAsync(flood.Service, fresh!, 200));
    }

    private static MessageSecurityBinding WithReplayCacheSize(string binding, int size)
    {
        var created = Bindings.Create(binding);
        var settings = created.Element.LocalServiceSettings with { ReplayCacheSize = size };
        return MessageSecurityBinding.Create(created.Element with { LocalServiceSettings = settings }, created.MessageVersion, created.Protection);
    }

    private static async Task<ClientSession?> OpenAsync(MessageSecurityService service, MessageSecurityClient client)
    {
        using var request = client.StartSession(Loopback.Address);
        using var result = await service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        return result is ServiceResult.Respond { Code: FailureCode.None } respond ? request.Complete(respond.Envelope) : null;
    }

    private static async Task<int> CountAcceptedAsync(MessageSecurityService service, ClientSession session, int count)
    {
        var accepted = 0;
        for (var i = 0; i < count; i++)
        {
            using var request = session.Secure(Loopback.Request(service.Binding.MessageVersion));
            using var result = await service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
            accepted += result is ServiceResult.Dispatch ? 1 : 0;
        }

        return accepted;
    }
}
