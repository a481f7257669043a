using System.Buffers;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation;

/// <summary>Adds the WS-Addressing headers that a request needs and an application has not written.</summary>
public static class WsAddressing
{
    /// <summary>
    /// Copies an envelope, adding a:Action and a:To, and for a request that expects a reply a:MessageID and an anonymous
    /// a:ReplyTo, each only where absent.
    /// </summary>
    /// <param name="envelope">A SOAP envelope in UTF-8.</param>
    /// <param name="version">The version that it has; without addressing the envelope is copied as it is.</param>
    /// <param name="action">The action, for an envelope without one.</param>
    /// <param name="to">Address of the service.</param>
    /// <param name="expectsReply">False for one-way messages.</param>
    /// <param name="output">Takes the completed envelope.</param>
    /// <returns>The action of the completed envelope, for the transport; the header wins over the argument. Empty when there is neither, which takes a version without addressing.</returns>
    /// <exception cref="ArgumentException">No envelope of that version, or the action is in neither place.</exception>
    public static string Complete(ReadOnlyMemory<byte> envelope, MessageVersion version, string? action, Uri to, bool expectsReply, IBufferWriter<byte> output)
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

            using var plain = SoapEnvelope.Parse(envelope, names, XmlLimits.Default with { MaxBytes = int.MaxValue });
            action = plain.FindText(names.Action) ?? action;
            if (string.IsNullOrEmpty(action))
            {
                throw new ArgumentException("The request has no a:Action header; give it one, or a SOAPAction.", nameof(action));
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
