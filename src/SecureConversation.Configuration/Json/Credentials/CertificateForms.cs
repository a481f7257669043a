using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Shared;

namespace SecureConversation.Configuration.Json;

/// <summary>A certificate with its private key.</summary>
internal sealed class CredentialForm : Form<X509Credential?>
{
    public static CredentialForm Instance { get; } = new();

    public override X509Credential? Read(IConfigurationSection section, X509Credential? current, Reading reading) =>
        CertificateReading.Read(section, reading, source =>
        {
            if (source.IsInStore)
            {
                return CertificateStore.Find(source, needsKey: true) is { } found ? new X509Credential(found) : null;
            }

            var keyPath = source.KeyPath is { } key ? reading.FullPath(key) : null;
            using var certificate = CertificateFile.WithKey(reading.FullPath(source.Path!), keyPath, source.Password);
            return new X509Credential(certificate);
        }) ?? current;

    public override JsonObject Schema(JsonObject definitions) => CertificateSource.Form.Schema(definitions);
}

/// <summary>A certificate whose private key somebody else has.</summary>
internal sealed class CertificateForm : Form<X509Certificate2?>
{
    public static CertificateForm Instance { get; } = new();

    public override X509Certificate2? Read(IConfigurationSection section, X509Certificate2? current, Reading reading) =>
        CertificateReading.ReadPublic(section, reading) switch
        {
            null => current,
            [var one] => one,
            var several => Refuse(section, several.Count, current, reading),
        };

    public override JsonObject Schema(JsonObject definitions) => CertificateSource.Form.Schema(definitions);

    private static X509Certificate2? Refuse(IConfigurationSection section, int count, X509Certificate2? current, Reading reading)
    {
        reading.Refuse(section, $"the file has {count} certificates, expected one: leave the one that is meant in a file of its own.");
        return current;
    }
}

/// <summary>Certificates in a list; an item may be a PEM file with several.</summary>
internal sealed class CertificatesForm : Form<X509Certificate2Collection>
{
    private static readonly ListForm<X509Certificate2Collection?> Items = new(new ItemForm(), () => null);

    public static CertificatesForm Instance { get; } = new();

    public override X509Certificate2Collection Read(IConfigurationSection section, X509Certificate2Collection current, Reading reading) =>
        [.. Items.Read(section, [], reading).OfType<X509Certificate2Collection>().SelectMany(item => item)];

    public override JsonObject Schema(JsonObject definitions) => Items.Schema(definitions);

    private sealed class ItemForm : Form<X509Certificate2Collection?>
    {
        public override X509Certificate2Collection? Read(
            IConfigurationSection section, X509Certificate2Collection? current, Reading reading) =>
            CertificateReading.ReadPublic(section, reading) ?? current;

        public override JsonObject Schema(JsonObject definitions) => CertificateSource.Form.Schema(definitions);
    }
}

/// <summary>What the forms of certificates have in common.</summary>
internal static class CertificateReading
{
    public static X509Certificate2Collection? ReadPublic(IConfigurationSection section, Reading reading) =>
        Read(section, reading, source => source switch
        {
            { KeyPath: not null } => throw new CryptographicException("KeyPath is set, and no private key is needed here: remove it."),
            { IsInStore: true } => CertificateStore.Find(source, needsKey: false) is { } found
                ? new X509Certificate2Collection(X509CertificateLoader.LoadCertificate(found.RawDataMemory.Span)) : null,
            _ => CertificateFile.WithoutKeys(reading.FullPath(source.Path!), source.Password),
        });

    /// <summary>Reads the source and gets the certificate from it; null when it has a problem, which the reading has then.</summary>
    public static T? Read<T>(IConfigurationSection section, Reading reading, Func<CertificateSource, T?> load)
        where T : class
    {
        var known = reading.ProblemCount;
        var source = CertificateSource.Form.Read(section, new CertificateSource(), reading);
        if (reading.ProblemCount > known)
        {
            return null;
        }

        if (source.Problem() is { } problem)
        {
            reading.Refuse(section, problem);
            return null;
        }

        try
        {
            if (load(source) is { } found)
            {
                return found;
            }

            reading.Refuse(section, $"no certificate with {Sought(source)} is in the store {source.Store ?? "My"} of "
                + $"{source.Location ?? StoreLocation.CurrentUser}{(source.AllowInvalid ? "" : " and valid there")}: import it"
                + $"{(source.AllowInvalid ? "." : ", or set AllowInvalid to true where the platform does not trust it.")}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reading.Refuse(section,
                $"{e.Message} Path and KeyPath are relative to {reading.BasePath}; the process must be allowed to read them.");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            reading.Refuse(section, $"the certificate cannot be used: {e.Message} Check the file or store, its private key and Password.");
        }

        return null;
    }

    private static string Sought(CertificateSource source) =>
        source.Thumbprint is { } thumbprint ? $"thumbprint {thumbprint}" : $"subject {source.Subject}";
}
