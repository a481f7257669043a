using System.Collections.Immutable;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Gateway.Settings;

/// <summary>An endpoint of Kestrel, which reads it again. Kestrel skips keys that it does not know, so they are refused here.</summary>
internal sealed class KestrelForm : Form<IConfigurationSection?>
{
    private static readonly ObjectForm<Unread> Certificate = new("ListenerCertificate", () => new(),
    [
        Text("Path", "A file with the certificate: PKCS#12 (.pfx) or PEM."),
        Text("KeyPath", "A PEM file with the private key, where Path is a PEM file without it."),
        new Key<Unread, string?>("Password",
            "The password of the file. Better from an environment variable or a secret store than in a file.",
            SecretForm.Instance, _ => null, (s, _) => s),
        Text("Subject", "The subject of a certificate in a store."),
        Text("Store", "The name of the store."),
        new Key<Unread, StoreLocation>("Location", "The location of the store. Default CurrentUser.",
            EnumForm.Of<StoreLocation>(), _ => default, (s, _) => s),
        new Key<Unread, bool>("AllowInvalid", "Whether a certificate is taken from the store that is not valid for the platform.",
            TruthForm.Instance, _ => default, (s, _) => s),
    ]);

    private static readonly ImmutableArray<Key<Unread>> OfTls =
    [
        new Key<Unread, HttpProtocols>("Protocols", "The versions of HTTP. Default Http1AndHttp2.",
            EnumForm.Of<HttpProtocols>(), _ => default, (s, _) => s),
        new Key<Unread, ImmutableArray<SslProtocols>>("SslProtocols", "The versions of TLS. Default: those of the platform.",
            new ListForm<SslProtocols>(EnumForm.Of<SslProtocols>(), () => default), _ => [], (s, _) => s),
        new Key<Unread, ClientCertificateMode>("ClientCertificateMode", "Whether clients show a certificate to TLS. Default NoCertificate.",
            EnumForm.Of<ClientCertificateMode>(), _ => default, (s, _) => s),
        new Key<Unread, Unread>("Certificate", "The certificate of TLS.", Certificate, s => s, (s, _) => s),
    ];

    private static readonly ObjectForm<Unread> Endpoint = new("Listener", () => new(),
    [
        new Key<Unread, string>("Url", "Where it listens, such as http://127.0.0.1:5080.",
            StringForm.Instance, _ => "", (s, _) => s) { IsRequired = true },
        .. OfTls,
        new Key<Unread, ImmutableSortedDictionary<string, Unread>>("Sni", "Other settings of TLS by the name that the client asks for.",
            new NamedForm<Unread>(new ObjectForm<Unread>("ListenerSni", () => new(), OfTls), () => new(), "host names"),
            _ => ImmutableSortedDictionary<string, Unread>.Empty, (s, _) => s),
    ]);

    public static KestrelForm Instance { get; } = new();

    public override IConfigurationSection? Read(IConfigurationSection section, IConfigurationSection? current, Reading reading)
    {
        var known = reading.ProblemCount;
        Endpoint.Read(section, new(), reading);
        if (reading.ProblemCount == known && string.IsNullOrEmpty(section["Url"]))
        {
            reading.Refuse(section, "found no Url, expected one such as http://127.0.0.1:5080: Kestrel needs it.");
        }

        return reading.ProblemCount == known ? section : current;
    }

    public override JsonObject Schema(JsonObject definitions) => Endpoint.Schema(definitions);

    private static Key<Unread, string> Text(string name, string summary) =>
        new(name, summary, StringForm.Instance, _ => "", (s, _) => s);

    /// <summary>Nothing is kept of what is read.</summary>
    private sealed record Unread;
}
