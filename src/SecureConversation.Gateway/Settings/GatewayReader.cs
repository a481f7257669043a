using System.Collections.Immutable;
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
            .Concat(OfListeners(settings)).Concat(OfIdentity(settings)).Concat(OfHeaders(settings)))
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

    private static bool IsLoopback(string url)
    {
        try
        {
            var address = Microsoft.AspNetCore.Http.BindingAddress.Parse(url);
            return address.IsUnixPipe || address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
        }
        catch (FormatException)
        {
            return false;
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
            using var ecdsa = signing.GetECDsaPublicKey();
            using var rsa = signing.GetRSAPublicKey();
            if (ecdsa is { KeySize: not 256 } || (ecdsa is null && rsa is null))
            {
                yield return $"{Path}:SigningCertificate: found a key that is neither on P-256 nor of RSA, expected one of them.";
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

    // A header that says who the client is comes from the gateway alone.
    private static IEnumerable<string> OfHeaders(GatewaySettings settings)
    {
        var forged = new HashSet<string>(PassedHeaders.NeverOf(settings.Identity), StringComparer.OrdinalIgnoreCase);
        var sessions = settings.Inward.Values.Select(route => route.SessionHeader).OfType<string>()
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var header in sessions.Append(settings.Identity.Header).Where(PassedHeaders.IsOfMessages))
        {
            yield return $"{GatewaySettings.Section}: found '{header}' as Identity:Header or SessionHeader, which HTTP or SOAP needs, "
                + "expected a header of its own.";
        }

        IEnumerable<(string Path, ImmutableArray<string> Headers)> lists =
        [
            .. settings.Inward.Select(route => ($"Inward:{route.Key}", route.Value.RequestHeaders)),
            .. settings.Outward.Select(route => ($"Outward:{route.Key}", route.Value.RequestHeaders)),
        ];
        foreach (var (path, headers) in lists)
        {
            foreach (var header in headers.Where(header => forged.Contains(header) || sessions.Contains(header)))
            {
                yield return $"{GatewaySettings.Section}:{path}:RequestHeaders: found '{header}', which says who somebody is or how a "
                    + "message is framed: whoever sends it would be believed. Remove it.";
            }
        }
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
