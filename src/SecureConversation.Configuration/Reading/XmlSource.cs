using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.Configuration.Reading;

/// <summary>Reads XML within limits, without DTDs and external entities, and keeps lines.</summary>
internal static class XmlSource
{
    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    public static XElement Load(string path, ServiceModelConfigurationOptions options)
    {
        try
        {
            // Pipes and devices have no length either, and may never end.
            if (new FileInfo(path).Length == 0)
            {
                throw Refuse(path, 0, 0, "The file is no XML that is read here: it is empty, or no file.", "Name a file with content.");
            }

            using var stream = File.OpenRead(path);
            return Parse(stream, path, options);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw Refuse(path, 0, 0, $"The file cannot be read: {e.Message}", "Check the path and the rights.", e);
        }
    }

    /// <summary>Reads octets, in the encoding that the XML declares.</summary>
    public static XElement Parse(Stream stream, string path, ServiceModelConfigurationOptions options)
    {
        var octets = new MemoryStream();
        var buffer = new byte[8192];
        int count;
        while ((count = stream.Read(buffer)) > 0)
        {
            if (octets.Length + count > options.MaxFileSize)
            {
                throw TooLarge(path, options.MaxFileSize);
            }

            octets.Write(buffer, 0, count);
        }

        return Parse(() => XmlReader.Create(new MemoryStream(octets.ToArray(), writable: false), Settings), path, options);
    }

    /// <summary>Reads text, whatever encoding the XML declares.</summary>
    public static XElement Parse(TextReader reader, string path, ServiceModelConfigurationOptions options)
    {
        var text = ReadText(reader, path, options.MaxFileSize);
        return Parse(() => XmlReader.Create(new StringReader(text), Settings), path, options);
    }

    private static XElement Parse(Func<XmlReader> open, string path, ServiceModelConfigurationOptions options)
    {
        try
        {
            CheckDepth(open, path, options.MaxDepth);
            using var xml = open();
            var root = XDocument.Load(xml, LoadOptions.SetLineInfo).Root!;
            // Without its document the root can be put elsewhere as it is; a copy would lose its lines.
            root.Remove();
            root.AddAnnotation(new FilePath(path));
            return root;
        }
        catch (XmlException e)
        {
            throw Refuse(
                path,
                e.LineNumber,
                e.LinePosition,
                $"The file is no XML that is read here: {e.Message}",
                "Correct it; DTDs are refused.",
                e);
        }
    }

    /// <summary>Where an element or attribute stands.</summary>
    public static ConfigurationLocation Locate(XObject place)
    {
        var info = (IXmlLineInfo)place;
        var element = place as XElement ?? place.Parent;
        var file = element?.AncestorsAndSelf().Select(e => e.Annotation<FilePath>()).FirstOrDefault(found => found is not null);
        return new() { File = file?.Value ?? "", Line = info.LineNumber, Column = info.LinePosition };
    }

    public static ServiceModelConfigurationException Refuse(
        string path, int line, int column, string reason, string remedy, Exception? inner = null) =>
        ProblemFactory.Exception(new() { File = path, Line = line, Column = column }, "", reason, remedy, inner);

    private static string ReadText(TextReader reader, string path, int maximum)
    {
        var buffer = new char[8192];
        var text = new System.Text.StringBuilder();
        int count;
        while ((count = reader.Read(buffer, 0, buffer.Length)) > 0)
        {
            if (text.Length + count > maximum)
            {
                throw TooLarge(path, maximum);
            }

            text.Append(buffer, 0, count);
        }

        return text.ToString();
    }

    // Before a tree is built: whoever walks a tree recursively needs a limit for its depth.
    private static void CheckDepth(Func<XmlReader> open, string path, int maximum)
    {
        using var reader = open();
        while (reader.Read())
        {
            if (reader.Depth > maximum)
            {
                var info = (IXmlLineInfo)reader;
                throw Refuse(
                    path, info.LineNumber, info.LinePosition, $"Elements are nested more than {maximum} deep.", "Raise MaxDepth.");
            }
        }
    }

    private static ServiceModelConfigurationException TooLarge(string path, int maximum) =>
        Refuse(path, 0, 0, $"The file is larger than {maximum}.", "Split it by configSource, or raise MaxFileSize.");

    private sealed record FilePath(string Value);
}
