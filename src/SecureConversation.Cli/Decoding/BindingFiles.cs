using System.Xml.Linq;
using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Policy;

namespace SecureConversation.Cli.Decoding;

/// <summary>Reads a binding out of appsettings.json, app.config or a WSDL.</summary>
internal static class BindingFiles
{
    private const int MaxDepth = 4;

    private static readonly XName Reliable2005 = XName.Get("RMAssertion", "http://schemas.xmlsoap.org/ws/2005/02/rm/policy");
    private static readonly XName Reliable11 = XName.Get("RMAssertion", "http://docs.oasis-open.org/ws-rx/wsrmp/200702");

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">It holds no binding, or several.</exception>
    public static MessageSecurityBinding Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path}: there is no such file.");
        }

        try
        {
            return Path.GetExtension(path).ToUpperInvariant() switch
            {
                ".JSON" => OfSettings(path),
                ".WSDL" => OfWsdl(path),
                _ => IsWsdl(path) ? OfWsdl(path) : OfConfiguration(path),
            };
        }
        catch (Exception e) when (e is PolicyException or ServiceModelConfigurationException or SettingsException
            or InvalidOperationException or NotSupportedException or InvalidDataException)
        {
            throw new ArgumentException($"{path}: {e.Message}", e);
        }
    }

    private static MessageSecurityBinding OfWsdl(string path)
    {
        var endpoints = new WsdlImporter().ImportFile(path).Endpoints.Where(e => e.Binding is not null).ToList();
        return endpoints.Count == 0
            ? throw new ArgumentException($"{path}: no port has a binding with message security: secureconversation import says why.")
            : endpoints.TrueForAll(e => Equals(e.Element, endpoints[0].Element) && Reliable(e) == Reliable(endpoints[0]))
                ? WithReliable(endpoints[0].Binding!, Reliable(endpoints[0]))
                : throw new ArgumentException($"{path} has several bindings: {string.Join(", ", endpoints.Select(e => e.Name))}. "
                    + "Print one with secureconversation import --endpoint NAME --as json, and give that file.");
    }

    private static ReliableMessagingVersion? Reliable(ImportedEndpoint endpoint) =>
        endpoint.Chosen.OtherRequirements.Contains(Reliable2005) ? ReliableMessagingVersion.WSReliableMessagingFebruary2005
        : endpoint.Chosen.OtherRequirements.Contains(Reliable11) ? ReliableMessagingVersion.WSReliableMessaging11
        : null;

    /// <summary>
    /// The binding with a reliable session, of which a decoder needs the version alone: its other settings are not on the wire. Where the
    /// transport protects messages those of the sequence have the same parts as all.
    /// </summary>
    private static MessageSecurityBinding WithReliable(MessageSecurityBinding binding, ReliableMessagingVersion? version) =>
        version is null || binding.SecureConversation is null || binding.Element is TransportSecurityBindingElement
            ? binding
            : MessageSecurityBinding.Create(
                binding.Element, binding.MessageVersion, binding.Protection, new() { ReliableMessagingVersion = version.Value });

    private static MessageSecurityBinding OfConfiguration(string path)
    {
        var bindings = ServiceModelConfiguration.Load(path).Bindings.Where(b => b.Security is not null).ToList();
        return bindings.Count switch
        {
            0 => throw new ArgumentException($"{path}: no binding has message security."),
            1 => WithReliable((bindings[0] with { ReliableSession = null }).CreateMessageSecurityBinding(),
                bindings[0].ReliableSession?.ToElement().ReliableMessagingVersion),
            _ => throw new ArgumentException($"{path} has several bindings with message security: "
                + $"{string.Join(", ", bindings.Select(b => $"{b.Kind} {b.Name}"))}. Give a file with one of them."),
        };
    }

    private static MessageSecurityBinding OfSettings(string path)
    {
        var root = new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(path), optional: false).Build();
        var section = Find(root, 0) ?? throw new ArgumentException($"{path}: no section has Binding or MessageSecurity.");
        // Credentials are not needed to know the binding, and their files may be elsewhere.
        var settings = MessageSecurityClientSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(section.AsEnumerable(
            makePathsRelative: true).Where(pair => IsOfBinding(pair.Key))).Build());
        return WithReliable(
            MessageSecurityBinding.Resolve(
                settings.Binding, settings.MessageSecurity, settings.MessageVersion, settings.ProtectionRequirements),
            settings.ReliableSession?.ReliableMessagingVersion);
    }

    private static bool IsOfBinding(string key) =>
        key.Split(':')[0] is "Binding" or "MessageSecurity" or "MessageVersion" or "ProtectionRequirements" or "ReliableSession";

    private static IConfiguration? Find(IConfiguration section, int depth) =>
        section.GetSection("Binding").Exists() || section.GetSection("MessageSecurity").Exists() ? section
        : depth >= MaxDepth ? null
        : section.GetChildren().Select(child => Find(child, depth + 1)).FirstOrDefault(found => found is not null);

    private static bool IsWsdl(string path)
    {
        using var reader = new StreamReader(path);
        var start = new char[2048];
        var count = reader.ReadBlock(start);
        return new string(start, 0, count).Contains("http://schemas.xmlsoap.org/wsdl/", StringComparison.Ordinal);
    }
}
