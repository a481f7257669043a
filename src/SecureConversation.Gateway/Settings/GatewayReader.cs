using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Configuration;
using SecureConversation.Configuration.Json;

namespace SecureConversation.Gateway.Settings;

/// <summary>Reads the section Gateway, and checks what its keys say together.</summary>
internal static class GatewayReader
{
    private const int LeastSecretBytes = 32;
    private const int LeastRsaBits = 2048;
    private const string EllipticKey = "1.2.840.10045.2.1";

    // The name of the curve in DER (RFC 5480 section 2.1.1.1).
    private static ReadOnlySpan<byte> P256 => [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];

    /// <exception cref="SettingsException">Something is wrong; it names all of it, each with the file that says it.</exception>
    public static GatewaySettings Read(IConfiguration configuration, string basePath)
    {
        var section = FrozenSettings.Of(configuration.GetSection(GatewaySettings.Section));
        try
        {
            var (settings, _) = SectionReader.Read(GatewayForms.Gateway, section, basePath);
            var problems = Problems(settings, section).ToList();
            return problems.Count == 0 ? settings with { Source = section } : throw new SettingsException(problems);
        }
        catch (SettingsException e)
        {
            throw new SettingsException(e.Problems.Select(problem => WithFile(problem, configuration)))
            {
                CertificateFiles = e.CertificateFiles,
            };
        }
    }

    /// <summary>All settings below a section as one text.</summary>
    public static string Fingerprint(IConfigurationSection section) => string.Join('\n', section.AsEnumerable(makePathsRelative: true)
        .Where(pair => pair.Value is not null)
        .OrderBy(pair => pair.Key, StringComparer.OrdinalIgnoreCase).Select(pair => $"{pair.Key}={pair.Value}"));

    private static IEnumerable<string> Problems(GatewaySettings settings, IConfigurationSection section)
    {
        if (settings.Outward.Count + settings.Inward.Count == 0)
        {
            yield return $"{section.Path}: found no routes, expected some in Outward or Inward: the gateway would do nothing.";
        }

        foreach (var problem in Twice("Outward", settings.Outward.Select(route => (route.Key, route.Value.Path)))
            .Concat(Twice("Inward", settings.Inward.Select(route => (route.Key, route.Value.Path))))
            .Concat(OfListeners(settings)).Concat(OfShared(settings)).Concat(OfIdentity(settings)).Concat(HeaderChecks.Problems(settings))
            .Concat(RouteChecks.Problems(settings)))
        {
            yield return problem;
        }

        IEnumerable<string> Twice(string direction, IEnumerable<(string Name, string Path)> routes) =>
            routes.GroupBy(route => route.Path, StringComparer.OrdinalIgnoreCase).Where(same => same.Count() > 1)
                .Select(same => $"{section.Path}:{direction}:{same.Last().Name}:Path: found '{same.Key}', which another route has, "
                    + "expected one of its own: one of the two would get nothing.");
    }

    private static IEnumerable<string> OfListeners(GatewaySettings settings)
    {
        const string Path = $"{GatewaySettings.Section}:Listeners";
        if (settings.Inward.Count > 0 && settings.Listeners.Outer is null)
        {
            yield return $"{Path}:Outer: found nothing, expected an endpoint with Url, because there are routes in Inward: "
                + "say where secured clients connect, such as http://*:8080.";
        }

        if (settings.Listeners.Inner is not { } inner || settings.Listeners.AllowInnerFromNetwork)
        {
            yield break;
        }

        if (!IsLoopback(inner["Url"]!))
        {
            yield return $"{Path}:Inner:Url: found '{inner["Url"]}', expected an address of this machine, such as http://127.0.0.1:5080: "
                + "whoever reaches it calls as the gateway. Where the network is trusted, set AllowInnerFromNetwork to true.";
        }
    }

