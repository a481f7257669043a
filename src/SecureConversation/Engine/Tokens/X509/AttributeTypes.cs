using System.Buffers;
using System.Collections.Frozen;

namespace SecureConversation.Engine.Tokens;

/// <summary>
/// The keywords that platforms have for the types of attributes of a name (RFC 4519, RFC 2985, and those of the platforms).
/// </summary>
internal static class AttributeTypes
{
    private static readonly SearchValues<char> OfObjectIdentifiers = SearchValues.Create("0123456789.");

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        ["CN"] = "2.5.4.3",
        ["commonName"] = "2.5.4.3",
        ["SN"] = "2.5.4.4",
        ["SURNAME"] = "2.5.4.4",
        ["SERIALNUMBER"] = "2.5.4.5",
        ["C"] = "2.5.4.6",
        ["countryName"] = "2.5.4.6",
        ["L"] = "2.5.4.7",
        ["localityName"] = "2.5.4.7",
        ["S"] = "2.5.4.8",
        ["ST"] = "2.5.4.8",
        ["SP"] = "2.5.4.8",
        ["stateOrProvinceName"] = "2.5.4.8",
        ["STREET"] = "2.5.4.9",
        ["streetAddress"] = "2.5.4.9",
        ["O"] = "2.5.4.10",
        ["organizationName"] = "2.5.4.10",
        ["OU"] = "2.5.4.11",
        ["organizationalUnitName"] = "2.5.4.11",
        ["T"] = "2.5.4.12",
        ["TITLE"] = "2.5.4.12",
        ["description"] = "2.5.4.13",
        ["businessCategory"] = "2.5.4.15",
        ["postalAddress"] = "2.5.4.16",
        ["postalCode"] = "2.5.4.17",
        ["PostOfficeBox"] = "2.5.4.18",
        ["POBox"] = "2.5.4.18",
        ["PHONE"] = "2.5.4.20",
        ["telephoneNumber"] = "2.5.4.20",
        ["X121Address"] = "2.5.4.24",
        ["name"] = "2.5.4.41",
        ["G"] = "2.5.4.42",
        ["GN"] = "2.5.4.42",
        ["GIVENNAME"] = "2.5.4.42",
        ["I"] = "2.5.4.43",
        ["INITIALS"] = "2.5.4.43",
        ["GENERATION"] = "2.5.4.44",
        ["GENERATIONQUALIFIER"] = "2.5.4.44",
        ["x500UniqueIdentifier"] = "2.5.4.45",
        ["DNQ"] = "2.5.4.46",
        ["DNQUALIFIER"] = "2.5.4.46",
        ["houseIdentifier"] = "2.5.4.51",
        ["dmdName"] = "2.5.4.54",
        ["pseudonym"] = "2.5.4.65",
        ["role"] = "2.5.4.72",
        ["organizationIdentifier"] = "2.5.4.97",
        ["UID"] = "0.9.2342.19200300.100.1.1",
        ["USERID"] = "0.9.2342.19200300.100.1.1",
        ["mail"] = "0.9.2342.19200300.100.1.3",
        ["DC"] = "0.9.2342.19200300.100.1.25",
        ["domainComponent"] = "0.9.2342.19200300.100.1.25",
        ["E"] = "1.2.840.113549.1.9.1",
        ["EMAIL"] = "1.2.840.113549.1.9.1",
        ["EMAILADDRESS"] = "1.2.840.113549.1.9.1",
        ["unstructuredName"] = "1.2.840.113549.1.9.2",
        ["unstructuredAddress"] = "1.2.840.113549.1.9.8",
        ["jurisdictionL"] = "1.3.6.1.4.1.311.60.2.1.1",
        ["jurisdictionLocalityName"] = "1.3.6.1.4.1.311.60.2.1.1",
        ["jurisdictionST"] = "1.3.6.1.4.1.311.60.2.1.2",
        ["jurisdictionStateOrProvinceName"] = "1.3.6.1.4.1.311.60.2.1.2",
        ["jurisdictionC"] = "1.3.6.1.4.1.311.60.2.1.3",
        ["jurisdictionCountryName"] = "1.3.6.1.4.1.311.60.2.1.3",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The object identifier of a type that is written as a keyword or as one; null when the keyword is not known.</summary>
    public static string? Find(string type)
    {
        var name = WithoutPrefix(type);
        return IsObjectIdentifier(name) ? name.ToString() : Types.GetValueOrDefault(type);
    }

    /// <summary>Whether the text can be a type: a word, or an object identifier.</summary>
    public static bool IsType(ReadOnlySpan<char> text) =>
        !text.IsEmpty && !text.Contains(' ') && (char.IsAsciiLetter(text[0]) || IsObjectIdentifier(text));

    private static ReadOnlySpan<char> WithoutPrefix(ReadOnlySpan<char> type) =>
        type.StartsWith("OID.", StringComparison.OrdinalIgnoreCase) ? type[4..] : type;

    private static bool IsObjectIdentifier(ReadOnlySpan<char> text) =>
        !text.IsEmpty && char.IsAsciiDigit(text[0]) && text.Contains('.') && !text.ContainsAnyExcept(OfObjectIdentifiers);
}
