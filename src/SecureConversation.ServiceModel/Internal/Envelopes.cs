using System.Text;
using System.Xml;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// Messages of the stack as envelopes of the engine, and back. Signatures are over the infoset, so the encoder may use any encoding.
/// </summary>
internal static class Envelopes
{
    /// <summary>Timers take no longer timeouts than this.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>
    /// Writes a request of the application, without the action and the address where the version has no addressing to carry them.
    /// </summary>
    public static PooledBuffer OfRequest(Message message)
    {
        if (message.Version.Addressing == AddressingVersion.None)
        {
            message.Headers.Action = null;
            message.Headers.To = null;
        }

        return Write(message);
    }

    /// <summary>Reads a reply to its end, and so consumes it. With TransferMode.Streamed it is still on its way.</summary>
    /// <exception cref="TimeoutException">It did not end in time.</exception>
    /// <exception cref="ProtocolException">It is no XML.</exception>
    /// <param name="message">The reply.</param>
    /// <param name="deadline">When it has to have ended.</param>
    /// <param name="mostOctets">The most that it may take as text.</param>
    public static PooledBuffer OfReply(Message message, Deadline deadline, int mostOctets)
    {
        using var late = new CancellationTokenSource();
        using var closing = late.Token.Register(() => Abandon(message));
        if (deadline.Remaining < LongestTimer)
        {
            late.CancelAfter(deadline.Remaining);
        }

        try
        {
            return OfReply(message, mostOctets);
        }
        catch (Exception e) when (late.IsCancellationRequested)
        {
            throw new TimeoutException($"The reply did not end within {deadline.Timeout}.", e);
        }
    }

    /// <summary>Reads a reply that has arrived, and so consumes it.</summary>
    /// <exception cref="ProtocolException">It is no XML.</exception>
    /// <param name="message">The reply.</param>
    /// <param name="mostOctets">
    /// The most that it may take as text. What came in the binary encoding can be thousands of times as large as text.
    /// </param>
    public static PooledBuffer OfReply(Message message, int mostOctets)
    {
        try
        {
            return Write(message, mostOctets);
        }
        catch (Exception e) when (e is not (OutOfMemoryException or CommunicationException or TimeoutException or IOException
            or OperationCanceledException or ObjectDisposedException))
        {
            // Anybody may have written it. Readers and writers of XML throw exceptions of several types.
            throw new ProtocolException($"The reply is no SOAP envelope: {e.Message}", e);
        }
    }

    /// <summary>A protected request. What may look into it, another encoder for instance, gets a message with headers.</summary>
    public static Message ToWire(ReadOnlyMemory<byte> envelope, EndpointSecurity security, string? action, Uri? to) =>
        security.SendsEnvelopes
            ? new EnvelopeMessage(envelope.ToArray(), security.Version, action, to)
            : ToMessage(envelope, security.Version, XmlDictionaryReaderQuotas.Max);

    /// <param name="envelope">
    /// Copied, because the message may be read later: a streaming transport does so after the reply has begun.
    /// </param>
    /// <param name="version">Its version.</param>
    /// <param name="quotas">Limits on what is read from it.</param>
    public static Message ToMessage(ReadOnlyMemory<byte> envelope, MessageVersion version, XmlDictionaryReaderQuotas quotas) =>
        Message.CreateMessage(XmlDictionaryReader.CreateTextReader(envelope.ToArray(), quotas), int.MaxValue, version);

    // Runs on a timer, where an exception would end the process. Whoever reads the message gets an exception of its own.
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

    private static PooledBuffer Write(Message message, int mostOctets = int.MaxValue)
    {
        var buffer = new PooledBuffer(mostOctets);
        try
        {
            using var writer = XmlDictionaryWriter.CreateTextWriter(buffer, Encoding.UTF8, ownsStream: false);
            message.WriteMessage(writer);
            writer.Flush();
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }
}
