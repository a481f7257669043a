namespace SecureConversation.Engine.Names;

/// <summary>Namespace URIs of the specifications.</summary>
internal static class Ns
{
    public const string Soap11 = "http://schemas.xmlsoap.org/soap/envelope/";
    public const string Soap12 = "http://www.w3.org/2003/05/soap-envelope";
    public const string Wsa10 = "http://www.w3.org/2005/08/addressing";
    public const string WsaAugust2004 = "http://schemas.xmlsoap.org/ws/2004/08/addressing";
    public const string WsaNone = "http://schemas.microsoft.com/ws/2005/05/addressing/none";
    public const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    public const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    public const string Wsse11 = "http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd";
    public const string Ds = "http://www.w3.org/2000/09/xmldsig#";
    public const string Xenc = "http://www.w3.org/2001/04/xmlenc#";
    public const string ExcC14N = "http://www.w3.org/2001/10/xml-exc-c14n#";
    public const string Xenc11 = "http://www.w3.org/2009/xmlenc11#";
    public const string Dsig11 = "http://www.w3.org/2009/xmldsig11#";
    public const string ScFebruary2005 = "http://schemas.xmlsoap.org/ws/2005/02/sc";
    public const string Sc13 = "http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512";
    public const string TrustFebruary2005 = "http://schemas.xmlsoap.org/ws/2005/02/trust";
    public const string Trust13 = "http://docs.oasis-open.org/ws-sx/ws-trust/200512";
    public const string RmFebruary2005 = "http://schemas.xmlsoap.org/ws/2005/02/rm";
    public const string Rm11 = "http://docs.oasis-open.org/ws-rx/wsrm/200702";
    public const string Policy2004 = "http://schemas.xmlsoap.org/ws/2004/09/policy";
    public const string Identity2005 = "http://schemas.xmlsoap.org/ws/2005/05/identity";
    public const string AddressingIdentity = "http://schemas.xmlsoap.org/ws/2006/02/addressingidentity";
    public const string Saml11 = "urn:oasis:names:tc:SAML:1.0:assertion";
    public const string Saml20 = "urn:oasis:names:tc:SAML:2.0:assertion";

    /// <summary>Of this library: the encapsulation of keys, which no specification has in XML.</summary>
    public const string Kem = "urn:secure-conversation:kem";

    public const string DotNetSecurity = "http://schemas.microsoft.com/ws/2006/05/security";
    public const string DotNetDispatcher = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Soap11, Soap12, Wsa10, WsaAugust2004, WsaNone, Wsse, Wsu, Wsse11, Ds, Dsig11, Xenc, Xenc11, ExcC14N, ScFebruary2005, Sc13,
        TrustFebruary2005, Trust13, RmFebruary2005, Rm11, DotNetSecurity,
        DotNetDispatcher, Saml11, Saml20, Kem,
    ];
}

/// <summary>URIs in attribute values and element content of a security header.</summary>
internal static class Uris
{
    private const string Wss10Soap = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#";
    private const string Wss11Soap = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#";
    private const string Saml10Profile = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.0#";
    private const string Saml11Profile = "http://docs.oasis-open.org/wss/oasis-wss-saml-token-profile-1.1#";
    private const string X509Profile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#";

    // No specification names a derivation with SHA-2.
    private const string Own = "urn:secure-conversation:algorithms:";

    private const string UserNameProfile = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#";

    /// <summary>The identifier in wsc:DerivedKeyToken of a derivation that no specification names.</summary>
    public static string OwnDerivation(string name) => $"{Own}dk:{name.ToLowerInvariant()}";

    /// <summary>The identifier in wst:ComputedKey of a computation that no specification names.</summary>
    public static string OwnComputedKey(string name) => $"{Own}ck:{name.ToLowerInvariant()}";

    public const string Base64Binary = Wss10Soap + "Base64Binary";
    public const string HexBinary = Wss10Soap + "HexBinary";
    public const string StrTransform = Wss10Soap + "STR-Transform";
    public const string EncryptedKey = Wss11Soap + "EncryptedKey";
    public const string EncryptedKeySha1 = Wss11Soap + "EncryptedKeySHA1";
    public const string ThumbprintSha1 = Wss11Soap + "ThumbprintSHA1";
    public const string X509V3 = X509Profile + "X509v3";
    public const string X509SubjectKeyIdentifier = X509Profile + "X509SubjectKeyIdentifier";
    public const string PasswordText = UserNameProfile + "PasswordText";
    public const string PasswordDigest = UserNameProfile + "PasswordDigest";
    public const string UsernameToken = UserNameProfile + "UsernameToken";
    public const string EnvelopedSignature = Ns.Ds + "enveloped-signature";

    // SAML Token Profile 1.1 section 3.4: the types of token, and how key identifiers name assertions.
    public const string Saml11TokenType = Saml11Profile + "SAMLV1.1";
    public const string Saml20TokenType = Saml11Profile + "SAMLV2.0";
    public const string SamlAssertionId = Saml10Profile + "SAMLAssertionID";
    public const string SamlId = Saml11Profile + "SAMLID";
    public const string ExcC14N = Ns.ExcC14N;
    public const string ExcC14NWithComments = Ns.ExcC14N + "WithComments";
    public const string EncryptedContent = Ns.Xenc + "Content";
    public const string EncryptedElement = Ns.Xenc + "Element";
}
