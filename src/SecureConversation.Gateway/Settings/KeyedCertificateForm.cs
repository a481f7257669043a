using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Gateway.Settings;

/// <summary>A certificate with its private key, of any kind.</summary>
internal sealed class KeyedCertificateForm : Form<X509Certificate2?>
{
    public static KeyedCertificateForm Instance { get; } = new();

    public override X509Certificate2? Read(IConfigurationSection section, X509Certificate2? current, Reading reading) =>
        CertificateReading.Read(section, reading, source => source.IsInStore
            ? CertificateStore.Find(source, needsKey: true)
            : CertificateFile.WithKey(
                reading.FullPath(source.Path!), source.KeyPath is { } key ? reading.FullPath(key) : null, source.Password))
        ?? current;

    public override JsonObject Schema(JsonObject definitions) => CertificateSource.Form.Schema(definitions);
}
