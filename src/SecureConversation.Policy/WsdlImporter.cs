using SecureConversation.Policy.Wsdl;

namespace SecureConversation.Policy;

/// <summary>
/// Reads WSDL 1.1 with WS-Policy 1.2 and 1.5 and WS-SecurityPolicy 1.1 and 1.2. Follows <c>wsdl:import</c>: from a file to files in its
/// directory and below, from an address to addresses of its scheme. Never reads a DTD or an external entity. Thread-safe.
/// </summary>
public sealed class WsdlImporter
{
    private readonly WsdlImporterOptions _options;

    /// <summary>Creates an importer.</summary>
    /// <param name="options">Limits; null for <see cref="WsdlImporterOptions.Default"/>.</param>
    public WsdlImporter(WsdlImporterOptions? options = null) => _options = options ?? WsdlImporterOptions.Default;

    /// <summary>Imports the WSDL at an address.</summary>
    /// <param name="address">An http, https or file address.</param>
    /// <param name="cancellationToken">Ends the import.</param>
    /// <exception cref="PolicyException">A document cannot be fetched or read, or a limit is exceeded.</exception>
    public async Task<WsdlImport> ImportAsync(Uri address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address is { IsAbsoluteUri: true, IsFile: true })
        {
            return ImportFile(address.LocalPath);
        }

        using var source = new HttpDocuments(address, _options);
        return EndpointReader.Read(await WsdlLoader.LoadAsync(address, source, _options, cancellationToken).ConfigureAwait(false),
            _options);
    }

    /// <summary>Imports the WSDL of a file.</summary>
    /// <param name="path">The path of the file.</param>
    /// <exception cref="PolicyException">A document cannot be read, or a limit is exceeded.</exception>
    public WsdlImport ImportFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var address = new Uri(Path.GetFullPath(path));
        var source = new FileDocuments(address);
        // Files are read at once, so that the task has ended.
        var set = WsdlLoader.LoadAsync(address, source, _options, CancellationToken.None).GetAwaiter().GetResult();
        return EndpointReader.Read(set, _options);
    }

    /// <summary>Imports a WSDL. A document that it imports is not followed, which is a <see cref="PolicyException"/>.</summary>
    /// <param name="wsdl">The octets of the document. Not disposed.</param>
    /// <param name="name">The name of the document in messages; null for none.</param>
    /// <exception cref="PolicyException">The document cannot be read, or a limit is exceeded.</exception>
    public WsdlImport Import(Stream wsdl, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(wsdl);
        var document = XmlDocuments.Read(XmlDocuments.ReadAll(wsdl, _options.MaxDocumentBytes, name), name, address: null, _options);
        return EndpointReader.Read(WsdlLoader.Single(document), _options);
    }
}
