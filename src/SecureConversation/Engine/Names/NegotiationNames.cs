using SecureConversation.Binding;

namespace SecureConversation.Engine.Names;

/// <summary>The URIs of one kind of negotiation (TLSNEGO, SPNEGO), which WCF has by the version of WS-Trust.</summary>
internal sealed class NegotiationNames
{
    // WCF's table of strings has a space at the beginning of it: its clients send it, compare it and hash it (recorded).
    private const string TlsWithSpace = " " + Ns.TrustFebruary2005 + "/tlsnego";
    private const string TlsWithoutSpace = Ns.TrustFebruary2005 + "/tlsnego";

    private NegotiationNames(string valueType, string? alternative, string wrap) =>
        (ValueType, Alternative, Wrap) = (valueType, alternative, wrap);

    /// <summary>@ValueType of t:BinaryExchange, as a client writes it.</summary>
    public string ValueType { get; }

    /// <summary>Another one that a service takes; null for none.</summary>
    public string? Alternative { get; }

    /// <summary>
    /// The algorithm of the xenc:EncryptedKey, the same in both versions of WS-Trust; it lacks a part of their namespaces.
    /// </summary>
    public string Wrap { get; }

    /// <summary>The names of the negotiation that a token asks for.</summary>
    public static NegotiationNames Of(SecurityTokenParameters token, ProtocolVersion protocol) =>
        token is not SslSecurityTokenParameters ? Spnego
        : protocol == ProtocolVersion.February2005 ? TlsFebruary2005
        : Tls13;

    private static NegotiationNames Spnego { get; } = new(
        Ns.TrustFebruary2005 + "/spnego", null, "http://schemas.xmlsoap.org/2005/02/trust/spnego#GSS_Wrap");

    private static NegotiationNames TlsFebruary2005 { get; } = new(TlsWithSpace, TlsWithoutSpace, TlsWrap);

    private static NegotiationNames Tls13 { get; } = new(TlsWithoutSpace, null, TlsWrap);

    private static string TlsWrap => "http://schemas.xmlsoap.org/2005/02/trust/tlsnego#TLS_Wrap";
}
