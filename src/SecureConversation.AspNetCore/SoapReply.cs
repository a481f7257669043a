using System.Xml;
using SecureConversation.AspNetCore.Internal;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore;

/// <summary>A plain reply, before its protection.</summary>
public sealed class SoapReply
{
    private readonly Func<MessageVersion, int, PlainReply> _create;

    private SoapReply(Func<MessageVersion, int, PlainReply> create) => _create = create;

    /// <summary>No reply: one-way messages are acknowledged by HTTP status 202.</summary>
    public static SoapReply None { get; } = new((_, _) => PlainReply.Accepted);

    /// <summary>A reply with this content of the body.</summary>
    /// <param name="action">
    /// a:Action of the reply, by the convention of WCF the one of the request followed by "Response". Left out without addressing.
    /// </param>
    /// <param name="body">
    /// XML of the content of s:Body, well-formed and with its own namespace declarations; empty for an empty body.
    /// </param>
    /// <exception cref="ArgumentException">The action is empty.</exception>
    public static SoapReply FromBody(string action, string body)
    {
        ArgumentException.ThrowIfNullOrEmpty(action);
        ArgumentNullException.ThrowIfNull(body);
        return new((version, limit) => PlainReply.Owned(PlainEnvelopeWriter.Write(version, action, limit, body)));
    }

    /// <summary>A reply whose body is written by a delegate, for instance by a DataContractSerializer.</summary>
    /// <param name="action">
    /// a:Action of the reply, by the convention of WCF the one of the request followed by "Response". Left out without addressing.
    /// </param>
    /// <param name="writeBody">Writes the content of s:Body, when the reply is sent.</param>
    /// <exception cref="ArgumentException">The action is empty.</exception>
    public static SoapReply FromBody(string action, Action<XmlDictionaryWriter> writeBody)
    {
        ArgumentException.ThrowIfNullOrEmpty(action);
        ArgumentNullException.ThrowIfNull(writeBody);
        return new((version, limit) => PlainReply.Owned(PlainEnvelopeWriter.Write(version, action, limit, writeBody)));
    }

    /// <summary>A whole envelope of the version of the endpoint, with a:Action, in UTF-8.</summary>
    public static SoapReply FromEnvelope(ReadOnlyMemory<byte> envelope) => new((_, _) => PlainReply.Borrowed(envelope));

    internal PlainReply Create(MessageVersion version, int limit) => _create(version, limit);
}
