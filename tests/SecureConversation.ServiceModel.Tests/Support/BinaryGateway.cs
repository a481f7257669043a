using System.ServiceModel.Channels;
using System.Text;
using System.Xml;
using Microsoft.AspNetCore.Http;

namespace SecureConversation.ServiceModel.Tests.Support;

/// <summary>
/// Stands before a service that speaks text and lets it speak WCF's binary encoding. The binary form of a message is another form of
/// the same infoset, so signatures must survive it.
/// </summary>
internal static class BinaryGateway
{
    private static readonly MessageEncoder Encoder = new BinaryMessageEncodingBindingElement { ReaderQuotas = { MaxStringContentLength = int.MaxValue } }
        .CreateMessageEncoderFactory().Encoder;

    public static RequestDelegate Before(RequestDelegate next) => async context =>
    {
        Assert.Equal(Encoder.ContentType, context.Request.ContentType);
        using var received = new MemoryStream();
        await context.Request.Body.CopyToAsync(received);
        var text = new MemoryStream();
        using (var message = Encoder.ReadMessage(new ArraySegment<byte>(received.ToArray()), BufferManager.CreateBufferManager(0, 0)))
        using (var writer = XmlDictionaryWriter.CreateTextWriter(text, Encoding.UTF8, ownsStream: false))
        {
            message.WriteMessage(writer);
        }

        text.Position = 0;
        context.Request.Body = text;
        context.Request.ContentLength = text.Length;
        context.Request.ContentType = "application/soap+xml; charset=utf-8";
        var original = context.Response.Body;
        using var reply = new MemoryStream();
        context.Response.Body = reply;
        await next(context);
        context.Response.Body = original;
        if (reply.Length == 0)
        {
            return;
        }

        using var binary = new MemoryStream();
        using (var message = Message.CreateMessage(XmlDictionaryReader.CreateTextReader(reply.ToArray(), XmlDictionaryReaderQuotas.Max), int.MaxValue, Encoder.MessageVersion))
        {
            Encoder.WriteMessage(message, binary);
        }

        context.Response.ContentType = Encoder.ContentType;
        context.Response.ContentLength = binary.Length;
        await original.WriteAsync(binary.ToArray());
    };
}
