using System.Globalization;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Negotiation;

/// <summary>
/// The last message of a negotiation: the context with its key, and the proof that both sides saw the same. It is a collection in both
/// versions of WS-Trust, in the order of WCF.
/// <code>
/// t:RequestSecurityTokenResponseCollection
///   t:RequestSecurityTokenResponse @Context
///     t:TokenType?
///     t:RequestedSecurityToken / c:SecurityContextToken
///     t:RequestedAttachedReference?, t:RequestedUnattachedReference?
///     t:RequestedProofToken / e:EncryptedKey   wrapped by the mechanism, without Id and KeyInfo
///     t:Lifetime? / (u:Created?, u:Expires?)
///     t:KeySize?
///     t:BinaryExchange?
///   t:RequestSecurityTokenResponse @Context
///     t:Authenticator / t:CombinedHash
/// </code>
/// </summary>
internal sealed record NegotiatedTokenResponse(string Context)
{
    private const int MaxWrappedBytes = 4096;
    private const int MaxUri = 256;

    public SecurityContextToken? Token { get; init; }

    /// <summary>wsu:Id of the element of the token.</summary>
    public string TokenId { get; init; } = "";

    /// <summary>The element of the token in canonical form.</summary>
    public byte[] TokenXml { get; init; } = [];

    /// <summary>The algorithm by which the key is wrapped.</summary>
    public string WrapAlgorithm { get; init; } = "";

    public byte[] WrappedKey { get; init; } = [];
    public DateTimeOffset? Created { get; init; }
    public DateTimeOffset? Expires { get; init; }
    public int? KeySize { get; init; }

    /// <summary>The last octets for the client; null when there are none.</summary>
    public BinaryExchange? Exchange { get; init; }

    public byte[] Authenticator { get; init; } = [];

    /// <summary>Whether an element is this message.</summary>
    public static bool IsElement(XmlElement element, ProtocolVersion protocol) =>
        element.Is(protocol.RequestSecurityTokenResponseCollection);

    /// <summary>Reads the collection. Further responses in it are skipped, as in WCF.</summary>
    /// <param name="element">The collection.</param>
    /// <param name="protocol">The version.</param>
    /// <param name="first">The response that the transcript takes.</param>
    /// <exception cref="SecurityFailureException">It has another shape.</exception>
    public static NegotiatedTokenResponse Read(XmlElement element, ProtocolVersion protocol, out XmlElement first)
    {
        first = Require(element.FirstChild, protocol);
        var second = Require(first.NextSibling, protocol);
        var response = new NegotiatedTokenResponse(NegotiationLeg.ReadContext(first));
        foreach (var child in first.Children)
        {
            response = response.ReadChild(child, protocol);
        }

        if (NegotiationLeg.ReadContext(second) != response.Context)
        {
            Fail.With(FailureCode.InvalidTrustResponse, "@Context of the authenticator");
        }

        var hash = second.FirstChild.Is(protocol.Authenticator) ? second.FirstChild.FirstChild : default;
        return hash.Is(protocol.CombinedHash)
            ? response with { Authenticator = ElementValue.Base64(hash, NegotiationTranscript.AuthenticatorBytes) }
            : Fail.With<NegotiatedTokenResponse>(FailureCode.InvalidTrustResponse, "wst:CombinedHash", "none", "one");
    }

    /// <summary>Writes the collection.</summary>
    public void Write(PooledBytes output, ProtocolVersion protocol)
    {
        var w = new TrustWriter(output, protocol);
        w.Start("RequestSecurityTokenResponseCollection", declare: true);
        WriteFirst(output, protocol, withSecrets: true);
        w.StartWithContext("RequestSecurityTokenResponse", Context);
        w.Start("Authenticator");
        w.Start("CombinedHash");
        output.WriteBase64(Authenticator);
        w.End("CombinedHash");
        w.End("Authenticator");
        w.End("RequestSecurityTokenResponse");
        w.End("RequestSecurityTokenResponseCollection");
    }

