using System.Globalization;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Trust;

internal enum TrustRequestKind
{
    Issue,
    Renew,
    Cancel,
}

/// <summary>
/// wst:RequestSecurityToken for a security context (WS-Trust 1.3 section 4, WS-SecureConversation 1.3 sections 3 to 6).
/// <code>
/// t:RequestSecurityToken [@Context]
///   t:TokenType?                               absent, or the URI of the context token
///   t:RequestType                              Issue, Renew or Cancel; absent means Issue to WCF
///   t:Entropy? / t:BinarySecret                client entropy
///   t:KeySize?                                 bits
///   t:RenewTarget | t:CancelTarget             the context, by reference
/// </code>
/// Children may have any order, and unknown children are skipped (WS-Trust 1.3 section 3, extensibility), as in WCF.
/// </summary>
internal sealed record RequestSecurityToken(TrustRequestKind Kind)
{
    private const int MaxEntropyBytes = 256;

    public string? Context { get; init; }
    public string? TokenType { get; init; }
    public byte[]? Entropy { get; init; }
    public int? KeySize { get; init; }

    /// <summary>The context to renew or cancel.</summary>
    public KeyReference? Target { get; init; }

    public static RequestSecurityToken Read(XmlElement element, ProtocolVersion protocol)
    {
        if (element.IsNull || !element.Is(protocol.RequestSecurityToken) || !element.NextSibling.IsNull)
        {
            Fail.With(element is { IsNull: false } && element.LocalName.SequenceEqual("RequestSecurityToken"u8)
                ? FailureCode.VersionMismatch
                : FailureCode.InvalidTrustRequest,
                "child of s:Body", element.Describe(), protocol.RequestSecurityToken.ToString());
        }

        var request = new RequestSecurityToken(ReadKind(element, protocol)) { Context = element.GetAttribute(Attr.Context) };
        foreach (var child in element.Children)
        {
            if (child.Is(protocol.TokenType))
            {
                request = request with { TokenType = child.GetText().Trim() };
            }
            else if (child.Is(protocol.Entropy))
            {
                request = request with { Entropy = ReadSecret(child.FirstChild, protocol, MaxEntropyBytes) };
            }
            else if (child.Is(protocol.KeySize))
            {
                request = request with { KeySize = ElementValue.Number(child) };
            }
            else if (child.Is(protocol.RenewTarget) || child.Is(protocol.CancelTarget))
            {
                request = request with { Target = ReadTarget(child, protocol) };
            }
        }

        return request;
    }

    /// <summary>Zeroes the entropy. To be called after the key of the context was computed.</summary>
    public void ClearSecrets()
    {
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(Entropy);
    }

    public void Write(PooledBytes output, ProtocolVersion protocol, string? entropyId)
    {
        var w = new TrustWriter(output, protocol);
        w.Start("RequestSecurityToken", declare: true);
        if (TokenType is not null)
        {
            w.Element("TokenType", TokenType);
        }

        w.Element("RequestType", Kind switch
        {
            TrustRequestKind.Issue => protocol.IssueRequestType,
            TrustRequestKind.Renew => protocol.RenewRequestType,
            _ => protocol.CancelRequestType,
        });
        if (Entropy is not null)
        {
            w.Start("Entropy");
            w.Secret(Entropy, protocol.NonceSecretType, entropyId!);
            w.End("Entropy");
        }

        if (KeySize is { } size)
        {
            w.Element("KeySize", size.ToString(CultureInfo.InvariantCulture));
        }

        if (Target is not null)
        {
            var name = Kind == TrustRequestKind.Renew ? "RenewTarget" : "CancelTarget";
            w.Start(name);
            TokenWriter.ContextReference(output, Target.Uri, Target.Instance, protocol);
            w.End(name);
        }

        w.End("RequestSecurityToken");
    }

    /// <summary>
    /// Reads t:BinarySecret of the entropy or the proof token. An encrypted secret is refused, because the body is encrypted anyway.
    /// </summary>
    internal static byte[] ReadSecret(XmlElement element, ProtocolVersion protocol, int maxBytes)
    {
        if (element.IsNull || !element.Is(protocol.BinarySecret) || !element.NextSibling.IsNull)
        {
            Fail.With(FailureCode.InvalidTrustRequest, "wst:BinarySecret");
        }

        var type = element.GetAttribute(Attr.Type);
        if (type is not null && type != protocol.NonceSecretType && type != protocol.SymmetricKeySecretType)
        {
            Fail.With(FailureCode.InvalidTrustRequest, "wst:BinarySecret/@Type");
        }

        return ElementValue.Base64(element, maxBytes);
    }

    private static TrustRequestKind ReadKind(XmlElement element, ProtocolVersion protocol)
    {
        foreach (var child in element.Children)
        {
            if (!child.Is(protocol.RequestType))
            {
                continue;
            }

            var type = child.GetText().Trim();
            return type == protocol.IssueRequestType ? TrustRequestKind.Issue
                : type == protocol.RenewRequestType ? TrustRequestKind.Renew
                : type == protocol.CancelRequestType ? TrustRequestKind.Cancel
                : Fail.With<TrustRequestKind>(FailureCode.InvalidTrustRequest, "wst:RequestType");
        }

        return TrustRequestKind.Issue;
    }

    private static KeyReference ReadTarget(XmlElement element, ProtocolVersion protocol)
    {
        var reference = element.FirstChild;
        if (reference.IsNull || !reference.Is(Wsse.SecurityTokenReference))
        {
            Fail.With(FailureCode.InvalidTrustRequest, "target");
        }

        return SecurityTokenReferenceReader.Read(reference, protocol);
    }
}
