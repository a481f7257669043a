using System.Net.Http.Headers;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Encodings;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>
/// Converts envelopes to and from UTF-8 text, the only form that the engine works on: text encodings by their charset, the binary
/// encodings of WCF through its XML readers and writers. Signatures cover the infoset, so the conversion does not break them.
/// </summary>
public static class EnvelopeEncoding
{
    private const string BinaryType = "application/soap+msbin1";

    // Names take few octets in the binary encoding, and most of them stand in headers, which are small.
    private const int MostTextOfBinary = 16, RoomForNames = 64 * 1024;

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

    /// <summary>
    /// Whether an endpoint that writes an encoding reads a Content-Type: its own, and beside MTOM text as well, as WCF does. Whoever
    /// refuses one answers with HTTP status 415.
    /// </summary>
    /// <param name="contentType">The Content-Type with its parameters.</param>
    /// <param name="encoding">The encoding of the endpoint.</param>
    /// <param name="version">The versions of the endpoint.</param>
    public static bool IsContentTypeOf(string contentType, MessageEncoding encoding, MessageVersion version)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        ArgumentNullException.ThrowIfNull(version);
        return encoding switch
        {
            MessageEncoding.Text => version.IsMediaTypeOf(contentType),
            MessageEncoding.Mtom => version.IsMediaTypeOf(contentType) || MultipartType.TryParse(contentType)?.IsOf(version) == true,
            MessageEncoding.Binary => IsBinary(contentType),
            _ => throw new ArgumentOutOfRangeException(nameof(encoding)),
        };
    }

    /// <summary>
    /// Makes the envelope of an entity body as text. The Content-Type alone says how it is encoded: see <see cref="IsContentTypeOf"/> for
    /// whether it may be so.
    /// </summary>
    /// <param name="entity">The entity body. Where it is text in UTF-8, the envelope is the body itself.</param>
    /// <param name="contentType">Its Content-Type with its parameters.</param>
    /// <param name="maxBytes">
    /// Largest size of the envelope as text, in bytes. MTOM grows by a third, the binary encoding may grow many times.
    /// </param>
    /// <exception cref="SecureConversationException">
    /// The body is not what the Content-Type says, or larger: <see cref="FailureCode.ContentTypeMismatch"/>,
    /// <see cref="FailureCode.MalformedPackage"/>, <see cref="FailureCode.NotWellFormed"/> or <see cref="FailureCode.LimitExceeded"/>.
    /// </exception>
    public static DecodedEnvelope Decode(ReadOnlyMemory<byte> entity, string? contentType, int maxBytes = int.MaxValue)
    {
        try
        {
            var limits = XmlLimits.Known with { MaxBytes = maxBytes };
            if (contentType is not null && IsBinary(contentType))
            {
                var most = Math.Min(maxBytes, MostTextOf(entity.Length));
                return new DecodedEnvelope(BinaryXml.Read(entity, XmlLimits.Default with { MaxBytes = (int)most }));
            }

            if (contentType is not null && MultipartType.IsMultipart(contentType))
            {
                var type = MultipartType.TryParse(contentType) ?? Fail.With<MultipartType>(
                    FailureCode.ContentTypeMismatch, "multipart/related", expected: "type, boundary and start-info of MTOM");
                return new DecodedEnvelope(MtomReader.Read(entity, type, limits));
            }

            var charset = MediaTypeHeaderValue.TryParse(contentType, out var text) ? text.CharSet : null;
            var utf8 = Utf8Transcoder.ToUtf8(entity, charset, limits);
            return new DecodedEnvelope(utf8, isEntity: utf8.Equals(entity));
        }
        catch (SecurityFailureException e)
        {
            throw new SecureConversationException(
                SecureConversationFailure.InvalidSecurity, e.Code, $"The entity body is no envelope: {e.Message}.", e);
        }
    }

    /// <summary>
    /// Makes an entity body of an envelope that the engine made or handed out. For an endpoint with MTOM it is text where the envelope has
    /// an xop:Include of the application, which a package cannot hold (XOP 1.0 section 3.1).
    /// </summary>
    /// <param name="envelope">UTF-8; must stay unchanged until the result is disposed.</param>
    /// <param name="encoding">How it is encoded.</param>
    /// <param name="version">The versions of the envelope.</param>
    /// <param name="action">The action to write into the Content-Type; null for none.</param>
    /// <exception cref="ArgumentException">The binary encoding has no such version.</exception>
    public static EncodedEnvelope Encode(
        ReadOnlyMemory<byte> envelope, MessageEncoding encoding, MessageVersion version, string? action = null)
    {
        ArgumentNullException.ThrowIfNull(version);
        switch (encoding)
        {
            case MessageEncoding.Text:
            case MessageEncoding.Mtom when XopReader.Contains(envelope.Span):
                // XOP 1.0 section 3.1: no package can stand for an envelope that has an xop:Include of its own. Who reads MTOM reads text.
                var parameter = action is null ? "" : $"; action=\"{action}\"";
                return new EncodedEnvelope($"{version.MediaType}; charset=utf-8{parameter}", [new(envelope, IsBase64: false)]);
            case MessageEncoding.Mtom:
                var (contentType, segments) = MtomWriter.Write(envelope, version, action);
                return new EncodedEnvelope(contentType, segments);
            case MessageEncoding.Binary:
                RequireVersion(encoding, version);
                var records = BinaryXml.Write(envelope);
                return new EncodedEnvelope(BinaryType, [new(records.Memory, IsBase64: false)], records);
            default:
                throw new ArgumentOutOfRangeException(nameof(encoding));
        }
    }

    /// <summary>Refuses an encoding that a version does not have.</summary>
    /// <exception cref="ArgumentException">WCF's binary encoding has SOAP 1.2 only.</exception>
    public static void RequireVersion(MessageEncoding encoding, MessageVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (encoding is < MessageEncoding.Text or > MessageEncoding.Binary)
        {
            throw new ArgumentOutOfRangeException(nameof(encoding));
        }

        if (encoding == MessageEncoding.Binary && version.Soap != SoapVersion.Soap12)
        {
            throw new ArgumentException("The binary encoding of WCF has SOAP 1.2 only: set MessageVersion to one of SOAP 1.2, or "
                + "MessageEncoding to Text or Mtom.", nameof(version));
        }
    }

    /// <summary>To how many bytes of text a body in the binary encoding unfolds at most.</summary>
    internal static long MostTextOf(int length) => (MostTextOfBinary * (long)length) + RoomForNames;

    private static bool IsBinary(string contentType) =>
        contentType.AsSpan(0, contentType.AsSpan().IndexOf(';') is >= 0 and var end ? end : contentType.Length).Trim()
            .Equals(BinaryType, StringComparison.OrdinalIgnoreCase);

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
        if (writer is IXmlTextWriterInitializer)
        {
            Utf8Transcoder.ToWriter(envelope, writer);
        }
        else
        {
            InfosetCopy.Write(envelope, writer, names: null);
        }
    }
}
