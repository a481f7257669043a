using System.Net.Http.Headers;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// In place of the text encoding of the stack between message security and HTTP: protected envelopes go out, and UTF-8 replies come in, as
/// the octets that they are. The engine reads and writes those; a parse and a copy by the stack each way would cost as much as the
/// verification. Everything else goes through the encoder of the stack.
/// </summary>
internal sealed class OctetEncoding(TextMessageEncodingBindingElement stack) : MessageEncodingBindingElement
{
    public override MessageVersion MessageVersion { get => stack.MessageVersion; set => stack.MessageVersion = value; }

    /// <summary>
    /// Puts it into the place of the text encoding; false where another one is there, where something stands between that may look into
    /// messages, or where messages are streamed.
    /// </summary>
    public static bool TryPut(BindingContext context)
    {
        var elements = context.RemainingBindingElements;
        var place = elements.IndexOf(elements.Find<MessageEncodingBindingElement>());
        if (elements.Count != 2 || place < 0
            || elements[place] is not TextMessageEncodingBindingElement { WriteEncoding.CodePage: 65001 } text
            || text.GetType() != typeof(TextMessageEncodingBindingElement)
            || elements[1 - place] is not HttpTransportBindingElement { TransferMode: TransferMode.Buffered } http
            || (http.GetType() != typeof(HttpTransportBindingElement) && http.GetType() != typeof(HttpsTransportBindingElement)))
        {
            return false;
        }

        elements[place] = new OctetEncoding(text);
        return true;
    }

    /// <summary>
    /// Whether the encoder of the stack is one of MTOM or binary that writes what an envelope gives it, and nothing stands between that may
    /// look into messages: values of base64 go out as octets then. Not where requests are streamed, which the stack writes in parts of its
    /// own.
    /// </summary>
    public static bool IsWriter(BindingContext context)
    {
        var elements = context.RemainingBindingElements;
        var encoding = elements.Find<MessageEncodingBindingElement>()?.GetType();
        return elements.Count == 2
            && elements.Find<HttpTransportBindingElement>() is { TransferMode: TransferMode.Buffered or TransferMode.StreamedResponse }
            && (encoding == typeof(MtomMessageEncodingBindingElement) || encoding == typeof(BinaryMessageEncodingBindingElement));
    }

    public override BindingElement Clone() => new OctetEncoding((TextMessageEncodingBindingElement)stack.Clone());

    public override T GetProperty<T>(BindingContext context) => stack.GetProperty<T>(context);

    public override IChannelFactory<TChannel> BuildChannelFactory<TChannel>(BindingContext context)
    {
        context.BindingParameters.Add(this);
        return context.BuildInnerChannelFactory<TChannel>();
    }

    public override MessageEncoderFactory CreateMessageEncoderFactory() => new Factory(stack.CreateMessageEncoderFactory());

    private sealed class Factory(MessageEncoderFactory stack) : MessageEncoderFactory
    {
        public override MessageVersion MessageVersion => stack.MessageVersion;

        public override MessageEncoder Encoder { get; } = new OctetEncoder(stack.Encoder);
    }

    private sealed class OctetEncoder(MessageEncoder stack) : MessageEncoder
    {
        public override string ContentType => stack.ContentType;

        public override string MediaType => stack.MediaType;

        public override MessageVersion MessageVersion => stack.MessageVersion;

        public override bool IsContentTypeSupported(string contentType) => stack.IsContentTypeSupported(contentType);

        public override T GetProperty<T>() => stack.GetProperty<T>();

        public override Message ReadMessage(ArraySegment<byte> buffer, BufferManager bufferManager, string contentType) =>
            IsUtf8(buffer, contentType)
                ? new ArrivedReply(buffer, bufferManager, stack, contentType)
                : stack.ReadMessage(buffer, bufferManager, contentType);

        public override Message ReadMessage(Stream stream, int maxSizeOfHeaders, string contentType) =>
            stack.ReadMessage(stream, maxSizeOfHeaders, contentType);

        public override ArraySegment<byte> WriteMessage(
            Message message, int maxMessageSize, BufferManager bufferManager, int messageOffset)
        {
            if (message is not EnvelopeMessage { Envelope: var envelope } || envelope.Length > maxMessageSize)
            {
                return stack.WriteMessage(message, maxMessageSize, bufferManager, messageOffset);
            }

            var buffer = bufferManager.TakeBuffer(checked(messageOffset + envelope.Length));
            envelope.Span.CopyTo(buffer.AsSpan(messageOffset));
            return new ArraySegment<byte>(buffer, messageOffset, envelope.Length);
        }

        public override void WriteMessage(Message message, Stream stream) => stack.WriteMessage(message, stream);

        // A byte order mark, or another character first, is a matter of the stack.
        private static bool IsUtf8(ReadOnlySpan<byte> entity, string contentType) =>
            entity is [(byte)'<', not 0, ..] && MediaTypeHeaderValue.TryParse(contentType, out var type)
            && type.CharSet?.Trim('"') is var charset && (charset is null || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
