using System.Text;
using System.Xml;
using System.Xml.Linq;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Internal.Wsdl;

/// <summary>
/// The description of an endpoint: the documents of the application with the policy of the binding and the address of the endpoint.
/// </summary>
internal sealed class WsdlDocuments
{
    private const string Single = "singlewsdl";

    private readonly Dictionary<string, WsdlTemplate> _documents = new(StringComparer.OrdinalIgnoreCase);
    private readonly string _port;
    private readonly XNamespace _soap;

    private WsdlDocuments(IReadOnlyList<WsdlFile> files, string port, XNamespace soap)
    {
        (_port, _soap) = (port, soap);
        foreach (var file in files)
        {
            _documents.Add(file.Query, Write(file.Root));
        }

        if (SingleWsdl.Create(files) is { } single)
        {
            _documents.Add(Single, Write(single));
        }
    }

    /// <exception cref="InvalidOperationException">The documents do not describe such an endpoint; the message says why.</exception>
    public static WsdlDocuments Load(string path, MessageSecurityBinding binding, string? portName)
    {
        var files = WsdlReader.Read(path);
        var port = WsdlPort.Find(files, binding.MessageVersion.Soap, portName);
        WsdlPolicies.Attach(files, port, binding);
        return new WsdlDocuments(files, port.Name, port.Place.Name.Namespace);
    }

    /// <summary>The documents as they are, with a place for the address of a port.</summary>
    public static WsdlDocuments Create(IReadOnlyList<WsdlFile> files, WsdlPort port) => new(files, port.Name, port.Place.Name.Namespace);

    /// <summary>A document; null when there is none.</summary>
    /// <param name="query">The query of its address, without the question mark.</param>
    /// <param name="address">The address of the endpoint; null leaves that of the file.</param>
    public WsdlText? Find(string query, string? address) => _documents.GetValueOrDefault(query)?.With(address);

    // Each document is written once, with a place for the address; what differs from request to request is put between its parts.
    private WsdlTemplate Write(XElement document)
    {
        var place = WsdlTemplate.NewPlace();
        var copy = new XElement(document);
        foreach (var reference in WsdlReader.References(copy).Where(reference => reference.Value.StartsWith('?')))
        {
            reference.Value = place + reference.Value;
        }

        foreach (var address in copy.Elements(WsdlNames.Service).Elements(WsdlNames.Port)
            .Where(port => (string?)port.Attribute("name") == _port).Elements(_soap + "address"))
        {
            address.SetAttributeValue("location", place);
        }

        return new WsdlTemplate(Bytes(document), Bytes(copy), place);
    }

    private static byte[] Bytes(XElement document)
    {
        using var buffer = new MemoryStream();
        var settings = new XmlWriterSettings { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };
        using (var writer = XmlWriter.Create(buffer, settings))
        {
            new XDocument(document).Save(writer);
        }

        return buffer.ToArray();
    }
}
