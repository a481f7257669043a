using System.Runtime.InteropServices;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// Namespace URIs whose declarations had to be decoded, one after the other in one buffer, so that a document full of them costs no object
/// each. A URI is named by its position.
/// </summary>
internal sealed class DecodedUris
{
    private const int LengthBytes = sizeof(int);

    private byte[] _bytes = [];

    /// <summary>Bytes in use: the position of the next URI.</summary>
    public int End { get; private set; }

    public ReadOnlySpan<byte> this[int position] =>
        _bytes.AsSpan(position + LengthBytes, MemoryMarshal.Read<int>(_bytes.AsSpan(position)));

    /// <summary>Decodes the raw value of a declaration; returns its position.</summary>
    public int Add(ReadOnlySpan<byte> raw)
    {
        // Decoding never makes a value longer.
        var most = checked(End + LengthBytes + raw.Length);
        if (most > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(most, checked(End * 2)));
        }

        var length = XmlReferences.DecodeAttribute(raw, _bytes.AsSpan(End + LengthBytes));
        MemoryMarshal.Write(_bytes.AsSpan(End), length);
        var position = End;
        End += LengthBytes + length;
        return position;
    }

    /// <summary>Removes the URIs from a position on.</summary>
    public void Truncate(int end) => End = end;
}
