using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Whether keys are derived says the binding and not the message: derived keys that it does not ask for are refused, and so are messages
/// without those that it asks for (recorded: asymmetric-derived).
/// </summary>
public sealed class DerivedKeyAgreementTests
{
    public static TheoryData<string, bool> Cases =>
    [
        .. from bootstrap in new[] { "mutualcert", "anonymous", "username", "duplex", "mutualcert-wss10" }
           from derived in new[] { false, true }
           select (bootstrap, derived),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Request_OfTheOtherKind_IsRefused(string bootstrap, bool isDerived)
    {
        using var sender = new Loopback(Binding(bootstrap, isDerived));
        using var receiver = new Loopback(Binding(bootstrap, !isDerived));
        using var request = sender.Client.Secure(Loopback.Request(sender.Binding.MessageVersion), Loopback.Address);
        using var result = await receiver.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(Expected(isDerived), Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Handshake_OfTheOtherKind_IsRefused(string bootstrap, bool isDerived)
    {
        using var sender = new Loopback(Binding(bootstrap, isDerived, session: true));
        using var receiver = new Loopback(Binding(bootstrap, !isDerived, session: true));
        using var request = sender.Client.StartSession(Loopback.Address);
        using var result = await receiver.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(Expected(isDerived), Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>In an asymmetric binding the token of the receiver of a message says whether the key for it is derived.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reply_OfTheOtherKind_IsRefused(bool isDerived)
    {
        var element = (AsymmetricSecurityBindingElement)Binding("duplex", isDerived: false).Element;
        AsymmetricSecurityBindingElement With(bool derived) => element with { InitiatorTokenParameters = element.InitiatorTokenParameters! with { RequireDerivedKeys = derived } };
        using var service = new Loopback(MessageSecurityBinding.Create(With(isDerived)));
        using var client = new Loopback(MessageSecurityBinding.Create(With(!isDerived)));
        using var request = client.Client.Secure(Loopback.Request(client.Binding.MessageVersion), Loopback.Address);
        using var result = await service.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(client.Binding.MessageVersion));
        Assert.Equal(Expected(isDerived), Assert.Throws<SecureConversationException>(() => request.VerifyReply(reply.Envelope).Dispose()).Code);
    }

    private static FailureCode Expected(bool isDerived) => isDerived ? FailureCode.UnexpectedElement : FailureCode.DerivedKeyViolation;

    private static MessageSecurityBinding Binding(string bootstrap, bool isDerived, bool session = false)
    {
        var element = Bindings.Create($"{bootstrap}//single").Element.SetKeyDerivation(isDerived);
        return MessageSecurityBinding.Create(session
            ? SecurityBindingElement.CreateSecureConversationBindingElement(element) with { MessageSecurityVersion = element.MessageSecurityVersion }
            : element);
    }
}
