using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.Cli.Migration;

/// <summary>XML files of projects: no DTD, no external entities, limited size.</summary>
internal static class XmlFiles
{
    // Trees take a time that grows with the square of their depth.
    private const int MaxDepth = 128;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = SourceTree.MaxFileBytes,
    };

    /// <summary>Reads a file.</summary>
    /// <exception cref="XmlException">It is no XML, too large or too deep, or has a DTD.</exception>
    public static XDocument Load(string path)
    {
        CheckDepth(path);
        using var text = File.OpenText(path);
        using var reader = XmlReader.Create(text, Settings);
        return XDocument.Load(reader, LoadOptions.SetLineInfo);
    }

    private static void CheckDepth(string path)
    {
        using var text = File.OpenText(path);
        using var reader = XmlReader.Create(text, Settings);
        while (reader.Read())
        {
            if (reader.Depth > MaxDepth)
            {
                throw new XmlException($"Its elements are nested deeper than {MaxDepth}.");
            }
        }
    }

    public static int? LineOf(XObject node) => node is IXmlLineInfo info && info.HasLineInfo() ? info.LineNumber : null;
}
