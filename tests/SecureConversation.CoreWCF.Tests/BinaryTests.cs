using System.Net.Http.Headers;
using System.Xml;
using SecureConversation.CoreWCF.Tests.Support;
using BinaryMessageEncodingBindingElement = CoreWCF.Channels.BinaryMessageEncodingBindingElement;
using Message = CoreWCF.Channels.Message;
using WcfVersion = CoreWCF.Channels.MessageVersion;

namespace SecureConversation.CoreWCF.Tests;

public sealed class BinaryTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BinaryEncoder_Works(bool isSession)
    {
        var element = isSession ? Bindings.Session() : Bindings.Bootstrap("mutual");
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Binary(element));
        await using var client = Client.For(host, element, transport: new ToBinary());

        Assert.Equal("hello", await client.EchoAsync("hello"));
        Assert.Equal(new string('y', 100_000), await client.EchoAsync(new string('y', 100_000)));
        await Assert.ThrowsAsync<SecureConversationException>(() => client.EchoAsync("x", "FailTyped"));
    }

    /// <summary>Between a client that speaks text and a service that speaks WCF's binary encoding.</summary>
    private sealed class ToBinary() : DelegatingHandler(new SocketsHttpHandler())
    {
        private readonly global::CoreWCF.Channels.MessageEncoder _encoder = new BinaryMessageEncodingBindingElement().CreateMessageEncoderFactory().Encoder;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var text = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
            using var message = Message.CreateMessage(XmlDictionaryReader.CreateTextReader(text, XmlDictionaryReaderQuotas.Max), int.MaxValue, WcfVersion.Soap12WSAddressing10);
            var stream = new MemoryStream();
            await _encoder.WriteMessageAsync(message, stream);
            request.Content = new ByteArrayContent(stream.ToArray());
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+msbin1");

            var response = await base.SendAsync(request, cancellationToken);
            var binary = await response.Content.ReadAsStreamAsync(cancellationToken);
            if (response.Content.Headers.ContentType?.MediaType != "application/soap+msbin1")
            {
                return response;
            }

            using var reply = await _encoder.ReadMessageAsync(binary, int.MaxValue);
            var output = new MemoryStream();
            using (var writer = XmlDictionaryWriter.CreateTextWriter(output, new System.Text.UTF8Encoding(false), false))
            {
                reply.WriteMessage(writer);
            }

            response.Content = new ByteArrayContent(output.ToArray());
            response.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8");
            return response;
        }
    }
}
