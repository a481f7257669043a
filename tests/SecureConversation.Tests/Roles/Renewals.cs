using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>Steps of conversations in which sessions are renewed.</summary>
internal static class Renewals
{
    public static MessageSecurityBinding With(MessageSecurityBinding binding, TimeSpan life, TimeSpan? rollover = null, bool canRenew = true)
    {
        var element = (SymmetricSecurityBindingElement)binding.Element;
        return MessageSecurityBinding.Create(
            element with
            {
                ProtectionTokenParameters = (SecureConversationSecurityTokenParameters)element.ProtectionTokenParameters! with { CanRenewSession = canRenew },
                LocalServiceSettings = element.LocalServiceSettings with
                {
                    SessionKeyRenewalInterval = life,
                    SessionKeyRolloverInterval = rollover ?? life,
                    InactivityTimeout = TimeSpan.FromHours(1),
                },
                LocalClientSettings = element.LocalClientSettings with { SessionKeyRolloverInterval = rollover ?? life },
            },
            binding.MessageVersion, binding.Protection);
    }

    /// <summary>The element with another bootstrap.</summary>
    public static SecurityBindingElement Bootstrap(MessageSecurityBinding binding, Func<SecurityBindingElement, SecurityBindingElement> change)
    {
        var element = (SymmetricSecurityBindingElement)binding.Element;
        var token = (SecureConversationSecurityTokenParameters)element.ProtectionTokenParameters!;
        return element with
        {
            ProtectionTokenParameters = token with { BootstrapSecurityBindingElement = change(token.BootstrapSecurityBindingElement!) },
            LocalClientSettings = element.LocalClientSettings with { MaxClockSkew = TimeSpan.FromHours(2) },
        };
    }

    /// <summary>A renewal that succeeds.</summary>
    public static async Task RenewAsync(Loopback loop, ClientSession session, MessageSecurityService? at = null)
    {
        using var handshake = session.StartRenewal();
        using var result = await (at ?? loop.Service).ReceiveAsync(handshake.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.None, respond.Code);
        Assert.Same(session, handshake.Complete(respond.Envelope));
    }

    /// <summary>A renewal that is refused by the service for that reason, with a secured InvalidRequest; the session keeps its key.</summary>
    public static async Task RefusedAsync(Loopback loop, SessionHandshake handshake, FailureCode expected, MessageSecurityService? at = null)
    {
        using var result = await (at ?? loop.Service).ReceiveAsync(handshake.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(expected, respond.Code);
        var fault = Assert.Throws<SecureConversationException>(() => handshake.Receive(respond.Envelope)).Fault;
        Assert.Equal((true, "{http://schemas.xmlsoap.org/ws/2005/02/trust}InvalidRequest"), (fault!.IsSecured, fault.Subcode));
    }

    /// <summary>A call that comes through; returns the session at the service.</summary>
    public static async Task<ServiceSession> CallAsync(Loopback loop, ClientSession session, MessageSecurityService? at = null)
    {
        using var request = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        return await ReplyAsync(loop, request, at);
    }

    /// <summary>Delivers a request that was made before, and its reply.</summary>
    public static async Task<ServiceSession> ReplyAsync(Loopback loop, SecuredRequest request, MessageSecurityService? at = null)
    {
        using var result = await (at ?? loop.Service).ReceiveAsync(request.Envelope);
        var dispatch = result as ServiceResult.Dispatch;
        Assert.True(dispatch is not null, $"refused: {(result as ServiceResult.Respond)?.Code}");
        using var reply = dispatch.Secure(Loopback.Reply(loop.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.False(verified.IsFault);
        return dispatch.Session!;
    }

    public static async Task<FailureCode> CodeAsync(Loopback loop, ReadOnlyMemory<byte> envelope, MessageSecurityService? at = null)
    {
        using var result = await (at ?? loop.Service).ReceiveAsync(envelope);
        return result is ServiceResult.Respond respond ? respond.Code : FailureCode.None;
    }
}
