using CoreWCF;
using CoreWCF.Channels;
using SecureConversation.CoreWCF.Tests.Support;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>TransferMode of the transport: the message is held as a whole all the same, since nothing of it is known before its end.</summary>
public sealed class StreamedTests
{
    [Theory]
    [InlineData(TransferMode.Streamed)]
    [InlineData(TransferMode.StreamedRequest)]
    [InlineData(TransferMode.StreamedResponse)]
    public async Task EightMegabytes_AreStreamed(TransferMode mode)
    {
        var (element, binding) = Create(mode);
        await using var host = await EchoHost.StartAsync<ISessionEcho>(binding, allowSynchronousIO: true);
        await using var client = Client.For(host, element);
        var text = new string('x', 8 * 1024 * 1024);

        Assert.Equal(text, await client.EchoAsync(text));
    }

    private static (MessageSecurityBindingElement Element, CustomBinding Binding) Create(TransferMode mode)
    {
        var element = Bindings.Session();
        var binding = Bindings.Text(element);
        binding.Elements.Find<HttpTransportBindingElement>().TransferMode = mode;
        return (element, binding);
    }
}
