using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Tokens;

/// <summary>The names that a certificate gives its holder.</summary>
internal sealed record CertificateNames(string? CommonName, ImmutableArray<string> DnsNames, ImmutableArray<IPAddress> Addresses)
{
    private const string CommonNameOid = "2.5.4.3";
    private const string SubjectAlternativeNameOid = "2.5.29.17";

    /// <summary>Reads the names. A certificate whose names cannot be read has none.</summary>
    public static CertificateNames Of(X509Certificate2 certificate)
    {
        try
        {
            var san = certificate.Extensions[SubjectAlternativeNameOid] is { } extension
                ? new X509SubjectAlternativeNameExtension(extension.RawData, extension.Critical)
                : null;
            return new(
                CommonNameOf(certificate),
                san is null ? [] : [.. san.EnumerateDnsNames()],
                san is null ? [] : [.. san.EnumerateIPAddresses()]);
        }
        catch (CryptographicException)
        {
            return new(null, [], []);
        }
    }

    /// <summary>Whether the certificate names this host (RFC 6125 section 6.4). The common name counts only without DNS names.</summary>
    public bool Match(string name)
    {
        if (IPAddress.TryParse(name, out var address) && Addresses.Contains(address))
        {
            return true;
        }

        return DnsNames.IsEmpty
            ? CommonName is not null && Match(CommonName, name)
            : DnsNames.Any(pattern => Match(pattern, name));
    }

    private static bool Match(string pattern, string name)
    {
        if (pattern.Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        // A wildcard stands for one label of a DNS name, never for a part of an address.
        if (!pattern.StartsWith("*.", StringComparison.Ordinal) || IPAddress.TryParse(name, out _))
        {
            return false;
        }

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && pattern.AsSpan(1).Equals(name.AsSpan(dot), StringComparison.OrdinalIgnoreCase);
    }

    // With several common names none counts, for nothing says which of them is meant.
    private static string? CommonNameOf(X509Certificate2 certificate)
    {
        string? name = null;
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (!part.HasMultipleElements && part.GetSingleElementType().Value == CommonNameOid)
            {
                if (name is not null)
                {
                    return null;
                }

                name = part.GetSingleElementValue();
            }
        }

        return name;
    }
}
