using System.Buffers.Text;

namespace SecureConversation.Encodings;

/// <summary>A run of octets of an encoded envelope.</summary>
/// <param name="Bytes">The octets, or base64 of them in canonical form.</param>
/// <param name="IsBase64">Whether they are decoded when they are sent.</param>
internal readonly record struct EncodedSegment(ReadOnlyMemory<byte> Bytes, bool IsBase64)
{
    /// <summary>How many octets it has on the wire.</summary>
    public int Length => !IsBase64 ? Bytes.Length
        : Base64.GetMaxDecodedFromUtf8Length(Bytes.Length) - (Bytes.Span[^1] != '=' ? 0 : Bytes.Span[^2] == '=' ? 2 : 1);
}
