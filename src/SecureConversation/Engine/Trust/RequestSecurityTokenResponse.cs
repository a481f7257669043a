using System.Globalization;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Trust;

/// <summary>
/// wst:RequestSecurityTokenResponse for a security context. In WS-Trust 1.3 it is the only child of a collection, in the February 2005
/// version it has no collection. The reader requires this form, as clients of WCF do.
/// <code>
/// t:RequestSecurityTokenResponse [@Context]
///   t:TokenType?
///   t:RequestedSecurityToken / c:SecurityContextToken
///   t:RequestedAttachedReference?, t:RequestedUnattachedReference?
///   t:RequestedProofToken? / (t:ComputedKey | t:BinarySecret)
///   t:Entropy? / t:BinarySecret
///   t:Lifetime? / (u:Created, u:Expires)
///   t:KeySize?
/// | t:RequestedTokenCancelled                  response to Cancel
/// </code>
/// </summary>
internal sealed record RequestSecurityTokenResponse
{
    private const int MaxSecretBytes = 256;
    private const int MaxTokenBytes = 64 * 1024;

    public string? Context { get; init; }

    /// <summary>The issued token; null in a response to Cancel.</summary>
    public SecurityContextToken? Token { get; init; }

    /// <summary>wsu:Id of the issued token element. Later messages refer to the token by this Id.</summary>
    public string? TokenId { get; init; }

    /// <summary>The token element in canonical form. Later messages contain it unchanged.</summary>
    public byte[] TokenXml { get; init; } = [];

    /// <summary>URI of the computed key algorithm; null when the proof token is a key or absent.</summary>
    public string? ComputedKey { get; init; }

    /// <summary>The key itself, in server entropy mode.</summary>
    public byte[]? ProofKey { get; init; }

    public byte[]? Entropy { get; init; }
    public DateTimeOffset? Created { get; init; }
    public DateTimeOffset? Expires { get; init; }
    public int? KeySize { get; init; }
    public bool IsCancelled { get; init; }

    public static RequestSecurityTokenResponse Read(XmlElement element, ProtocolVersion protocol)
    {
        if (protocol.UsesCollection)
        {
            if (element.IsNull || !element.Is(protocol.RequestSecurityTokenResponseCollection))
            {
                Fail.With(FailureCode.InvalidTrustResponse, "wst:RequestSecurityTokenResponseCollection");
            }

            element = element.FirstChild;
        }

        if (element.IsNull || !element.Is(protocol.RequestSecurityTokenResponse) || !element.NextSibling.IsNull)
        {
            Fail.With(FailureCode.InvalidTrustResponse, "wst:RequestSecurityTokenResponse");
        }

        var response = new RequestSecurityTokenResponse { Context = element.GetAttribute(Attr.Context) };
        foreach (var child in element.Children)
        {
            response = response.ReadChild(child, protocol);
        }

        return response;
    }

    /// <summary>Zeroes the entropy and the key. To be called after the key of the context was computed.</summary>
    public void ClearSecrets()
    {
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(Entropy);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(ProofKey);
    }

    public void Write(PooledBytes output, ProtocolVersion protocol, RandomIds ids)
    {
        var w = new TrustWriter(output, protocol);
        if (protocol.UsesCollection)
        {
            w.Start("RequestSecurityTokenResponseCollection", declare: true);
        }

        w.StartWithContext("RequestSecurityTokenResponse", Context);
        if (IsCancelled)
        {
            w.Element("RequestedTokenCancelled", "");
        }

        if (Token is not null)
        {
            WriteToken(output, w, protocol);
        }

        if (ComputedKey is not null || ProofKey is not null)
        {
            w.Start("RequestedProofToken");
            if (ComputedKey is not null)
            {
                w.Element("ComputedKey", ComputedKey);
            }
            else
            {
                w.Secret(ProofKey, protocol.SymmetricKeySecretType, ids());
            }

            w.End("RequestedProofToken");
        }

        if (Entropy is not null)
        {
            w.Start("Entropy");
            w.Secret(Entropy, protocol.NonceSecretType, ids());
            w.End("Entropy");
        }

        if (Created is { } created && Expires is { } expires)
        {
            w.Lifetime(created, expires);
        }

        if (KeySize is { } size)
        {
            w.Element("KeySize", size.ToString(CultureInfo.InvariantCulture));
        }

        w.End("RequestSecurityTokenResponse");
        if (protocol.UsesCollection)
        {
            w.End("RequestSecurityTokenResponseCollection");
        }
    }

