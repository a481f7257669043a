using System.Xml;
using SecureConversation.Http.Internal;

namespace SecureConversation.Http;

/// <summary>A reply that passed every check. Dispose it to return its buffers, which are cleared.</summary>
public sealed class VerifiedReply : IDisposable
{
    private readonly SoapResponse _response;

    internal VerifiedReply(VerifiedMessage message, SoapResponse response)
    {
        Message = message;
        _response = response;
    }

    /// <summary>The message, with its headers and the account of its protection.</summary>
    public VerifiedMessage Message { get; }

    /// <summary>The plain envelope, without the security header. Valid until disposal.</summary>
    public ReadOnlyMemory<byte> Envelope => Message.Envelope;

    /// <summary>Whether the service answered with a fault of the application.</summary>
    public bool IsFault => Message.IsFault;

    /// <summary>The content of the body as XML that stands on its own.</summary>
    public string ReadBody() => EnvelopeBody.Read(Envelope);

    /// <summary>
    /// A reader on the first element or text in s:Body, for serializers; on an end tag when the body has no content. White space before the
    /// content is skipped. Valid until disposal of this reply.
    /// </summary>
    public XmlDictionaryReader CreateBodyReader() => BodyReader.Create(Envelope);

    internal SecureConversationException ToException() => Message.TryReadFault(out var fault)
        ? new SecureConversationException(fault)
        : new SecureConversationException(SecureConversationFailure.PeerFault, FailureCode.PeerFault,
            "The service answered with a fault that is too large to be read here: SecureConversationClient.SendAsync hands it out.");

    /// <inheritdoc/>
    public void Dispose()
    {
        Message.Dispose();
        _response.Dispose();
    }
}
