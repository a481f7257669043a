using SecureConversation.Binding;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Names;

/// <summary>
/// Names, URIs and actions of WS-Trust and WS-SecureConversation in one of the two versions that WCF supports. WCF always combines the
/// February 2005 versions of both, or the OASIS versions of both.
/// </summary>
internal sealed class ProtocolVersion
{
    public static readonly ProtocolVersion February2005 = new(Ns.TrustFebruary2005, "t", Ns.ScFebruary2005, "c", usesCollection: false);
    public static readonly ProtocolVersion V13 = new(Ns.Trust13, "trust", Ns.Sc13, "sc", usesCollection: true);

    /// <summary>No proof key, in the words of Identity Selector Interoperability Profile 1.0 section 3.3.4.</summary>
    public const string NoProofKey = "http://schemas.xmlsoap.org/ws/2005/05/identity/NoProofKey";

    // The one derivation that the specifications name.
    private const string PSha1 = "P_SHA1";

    private readonly string _pSha1DerivationUri;
    private readonly string _pSha1ComputedKeyUri;

    private ProtocolVersion(string trust, string trustPrefix, string sc, string scPrefix, bool usesCollection)
    {
        TrustNamespace = trust;
        TrustPrefix = trustPrefix;
        ScNamespace = sc;
        ScPrefix = scPrefix;
        UsesCollection = usesCollection;

        SctTokenType = ScNamespace + "/sct";
        DkTokenType = ScNamespace + "/dk";
        _pSha1DerivationUri = ScNamespace + "/dk/p_sha1";
        _pSha1ComputedKeyUri = TrustNamespace + "/CK/PSHA1";
        NonceSecretType = TrustNamespace + "/Nonce";
        SymmetricKeySecretType = TrustNamespace + "/SymmetricKey";
        IssueRequestType = TrustNamespace + "/Issue";
        RenewRequestType = TrustNamespace + "/Renew";
        CancelRequestType = TrustNamespace + "/Cancel";
        IssueAction = TrustNamespace + "/RST/SCT";
        IssueResponseAction = TrustNamespace + "/RSTR/SCT";
        RenewAction = TrustNamespace + "/RST/SCT/Renew";
        RenewResponseAction = TrustNamespace + "/RSTR/SCT/Renew";
        CancelAction = TrustNamespace + "/RST/SCT/Cancel";
        CancelResponseAction = TrustNamespace + "/RSTR/SCT/Cancel";

        PublicKeyType = TrustNamespace + "/PublicKey";
        BearerKeyType = usesCollection ? TrustNamespace + "/Bearer" : NoProofKey;
        TokenIssueAction = TrustNamespace + "/RST/Issue";
        NegotiateAction = TrustNamespace + "/RSTR/Issue";
        TokenIssueResponseAction = TrustNamespace + (usesCollection ? "/RSTRC/IssueFinal" : "/RSTR/Issue");

        SecurityContextToken = new("SecurityContextToken", sc);
        Identifier = new("Identifier", sc);
        Instance = new("Instance", sc);
        DerivedKeyToken = new("DerivedKeyToken", sc);
        Generation = new("Generation", sc);
        Offset = new("Offset", sc);
        Length = new("Length", sc);
        Label = new("Label", sc);
        Nonce = new("Nonce", sc);

        RequestSecurityToken = new("RequestSecurityToken", trust);
        RequestSecurityTokenResponse = new("RequestSecurityTokenResponse", trust);
        RequestSecurityTokenResponseCollection = new("RequestSecurityTokenResponseCollection", trust);
        TokenType = new("TokenType", trust);
        RequestType = new("RequestType", trust);
        Entropy = new("Entropy", trust);
        BinarySecret = new("BinarySecret", trust);
        KeySize = new("KeySize", trust);
        CancelTarget = new("CancelTarget", trust);
        RenewTarget = new("RenewTarget", trust);
        RequestedTokenCancelled = new("RequestedTokenCancelled", trust);
        RequestedSecurityToken = new("RequestedSecurityToken", trust);
        RequestedAttachedReference = new("RequestedAttachedReference", trust);
        RequestedUnattachedReference = new("RequestedUnattachedReference", trust);
        RequestedProofToken = new("RequestedProofToken", trust);
        ComputedKey = new("ComputedKey", trust);
        Lifetime = new("Lifetime", trust);
        KeyType = new("KeyType", trust);
        Claims = new("Claims", trust);
        UseKey = new("UseKey", trust);
        SecondaryParameters = new("SecondaryParameters", trust);
        BinaryExchange = new("BinaryExchange", trust);
        Authenticator = new("Authenticator", trust);
        CombinedHash = new("CombinedHash", trust);
    }

