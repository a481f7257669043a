using System.Text;
using SecureConversation.Binding;

namespace SecureConversation.Tests.Roles;

/// <summary>What becomes of header blocks that no signature covers.</summary>
public sealed class UnsignedHeaderTests
{
    private const string Unsigned = "<h:Trace xmlns:h=\"urn:h\">1</h:Trace>";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Header_WithoutSignature_IsHandedOutOnlyWhenAskedFor(bool handOut)
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: new MessageSecurityServiceOptions { HandOutUnsignedHeaders = handOut });
        using var session = await loopback.OpenAsync();
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion, extraHeaders: Unsigned));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var envelope = Encoding.UTF8.GetString(Assert.IsType<ServiceResult.Dispatch>(result).Request.Envelope.Span);
        Assert.Equal(handOut, envelope.Contains(Unsigned, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task HeaderThatMustBeUnderstood_WithoutSignature_IsRefusedUnlessHandedOut(bool handOut)
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//session"), options: new MessageSecurityServiceOptions { HandOutUnsignedHeaders = handOut });
        using var session = await loopback.OpenAsync();
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion,
            extraHeaders: "<h:Trace xmlns:h=\"urn:h\" s:mustUnderstand=\"1\">1</h:Trace>"));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        if (handOut)
        {
            Assert.IsType<ServiceResult.Dispatch>(result);
            return;
        }

        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.NotUnderstood, respond.Code);
        using var fault = request.VerifyReply(respond.Envelope);
        Assert.Equal("MustUnderstand", fault.ReadFault()!.Code);
    }

    /// <summary>A header for the next node is for this one as well; one for a node on the way is not (SOAP 1.2 part 1 section 2.2).</summary>
    [Theory]
    [InlineData(SoapVersion.Soap12, "role", "http://www.w3.org/2003/05/soap-envelope/role/next", true)]
    [InlineData(SoapVersion.Soap12, "role", "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver", true)]
    [InlineData(SoapVersion.Soap12, "role", "", true)]
    [InlineData(SoapVersion.Soap12, "role", "http://www.w3.org/2003/05/soap-envelope/role/none", false)]
    [InlineData(SoapVersion.Soap12, "role", "http://schemas.xmlsoap.org/soap/actor/next", false)]
    [InlineData(SoapVersion.Soap11, "actor", "http://schemas.xmlsoap.org/soap/actor/next", true)]
    [InlineData(SoapVersion.Soap11, "actor", "", true)]
    [InlineData(SoapVersion.Soap11, "actor", "http://www.w3.org/2003/05/soap-envelope/role/next", false)]
    [InlineData(SoapVersion.Soap11, "actor", "urn:somebody-else", false)]
    public async Task HeaderThatMustBeUnderstood_ForARole_IsRefusedWhereTheReceiverActsInIt(SoapVersion soap, string attribute, string role, bool isForUs)
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//session", version: MessageVersion.Create(soap, AddressingVersion.WSAddressing10)));
        using var session = await loopback.OpenAsync();
        using var request = session.Secure(Loopback.Request(loopback.Binding.MessageVersion,
            extraHeaders: $"<h:Trace xmlns:h=\"urn:h\" s:mustUnderstand=\"1\" s:{attribute}=\"{role}\">1</h:Trace>"));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(isForUs ? FailureCode.NotUnderstood : FailureCode.None, result is ServiceResult.Respond respond ? respond.Code : FailureCode.None);
    }

    [Theory]
    [InlineData(SoapVersion.Soap12, "role", "http://www.w3.org/2003/05/soap-envelope/role/next")]
    [InlineData(SoapVersion.Soap11, "actor", "http://schemas.xmlsoap.org/soap/actor/next")]
    public async Task SecurityHeader_ForTheNextNode_IsRead(SoapVersion soap, string attribute, string role)
    {
        using var loopback = new Loopback(Bindings.Create("mutualcert//single", version: MessageVersion.Create(soap, AddressingVersion.WSAddressing10)));
        using var request = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        // The start tag of the header is in no digest.
        var wire = Encoding.UTF8.GetString(request.Envelope.Span).Replace(" m:mustUnderstand=\"1\">", $" m:mustUnderstand=\"1\" m:{attribute}=\"{role}\">", StringComparison.Ordinal);
        Assert.Contains(role, wire, StringComparison.Ordinal);
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(wire));
        Assert.IsType<ServiceResult.Dispatch>(result);
    }
}
