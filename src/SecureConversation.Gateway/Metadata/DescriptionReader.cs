using System.Xml;
using System.Xml.Linq;
using SecureConversation.AspNetCore.Internal.Wsdl;
using SecureConversation.Binding;

namespace SecureConversation.Gateway.Metadata;

/// <summary>
/// Reads the description of a service over HTTP, with all that it imports from the same server, and takes the policies of the service out
/// of it.
/// </summary>
internal static class DescriptionReader
{
    private const int MaxDocuments = 64;
    private const int MaxBytes = 8 * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly HashSet<XNamespace> Policies =
    [
        "http://schemas.xmlsoap.org/ws/2004/09/policy", "http://www.w3.org/ns/ws-policy", "http://www.w3.org/2006/05/addressing/wsdl",
        "http://www.w3.org/2007/05/addressing/metadata", "http://www.w3.org/2006/02/addressing/wsdl",
    ];

    /// <exception cref="InvalidOperationException">A document cannot be had, or is none; the message says which.</exception>
    public static async Task<List<WsdlFile>> ReadAsync(Uri address, HttpMessageHandler transport, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(transport, disposeHandler: false) { Timeout = Patience, MaxResponseContentBufferSize = MaxBytes };
        var root = await LoadAsync(http, address, cancellationToken).ConfigureAwait(false);
        var files = new List<WsdlFile> { new(address.AbsoluteUri, root, "wsdl") };
        if (files[0].IsSchema)
        {
            throw new InvalidOperationException($"{address} is a schema, and no WSDL.");
        }

        // The list grows while it is walked.
        for (var i = 0; i < files.Count; i++)
        {
            foreach (var place in WsdlReader.References(files[i].Root).ToList())
            {
                if (!Uri.TryCreate(new Uri(files[i].Path), place.Value, out var target) || !IsOfServer(target, address))
                {
                    continue;
                }

                var file = files.Find(known => known.Path == target.AbsoluteUri)
                    ?? Add(files, target, await LoadAsync(http, target, cancellationToken).ConfigureAwait(false));
                place.Value = "?" + file.Query;
            }
        }

        return files;
    }

    /// <summary>Takes out what the service says of its security and of its addressing, which are not those of the gateway.</summary>
    public static void RemovePolicies(IEnumerable<WsdlFile> files)
    {
        foreach (var root in files.Where(file => !file.IsSchema).Select(file => file.Root))
        {
            root.Descendants().Where(element => Policies.Contains(element.Name.Namespace)).Remove();
            root.Descendants(WsdlNames.Port).Elements().Where(element => element.Name.LocalName == "EndpointReference").Remove();
            // wsaw:Action stays: it says the action of a message, with or without addressing.
            root.DescendantsAndSelf().Attributes()
                .Where(a => Policies.Contains(a.Name.Namespace) && a.Name.LocalName != "Action" && !a.IsNamespaceDeclaration).Remove();
        }
    }

    /// <summary>Leaves the one port that the gateway serves. Others would name addresses behind it.</summary>
    /// <exception cref="InvalidOperationException">There is no such port, or several.</exception>
    public static WsdlPort LeaveOnePort(IReadOnlyList<WsdlFile> files, SoapVersion soap, Uri address)
    {
        var ns = soap == SoapVersion.Soap11 ? WsdlNames.Soap11 : WsdlNames.Soap12;
        var ports = files.SelectMany(file => file.Root.Elements(WsdlNames.Service)).Elements(WsdlNames.Port)
            .Where(port => port.Element(ns + "address") is not null).ToList();
        var same = ports.Where(port =>
            Uri.TryCreate((string?)port.Element(ns + "address")!.Attribute("location"), UriKind.Absolute, out var at)
            && at.AbsolutePath.Equals(address.AbsolutePath, StringComparison.OrdinalIgnoreCase)).ToList();
        var name = (same.Count > 0 ? same : ports).Select(port => (string?)port.Attribute("name")).FirstOrDefault();
        var found = WsdlPort.Find(files, soap, name);
        var kept = found.Place.Parent!;
        foreach (var service in files.SelectMany(file => file.Root.Elements(WsdlNames.Service)).ToList())
        {
            service.Elements(WsdlNames.Port).Where(port => port != kept).Remove();
            if (!service.Elements(WsdlNames.Port).Any())
            {
                service.Remove();
            }
        }

        return found;
    }

    // A description must not lead the gateway to other servers.
    private static bool IsOfServer(Uri target, Uri address) =>
        target.Scheme == address.Scheme && target.Authority.Equals(address.Authority, StringComparison.OrdinalIgnoreCase);

    private static WsdlFile Add(List<WsdlFile> files, Uri address, XElement root)
    {
        if (files.Count == MaxDocuments)
        {
            throw new InvalidOperationException($"{files[0].Path} imports more than {MaxDocuments} documents.");
        }

        var isSchema = root.Name == WsdlNames.SchemaRoot;
        var number = files.Count(file => file.IsSchema == isSchema) - (isSchema ? 0 : 1);
        var file = new WsdlFile(address.AbsoluteUri, root, isSchema ? $"xsd=xsd{number}" : $"wsdl=wsdl{number}");
        files.Add(file);
        return file;
    }

    private static async Task<XElement> LoadAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await http.GetByteArrayAsync(address, cancellationToken).ConfigureAwait(false);
            var settings = new XmlReaderSettings
            {
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                MaxCharactersInDocument = MaxBytes,
            };
            using var reader = XmlReader.Create(new MemoryStream(bytes), settings);
            var root = XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root!;
            return root.Name == WsdlNames.Definitions || root.Name == WsdlNames.SchemaRoot
                ? root
                : throw new InvalidOperationException($"{address} is neither WSDL 1.1 nor a schema: its root is {root.Name}.");
        }
        catch (Exception e) when (e is HttpRequestException or XmlException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new InvalidOperationException($"{address} cannot be read: {e.Message}", e);
        }
    }
}
