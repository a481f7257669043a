using System.Buffers;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>Adds the WS-Addressing headers that a request needs and that the application has not written.</summary>
public static class WsAddressing
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Copies an envelope and adds a:Action and a:To. If a reply is expected, also a:MessageID and an anonymous a:ReplyTo. Headers that
    /// the envelope has already are kept.
    /// </summary>
    /// <param name="envelope">A SOAP envelope in UTF-8.</param>
    /// <param name="version">The version of the envelope. If it has no addressing, the envelope is copied unchanged.</param>
    /// <param name="action">The action for an envelope without a:Action.</param>
    /// <param name="to">Address of the service.</param>
    /// <param name="expectsReply">False for one-way messages.</param>
    /// <param name="output">Receives the completed envelope.</param>
    /// <returns>
    /// The action of the completed envelope, for the transport; a:Action wins over the argument. Empty only when the version has no
    /// addressing and <paramref name="action"/> is null.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// The input is not an envelope of that version, or has no a:Action while <paramref name="action"/> is null or empty.
    /// </exception>
    public static string Complete(
        ReadOnlyMemory<byte> envelope, MessageVersion version, string? action, Uri to, bool expectsReply, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(output);
        var names = SoapNames.Of(version);
        try
        {
            if (!names.HasAddressing)
            {
                output.Write(envelope.Span);
                return action ?? "";
            }

            using var plain = SoapEnvelope.Parse(envelope, names, XmlLimits.Known);
            action = plain.FindText(names.Action) ?? action;
            if (string.IsNullOrEmpty(action))
            {
                throw new ArgumentException(version.Soap == SoapVersion.Soap12
                    ? "The request has no a:Action header: give it one, or name the action in the content type, as in "
                        + "application/soap+xml; action=\"urn:orders/Place\". SOAP 1.2 has no SOAPAction header."
                    : "The request has no a:Action header: give it one, or an HTTP header SOAPAction.", nameof(action));
            }

            using var completed = Complete(plain, names, action, to, expectsReply);
            output.Write(completed.Span);
            return action;
        }
        catch (SecurityFailureException e)
        {
            throw new ArgumentException($"The request is no {version} envelope: {e.Message}", nameof(envelope), e);
        }
    }

    /// <summary>
    /// Writes an envelope around the content of a body, with the headers that are added to one that has none. The content
    /// is not looked at: whoever protects the envelope parses it, once, and refuses what is no envelope.
    /// </summary>
    /// <param name="body">XML for the content of the body.</param>
    /// <param name="version">The version of the envelope.</param>
    /// <param name="action">The action.</param>
    /// <param name="to">Address of the service.</param>
    /// <param name="expectsReply">False for one-way messages.</param>
    /// <param name="output">Receives the envelope.</param>
    /// <exception cref="ArgumentException">The action is empty, or it or the body has half of a surrogate pair.</exception>
    public static void Wrap(
        string body, MessageVersion version, string action, Uri to, bool expectsReply, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentException.ThrowIfNullOrEmpty(action);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(output);
        var names = SoapNames.Of(version);
        _ = Utf8.GetByteCount(action);
        var length = Utf8.GetByteCount(body);
        using var start = new PooledBytes(1024);
        start.Write("<s:Envelope xmlns:s=\""u8);
        start.WriteText(names.Soap);
        start.Write("\">"u8);
        if (names.HasAddressing)
        {
            start.Write("<s:Header>"u8);
            AddressingWriter.Action(start, names, action);
            if (expectsReply)
            {
                AddressingWriter.MessageId(start, names, UniqueIds.NextUrn(RandomSource.System));
                AddressingWriter.AnonymousReplyTo(start, names);
            }

            AddressingWriter.To(start, names, to.AbsoluteUri);
            start.Write("</s:Header>"u8);
        }

        start.Write("<s:Body>"u8);
        output.Write(start.Span);
        output.Advance(Utf8.GetBytes(body, output.GetSpan(length)));
        output.Write("</s:Body></s:Envelope>"u8);
    }

    private static PooledBytes Complete(SoapEnvelope plain, SoapNames names, string action, Uri to, bool expectsReply)
    {
        var splice = new EnvelopeSplice(plain);
        splice.InsertHeader(output =>
        {
            if (plain.Find(names.Action).IsNull)
            {
                AddressingWriter.Action(output, names, action);
            }

            if (expectsReply && plain.Find(names.MessageId).IsNull)
            {
                AddressingWriter.MessageId(output, names, UniqueIds.NextUrn(RandomSource.System));
            }

            if (expectsReply && plain.Find(names.ReplyTo).IsNull)
            {
                AddressingWriter.AnonymousReplyTo(output, names);
            }

            if (plain.Find(names.To).IsNull)
            {
                AddressingWriter.To(output, names, to.AbsoluteUri);
            }
        });
        return splice.Apply(plain.Bytes.Length + 1024);
    }
}
