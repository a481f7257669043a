using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Binding;

/// <summary>Headers are signed and encrypted in the messages that their requirements name, and faults have levels of their own.</summary>
public sealed class MessageHeaderProtectionTests
{
    private const string Header = "<h:Secret xmlns:h=\"urn:h\">hidden</h:Secret>";

    private static readonly ChannelProtectionRequirements Requirements = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign)
        .WithHeader(MessageDirection.ClientToService, "urn:e/Echo", "Secret", "urn:h", ProtectionLevel.EncryptAndSign)
        .WithHeader(MessageDirection.ServiceToClient, "urn:e/SignedReply", "Secret", "urn:h", ProtectionLevel.Sign)
        .WithFault("urn:e/Declared", ProtectionLevel.Sign);

    [Theory]
    [InlineData("Soap12WSAddressing10", "urn:e/Echo", true)]
    [InlineData("Soap12WSAddressing10", "urn:e/Other", false)]
    [InlineData("Soap11WSAddressingAugust2004", "urn:e/Echo", true)]
    [InlineData("Soap11WSAddressingAugust2004", "urn:e/Other", false)]
    [InlineData("Soap11", "urn:e/Echo", true)]
    [InlineData("Soap11", "urn:e/Other", true)]
    public async Task Header_IsEncryptedInRequestsOfItsAction_AndInAllWhereNoActionIsSigned(string versionName, string action, bool isEncrypted)
    {
        var version = MessageVersion.All.Single(v => v.Name == versionName);
        using var loopback = new Loopback(Bindings.Create("mutualcert-2007//single", version: version, protection: Requirements));
        var plain = Encoding.UTF8.GetString(Loopback.Request(version, action: action));
        plain = version.Addressing == AddressingVersion.None
            ? plain.Replace("<s:Body", $"<s:Header>{Header}</s:Header><s:Body", StringComparison.Ordinal)
            : plain.Replace("</s:Header>", $"{Header}</s:Header>", StringComparison.Ordinal);
        using var request = loopback.Client.Secure(Encoding.UTF8.GetBytes(plain), Loopback.Address, action);
        Assert.Equal(isEncrypted, !Encoding.UTF8.GetString(request.Envelope.Span).Contains("hidden", StringComparison.Ordinal));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, new MessageOrigin { Action = action, LocalAddress = Loopback.Address });
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        // What nobody signs is not handed out.
        Assert.Equal(isEncrypted, Encoding.UTF8.GetString(dispatch.Request.Envelope.Span).Contains("hidden", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("urn:e/SignedReply", true)]
    [InlineData("urn:e/EchoResponse", false)]
    public async Task Header_IsSignedInRepliesOfItsAction(string action, bool isSigned)
    {
        var version = MessageVersion.Soap12WSAddressing10;
        using var loopback = new Loopback(Bindings.Create("mutualcert//single", version: version, protection: Requirements));
        using var request = loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var plain = Encoding.UTF8.GetString(Loopback.Reply(version, action: action)).Replace("</s:Header>", $"{Header}</s:Header>", StringComparison.Ordinal);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Encoding.UTF8.GetBytes(plain));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Equal(isSigned, Encoding.UTF8.GetString(verified.Envelope.Span).Contains("hidden", StringComparison.Ordinal));
        Assert.Contains("<EchoResponse", Encoding.UTF8.GetString(reply.Envelope.Span), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("urn:e/Declared", false)]
    [InlineData("http://www.w3.org/2005/08/addressing/soap/fault", true)]
    [InlineData("http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault", true)]
    public async Task Fault_HasTheLevelOfItsDeclaration_AndIsEncryptedWhereItHasNone(string action, bool isEncrypted)
    {
        var version = MessageVersion.Soap12WSAddressing10;
        using var loopback = new Loopback(Bindings.Create("mutualcert//single", version: version, protection: Requirements));
        using var request = loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        const string Fault = "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">no such order</s:Text></s:Reason></s:Fault>";
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(version, Fault, action));
        Assert.Equal(isEncrypted, !Encoding.UTF8.GetString(reply.Envelope.Span).Contains("no such order", StringComparison.Ordinal));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Equal("no such order", verified.ReadFault()!.Reason);
    }
}
