using System.Xml;
using System.Xml.Linq;
using SecureConversation.AspNetCore.Internal.Wsdl;
using SecureConversation.Binding;

namespace SecureConversation.Gateway.Metadata;

/// <summary>
/// Reads the description of a service over HTTP, with all that it imports from the same server, and takes the policies of the service out
/// of it, and with them what names places behind the gateway.
/// </summary>
internal static class DescriptionReader
{
    private const int MaxDocuments = 64;

    // Of one document, and of all.
    private const int MaxBytes = 4 * 1024 * 1024;
    private const int MaxBytesOfAll = 16 * 1024 * 1024;

    // What is read is walked by methods that call themselves for each level.
    private const int MaxDepth = 128;
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
        var left = MaxBytesOfAll;
        var root = await LoadAsync(address).ConfigureAwait(false);
        var files = new List<WsdlFile> { new(address.AbsoluteUri, root, "wsdl") };
        if (files[0].IsSchema)
        {
            throw new InvalidOperationException($"{address} is a schema, and no WSDL.");
        }

        var names = NamesOfServer(root, address);

        // The list grows while it is walked.
        for (var i = 0; i < files.Count; i++)
        {
            foreach (var place in WsdlReader.References(files[i].Root).ToList())
            {
                if (!Uri.TryCreate(new Uri(files[i].Path), place.Value, out var named) || !names.Contains(Authority(named)))
                {
                    continue;
                }

                // A service may call itself by another name than the gateway does.
                var target = new Uri(address.GetLeftPart(UriPartial.Authority) + named.PathAndQuery);
                var file = files.Find(known => known.Path == target.AbsoluteUri)
                    ?? Add(files, target, await LoadAsync(target).ConfigureAwait(false));
                place.Value = "?" + file.Query;
            }
        }

        return files;

        async Task<XElement> LoadAsync(Uri document)
        {
            var bytes = await DownloadAsync(http, document, cancellationToken).ConfigureAwait(false);
            if ((left -= bytes.Length) < 0)
            {
                throw new InvalidOperationException($"{address} and what it imports have more than {MaxBytesOfAll} bytes.");
            }

            return Parse(document, bytes);
        }
    }

    /// <summary>Takes out references to other servers: strangers shall not learn of them, and could not follow them.</summary>
    public static void RemoveOtherServers(IEnumerable<WsdlFile> files)
    {
        foreach (var place in files.SelectMany(file => WsdlReader.References(file.Root)).Where(p => !p.Value.StartsWith('?')).ToList())
        {
            if (place.Parent!.Name == WsdlNames.SchemaImport)
            {
                // An import may have no location.
                place.Remove();
            }
            else
            {
                place.Parent.Remove();
            }
        }
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
        kept.Elements().Where(element => element != found.Place).Remove();
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

    // A description must not lead the gateway to other servers: these are names of the one that it came from.
    private static HashSet<string> NamesOfServer(XElement root, Uri address)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { Authority(address) };
        foreach (var location in root.Elements(WsdlNames.Service).Elements(WsdlNames.Port).Elements().Attributes("location"))
        {
            if (Uri.TryCreate(location.Value, UriKind.Absolute, out var own))
            {
                names.Add(Authority(own));
            }
        }

        return names;
    }

    private static string Authority(Uri uri) => uri.GetLeftPart(UriPartial.Authority);

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

    private static async Task<byte[]> DownloadAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            return await http.GetByteArrayAsync(address, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException
            || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new InvalidOperationException($"{address} cannot be read: {e.Message}", e);
        }
    }

    private static XElement Parse(Uri address, byte[] bytes)
    {
        try
        {
            using (var levels = Open())
            {
                while (levels.Read())
                {
                    if (levels.Depth > MaxDepth)
                    {
                        throw new InvalidOperationException($"{address} has more than {MaxDepth} levels.");
                    }
                }
            }

            using var reader = Open();
            var root = XDocument.Load(reader, LoadOptions.PreserveWhitespace).Root!;
            return root.Name == WsdlNames.Definitions || root.Name == WsdlNames.SchemaRoot
                ? root
                : throw new InvalidOperationException($"{address} is neither WSDL 1.1 nor a schema: its root is {root.Name}.");
        }
        catch (XmlException e)
        {
            throw new InvalidOperationException($"{address} cannot be read: {e.Message}", e);
        }

        XmlReader Open() => XmlReader.Create(new MemoryStream(bytes), new XmlReaderSettings
        {
            DtdProcessing = DtdProcessing.Prohibit,
            XmlResolver = null,
            MaxCharactersInDocument = MaxBytes,
            IgnoreComments = true,
            IgnoreProcessingInstructions = true,
        });
    }
}
