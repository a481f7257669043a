using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>Names of elements and attributes, and the short form in which reports name them.</summary>
internal static class WireNames
{
    public static readonly XNamespace Wsse = Ns.Wsse;
    public static readonly XNamespace Wsse11 = Ns.Wsse11;
    public static readonly XNamespace Wsu = Ns.Wsu;
    public static readonly XNamespace Ds = Ns.Ds;
    public static readonly XNamespace Xenc = Ns.Xenc;

    public static readonly XName Security = Wsse + "Security";
    public static readonly XName Timestamp = Wsu + "Timestamp";
    public static readonly XName WsuId = Wsu + "Id";
    public static readonly XName Str = Wsse + "SecurityTokenReference";
    public static readonly XName Reference = Wsse + "Reference";
    public static readonly XName KeyIdentifier = Wsse + "KeyIdentifier";
    public static readonly XName BinarySecurityToken = Wsse + "BinarySecurityToken";
    public static readonly XName UsernameToken = Wsse + "UsernameToken";
    public static readonly XName SignatureConfirmation = Wsse11 + "SignatureConfirmation";
    public static readonly XName EncryptedHeader = Wsse11 + "EncryptedHeader";
    public static readonly XName Signature = Ds + "Signature";
    public static readonly XName SignedInfo = Ds + "SignedInfo";
    public static readonly XName SignatureMethod = Ds + "SignatureMethod";
    public static readonly XName DsReference = Ds + "Reference";
    public static readonly XName DigestMethod = Ds + "DigestMethod";
    public static readonly XName DigestValue = Ds + "DigestValue";
    public static readonly XName KeyInfo = Ds + "KeyInfo";
    public static readonly XName X509Data = Ds + "X509Data";
    public static readonly XName EncryptedKey = Xenc + "EncryptedKey";
    public static readonly XName EncryptedData = Xenc + "EncryptedData";
    public static readonly XName ReferenceList = Xenc + "ReferenceList";
    public static readonly XName DataReference = Xenc + "DataReference";
    public static readonly XName EncryptionMethod = Xenc + "EncryptionMethod";
    public static readonly XName CipherValue = Xenc + "CipherValue";

    private static readonly SoapNames Soap11Names = SoapNames.Of(MessageVersion.Soap11WSAddressing10);
    private static readonly SoapNames Soap12Names = SoapNames.Of(MessageVersion.Soap12WSAddressing10);

    private static readonly Dictionary<string, string> Prefixes = new()
    {
        [Ns.Soap11] = "s",
        [Ns.Soap12] = "s",
        [Ns.Wsa10] = "a",
        [Ns.WsaAugust2004] = "a",
        [Ns.Wsu] = "u",
        [Ns.Wsse] = "o",
        [Ns.Wsse11] = "k",
        [Ns.Ds] = "ds",
        [Ns.Xenc] = "e",
        [Ns.ScFebruary2005] = "c",
        [Ns.Sc13] = "c",
        [Ns.TrustFebruary2005] = "t",
        [Ns.Trust13] = "t",
        [Ns.RmFebruary2005] = "r",
        [Ns.Rm11] = "r",
        [Ns.Saml11] = "saml",
        [Ns.Saml20] = "saml2",
    };

    /// <summary>prefix:name in the namespaces of message security, {namespace}name in all others.</summary>
    public static string Short(XName name) =>
        Prefixes.TryGetValue(name.NamespaceName, out var prefix) ? $"{prefix}:{name.LocalName}"
        : name.NamespaceName.Length == 0 ? name.LocalName : $"{{{name.NamespaceName}}}{name.LocalName}";

    public static bool IsSoap(XNamespace ns) => ns.NamespaceName is Ns.Soap11 or Ns.Soap12;

    public static bool IsAddressing(XNamespace ns) => ns.NamespaceName is Ns.Wsa10 or Ns.WsaAugust2004;

    public static bool IsSecureConversation(XNamespace ns) => ns.NamespaceName is Ns.ScFebruary2005 or Ns.Sc13;

    public static bool IsDerivedKey(XElement element) =>
        element.Name.LocalName == "DerivedKeyToken" && IsSecureConversation(element.Name.Namespace);

    public static bool IsContextToken(XElement element) =>
        element.Name.LocalName == "SecurityContextToken" && IsSecureConversation(element.Name.Namespace);

    /// <summary>
    /// The Id by which a receiver finds an element. Its kind decides which attribute that is, so that an attribute of the application
    /// does not pass for one.
    /// </summary>
    public static string? IdOf(XElement element) => element.Name.NamespaceName switch
    {
        Ns.Ds or Ns.Xenc => element.Attribute("Id")?.Value ?? element.Attribute(WsuId)?.Value,
        Ns.Saml11 when element.Name.LocalName == "Assertion" => element.Attribute("AssertionID")?.Value,
        Ns.Saml20 when element.Name.LocalName == "Assertion" => element.Attribute("ID")?.Value,
        _ => element.Attribute(WsuId)?.Value,
    };

    /// <summary>Whether the last receiver of a message reads a header block, as the engine decides it.</summary>
    public static bool IsForReceiver(XElement block, XNamespace soap)
    {
        var isSoap12 = soap.NamespaceName == Ns.Soap12;
        var role = block.Attribute(soap + (isSoap12 ? "role" : "actor"))?.Value;
        return string.IsNullOrEmpty(role) || (isSoap12 ? Soap12Names : Soap11Names).IsRoleOfReceiver(role);
    }

    /// <summary>The octets of a base64 text; null where it is none.</summary>
    public static byte[]? Base64(string? text)
    {
        if (text is null)
        {
            return null;
        }

        var octets = new byte[(text.Length / 4 * 3) + 3];
        return Convert.TryFromBase64String(text, octets, out var length) ? octets[..length] : null;
    }
}
