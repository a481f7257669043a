using System.Xml;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// A protected envelope on its way out, which <see cref="OctetEncoding"/>, or an encoder of the stack, writes as it is: the transport sees
/// the action and the address that it needs in headers beside it, and may change those without touching what was signed.
/// </summary>
internal sealed class EnvelopeMessage : Message
{
    /// <param name="envelope">Stays unchanged for as long as a transport may write it.</param>
    /// <param name="version">Its version.</param>
    /// <param name="action">Its action.</param>
    /// <param name="to">Where it goes.</param>
    public EnvelopeMessage(ReadOnlyMemory<byte> envelope, MessageVersion version, string? action, Uri? to)
    {
        Envelope = envelope;
        Version = version;
        Headers = new MessageHeaders(version) { Action = action, To = to };
    }

    public ReadOnlyMemory<byte> Envelope { get; }

    public override MessageHeaders Headers { get; }

    public override MessageProperties Properties { get; } = new();

    public override MessageVersion Version { get; }

    protected override void OnWriteMessage(XmlDictionaryWriter writer) => EnvelopeEncoding.WriteTo(Envelope, writer);

    protected override void OnWriteBodyContents(XmlDictionaryWriter writer) =>
        throw new NotSupportedException("A protected envelope is written as a whole.");

    protected override void OnClose()
    {
        base.OnClose();
        Properties.Dispose();
    }
}
