using System.Xml;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>
/// Brings envelopes in and out of the one form that the engine works on, UTF-8 text: other encodings by their charset,
/// the binary encodings of WCF through its XML readers and writers. Signatures are over the infoset, so this changes
/// nothing about them.
/// </summary>
public static class EnvelopeEncoding
{
    /// <summary>An entity body as UTF-8; the same memory when it is UTF-8 already.</summary>
    /// <param name="entity">The bytes as they came.</param>
    /// <param name="charset">Charset of the content type: utf-8, utf-16, utf-16le or utf-16be; null to go by the byte order mark.</param>
    /// <exception cref="SecureConversationException">Another charset, or bytes that are not valid in it.</exception>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> entity, string? charset)
    {
        try
        {
            return Utf8Transcoder.ToUtf8(entity, charset, XmlLimits.Default with { MaxBytes = int.MaxValue });
        }
        catch (SecurityFailureException e)
        {
            throw new SecureConversationException(SecureConversationFailure.InvalidSecurity, e.Code, $"The entity body is no text in its charset: {e.Message}.", e);
        }
    }

    /// <summary>The envelope that a reader stands on, as UTF-8; the reader moves past it.</summary>
    /// <exception cref="XmlException">The reader fails.</exception>
    public static ReadOnlyMemory<byte> FromReader(XmlDictionaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return Utf8Transcoder.FromReader(reader);
    }

    /// <summary>A reader over an envelope of the engine.</summary>
    /// <param name="envelope">UTF-8; must stay unchanged while the reader is used.</param>
    public static XmlDictionaryReader CreateReader(ReadOnlyMemory<byte> envelope) => Utf8Transcoder.CreateReader(envelope);

    /// <summary>Writes an envelope of the engine to a writer of any encoding.</summary>
    public static void WriteTo(ReadOnlyMemory<byte> envelope, XmlDictionaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Utf8Transcoder.ToWriter(envelope, writer);
    }
}
