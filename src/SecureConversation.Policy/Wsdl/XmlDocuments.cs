using System.Xml;
using System.Xml.Linq;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Wsdl;

/// <summary>Reads XML of strangers: no DTD, no external entities, limits before a tree is made.</summary>
internal static class XmlDocuments
{
    public static byte[] ReadAll(Stream stream, long limit, string? name)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = stream.Read(chunk)) > 0)
        {
            Append(buffer, chunk.AsSpan(0, read), limit, name);
        }

        return buffer.ToArray();
    }

    public static async Task<byte[]> ReadAllAsync(Stream stream, long limit, string? name, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellationToken).ConfigureAwait(false)) > 0)
        {
            Append(buffer, chunk.AsSpan(0, read), limit, name);
        }

        return buffer.ToArray();
    }

    /// <summary>Reads a document with the lines of its elements.</summary>
    /// <exception cref="PolicyException">It is not well-formed, has a DTD, or exceeds a limit.</exception>
    public static XDocument Read(byte[] content, string? name, Uri? address, WsdlImporterOptions options)
    {
        try
        {
            // The first pass counts, so that the second can make the tree.
            using (var counting = Open(content))
            {
                Count(counting, name, options);
            }

            using var reader = Open(content);
            var document = XDocument.Load(reader, LoadOptions.SetLineInfo);
            document.AddAnnotation(new DocumentName(name));
            if (address is not null)
            {
                document.AddAnnotation(new DocumentAddress(address));
            }

            return document;
        }
        catch (XmlException failure)
        {
            throw new PolicyException(
                $"The document is not well-formed, or has a DTD, which is not read: {failure.Message}",
                new PolicyLocation { Document = name, Line = failure.LineNumber, Column = failure.LinePosition },
                failure);
        }
    }

    private static void Append(MemoryStream buffer, ReadOnlySpan<byte> chunk, long limit, string? name)
    {
        if (buffer.Length + chunk.Length > limit)
        {
            throw new PolicyException($"The document has more than {limit} bytes (MaxDocumentBytes, MaxTotalBytes).",
                new() { Document = name });
        }

        buffer.Write(chunk);
    }

    private static void Count(XmlReader reader, string? name, WsdlImporterOptions options)
    {
        var nodes = 0;
        while (reader.Read())
        {
            nodes += 1 + reader.AttributeCount;
            if (reader.Depth > options.MaxDepth)
            {
                throw TooMuch(reader, name, $"The document is deeper than {options.MaxDepth} elements (MaxDepth).");
            }

            if (nodes / 4 > options.MaxElements)
            {
                throw TooMuch(reader, name,
                    $"The document has more elements and attributes than allowed (MaxElements, {options.MaxElements}).");
            }
        }
    }

    private static PolicyException TooMuch(XmlReader reader, string? name, string message)
    {
        var line = (IXmlLineInfo)reader;
        return new(message, new() { Document = name, Line = line.LineNumber, Column = line.LinePosition });
    }

    private static XmlReader Open(byte[] content) => XmlReader.Create(new MemoryStream(content), new XmlReaderSettings
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersFromEntities = 1,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        CloseInput = true,
    });
}
