using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Surface;
using static SecureConversation.Tests.Roles.Renewals;

namespace SecureConversation.Tests.Roles;

/// <summary>Sessions whose messages go both ways, between our own roles and by a clock that stands still.</summary>
public sealed class DuplexSessionTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Rollover = TimeSpan.FromMinutes(2);
    private static readonly MessageOrigin Duplex = MessageOrigin.Unknown with { IsDuplex = true };

    public static TheoryData<string> Sessions => [.. Bindings.Names.Concat(Bindings.BoundNames).Where(name => name.EndsWith("/session", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task Messages_GoBothWaysUnderEachBinding(string binding)
    {
        using var loop = Create(binding);
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("urn:e/Tell", Tell(loop, session, served));
            Assert.Same(served, await SendAsync(loop, session));
        }

        // The reply of the client to a callback, which goes where the callback came from.
        var reply = TestEnvelope.Create(loop.Binding.MessageVersion, TestEnvelope.Action("urn:e/TellResponse")
            + $"<a:RelatesTo>urn:uuid:{Guid.NewGuid()}</a:RelatesTo><a:To>{TestEnvelope.Anonymous(loop.Binding.MessageVersion)}</a:To>", "<r/>");
        Assert.Same(served, await SendAsync(loop, session, reply));
    }

    [Fact]
    public async Task ReplyToNobody_IsForOurAddressWhereMessagesGoOneWay()
    {
        using var loop = Create();
        using var session = await loop.OpenAsync();
        await SendAsync(loop, session);
        var reply = TestEnvelope.Create(loop.Binding.MessageVersion, TestEnvelope.Action("urn:e/TellResponse")
            + $"<a:RelatesTo>urn:uuid:{Guid.NewGuid()}</a:RelatesTo><a:To>{TestEnvelope.Anonymous(loop.Binding.MessageVersion)}</a:To>", "<r/>");
        using var message = session.SecureMessage(reply);
        using var result = await loop.Service.ReceiveAsync(message.Envelope, Duplex with { IsDuplex = false, HasNoAddress = false, LocalAddress = Loopback.Address });
        Assert.Equal(FailureCode.DestinationUnreachable, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/strong/session")]
    public async Task MessageOfAnySide_IsTakenOnceAndByTheOtherSideOnly(string binding)
    {
        using var loop = Create(binding);
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        using var request = session.SecureMessage(Loopback.Request(loop.Binding.MessageVersion));
        using var callback = loop.Service.Secure(served, Callback(loop));

        Assert.NotEqual(FailureCode.None, Refused(session, request.Envelope));
        Assert.NotEqual(FailureCode.None, await CodeAsync(loop, callback.Envelope));

        session.Receive(callback.Envelope).Dispose();
        Assert.Equal(FailureCode.Replayed, Refused(session, callback.Envelope));
        Assert.Same(served, await SendAsync(loop, request.Envelope));
        Assert.Equal(FailureCode.Replayed, await CodeAsync(loop, request.Envelope));
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/strong/session")]
    public async Task MessageOfAnotherSession_IsRefused(string binding)
    {
        using var loop = Create(binding);
        using var session = await loop.OpenAsync();
        using var other = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        using var callback = loop.Service.Secure(served, Callback(loop));
        Assert.NotEqual(FailureCode.None, Refused(other, callback.Envelope));
        session.Receive(callback.Envelope).Dispose();
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/strong/session")]
    public async Task ChangedMessage_IsRefusedAndTheSessionGoesOn(string binding)
    {
        using var loop = Create(binding);
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        using var callback = loop.Service.Secure(served, Callback(loop));
        var changed = callback.Envelope.ToArray();
        var at = changed.AsSpan().LastIndexOf("CipherValue>"u8) - 20;
        changed[at] = changed[at] == (byte)'A' ? (byte)'B' : (byte)'A';
        Assert.NotEqual(FailureCode.None, Refused(session, changed));
        Assert.Equal("urn:e/Tell", Tell(loop, session, served));
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert-2007//session")]
    public async Task Renewal_SwitchesTheServiceWithTheFirstMessageOfTheClient(string binding)
    {
        var clock = Observation.Today;
        using var loop = Create(binding, clock);
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        using var early = loop.Service.Secure(served, Callback(loop));
        await RenewAsync(loop, session);

        // The client has not used the new key: the service goes on under the old one.
        using var between = loop.Service.Secure(served, Callback(loop));
        Assert.Null(served.Keys.Current.Instance);
        session.Receive(between.Envelope).Dispose();

        await SendAsync(loop, session);
        Assert.Equal(session.Keys.Current.Instance, served.Keys.Current.Instance);
        Assert.Equal("urn:e/Tell", Tell(loop, session, served));
        session.Receive(early.Envelope).Dispose();

        using var late = loop.Service.Secure(served, Callback(loop));
        clock.Advance(Rollover);
        await SendAsync(loop, session);
        session.Receive(late.Envelope).Dispose();
    }

    [Fact]
    public async Task MessageUnderTheOldKey_AfterTheRollover_IsRefusedByTheClient()
    {
        var clock = Observation.Today;
        using var loop = Create(clock: clock);
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        using var old = loop.Service.Secure(served, Callback(loop));
        await RenewAsync(loop, session);
        clock.Advance(Rollover);
        Assert.NotEqual(FailureCode.None, Refused(session, old.Envelope));
    }

    [Fact]
    public async Task ExpiredKey_IsNotSentUnderByTheService()
    {
        var clock = Observation.Today;
        using var loop = Create(clock: clock);
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        clock.Advance(Life);
        Assert.Equal(FailureCode.ContextKeyExpired, Assert.Throws<SecureConversationException>(() => loop.Service.Secure(served, Callback(loop))).Code);
    }

    [Fact]
    public async Task ExpiredKey_OfAClient_IsRenewedOnRequest()
    {
        var clock = Observation.Today;
        using var loop = Create(clock: clock);
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);

        // By the clock of the service the key has expired, and by that of the client a renewal is not due for a long time.
        using var sent = session.SecureMessage(Loopback.Request(loop.Binding.MessageVersion));
        await RenewAsync(loop, session);
        await SendAsync(loop, session);
        Assert.False(session.IsRenewalDue);
        clock.Advance(Life);
        using var message = session.SecureMessage(Loopback.Request(loop.Binding.MessageVersion));
        using var result = await loop.Service.ReceiveAsync(message.Envelope, Duplex);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.ContextKeyExpired, respond.Code);
        using var received = session.Receive(respond.Envelope);
        Assert.Equal(ReceivedInSessionKind.RenewalNeeded, received.Kind);
        Assert.True(session.IsRenewalDue);

        await RenewAsync(loop, session);
        Assert.Same(served, await SendAsync(loop, session));
        Assert.Equal("urn:e/Tell", Tell(loop, session, served));
    }

    [Fact]
    public async Task Cancel_OfTheClient_LeavesTheDirectionOfTheServiceOpen()
    {
        using var loop = Create();
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        using var late = session.SecureMessage(Loopback.Request(loop.Binding.MessageVersion));
        using var cancel = session.StartCancel();
        using var result = await loop.Service.ReceiveAsync(cancel.Envelope, Duplex);
        var closing = Assert.IsType<ServiceResult.Closing>(result);
        Assert.Equal((served, false), (closing.Session, closing.IsAnswer));

        Assert.Equal("urn:e/Tell", Tell(loop, session, served));
        Assert.Equal(FailureCode.UnknownContext, await CodeAsync(loop, late.Envelope));
        Assert.Throws<ObjectDisposedException>(() => session.SecureMessage(Loopback.Request(loop.Binding.MessageVersion)));

        using var confirmation = await closing.ConfirmAsync();
        using var received = session.Receive(confirmation.Envelope);
        Assert.Equal((ReceivedInSessionKind.Cancelled, SessionCloseReason.Cancelled, 0), (received.Kind, served.CloseReason, loop.Service.SessionCount));
        Assert.Throws<ObjectDisposedException>(() => loop.Service.Secure(served, Callback(loop)));
    }

    [Fact]
    public async Task Cancel_OfTheService_LeavesTheDirectionOfTheClientOpen()
    {
        using var loop = Create();
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        using var cancel = loop.Service.SecureCancel(served);
        using var received = session.Receive(cancel.Envelope);
        Assert.Equal(ReceivedInSessionKind.Cancel, received.Kind);
        Assert.Same(served, await SendAsync(loop, session));

        using var confirmation = session.ConfirmCancel(received);
        using var result = await loop.Service.ReceiveAsync(confirmation.Envelope, Duplex);
        Assert.True(Assert.IsType<ServiceResult.Closing>(result).IsAnswer);
        Assert.Equal((SessionCloseReason.Cancelled, 0), (served.CloseReason, loop.Service.SessionCount));
        Assert.Throws<ObjectDisposedException>(() => session.ConfirmCancel(received));
    }

    [Fact]
    public async Task Abort_OfTheService_IsToldUnderTheKeyOfTheSession()
    {
        using var loop = Create();
        using var session = await loop.OpenAsync();
        using var other = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        using var abort = loop.Service.SecureAbort(served);
        Assert.Equal(-1, abort.Envelope.Span.IndexOf("SecuritySessionAborted"u8));
        Assert.NotEqual(FailureCode.None, Refused(other, abort.Envelope));

        using var received = session.Receive(abort.Envelope);
        Assert.Equal(ReceivedInSessionKind.Aborted, received.Kind);
        Assert.Equal("http://schemas.microsoft.com/ws/2006/05/security/SecureConversationFault", received.Message.Action);
        Assert.True(received.Message.TryReadFault(out var fault) && fault is { EndsSession: true, IsSecured: true });
        Assert.Equal("{http://schemas.microsoft.com/ws/2006/05/security}SecuritySessionAborted", fault!.Subcode);

        await loop.Service.AbortAsync(served);
        Assert.Throws<ObjectDisposedException>(() => loop.Service.SecureAbort(served));
    }

    [Fact]
    public async Task Cancel_OfBothSidesAtOnce_NeedsNoConfirmation()
    {
        using var loop = Create();
        using var session = await loop.OpenAsync();
        var served = await SendAsync(loop, session);
        using var mine = session.StartCancel();
        using var theirs = loop.Service.SecureCancel(served);
        using var received = session.Receive(theirs.Envelope);
        Assert.Equal(ReceivedInSessionKind.Cancel, received.Kind);
        Assert.Throws<ObjectDisposedException>(() => session.ConfirmCancel(received));
        using var result = await loop.Service.ReceiveAsync(mine.Envelope, Duplex);
        await Assert.IsType<ServiceResult.Closing>(result).EndAsync();
        Assert.Equal(SessionCloseReason.Cancelled, served.CloseReason);
    }

    [Fact]
    public async Task FloodInOneSession_LeavesRoomForMessagesOfOthers()
    {
        const int Room = 8, Share = 6;
        var element = Bindings.Create("mutualcert//session").Element;
        var binding = MessageSecurityBinding.Create(element with { LocalClientSettings = element.LocalClientSettings with { ReplayCacheSize = Room } }, MessageVersion.Soap12WSAddressing10);
        using var loop = new Loopback(With(binding, Life, Rollover));
        using var flooded = await loop.OpenAsync();
        using var other = await loop.OpenAsync();
        var (flood, served) = (await SendAsync(loop, flooded), await SendAsync(loop, other));
        for (var i = 0; i < Share; i++)
        {
            Assert.Equal("urn:e/Tell", Tell(loop, flooded, flood));
        }

        using var tooMany = loop.Service.Secure(flood, Callback(loop));
        Assert.Equal(FailureCode.ReplayCacheFull, Refused(flooded, tooMany.Envelope));
        Assert.Equal("urn:e/Tell", Tell(loop, other, served));
    }

    [Fact]
    public async Task FaultWithoutSecurity_IsAnErrorOfTheSession()
    {
        using var loop = Create();
        using var session = await loop.OpenAsync();
        using var result = await loop.Service.ReceiveAsync(Loopback.Request(loop.Binding.MessageVersion), Duplex);
        var fault = Assert.Throws<SecureConversationException>(() => session.Receive(Assert.IsType<ServiceResult.Respond>(result).Envelope)).Fault;
        Assert.False(fault!.IsSecured);
    }

    [Theory]
    [InlineData("RequireCancellation")]
    [InlineData("RequireSignatureConfirmation")]
    [InlineData("EnableUnsecuredResponse")]
    public async Task SettingThatCannotHold_IsRefusedByItsName(string setting)
    {
        var element = (SymmetricSecurityBindingElement)Bindings.Create("mutualcert//session").Element;
        var token = (SecureConversationSecurityTokenParameters)element.ProtectionTokenParameters!;
        var binding = MessageSecurityBinding.Create(setting switch
        {
            "RequireCancellation" => element with { ProtectionTokenParameters = token with { RequireCancellation = false } },
            "RequireSignatureConfirmation" => element with { RequireSignatureConfirmation = true },
            _ => element with { EnableUnsecuredResponse = true },
        }, MessageVersion.Soap12WSAddressing10);
        using var loop = new Loopback(binding);
        using var session = await loop.OpenAsync();
        Assert.Contains(setting, Assert.Throws<InvalidOperationException>(binding.RequireDuplex).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => session.SecureMessage(Loopback.Request(binding.MessageVersion)));
        Assert.Throws<InvalidOperationException>(() => session.Receive(Loopback.Request(binding.MessageVersion)));
    }

    private static Loopback Create(string binding = "mutualcert//session", ManualTimeProvider? clock = null) =>
        new(With(Bindings.Create(binding), Life, Rollover), clock);

    private static byte[] Callback(Loopback loop) => Loopback.Reply(loop.Binding.MessageVersion, "<Tell xmlns=\"urn:e\"/>", "urn:e/Tell");

    private static Task<ServiceSession> SendAsync(Loopback loop, ClientSession session) =>
        SendAsync(loop, session, Loopback.Request(loop.Binding.MessageVersion));

    private static async Task<ServiceSession> SendAsync(Loopback loop, ClientSession session, byte[] plain)
    {
        using var message = session.SecureMessage(plain);
        return await SendAsync(loop, message.Envelope);
    }

    private static async Task<ServiceSession> SendAsync(Loopback loop, ReadOnlyMemory<byte> envelope)
    {
        using var result = await loop.Service.ReceiveAsync(envelope, Duplex);
        Assert.True(result is ServiceResult.Dispatch, $"refused: {(result as ServiceResult.Respond)?.Code}");
        return ((ServiceResult.Dispatch)result).Session!;
    }

    private static string? Tell(Loopback loop, ClientSession session, ServiceSession served)
    {
        using var message = loop.Service.Secure(served, Callback(loop));
        using var received = session.Receive(message.Envelope);
        Assert.Equal(ReceivedInSessionKind.Application, received.Kind);
        return received.Message.Action;
    }

    private static FailureCode Refused(ClientSession session, ReadOnlyMemory<byte> envelope) =>
        Assert.Throws<SecureConversationException>(() => session.Receive(envelope)).Code;

    private static async Task<FailureCode> CodeAsync(Loopback loop, ReadOnlyMemory<byte> envelope)
    {
        using var result = await loop.Service.ReceiveAsync(envelope, Duplex);
        return result is ServiceResult.Respond respond ? respond.Code : FailureCode.None;
    }
}