    public static ProtocolVersion Of(MessageSecurityVersion version) =>
        version.SecureConversationVersion == SecureConversationVersion.February2005 ? February2005 : V13;

    public string TrustNamespace { get; }
    public string TrustPrefix { get; }
    public string ScNamespace { get; }
    public string ScPrefix { get; }

    /// <summary>WS-Trust 1.3 section 4.3: a final response travels in a collection.</summary>
    public bool UsesCollection { get; }

    public XmlName SecurityContextToken { get; }
    public XmlName Identifier { get; }
    public XmlName Instance { get; }
    public XmlName DerivedKeyToken { get; }
    public XmlName Generation { get; }
    public XmlName Offset { get; }
    public XmlName Length { get; }
    public XmlName Label { get; }
    public XmlName Nonce { get; }

    public XmlName RequestSecurityToken { get; }
    public XmlName RequestSecurityTokenResponse { get; }
    public XmlName RequestSecurityTokenResponseCollection { get; }
    public XmlName TokenType { get; }
    public XmlName RequestType { get; }
    public XmlName Entropy { get; }
    public XmlName BinarySecret { get; }
    public XmlName KeySize { get; }
    public XmlName CancelTarget { get; }
    public XmlName RenewTarget { get; }
    public XmlName RequestedTokenCancelled { get; }
    public XmlName RequestedSecurityToken { get; }
    public XmlName RequestedAttachedReference { get; }
    public XmlName RequestedUnattachedReference { get; }
    public XmlName RequestedProofToken { get; }
    public XmlName ComputedKey { get; }
    public XmlName Lifetime { get; }
    public XmlName KeyType { get; }
    public XmlName Claims { get; }
    public XmlName UseKey { get; }
    public XmlName SecondaryParameters { get; }
    public XmlName BinaryExchange { get; }
    public XmlName Authenticator { get; }
    public XmlName CombinedHash { get; }

    public string SctTokenType { get; }
    public string DkTokenType { get; }

    /// <summary>
    /// The identifier of a derivation in wsc:DerivedKeyToken. No specification names one with SHA-2, so those are of this library.
    /// </summary>
    /// <param name="name">The name of the derivation.</param>
    public string DerivationUri(string name) => name == PSha1 ? _pSha1DerivationUri : Uris.OwnDerivation(name);

    /// <summary>The identifier of a computation in wst:ComputedKey.</summary>
    /// <inheritdoc cref="DerivationUri"/>
    public string ComputedKeyUri(string name) => name == PSha1 ? _pSha1ComputedKeyUri : Uris.OwnComputedKey(name);
    public string NonceSecretType { get; }
    public string SymmetricKeySecretType { get; }

    /// <summary>WS-Trust 1.3 section 9.2. The one of a symmetric key is <see cref="SymmetricKeySecretType"/>.</summary>
    public string PublicKeyType { get; }

    /// <summary>WS-Trust 1.3 section 9.2. The version of February 2005 has none; token services took that of cards.</summary>
    public string BearerKeyType { get; }

    /// <summary>The action of a request for a token that is no security context, and that of its response.</summary>
    public string TokenIssueAction { get; }

    /// <inheritdoc cref="TokenIssueAction"/>
    public string TokenIssueResponseAction { get; }

    /// <summary>The action of each leg of a negotiation but the first and the last one.</summary>
    public string NegotiateAction { get; }

    public string IssueRequestType { get; }
    public string RenewRequestType { get; }
    public string CancelRequestType { get; }

    // The actions contain RSTR, not RSTRC, even if the body is a collection (recorded from WCF).
    public string IssueAction { get; }
    public string IssueResponseAction { get; }
    public string RenewAction { get; }
    public string RenewResponseAction { get; }
    public string CancelAction { get; }
    public string CancelResponseAction { get; }
}
