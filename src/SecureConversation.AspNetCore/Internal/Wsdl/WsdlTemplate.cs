using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>A description as it is sent, in parts, and the tag by which a cache asks whether it has changed.</summary>
internal sealed class WsdlText(IReadOnlyList<ReadOnlyMemory<byte>> parts, string etag)
{
    public IReadOnlyList<ReadOnlyMemory<byte>> Parts => parts;

    public string ETag => etag;

    public long Length => parts.Sum(part => (long)part.Length);
}

/// <summary>
/// A document in UTF-8 with places for the address of the endpoint. Addresses may be many (*.example.com), so none is kept, and serving one
/// copies and writes nothing of the document.
/// </summary>
internal sealed class WsdlTemplate
{
    private readonly WsdlText _asInFile;
    private readonly List<ReadOnlyMemory<byte>> _between = [];
    private readonly byte[] _hash;

    /// <param name="asInFile">The document with the address of the file.</param>
    /// <param name="withPlaces">The document with the place where the address stands.</param>
    /// <param name="place">The place.</param>
    public WsdlTemplate(byte[] asInFile, byte[] withPlaces, string place)
    {
        _asInFile = new WsdlText([asInFile], Tag(asInFile));
        var sought = Encoding.UTF8.GetBytes(place);
        ReadOnlyMemory<byte> rest = withPlaces;
        for (var at = rest.Span.IndexOf(sought); at >= 0; at = rest.Span.IndexOf(sought))
        {
            _between.Add(rest[..at]);
            rest = rest[(at + sought.Length)..];
        }

        _between.Add(rest);
        // Of the document as it is in the file: the place is another one after each start.
        _hash = SHA256.HashData(asInFile);
    }

    /// <summary>A text that no document has.</summary>
    public static string NewPlace() => $"place-{Guid.NewGuid():N}";

    /// <summary>The document.</summary>
    /// <param name="address">The address; null for that of the file.</param>
    public WsdlText With(string? address)
    {
        if (address is null || _between.Count == 1)
        {
            return _asInFile;
        }

        // All places are values of attributes.
        var bytes = Encoding.UTF8.GetBytes(SecurityElement.Escape(address));
        var parts = new List<ReadOnlyMemory<byte>>((2 * _between.Count) - 1) { _between[0] };
        foreach (var part in _between.Skip(1))
        {
            parts.Add(bytes);
            parts.Add(part);
        }

        return new WsdlText(parts, Tag([.. _hash, .. bytes]));
    }

    private static string Tag(byte[] content) => $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"";
}
