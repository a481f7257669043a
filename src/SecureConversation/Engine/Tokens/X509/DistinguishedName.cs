using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// Compares an issuer name as some platform wrote it with the name in a certificate. Platforms differ in the order,
/// quoting and abbreviation of the parts (Deviation D3), so the two are compared as sets of values.
/// </summary>
internal static class DistinguishedName
{
    public static bool SameName(string written, X500DistinguishedName name)
    {
        try
        {
            var parsed = new X500DistinguishedName(written);
            return Parts(parsed).SequenceEqual(Parts(name));
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    private static List<string> Parts(X500DistinguishedName name)
    {
        var parts = new List<string>();
        foreach (var rdn in name.EnumerateRelativeDistinguishedNames())
        {
            parts.Add(rdn.HasMultipleElements
                ? Convert.ToHexString(rdn.RawData.Span)
                : $"{rdn.GetSingleElementType().Value}={rdn.GetSingleElementValue()}");
        }

        parts.Sort(StringComparer.Ordinal);
        return parts;
    }
}
