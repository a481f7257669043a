using System.Xml;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>
/// Converts envelopes to and from UTF-8 text, the only form that the engine works on: text encodings by their charset, the binary
/// encodings of WCF through its XML readers and writers. Signatures cover the infoset, so the conversion does not break them.
/// </summary>
public static class EnvelopeEncoding
{
    /// <summary>Converts an entity body to UTF-8. Returns the same memory when the body is UTF-8 already.</summary>
    /// <param name="entity">The bytes as they were received.</param>
    /// <param name="charset">Charset of the content type: utf-8, utf-16, utf-16le or utf-16be; null to go by the byte order mark.</param>
    /// <exception cref="SecureConversationException">The charset is a different one, or the bytes are not valid in it.</exception>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> entity, string? charset)
    {
        try
        {
            return Utf8Transcoder.ToUtf8(entity, charset, XmlLimits.Default with { MaxBytes = int.MaxValue });
        }
        catch (SecurityFailureException e)
        {
            throw new SecureConversationException(
                SecureConversationFailure.InvalidSecurity, e.Code, $"The entity body is no text in its charset: {e.Message}.", e);
        }
    }

    /// <summary>Reads the envelope at the position of a reader as UTF-8, and moves the reader past it.</summary>
    /// <exception cref="XmlException">The input of the reader is not valid XML.</exception>
    public static ReadOnlyMemory<byte> FromReader(XmlDictionaryReader reader)
    {
        ArgumentNullException.ThrowIfNull(reader);
        return Utf8Transcoder.FromReader(reader);
    }

    /// <summary>Creates a reader over an envelope that the engine made or handed out.</summary>
    /// <param name="envelope">UTF-8; must stay unchanged while the reader is used.</param>
    public static XmlDictionaryReader CreateReader(ReadOnlyMemory<byte> envelope) => Utf8Transcoder.CreateReader(envelope);

    /// <summary>
    /// Writes an envelope that the engine made or handed out, in UTF-8, to a writer of any encoding. A writer of text gets the content of
    /// the envelope as raw text: what it canonicalizes meanwhile (<see cref="XmlDictionaryWriter.StartCanonicalization"/>) is no canonical
    /// form.
    /// </summary>
    public static void WriteTo(ReadOnlyMemory<byte> envelope, XmlDictionaryWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        Utf8Transcoder.ToWriter(envelope, writer);
    }
}
