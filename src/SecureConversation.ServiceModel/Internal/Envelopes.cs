using System.Text;
using System.Xml;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>Messages of the stack as envelopes of the engine, and back. Their encoding is the encoder's affair: signatures are over the infoset.</summary>
internal static class Envelopes
{
    // The longest that a timer takes.
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>A request of the application. Its action is nothing that a version without addressing could carry.</summary>
    public static ReadOnlyMemory<byte> OfRequest(Message message)
    {
        if (message.Version.Addressing == AddressingVersion.None)
        {
            message.Headers.Action = null;
            message.Headers.To = null;
        }

        return Write(message);
    }

    /// <summary>A reply, read to its end, which with TransferMode.Streamed is still on its way; consumes the message.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    /// <exception cref="ProtocolException">It is no XML.</exception>
    public static ReadOnlyMemory<byte> OfReply(Message message, Deadline deadline)
    {
        using var late = new CancellationTokenSource();
        using var closing = late.Token.Register(() => Abandon(message));
        if (deadline.Remaining < Longest)
        {
            late.CancelAfter(deadline.Remaining);
        }

        try
        {
            return Write(message);
        }
        catch (Exception e) when (late.IsCancellationRequested)
        {
            throw new TimeoutException($"The reply did not end within {deadline.Timeout}.", e);
        }
        catch (XmlException e)
        {
            throw new ProtocolException($"The reply is no SOAP envelope: {e.Message}", e);
        }
    }

    /// <param name="envelope">Copied, for who reads the message does so at leisure: a streaming transport after the reply has begun.</param>
    /// <param name="version">Its version.</param>
    /// <param name="quotas">Limits on what is read from it.</param>
    public static Message ToMessage(ReadOnlyMemory<byte> envelope, MessageVersion version, XmlDictionaryReaderQuotas quotas) =>
        Message.CreateMessage(XmlDictionaryReader.CreateTextReader(envelope.ToArray(), quotas), int.MaxValue, version);

    // Runs on a timer, where an exception would end the process; the reader of the message gets its own.
    private static void Abandon(Message message)
    {
        try
        {
            message.Close();
        }
        catch (Exception)
        {
        }
    }

    private static ReadOnlyMemory<byte> Write(Message message)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlDictionaryWriter.CreateTextWriter(stream, Encoding.UTF8, ownsStream: false))
        {
            message.WriteMessage(writer);
        }

        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }
}