    private void WriteToken(PooledBytes output, TrustWriter w, ProtocolVersion protocol)
    {
        w.Element("TokenType", protocol.SctTokenType);
        w.Start("RequestedSecurityToken");
        output.Write(TokenXml);
        w.End("RequestedSecurityToken");
        w.Start("RequestedAttachedReference");
        TokenWriter.LocalReference(output, TokenId!, protocol.SctTokenType);
        w.End("RequestedAttachedReference");
        w.Start("RequestedUnattachedReference");
        TokenWriter.ContextReference(output, Token!.Identifier, Token.Instance, protocol);
        w.End("RequestedUnattachedReference");
    }

    private RequestSecurityTokenResponse ReadChild(XmlElement child, ProtocolVersion protocol)
    {
        if (child.Is(protocol.RequestedSecurityToken))
        {
            var (token, id, xml) = ReadToken(child.FirstChild, protocol);
            return this with { Token = token, TokenId = id, TokenXml = xml };
        }

        if (child.Is(protocol.RequestedProofToken))
        {
            var proof = child.FirstChild;
            return !proof.IsNull && proof.Is(protocol.ComputedKey)
                ? this with { ComputedKey = proof.GetText().Trim() }
                : this with { ProofKey = RequestSecurityToken.ReadSecret(proof, protocol, MaxSecretBytes) };
        }

        if (child.Is(protocol.Entropy))
        {
            return this with { Entropy = RequestSecurityToken.ReadSecret(child.FirstChild, protocol, MaxSecretBytes) };
        }

        if (child.Is(protocol.Lifetime))
        {
            var (created, expires) = ReadLifetime(child);
            return this with { Created = created, Expires = expires };
        }

        if (child.Is(protocol.KeySize))
        {
            return this with { KeySize = ElementValue.Number(child) };
        }

        return child.Is(protocol.RequestedTokenCancelled) ? this with { IsCancelled = true } : this;
    }

    /// <summary>Reads an issued context token: what it says, its Id, and the element in canonical form.</summary>
    internal static (SecurityContextToken Token, string Id, byte[] Xml) ReadToken(XmlElement element, ProtocolVersion protocol)
    {
        if (element.IsNull || !element.Is(protocol.SecurityContextToken) || element.GetAttribute(Wsu.Id) is not { Length: > 0 } id)
        {
            return Fail.With<(SecurityContextToken, string, byte[])>(FailureCode.InvalidTrustResponse, "wsc:SecurityContextToken");
        }

        using var canonical = new BufferSink(MaxTokenBytes);
        ExclusiveCanonicalizer.Canonicalize(element, default, CanonicalForm.Recommendation, canonical);
        return (SecurityContextToken.Read(element, protocol), id, canonical.WrittenSpan.ToArray());
    }

    /// <summary>Reads wst:Lifetime.</summary>
    internal static (DateTimeOffset? Created, DateTimeOffset? Expires) ReadLifetime(XmlElement lifetime) =>
        (ReadInstant(lifetime, Wsu.Created), ReadInstant(lifetime, Wsu.Expires));

    private static DateTimeOffset? ReadInstant(XmlElement lifetime, XmlName name)
    {
        foreach (var child in lifetime.Children)
        {
            if (child.Is(name))
            {
                return Timestamp.TryParse(child.RawText, out var instant)
                    ? instant
                    : Fail.With<DateTimeOffset>(FailureCode.InvalidTrustResponse, "wst:Lifetime");
            }
        }

        return null;
    }
}

/// <summary>Creates a unique wsu:Id for a secret.</summary>
internal delegate string RandomIds();
