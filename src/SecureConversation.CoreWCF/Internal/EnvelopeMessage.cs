using System.Xml;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// An envelope of the engine on its way out. It is written as it is: the transport may set headers on the message, as it does with To,
/// without touching what was signed.
/// </summary>
internal sealed class EnvelopeMessage(MessageVersion version, ReadOnlyMemory<byte> envelope, bool isFault) : Message
{
    public override MessageHeaders Headers { get; } = new(version);

    public override MessageProperties Properties { get; } = new();

    public override MessageVersion Version => version;

    /// <summary>
    /// Tells the transport, which cannot see that an encrypted message is a fault, to send status 500 (SOAP 1.1 section 6.2).
    /// </summary>
    public override bool IsFault => isFault;

    public override Task OnWriteMessageAsync(XmlDictionaryWriter writer)
    {
        OnWriteMessage(writer);
        return Task.CompletedTask;
    }

    protected override void OnWriteMessage(XmlDictionaryWriter writer) => EnvelopeEncoding.WriteTo(envelope, writer);

    protected override void OnWriteBodyContents(XmlDictionaryWriter writer) =>
        throw new NotSupportedException("A protected envelope is written as a whole.");
}
