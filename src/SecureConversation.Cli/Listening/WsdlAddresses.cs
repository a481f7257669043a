using System.Xml;
using System.Xml.Linq;

namespace SecureConversation.Cli.Listening;

/// <summary>Writes the address of the listener into a WSDL or schema, in place of that of the service.</summary>
internal static class WsdlAddresses
{
    /// <summary>The document with the addresses of the listener; null where it is no WSDL and no schema.</summary>
    /// <param name="document">What the service sent.</param>
    /// <param name="service">The address of the service.</param>
    /// <param name="listener">The address of the listener.</param>
    public static byte[]? Rewrite(ReadOnlyMemory<byte> document, Uri service, Uri listener)
    {
        XDocument xml;
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(document.ToArray()),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            xml = XDocument.Load(reader, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            return null;
        }

        if (xml.Root?.Name.LocalName is not ("definitions" or "schema" or "Metadata"))
        {
            return null;
        }

        foreach (var element in xml.Root.DescendantsAndSelf())
        {
            foreach (var attribute in element.Attributes().Where(attribute => attribute.Name.LocalName is "location" or "schemaLocation"))
            {
                attribute.Value = Moved(attribute.Value, service, listener);
            }

            if (element.Name.LocalName == "Address" && !element.HasElements)
            {
                element.Value = Moved(element.Value, service, listener);
            }
        }

        using var output = new MemoryStream();
        xml.Save(output, SaveOptions.DisableFormatting);
        return output.ToArray();
    }

    // A service knows itself by other names of the machine: scheme and port say whether it is the one.
    private static string Moved(string text, Uri service, Uri listener) =>
        Uri.TryCreate(text.Trim(), UriKind.Absolute, out var address) && address.Scheme == service.Scheme && address.Port == service.Port
            ? new UriBuilder(address) { Scheme = listener.Scheme, Host = listener.Host, Port = listener.Port }.Uri.AbsoluteUri
            : text;
}
