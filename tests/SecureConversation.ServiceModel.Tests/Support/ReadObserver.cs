using System.ServiceModel.Channels;

namespace SecureConversation.ServiceModel.Tests.Support;

/// <summary>An encoder that tells whose thread reads streamed replies.</summary>
internal sealed class ReadObserver(MessageEncodingBindingElement inner) : MessageEncodingBindingElement
{
    /// <summary>Whether the latest read was on a thread of the pool.</summary>
    public static bool? IsPoolThread { get; set; }

    public override MessageVersion MessageVersion { get => inner.MessageVersion; set => inner.MessageVersion = value; }

    public override BindingElement Clone() => new ReadObserver((MessageEncodingBindingElement)inner.Clone());

    public override T GetProperty<T>(BindingContext context) => inner.GetProperty<T>(context);

    public override IChannelFactory<TChannel> BuildChannelFactory<TChannel>(BindingContext context)
    {
        context.BindingParameters.Add(this);
        return context.BuildInnerChannelFactory<TChannel>();
    }

    public override MessageEncoderFactory CreateMessageEncoderFactory() => new Factory(inner.CreateMessageEncoderFactory());

    private sealed class Factory(MessageEncoderFactory inner) : MessageEncoderFactory
    {
        public override MessageVersion MessageVersion => inner.MessageVersion;

        public override MessageEncoder Encoder { get; } = new Observer(inner.Encoder);
    }

    private sealed class Observer(MessageEncoder inner) : MessageEncoder
    {
        public override string ContentType => inner.ContentType;

        public override string MediaType => inner.MediaType;

        public override MessageVersion MessageVersion => inner.MessageVersion;

        public override bool IsContentTypeSupported(string contentType) => inner.IsContentTypeSupported(contentType);

        public override Message ReadMessage(Stream stream, int maxSizeOfHeaders, string contentType) =>
            inner.ReadMessage(new ObservedStream(stream), maxSizeOfHeaders, contentType);

        public override Message ReadMessage(ArraySegment<byte> buffer, BufferManager bufferManager, string contentType) => inner.ReadMessage(buffer, bufferManager, contentType);

        public override void WriteMessage(Message message, Stream stream) => inner.WriteMessage(message, stream);

        public override ArraySegment<byte> WriteMessage(Message message, int maxMessageSize, BufferManager bufferManager, int messageOffset) =>
            inner.WriteMessage(message, maxMessageSize, bufferManager, messageOffset);
    }

    private sealed class ObservedStream(Stream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            IsPoolThread = Thread.CurrentThread.IsThreadPoolThread;
            return inner.Read(buffer, offset, count);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
