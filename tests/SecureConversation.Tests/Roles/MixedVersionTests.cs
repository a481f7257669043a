using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>
/// Session and bootstrap of different versions and entropy modes, as CreateSecureConversationBindingElement leaves them. Each side of the
/// wire is judged by the recordings (mixed-versions); here are all combinations.
/// </summary>
public sealed class MixedVersionTests
{
    public static TheoryData<string, string> Versions =>
    [
        .. from session in MessageSecurityVersion.All
           from bootstrap in MessageSecurityVersion.All
           select (session.Name, bootstrap.Name),
    ];

    public static TheoryData<SecurityKeyEntropyMode, SecurityKeyEntropyMode> Modes =>
    [
        .. from session in Enum.GetValues<SecurityKeyEntropyMode>()
           from bootstrap in Enum.GetValues<SecurityKeyEntropyMode>()
           select (session, bootstrap),
    ];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Session_OfAnyVersionOverABootstrapOfAny_OpensCallsAndCancels(string session, string bootstrap)
    {
        using var loopback = new Loopback(Mixed(MessageSecurityVersion.Parse(session), MessageSecurityVersion.Parse(bootstrap)));
        await ExchangeAsync(loopback);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task KeyEntropyMode_OfTheBootstrap_HasNoEffect(SecurityKeyEntropyMode session, SecurityKeyEntropyMode bootstrap)
    {
        var own = SecurityBindingElement.CreateMutualCertificateBindingElement() with { KeyEntropyMode = bootstrap };
        var client = SecurityBindingElement.CreateSecureConversationBindingElement(own) with { KeyEntropyMode = session };
        var service = SecurityBindingElement.CreateSecureConversationBindingElement(SecurityBindingElement.CreateMutualCertificateBindingElement()) with { KeyEntropyMode = session };
        using var loopback = new Loopback(MessageSecurityBinding.Create(client));
        await ExchangeAsync(loopback);

        using var other = new MessageSecurityService(MessageSecurityBinding.Create(service), Loopback.ServiceCredentials, new() { FailureAnswers = Loopback.AtOnce });
        using var handshake = loopback.Client.StartSession(Loopback.Address);
        using var result = await other.ReceiveAsync(handshake.Envelope);
        using var opened = handshake.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
    }

    /// <summary>A setting that decides about the wire is not taken from the other element.</summary>
    [Fact]
    public async Task Handshake_InTheVersionOfTheBootstrap_IsRefusedByTheOther()
    {
        var (february, oasis) = (MessageSecurityVersion.Default, MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12);
        using var mixed = new Loopback(Mixed(oasis, february));
        using var plain = new Loopback(Mixed(february, february));
        using var handshake = plain.Client.StartSession(Loopback.Address);
        using var result = await mixed.Service.ReceiveAsync(handshake.Envelope);
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Equal(0, mixed.Service.SessionCount);
    }

    /// <summary>Recorded: mixed-versions/session-2007-bootstrap-2005-renew.</summary>
    [Fact]
    public async Task Renewal_AcrossVersions_IsRefusedBeforeAnyKeyIsUsed()
    {
        var (february, oasis) = (MessageSecurityVersion.Default, MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12);
        using var mixed = new Loopback(Mixed(oasis, february));
        using var result = await mixed.Service.ReceiveAsync(Loopback.Request(mixed.Binding.MessageVersion, action: Ns.Trust13 + "/RST/SCT/Renew"));
        var refused = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.VersionMismatch, refused.Code);
        using var envelope = SoapEnvelope.Parse(refused.Envelope, SoapNames.Of(mixed.Binding.MessageVersion), XmlLimits.Default, indexBody: true);
        Assert.True(FaultReader.Read(envelope, isSecured: false)!.Is("InvalidSecurity", Ns.Wsse));
    }

    private static MessageSecurityBinding Mixed(MessageSecurityVersion session, MessageSecurityVersion bootstrap) => MessageSecurityBinding.Create(
        SecurityBindingElement.CreateSecureConversationBindingElement(SecurityBindingElement.CreateMutualCertificateBindingElement(bootstrap)) with { MessageSecurityVersion = session });

    private static async Task ExchangeAsync(Loopback loopback)
    {
        using var session = await loopback.OpenAsync();
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Contains("EchoResponse", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
        using var cancel = session.StartCancel();
        using var cancelled = await loopback.Service.ReceiveAsync(cancel.Envelope);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(cancelled).Envelope);
        Assert.Equal(0, loopback.Service.SessionCount);
    }
}