    // Kestrel listens to the whole network where it reads no address, so this reads it alike.
    private static bool IsLoopback(string url)
    {
        try
        {
            var address = Microsoft.AspNetCore.Http.BindingAddress.Parse(url);
            return address.IsUnixPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
        }
        catch (FormatException)
        {
            return false;
        }
    }

    private static IEnumerable<string> OfShared(GatewaySettings settings)
    {
        if (settings.Redis is not null && settings.KeyRing is null)
        {
            yield return $"{GatewaySettings.Section}:KeyRing: found nothing, expected a Path that all gateways share: each gateway would "
                + "protect what lies in Redis by keys of its own, and none could read what the others wrote.";
        }
    }

    private static IEnumerable<string> OfIdentity(GatewaySettings settings)
    {
        const string Path = $"{GatewaySettings.Section}:Identity";
        var identity = settings.Identity;
        if (identity.SharedSecret is { } secret && !IsLongEnough(secret))
        {
            yield return $"{Path}:SharedSecret: found a text that is no base64 of {LeastSecretBytes} bytes or more: HS256 needs a key "
                + "of that length (RFC 7518 section 3.2). openssl rand -base64 32 makes one.";
        }

        if (identity.SigningCertificate is { } signing)
        {
            if (!IsStrongEnough(signing))
            {
                yield return $"{Path}:SigningCertificate: found a key that is neither on P-256 nor of RSA with {LeastRsaBits} bits or "
                    + "more, expected one of them: ES256 and PS256 need it (RFC 7518 sections 3.4 and 3.5).";
            }
        }

        if ((identity.SharedSecret is null) == (identity.SigningCertificate is null)
            && settings.Inward.FirstOrDefault(route => route.Value.Identity == IdentityForm.Jwt) is { Key: { } name })
        {
            yield return $"{Path}: found {(identity.SharedSecret is null ? "neither" : "both")} SigningCertificate and SharedSecret, "
                + $"expected one of them, because the route {name} passes on tokens: set it, or Identity of the route "
                + "to None or ClientCert.";
        }

        if (identity.Lifetime < TimeSpan.FromSeconds(5) || identity.Lifetime > TimeSpan.FromHours(1))
        {
            yield return $"{Path}:Lifetime: found {identity.Lifetime}, expected 00:00:05 to 01:00:00: who reads a token along the way is "
                + "the client for that time.";
        }
    }

    private static bool IsStrongEnough(X509Certificate2 certificate)
    {
        if (certificate.PublicKey.Oid.Value == EllipticKey)
        {
            // Other curves have keys of 256 bits as well. A key for agreement alone is none of ECDSA.
            using var ecdsa = certificate.PublicKey.EncodedParameters is { } curve && curve.RawData.AsSpan().SequenceEqual(P256)
                ? certificate.GetECDsaPublicKey() : null;
            return ecdsa is not null;
        }

        using var rsa = certificate.GetRSAPublicKey();
        return rsa is { KeySize: >= LeastRsaBits };
    }

    private static bool IsLongEnough(string secret)
    {
        Span<byte> bytes = stackalloc byte[4096];
        var isLong = Convert.TryFromBase64String(secret, bytes, out var length) && length >= LeastSecretBytes;
        CryptographicOperations.ZeroMemory(bytes);
        return isLong;
    }

    /// <summary>Adds the file that says a setting, or the one where it belongs.</summary>
    private static string WithFile(string problem, IConfiguration configuration)
    {
        var end = problem.IndexOf(": ", StringComparison.Ordinal);
        if (end < 0 || configuration is not IConfigurationRoot root)
        {
            return problem;
        }

        var key = problem[..end];
        var source = root.Providers.Reverse().FirstOrDefault(provider =>
            provider.TryGet(key, out _) || provider.GetChildKeys([], key).Any());
        return source is FileConfigurationProvider { Source: { Path: { } path } file }
            ? $"{file.FileProvider?.GetFileInfo(path).PhysicalPath ?? path}: {problem}"
            : problem;
    }
}
