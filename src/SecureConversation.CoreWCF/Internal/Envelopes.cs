using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>Messages of CoreWCF to and from the bytes that the engine works on.</summary>
internal static class Envelopes
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes the whole message, which cannot be read again afterwards.</summary>
    /// <param name="message">The message.</param>
    /// <param name="mostOctets">
    /// The most that it may take as text. What came in the binary encoding can be hundreds of times as large as text, and nobody has proved
    /// anything yet.
    /// </param>
    /// <exception cref="QuotaExceededException">It takes more.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> WriteAsync(Message message, long mostOctets = long.MaxValue)
    {
        using var stream = new BoundedStream(mostOctets);
        using (var writer = XmlDictionaryWriter.CreateTextWriter(stream, Utf8, ownsStream: false))
        {
            await message.WriteMessageAsync(writer).ConfigureAwait(false);
            await writer.FlushAsync().ConfigureAwait(false);
        }

        return stream.GetBuffer().AsMemory(0, checked((int)stream.Length));
    }

    /// <summary>A message of these bytes. It is read with the quotas of the encoder, as WCF reads what it decrypted.</summary>
    public static Message Read(
        ReadOnlyMemory<byte> envelope, MessageVersion version, XmlDictionaryReaderQuotas quotas, OnXmlDictionaryReaderClose onBodyRead)
    {
        MemoryMarshal.TryGetArray(envelope, out var bytes);
        var reader = XmlDictionaryReader.CreateTextReader(bytes.Array!, bytes.Offset, bytes.Count, Utf8, quotas, onBodyRead);
        return Message.CreateMessage(reader, int.MaxValue, version);
    }

    // All other ways to write end in this one: the base class takes those of a derived class back to it.
    private sealed class BoundedStream(long mostOctets) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > mostOctets)
            {
                throw new QuotaExceededException($"The message takes more than {mostOctets} octets as text, as much as "
                    + "MaxReceivedMessageSize of the transport allows for.");
            }

            base.Write(buffer, offset, count);
        }
    }
}
