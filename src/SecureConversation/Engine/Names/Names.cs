using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Names;

/// <summary>Unprefixed attributes that several specifications share.</summary>
internal static class Attr
{
    public static readonly XmlName Id = new("Id", "");
    public static readonly XmlName Uri = new("URI", "");
    public static readonly XmlName Type = new("Type", "");
    public static readonly XmlName Algorithm = new("Algorithm", "");
    public static readonly XmlName ValueType = new("ValueType", "");
    public static readonly XmlName EncodingType = new("EncodingType", "");
    public static readonly XmlName Value = new("Value", "");
    public static readonly XmlName Context = new("Context", "");
    public static readonly XmlName PrefixList = new("PrefixList", "");
}

/// <summary>WS-Security utility (wsu).</summary>
internal static class Wsu
{
    public static readonly XmlName Id = new("Id", Ns.Wsu);
    public static readonly XmlName Timestamp = new("Timestamp", Ns.Wsu);
    public static readonly XmlName Created = new("Created", Ns.Wsu);
    public static readonly XmlName Expires = new("Expires", Ns.Wsu);
}

/// <summary>WS-Security 1.0 and 1.1 (wsse, wsse11).</summary>
internal static class Wsse
{
    public static readonly XmlName Security = new("Security", Ns.Wsse);
    public static readonly XmlName BinarySecurityToken = new("BinarySecurityToken", Ns.Wsse);
    public static readonly XmlName UsernameToken = new("UsernameToken", Ns.Wsse);
    public static readonly XmlName Username = new("Username", Ns.Wsse);
    public static readonly XmlName Password = new("Password", Ns.Wsse);
    public static readonly XmlName Nonce = new("Nonce", Ns.Wsse);
    public static readonly XmlName Salt = new("Salt", Ns.Wsse11);
    public static readonly XmlName Iteration = new("Iteration", Ns.Wsse11);
    public static readonly XmlName SecurityTokenReference = new("SecurityTokenReference", Ns.Wsse);
    public static readonly XmlName Reference = new("Reference", Ns.Wsse);
    public static readonly XmlName KeyIdentifier = new("KeyIdentifier", Ns.Wsse);
    public static readonly XmlName TransformationParameters = new("TransformationParameters", Ns.Wsse);
    public static readonly XmlName TokenType = new("TokenType", Ns.Wsse11);
    public static readonly XmlName SignatureConfirmation = new("SignatureConfirmation", Ns.Wsse11);
    public static readonly XmlName EncryptedHeader = new("EncryptedHeader", Ns.Wsse11);
}

/// <summary>XML Signature (ds) and exclusive canonicalization (ec).</summary>
internal static class Ds
{
    public static readonly XmlName Signature = new("Signature", Ns.Ds);
    public static readonly XmlName SignedInfo = new("SignedInfo", Ns.Ds);
    public static readonly XmlName CanonicalizationMethod = new("CanonicalizationMethod", Ns.Ds);
    public static readonly XmlName SignatureMethod = new("SignatureMethod", Ns.Ds);
    public static readonly XmlName Reference = new("Reference", Ns.Ds);
    public static readonly XmlName Transforms = new("Transforms", Ns.Ds);
    public static readonly XmlName Transform = new("Transform", Ns.Ds);
    public static readonly XmlName DigestMethod = new("DigestMethod", Ns.Ds);
    public static readonly XmlName DigestValue = new("DigestValue", Ns.Ds);
    public static readonly XmlName SignatureValue = new("SignatureValue", Ns.Ds);
    public static readonly XmlName KeyInfo = new("KeyInfo", Ns.Ds);
    public static readonly XmlName X509Data = new("X509Data", Ns.Ds);
    public static readonly XmlName X509Certificate = new("X509Certificate", Ns.Ds);
    public static readonly XmlName X509IssuerSerial = new("X509IssuerSerial", Ns.Ds);
    public static readonly XmlName X509IssuerName = new("X509IssuerName", Ns.Ds);
    public static readonly XmlName X509SerialNumber = new("X509SerialNumber", Ns.Ds);
    public static readonly XmlName X509Ski = new("X509SKI", Ns.Ds);
    public static readonly XmlName X509SubjectName = new("X509SubjectName", Ns.Ds);
    public static readonly XmlName KeyName = new("KeyName", Ns.Ds);
    public static readonly XmlName KeyValue = new("KeyValue", Ns.Ds);
    public static readonly XmlName RsaKeyValue = new("RSAKeyValue", Ns.Ds);
    public static readonly XmlName Modulus = new("Modulus", Ns.Ds);
    public static readonly XmlName Exponent = new("Exponent", Ns.Ds);
    public static readonly XmlName InclusiveNamespaces = new("InclusiveNamespaces", Ns.ExcC14N);
}

/// <summary>XML Encryption (xenc).</summary>
internal static class Xenc
{
    public static readonly XmlName EncryptedData = new("EncryptedData", Ns.Xenc);
    public static readonly XmlName EncryptedKey = new("EncryptedKey", Ns.Xenc);
    public static readonly XmlName EncryptionMethod = new("EncryptionMethod", Ns.Xenc);
    public static readonly XmlName CipherData = new("CipherData", Ns.Xenc);
    public static readonly XmlName CipherValue = new("CipherValue", Ns.Xenc);
    public static readonly XmlName ReferenceList = new("ReferenceList", Ns.Xenc);
    public static readonly XmlName DataReference = new("DataReference", Ns.Xenc);
    public static readonly XmlName AgreementMethod = new("AgreementMethod", Ns.Xenc);
    public static readonly XmlName OriginatorKeyInfo = new("OriginatorKeyInfo", Ns.Xenc);
    public static readonly XmlName RecipientKeyInfo = new("RecipientKeyInfo", Ns.Xenc);
}

/// <summary>XML Encryption 1.1 (xenc11).</summary>
internal static class Xenc11
{
    public static readonly XmlName Mgf = new("MGF", Ns.Xenc11);
    public static readonly XmlName KeyDerivationMethod = new("KeyDerivationMethod", Ns.Xenc11);
    public static readonly XmlName ConcatKdfParams = new("ConcatKDFParams", Ns.Xenc11);
    public static readonly XmlName AlgorithmId = new("AlgorithmID", "");
    public static readonly XmlName PartyUInfo = new("PartyUInfo", "");
    public static readonly XmlName PartyVInfo = new("PartyVInfo", "");
    public static readonly XmlName SuppPubInfo = new("SuppPubInfo", "");
    public static readonly XmlName SuppPrivInfo = new("SuppPrivInfo", "");
}

/// <summary>The encapsulation of keys, of this library (k).</summary>
internal static class Kem
{
    public static readonly XmlName EncapsulationMethod = new("EncapsulationMethod", Ns.Kem);
    public static readonly XmlName Encapsulation = new("Encapsulation", Ns.Kem);
}

/// <summary>XML Signature 1.1 (dsig11).</summary>
internal static class Dsig11
{
    public static readonly XmlName EcKeyValue = new("ECKeyValue", Ns.Dsig11);
    public static readonly XmlName NamedCurve = new("NamedCurve", Ns.Dsig11);
    public static readonly XmlName PublicKey = new("PublicKey", Ns.Dsig11);
}
