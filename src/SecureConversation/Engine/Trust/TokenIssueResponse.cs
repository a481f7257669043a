using System.Security.Cryptography;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Replay;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Trust;

/// <summary>
/// wst:RequestSecurityTokenResponse of a security token service (WS-Trust 1.3 section 4.4). In WS-Trust 1.3 it is the only child of a
/// collection, in the version of February 2005 it stands alone.
/// <code>
/// t:RequestSecurityTokenResponse
///   t:TokenType?, t:KeyType?, t:KeySize?
///   t:RequestedSecurityToken / any             one element, of any kind
///   t:RequestedAttachedReference? / o:SecurityTokenReference
///   t:RequestedUnattachedReference? / o:SecurityTokenReference
///   t:RequestedProofToken? / (t:ComputedKey | t:BinarySecret)
///   t:Entropy? / t:BinarySecret
///   t:Lifetime? / (u:Created?, u:Expires?)
/// </code>
/// Children may have any order; others are skipped, each of these occurs once.
/// </summary>
internal sealed class TokenIssueResponse
{
    private const int MaxSecretBytes = 256;
    private const int MaxUri = 2048;

    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    private TokenIssueResponse()
    {
    }

    /// <summary>The element of the token, which stands on its own.</summary>
    public byte[] Token { get; private set; } = [];

    public string? TokenType { get; private set; }
    public string? KeyType { get; private set; }
    public int? KeySize { get; private set; }
    public byte[] AttachedReference { get; private set; } = [];
    public byte[] UnattachedReference { get; private set; } = [];

    /// <summary>URI of the computed key algorithm; null when the proof token is a key or absent.</summary>
    public string? ComputedKey { get; private set; }

    /// <summary>The key, where the issuer made it alone.</summary>
    public byte[]? ProofKey { get; private set; }

    public byte[]? Entropy { get; private set; }
    public DateTimeOffset? Created { get; private set; }
    public DateTimeOffset? Expires { get; private set; }

    /// <exception cref="SecurityFailureException">It has another shape.</exception>
    public static TokenIssueResponse Read(XmlElement element, ProtocolVersion protocol)
    {
        var response = new TokenIssueResponse();
        try
        {
            foreach (var child in Open(element, protocol).Children)
            {
                response.ReadChild(child, protocol);
            }

            return response.Token.Length > 0
                ? response
                : Fail.With<TokenIssueResponse>(FailureCode.InvalidTrustResponse, "wst:RequestedSecurityToken", "none", "a token");
        }
        catch
        {
            response.ClearSecrets();
            throw;
        }
    }

    /// <summary>Zeroes the entropy and the key. To be called after the key of the token was computed.</summary>
    public void ClearSecrets()
    {
        CryptographicOperations.ZeroMemory(Entropy);
        CryptographicOperations.ZeroMemory(ProofKey);
    }

    private static XmlElement Open(XmlElement element, ProtocolVersion protocol)
    {
        if (protocol.UsesCollection)
        {
            Require(element, protocol.RequestSecurityTokenResponseCollection);
            element = element.FirstChild;
        }

        Require(element, protocol.RequestSecurityTokenResponse);
        return element.NextSibling.IsNull
            ? element
            : Fail.With<XmlElement>(FailureCode.InvalidTrustResponse, "wst:RequestSecurityTokenResponse", "more than one", "one");
    }

    private static void Require(XmlElement element, XmlName name)
    {
        if (!element.Is(name))
        {
            Fail.With(FailureCode.InvalidTrustResponse, "body of the response", element.Describe(),
                $"{name} (MessageSecurityVersion of the issuer's binding)");
        }
    }

    private void ReadChild(XmlElement child, ProtocolVersion protocol)
    {
        if (child.Is(protocol.RequestedSecurityToken))
        {
            Once(child);
            Token = ReadToken(child);
        }
        else if (child.Is(protocol.RequestedAttachedReference))
        {
            Once(child);
            AttachedReference = IssuedTokenReference.Read(child.FirstChild);
        }
        else if (child.Is(protocol.RequestedUnattachedReference))
        {
            Once(child);
            UnattachedReference = IssuedTokenReference.Read(child.FirstChild);
        }
        else if (child.Is(protocol.RequestedProofToken))
        {
            Once(child);
            ReadProof(child.FirstChild, protocol);
        }
        else if (child.Is(protocol.Entropy))
        {
            Once(child);
            Entropy = ReadSecret(child.FirstChild, protocol, "wst:Entropy");
        }
        else if (child.Is(protocol.Lifetime))
        {
            Once(child);
            (Created, Expires) = (ReadInstant(child, Wsu.Created), ReadInstant(child, Wsu.Expires));
        }
        else
        {
            ReadFact(child, protocol);
        }
    }

    private void ReadFact(XmlElement child, ProtocolVersion protocol)
    {
        if (child.Is(protocol.TokenType))
        {
            Once(child);
            TokenType = ElementValue.Text(child, MaxUri);
        }
        else if (child.Is(protocol.KeyType))
        {
            Once(child);
            KeyType = ElementValue.Text(child, MaxUri);
        }
        else if (child.Is(protocol.KeySize))
        {
            Once(child);
            KeySize = ElementValue.Number(child);
        }
    }

    private void Once(XmlElement child)
    {
        if (!_seen.Add(child.Describe()))
        {
            Fail.With(FailureCode.InvalidTrustResponse, child.Describe(), "twice", "once");
        }
    }

    private void ReadProof(XmlElement proof, ProtocolVersion protocol)
    {
        if (!proof.IsNull && proof.Is(protocol.ComputedKey))
        {
            ComputedKey = ElementValue.Text(proof, MaxUri);
        }
        else
        {
            ProofKey = ReadSecret(proof, protocol, "wst:RequestedProofToken");
        }
    }

    private static byte[] ReadSecret(XmlElement secret, ProtocolVersion protocol, string where) => secret.Is(protocol.BinarySecret)
        ? RequestSecurityToken.ReadSecret(secret, protocol, MaxSecretBytes)
        : Fail.With<byte[]>(FailureCode.InvalidTrustResponse, where, secret.Describe(),
            $"{protocol.BinarySecret}: a secret that is encrypted once more is not read, as in WCF; have the issuer rely on the protection "
                + "of the message");

    private static byte[] ReadToken(XmlElement requested)
    {
        var token = requested.FirstChild;
        if (token.IsNull || !token.NextSibling.IsNull)
        {
            Fail.With(FailureCode.InvalidTrustResponse, "wst:RequestedSecurityToken", token.IsNull ? "nothing" : "several elements",
                "one element");
        }

        using var output = new PooledBytes(token.End - token.Start + 256);
        token.WriteOnItsOwn(output, IssuedTokenXml.MaxBytes);
        return output.Span.ToArray();
    }

    private static DateTimeOffset? ReadInstant(XmlElement lifetime, XmlName name)
    {
        foreach (var child in lifetime.Children)
        {
            if (child.Is(name))
            {
                return Timestamp.TryParse(child.RawText, out var instant)
                    ? instant
                    : Fail.With<DateTimeOffset>(FailureCode.InvalidTrustResponse, "wst:Lifetime", child.Describe(), "an xsd:dateTime");
            }
        }

        return null;
    }
}
