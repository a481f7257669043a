using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// Compares an issuer name in text form with the name in a certificate. Platforms write the order, quoting and abbreviation of
/// the parts differently (Deviation D3), so the two are compared part by part without regard to order.
/// </summary>
internal static class DistinguishedName
{
    /// <summary>Whether both names have the same parts; false when the text is no name.</summary>
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
