using System.Runtime.InteropServices;
using System.Text;
using System.Xml;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>Messages of CoreWCF to and from the bytes that the engine works on.</summary>
internal static class Envelopes
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Writes the whole message, which cannot be read again afterwards.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>> WriteAsync(Message message)
    {
        using var stream = new MemoryStream();
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
}
