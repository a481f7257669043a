using System.Globalization;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Negotiation;

/// <summary>
/// One message of a negotiation but the last (WS-Trust 1.3 sections 3.1 and 8): a request, or a response that asks for an answer.
/// <code>
/// t:RequestSecurityToken @Context              the first one
///   t:TokenType?
///   t:RequestType?                             Issue
///   t:KeySize?                                 bits
///   t:BinaryExchange
/// t:RequestSecurityTokenResponse @Context      all others, of both sides
///   t:BinaryExchange
/// </code>
/// Children may have any order, and unknown children are skipped, as in WCF.
/// </summary>
/// <param name="Context">What names the negotiation, chosen by the client.</param>
/// <param name="Exchange">The octets.</param>
internal sealed record NegotiationLeg(string Context, BinaryExchange Exchange)
{
    private const int MaxContext = 128;

    /// <summary>How long a key the client asks for, in bits; null in a response, and where it leaves that to the service.</summary>
    public int? KeySize { get; init; }

    /// <summary>Reads the first leg.</summary>
    /// <exception cref="SecurityFailureException">It has another shape.</exception>
    public static NegotiationLeg ReadRequest(XmlElement element, ProtocolVersion protocol)
    {
        Require(element, protocol.RequestSecurityToken);
        var leg = Read(element, protocol);
        foreach (var child in element.Children)
        {
            if (child.Is(protocol.KeySize))
            {
                leg = leg with { KeySize = ElementValue.Number(child) };
            }
            else if (child.Is(protocol.RequestType) && ElementValue.Text(child, 256) is var type && type != protocol.IssueRequestType)
            {
                Fail.With(FailureCode.InvalidTrustRequest, "wst:RequestType", type, protocol.IssueRequestType);
            }
        }

        return leg;
    }

    /// <summary>Reads another leg.</summary>
    /// <exception cref="SecurityFailureException">It has another shape.</exception>
    public static NegotiationLeg ReadResponse(XmlElement element, ProtocolVersion protocol)
    {
        Require(element, protocol.RequestSecurityTokenResponse);
        return Read(element, protocol);
    }

    /// <summary>Reads @Context.</summary>
    /// <exception cref="SecurityFailureException">It is missing or too long.</exception>
    public static string ReadContext(XmlElement element) => element.GetAttribute(Attr.Context) is { Length: > 0 and <= MaxContext } context
        ? context
        : Fail.With<string>(FailureCode.InvalidTrustRequest, "@Context", "none, or a long one", $"1 to {MaxContext} characters");

    /// <summary>Writes the first leg in canonical form.</summary>
    public void WriteRequest(PooledBytes output, ProtocolVersion protocol)
    {
        var w = new TrustWriter(output, protocol);
        w.StartWithContext("RequestSecurityToken", Context);
        w.Element("TokenType", protocol.SctTokenType);
        w.Element("RequestType", protocol.IssueRequestType);
        if (KeySize is { } size)
        {
            w.Element("KeySize", size.ToString(CultureInfo.InvariantCulture));
        }

        Exchange.Write(output, protocol);
        w.End("RequestSecurityToken");
    }

    /// <summary>Writes another leg in canonical form.</summary>
    public void WriteResponse(PooledBytes output, ProtocolVersion protocol)
    {
        var w = new TrustWriter(output, protocol);
        w.StartWithContext("RequestSecurityTokenResponse", Context);
        Exchange.Write(output, protocol);
        w.End("RequestSecurityTokenResponse");
    }

    private static NegotiationLeg Read(XmlElement element, ProtocolVersion protocol)
    {
        BinaryExchange? exchange = null;
        foreach (var child in element.Children)
        {
            if (child.Is(protocol.BinaryExchange))
            {
                exchange = exchange is null ? BinaryExchange.Read(child)
                    : Fail.With<BinaryExchange>(FailureCode.InvalidTrustRequest, "wst:BinaryExchange", "two", "one");
            }
        }

        return new NegotiationLeg(ReadContext(element),
            exchange ?? Fail.With<BinaryExchange>(FailureCode.InvalidTrustRequest, "wst:BinaryExchange", "none", "one"));
    }

    private static void Require(XmlElement element, XmlName name)
    {
        if (element.IsNull || !element.Is(name) || !element.NextSibling.IsNull || element.HasText)
        {
            Fail.With(FailureCode.InvalidTrustRequest, "child of s:Body", element.Describe(), name.ToString());
        }
    }
}
