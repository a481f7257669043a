using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>The action decides how a message has to be protected. No action that the sender chooses lowers that.</summary>
public sealed class ActionTests
{
    private const string Trust = "http://schemas.xmlsoap.org/ws/2005/02/trust";
    private const string Trust13 = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";

    [Theory]
    [InlineData(Attack.Session, Trust + "/RSTR/SCT/Cancel")]
    [InlineData(Attack.Session, Trust + "/RSTR/SCT")]
    [InlineData(Attack.Session, Trust + "/RSTR/SCT/Renew")]
    [InlineData("mutualcert-2007//session", Trust13 + "/RSTR/SCT/Cancel")]
    [InlineData("mutualcert-2007//session", Trust13 + "/RSTR/SCT")]
    public Task ActionOfAResponse_InARequestWithBodyInClear_IsRefused(string binding, string action) => Attack.OnRequestAsync(binding, f =>
    {
        f.Action.InnerText = action;
        f.Expose(f.BodyPart);
        f.Resign();
    }, FailureCode.PartNotEncrypted);

    [Theory]
    [InlineData("mutualcert//single", nameof(MessageVersion.Soap12))]
    [InlineData("mutualcert//single", nameof(MessageVersion.Soap11))]
    [InlineData("duplex//single", nameof(MessageVersion.Soap12))]
    public async Task ActionHeader_WhereTheVersionHasNoAddressing_IsNotRead(string name, string versionName)
    {
        var version = MessageVersion.All.Single(v => v.Name == versionName);
        var strict = new ChannelProtectionRequirements { DefaultProtectionLevel = ProtectionLevel.EncryptAndSign };
        strict = strict.WithRequest("urn:open", ProtectionLevel.Sign);
        var open = new ChannelProtectionRequirements { DefaultProtectionLevel = ProtectionLevel.Sign };
        using var service = new Loopback(Bindings.Create(name, version: version, protection: strict));
        using var attacker = new Loopback(Bindings.Create(name, version: version, protection: open));
        using var request = attacker.Client.Secure(Loopback.Request(version), Loopback.Address);

        // The namespace that WCF has for messages without addressing; nothing signs the header.
        var forged = Forgery.Load(request.Envelope);
        var action = forged.CreateElement("Action", "http://schemas.microsoft.com/ws/2005/05/addressing/none");
        action.InnerText = "urn:open";
        forged.DocumentElement!.FirstChild!.AppendChild(action);
        using var result = await service.Service.ReceiveAsync(Encoding.UTF8.GetBytes(forged.OuterXml));
        var refused = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.PartNotEncrypted, refused.Code);
    }
}
