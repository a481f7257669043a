using System.Text.RegularExpressions;
using SecureConversation.Configuration;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>Where services are hosted: by the .svc files beside a web.config, as IIS does it, and by base addresses.</summary>
internal static partial class HostedPaths
{
    private const int MaxFiles = 1000;
    private const int MaxDirectiveLength = 64 * 1024;
    private const int MaxFileSize = 1024 * 1024;

    /// <summary>
    /// The paths of services by their names, from the .svc files in the directory of a configuration file and below. Links are not
    /// followed, and files over 1 MiB are not read.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Of(string configurationPath)
    {
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Path.GetDirectoryName(Path.GetFullPath(configurationPath)) is not { } root || !Directory.Exists(root))
        {
            return paths;
        }

        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MatchCasing = MatchCasing.CaseInsensitive,
            MaxRecursionDepth = 16,
            // A link may lead to any other tree, or back to this one.
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
        };
        foreach (var file in Directory.EnumerateFiles(root, "*.svc", options).Take(MaxFiles).Order(StringComparer.Ordinal))
        {
            if (ServiceOf(file) is { } name)
            {
                // As in IIS a service may have several; the first one counts for its endpoints.
                paths.TryAdd(name, "/" + Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'));
            }
        }

        return paths;
    }

    /// <summary>Where the server listens so that all base addresses are served: host names are any, as in WCF.</summary>
    public static string[] Urls(ServiceModelConfiguration configuration) =>
    [
        .. configuration.Services.SelectMany(service => service.BaseAddresses.Concat(service.Endpoints.Select(Absolute).OfType<Uri>()))
            .Where(address => address.Scheme is "http" or "https")
            .Select(address => $"{address.Scheme}://*:{address.Port}").Distinct(StringComparer.Ordinal),
    ];

    /// <summary>The path of an endpoint on the server.</summary>
    /// <exception cref="ServiceModelConfigurationException">Nothing says it.</exception>
    public static Uri PathOf(ConfiguredServiceEndpoint endpoint, ConfiguredService service, string? hosted)
    {
        if (endpoint.Resolve(service.BaseAddresses) is { } absolute)
        {
            return new Uri(absolute.AbsolutePath, UriKind.Relative);
        }

        return hosted is null
            ? throw ConfiguredRefusal.Of(endpoint.Location, $"services/service[{service.Name}]/endpoint[{endpoint.Name}]",
                $"Nothing says where the address '{endpoint.Address}' begins: the service has no base address for "
                + $"{endpoint.Binding?.Transport.Scheme}, and no .svc file beside the configuration names it.",
                "Add <host><baseAddresses><add baseAddress=\"http://localhost:8080/path\"/>, or put the .svc file there.")
            : new Uri(endpoint.Address.Length == 0 ? hosted : $"{hosted}/{endpoint.Address.TrimStart('/')}", UriKind.Relative);
    }

    /// <summary>The length of the shortest path of a service.</summary>
    public static int ShortestOf(ConfiguredService service, IReadOnlyDictionary<string, string> hosted)
    {
        var root = hosted.GetValueOrDefault(service.Name);
        return service.Endpoints.Select(endpoint => endpoint.Resolve(service.BaseAddresses)?.AbsolutePath.Length)
            .Append(service.BaseAddresses.FirstOrDefault()?.AbsolutePath.Length).Append(root?.Length).Min() ?? 0;
    }

    /// <summary>Where metadata are served: at the base address of the service, as in WCF. Null leaves it to CoreWCF.</summary>
    /// <param name="configured">The address that the file gives, relative to the base address; null for the base address.</param>
    /// <param name="scheme">That of the address.</param>
    /// <param name="service">The service.</param>
    /// <param name="hosted">The path of its .svc file.</param>
    public static Uri? MetadataPath(Uri? configured, string scheme, ConfiguredService service, string? hosted)
    {
        if (configured is { IsAbsoluteUri: true })
        {
            return configured;
        }

        var path = service.BaseAddresses.FirstOrDefault(address => address.Scheme == scheme)?.AbsolutePath ?? hosted;
        return path is null
            ? configured
            : new Uri($"{path}/{configured?.OriginalString}".Trim('/'), UriKind.Relative);
    }

    private static Uri? Absolute(ConfiguredServiceEndpoint endpoint) => endpoint.IsMetadataExchange ? null : endpoint.Resolve([]);

    private static string? ServiceOf(string file)
    {
        // Pipes and devices have no length.
        if (new FileInfo(file).Length is 0 or > MaxFileSize)
        {
            return null;
        }

        using var stream = File.OpenRead(file);
        using var reader = new StreamReader(stream);
        var text = new char[MaxDirectiveLength];
        var count = reader.ReadBlock(text);
        var directive = Directive().Match(new string(text, 0, count));
        return directive.Success && Service().Match(directive.Value) is { Success: true } service ? service.Groups["name"].Value : null;
    }

    [GeneratedRegex("""<%@\s*ServiceHost\b[^%]*%>""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Directive();

    [GeneratedRegex("""\bService\s*=\s*["'](?<name>[^"',]+)""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Service();
}
