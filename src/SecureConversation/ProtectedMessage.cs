namespace SecureConversation;

/// <summary>A protected message that awaits no reply. Dispose of it after it is sent.</summary>
public sealed class ProtectedMessage : IDisposable
{
    private readonly IDisposable _owner;

    internal ProtectedMessage(ReadOnlyMemory<byte> envelope, IDisposable owner) => (Envelope, _owner) = (envelope, owner);

    /// <summary>The SOAP envelope to send, in UTF-8. Valid until disposal.</summary>
    public ReadOnlyMemory<byte> Envelope { get; }

    /// <inheritdoc/>
    public void Dispose() => _owner.Dispose();
}
