using System.Text;

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
}
