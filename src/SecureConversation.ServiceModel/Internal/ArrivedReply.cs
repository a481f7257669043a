using System.Xml;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// A reply in UTF-8 as it arrived, which nobody has looked into. Whoever writes it has it read by the stack, with the limits and the
/// errors of that.
/// </summary>
internal sealed class ArrivedReply : Message
{
    private static readonly BufferManager Unpooled = BufferManager.CreateBufferManager(0, int.MaxValue);

    private readonly BufferManager _buffers;
    private readonly MessageEncoder _stack;
    private readonly string _contentType;
    private ArraySegment<byte> _entity;

    /// <param name="entity">The octets, which it owns.</param>
    /// <param name="buffers">Where their buffer goes when it is closed.</param>
    /// <param name="stack">The encoder of the stack.</param>
    /// <param name="contentType">The content type of the octets.</param>
    public ArrivedReply(ArraySegment<byte> entity, BufferManager buffers, MessageEncoder stack, string contentType)
    {
        (_entity, _buffers, _stack, _contentType) = (entity, buffers, stack, contentType);
        Headers = new MessageHeaders(stack.MessageVersion);
        Properties = new MessageProperties { Encoder = stack };
    }

    /// <summary>The octets. Valid until it is closed.</summary>
    public ReadOnlyMemory<byte> Envelope => _entity;

    /// <summary>None: they are read from the envelope.</summary>
    public override MessageHeaders Headers { get; }

    public override MessageProperties Properties { get; }

    public override MessageVersion Version => _stack.MessageVersion;

    protected override void OnWriteMessage(XmlDictionaryWriter writer)
    {
        using var message = _stack.ReadMessage(_entity.ToArray(), Unpooled, _contentType);
        message.WriteMessage(writer);
    }

    protected override void OnWriteBodyContents(XmlDictionaryWriter writer) =>
        throw new NotSupportedException("A reply that is not verified is read as a whole.");

    protected override void OnClose()
    {
        base.OnClose();
        Properties.Dispose();
        if (_entity.Array is { } buffer)
        {
            _entity = default;
            _buffers.ReturnBuffer(buffer);
        }
    }
}
