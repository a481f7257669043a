using System.Text;
using System.Xml;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// Makes messages of verified envelopes with the encoder of the stack, as those that arrive without message security. Headers and body
/// are then read where they stand; a message that is made of a reader copies its headers first.
/// </summary>
internal sealed class EnvelopeReader
{
    private static readonly BufferManager Unpooled = BufferManager.CreateBufferManager(0, int.MaxValue);

    private readonly MessageEncoder _encoder;

    /// <param name="version">The versions of the envelopes.</param>
    /// <param name="quotas">Limits on what is read from them.</param>
    public EnvelopeReader(MessageVersion version, XmlDictionaryReaderQuotas quotas)
    {
        var element = new TextMessageEncodingBindingElement(version, Encoding.UTF8);
        quotas.CopyTo(element.ReaderQuotas);
        _encoder = element.CreateMessageEncoderFactory().Encoder;
    }

    /// <param name="envelope">Copied: the application may read the message later.</param>
    public Message Read(ReadOnlyMemory<byte> envelope) => _encoder.ReadMessage(envelope.ToArray(), Unpooled);
}