    /// <summary>Writes the first response in canonical form.</summary>
    /// <param name="output">Takes it.</param>
    /// <param name="protocol">The version.</param>
    /// <param name="withSecrets">False: without token and proof token, as the transcript has it.</param>
    public void WriteFirst(PooledBytes output, ProtocolVersion protocol, bool withSecrets)
    {
        var w = new TrustWriter(output, protocol);
        w.StartWithContext("RequestSecurityTokenResponse", Context);
        w.Element("TokenType", protocol.SctTokenType);
        if (withSecrets)
        {
            w.Start("RequestedSecurityToken");
            output.Write(TokenXml);
            w.End("RequestedSecurityToken");
        }

        w.Start("RequestedAttachedReference");
        TokenWriter.LocalReference(output, TokenId, protocol.SctTokenType);
        w.End("RequestedAttachedReference");
        w.Start("RequestedUnattachedReference");
        TokenWriter.ContextReference(output, Token!.Identifier, instance: null, protocol);
        w.End("RequestedUnattachedReference");
        if (withSecrets)
        {
            w.Start("RequestedProofToken");
            WriteWrappedKey(output);
            w.End("RequestedProofToken");
        }

        w.Lifetime(Created!.Value, Expires!.Value);
        w.Element("KeySize", KeySize!.Value.ToString(CultureInfo.InvariantCulture));
        Exchange?.Write(output, protocol);
        w.End("RequestSecurityTokenResponse");
    }

    private void WriteWrappedKey(PooledBytes output)
    {
        output.Write("<e:EncryptedKey"u8);
        TokenWriter.Attribute(output, "xmlns:e", Ns.Xenc);
        output.Write("><e:EncryptionMethod"u8);
        TokenWriter.Attribute(output, "Algorithm", WrapAlgorithm);
        output.Write("></e:EncryptionMethod><e:CipherData><e:CipherValue>"u8);
        output.WriteBase64(WrappedKey);
        output.Write("</e:CipherValue></e:CipherData></e:EncryptedKey>"u8);
    }

    private static XmlElement Require(XmlElement element, ProtocolVersion protocol) => element.Is(protocol.RequestSecurityTokenResponse)
        ? element
        : Fail.With<XmlElement>(FailureCode.InvalidTrustResponse, "child of the collection", element.Describe(),
            protocol.RequestSecurityTokenResponse.ToString());

    private NegotiatedTokenResponse ReadChild(XmlElement child, ProtocolVersion protocol)
    {
        if (child.Is(protocol.TokenType))
        {
            return ElementValue.Text(child, MaxUri) is var type && type == protocol.SctTokenType
                ? this
                : Fail.With<NegotiatedTokenResponse>(FailureCode.InvalidTrustResponse, "wst:TokenType", type, protocol.SctTokenType);
        }

        if (child.Is(protocol.RequestedSecurityToken))
        {
            RequireFirst(Token is null, child);
            var (token, id, xml) = RequestSecurityTokenResponse.ReadToken(child.FirstChild, protocol);
            return this with { Token = token, TokenId = id, TokenXml = xml };
        }

        if (child.Is(protocol.RequestedProofToken))
        {
            RequireFirst(WrappedKey.Length == 0, child);
            return ReadWrappedKey(child.FirstChild);
        }

        if (child.Is(protocol.Lifetime))
        {
            RequireFirst(Expires is null, child);
            var (created, expires) = RequestSecurityTokenResponse.ReadLifetime(child);
            return this with { Created = created, Expires = expires };
        }

        if (child.Is(protocol.KeySize))
        {
            return this with { KeySize = ElementValue.Number(child) };
        }

        if (child.Is(protocol.BinaryExchange))
        {
            RequireFirst(Exchange is null, child);
            return this with { Exchange = BinaryExchange.Read(child) };
        }

        // The service makes the key, and wraps it by what was negotiated.
        return !child.Is(protocol.Entropy) ? this : Fail.With<NegotiatedTokenResponse>(FailureCode.InvalidTrustResponse, "wst:Entropy");
    }

    private NegotiatedTokenResponse ReadWrappedKey(XmlElement key)
    {
        if (key.IsNull || !key.Is(Xenc.EncryptedKey))
        {
            return Fail.With<NegotiatedTokenResponse>(
                FailureCode.InvalidTrustResponse, "wst:RequestedProofToken", key.Describe(), Xenc.EncryptedKey.ToString());
        }

        var read = this;
        foreach (var child in key.Children)
        {
            read = child.Is(Xenc.EncryptionMethod) ? read with { WrapAlgorithm = child.GetAttribute(Attr.Algorithm) ?? "" }
                : child.Is(Xenc.CipherData) && child.FirstChild.Is(Xenc.CipherValue)
                    ? read with { WrappedKey = ElementValue.Base64(child.FirstChild, MaxWrappedBytes) }
                : read;
        }

        return read;
    }

    private static void RequireFirst(bool isFirst, XmlElement child)
    {
        if (!isFirst)
        {
            Fail.With(FailureCode.InvalidTrustResponse, child.Describe(), "twice", "once");
        }
    }
}
