using System.Text;

namespace SecureConversation.Engine.Xml;

/// <summary>
/// The value of an Id, or of a reference to an Id, as octets of the document. Comparing needs no string. Valid as long as the buffer of the
/// document.
/// </summary>
internal readonly struct XmlId(ReadOnlyMemory<byte> utf8) : IEquatable<XmlId>
{
    private readonly ReadOnlyMemory<byte> _utf8 = utf8;

    public bool IsEmpty => _utf8.IsEmpty;

    public ReadOnlySpan<byte> Utf8 => _utf8.Span;

    public static bool operator ==(XmlId left, XmlId right) => left.Equals(right);

    public static bool operator !=(XmlId left, XmlId right) => !left.Equals(right);

    /// <summary>Reads the Id from a same-document reference <c>#id</c>; null when the attribute is absent or has another form.</summary>
    public static XmlId? OfReference(XmlElement element, XmlName attribute) =>
        element.TryGetAttribute(attribute, out var value) && value.ValueMemory is { Length: > 1 } memory && memory.Span[0] == (byte)'#'
            ? new XmlId(memory[1..])
            : null;

    public bool StartsWith(ReadOnlySpan<byte> prefix) => _utf8.Span.StartsWith(prefix);

    /// <summary>Whether it is this text.</summary>
    public bool Is(string text) => (text.Length == _utf8.Length && Ascii.Equals(_utf8.Span, text)) || ToString() == text;

    public bool Equals(XmlId other) => _utf8.Span.SequenceEqual(other._utf8.Span);

    public override bool Equals(object? obj) => obj is XmlId other && Equals(other);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_utf8.Span);
        return hash.ToHashCode();
    }

    public override string ToString() => Encoding.UTF8.GetString(_utf8.Span);
}
