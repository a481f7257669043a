using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>
/// Reads a WSDL file and what it imports from the same directory and those below. Addresses of other places stay as they are: clients
/// follow them themselves. The files are the application's, and the limits find mistakes, such as an import of a whole tree.
/// </summary>
internal static class WsdlReader
{
    private const int MaxDocuments = 256;
    private const long MaxBytes = 16 * 1024 * 1024;

    /// <summary>All documents, the one of the path first.</summary>
    /// <exception cref="InvalidOperationException">A file is missing, outside of the directory, or no WSDL or schema.</exception>
    public static IReadOnlyList<WsdlFile> Read(string path)
    {
        var main = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(main)! + Path.DirectorySeparatorChar;
        var files = new List<WsdlFile> { new(main, Load(main, main), "wsdl") };
        if (files[0].IsSchema)
        {
            throw new InvalidOperationException($"{main} is a schema, and no WSDL: its root is {files[0].Root.Name}, and not "
                + $"{WsdlNames.Definitions}.");
        }

        // The list grows while it is walked.
        for (var i = 0; i < files.Count; i++)
        {
            foreach (var place in References(files[i].Root))
            {
                if (Resolve(files[i].Path, place.Value) is not { } target)
                {
                    continue;
                }

                if (!target.StartsWith(directory, StringComparison.Ordinal))
                {
                    throw new InvalidOperationException($"{files[i].Path} refers to '{place.Value}', which is outside of {directory}: put "
                        + "the file there, or write its whole address with http: or https:.");
                }

                var file = files.Find(known => known.Path == target) ?? Add(files, target, files[i].Path);
                place.Value = "?" + file.Query;
            }
        }

        return files;
    }

    /// <summary>The attributes that refer to other documents.</summary>
    public static IEnumerable<XAttribute> References(XElement root) =>
        root.DescendantsAndSelf().Select(element =>
            element.Name == WsdlNames.Import ? element.Attribute("location")
            : element.Name == WsdlNames.SchemaImport || element.Name == WsdlNames.SchemaInclude || element.Name == WsdlNames.SchemaRedefine
                ? element.Attribute("schemaLocation")
            : null).OfType<XAttribute>();

    private static WsdlFile Add(List<WsdlFile> files, string path, string from)
    {
        if (files.Count == MaxDocuments)
        {
            throw new InvalidOperationException($"{files[0].Path} imports more than {MaxDocuments} documents: serve a smaller one.");
        }

        var root = Load(path, from);
        var isSchema = root.Name == WsdlNames.SchemaRoot;
        var number = files.Count(file => file.IsSchema == isSchema) - (isSchema ? 0 : 1);
        var file = new WsdlFile(path, root, isSchema ? $"xsd=xsd{number}" : $"wsdl=wsdl{number}");
        files.Add(file);
        return file;
    }

    /// <summary>The full path of a reference to a file; null for one to an address.</summary>
    private static string? Resolve(string from, string reference) =>
        Uri.TryCreate(new Uri(from), reference, out var uri) && uri.IsFile && uri.Query.Length == 0
            ? Path.GetFullPath(uri.LocalPath)
            : null;

    private static XElement Load(string path, string from)
    {
        try
        {
            var settings = new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                MaxCharactersInDocument = MaxBytes,
            };
            using var reader = XmlReader.Create(File.OpenRead(path), CloseInput(settings));
            var root = XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root!;
            return root.Name == WsdlNames.Definitions || root.Name == WsdlNames.SchemaRoot
                ? root
                : throw new InvalidOperationException($"{path} is neither WSDL 1.1 nor a schema: its root is {root.Name}.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or XmlException)
        {
            throw new InvalidOperationException(path == from
                ? $"The WSDL {path} cannot be read: {e.Message}"
                : $"{path}, to which {from} refers, cannot be read: {e.Message}", e);
        }
    }

    private static XmlReaderSettings CloseInput(XmlReaderSettings settings)
    {
        settings.CloseInput = true;
        return settings;
    }
}
