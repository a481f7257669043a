using System.Text;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Negotiation;
using SecureConversation.Engine.Negotiation.Tls;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Negotiation;

/// <summary>
/// What a public recording of WCF shows of a negotiation with a user name (TLS 1.0, WS-Trust of February 2005). Its octets are cut, so that the
/// authenticator cannot be computed again; the form of the messages, the names, and the beginning of each value are there.
/// </summary>
public sealed class RecordedNegotiationTests
{
    private const string Tls = " http://schemas.xmlsoap.org/ws/2005/02/trust/tlsnego";

    private static readonly ProtocolVersion Protocol = ProtocolVersion.February2005;

    /// <summary>The attributes in WCF's order, and a space at the beginning of the value.</summary>
    private static string Exchange(byte[] octets) => $"<t:BinaryExchange ValueType=\"{Tls}\" "
        + "EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\">\n   "
        + $"{Convert.ToBase64String(octets)}</t:BinaryExchange>";

    /// <summary>Handshake, TLS 1.0, 90 octets: a ClientHello.</summary>
    [Fact]
    public void FirstLeg_IsRead()
    {
        using var index = Parse($"<t:RequestSecurityToken Context=\"uuid-9fd5ef90-1\" xmlns:t=\"{Protocol.TrustNamespace}\">\n"
            + $"<t:TokenType>{Protocol.SctTokenType}</t:TokenType><t:RequestType>{Protocol.IssueRequestType}</t:RequestType><t:KeySize>256</t:KeySize>"
            + Exchange([0x16, 3, 1, 0, 0x5A, 1]) + "\n</t:RequestSecurityToken>");
        var leg = NegotiationLeg.ReadRequest(index.Root, Protocol);
        Assert.Equal(("uuid-9fd5ef90-1", 256, Tls), (leg.Context, leg.KeySize, leg.Exchange.ValueType));
        Assert.Equal([0x16, 3, 1, 0, 0x5A, 1], leg.Exchange.Octets);
        Assert.Equal(Tls, NegotiationNames.Of(new SecureConversation.Binding.SslSecurityTokenParameters(), Protocol).ValueType);
    }

    /// <summary>One record of application data of 64 octets: 32 of a key, 20 of its MAC, and padding to whole blocks.</summary>
    [Fact]
    public void LastLeg_HasTokenKeyAndAuthenticator()
    {
        byte[] wrapped = [0x17, 3, 1, 0, 0x40, .. new byte[0x40]];
        Assert.True(TlsRecords.AreApplicationData(wrapped, most: 1));
        Assert.Equal(0x40, (32 + 20 + 16) / 16 * 16);

        using var index = Parse(Collection(wrapped));
        var read = NegotiatedTokenResponse.Read(index.Root, Protocol, out var first);
        Assert.Equal(("urn:uuid:01c4796c-46f4-40b3-a4b9-c383de2673b1", true), (read.Token!.Identifier, read.Token.HasCookie));
        Assert.Equal(NegotiationNames.Of(new SecureConversation.Binding.SslSecurityTokenParameters(), Protocol).Wrap, read.WrapAlgorithm);
        Assert.Equal(wrapped, read.WrappedKey);
        Assert.Equal((TimeSpan.FromHours(10), 256), (read.Expires - read.Created, read.KeySize));
        Assert.Equal(NegotiationTranscript.AuthenticatorBytes, read.Authenticator.Length);
        Assert.Equal([0x14, 3, 1, 0, 1, 1, 0x16, 3, 1, 0, 0x30], read.Exchange!.Octets[..11]);
        Assert.Equal("RequestSecurityTokenResponse", Encoding.UTF8.GetString(first.LocalName));
    }

    /// <summary>What counts is the canonical form, with white space as it came, and without comments, token and key.</summary>
    [Fact]
    public void Transcript_LeavesOutCommentsTokenAndKey()
    {
        byte[] key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        var same = Authenticator(Collection(new byte[69]), key);
        Assert.Equal(same, Authenticator(Collection(new byte[69]).Replace("><t:KeySize", "><!-- c --><t:KeySize", StringComparison.Ordinal), key));
        Assert.NotEqual(same, Authenticator(Collection(new byte[69]).Replace("><t:KeySize", "> <t:KeySize", StringComparison.Ordinal), key));
        Assert.Equal(same, Authenticator(Collection(new byte[80]), key));
        Assert.NotEqual(same, Authenticator(Collection(new byte[69]).Replace("KeySize>256", "KeySize>128", StringComparison.Ordinal), key));
        Assert.NotEqual(same, Authenticator(Collection(new byte[69]), [.. key.Reverse()]));
    }

    private static byte[] Authenticator(string collection, byte[] key)
    {
        using var index = Parse(collection);
        NegotiatedTokenResponse.Read(index.Root, Protocol, out var first);
        using var transcript = new NegotiationTranscript();
        transcript.Add(first, Protocol.RequestedSecurityToken, Protocol.RequestedProofToken);
        return transcript.ComputeAuthenticator(key);
    }

    private static string Collection(byte[] wrapped) => $"""
        <t:RequestSecurityTokenResponseCollection xmlns:t="{Protocol.TrustNamespace}">
        <t:RequestSecurityTokenResponse Context="uuid-9fd5ef90-1" xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd">
        <t:TokenType>{Protocol.SctTokenType}</t:TokenType>
        <t:RequestedSecurityToken><c:SecurityContextToken u:Id="uuid-6fc9e406-1" xmlns:c="{Protocol.ScNamespace}"><c:Identifier>urn:uuid:01c4796c-46f4-40b3-a4b9-c383de2673b1</c:Identifier><dnse:Cookie xmlns:dnse="http://schemas.microsoft.com/ws/2006/05/security">AQAAANCMnd8BFdERjHoAwE8=</dnse:Cookie></c:SecurityContextToken></t:RequestedSecurityToken>
        <t:RequestedAttachedReference><o:SecurityTokenReference xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><o:Reference URI="#uuid-6fc9e406-1"></o:Reference></o:SecurityTokenReference></t:RequestedAttachedReference>
        <t:RequestedUnattachedReference><o:SecurityTokenReference xmlns:o="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"><o:Reference URI="urn:uuid:01c4796c-46f4-40b3-a4b9-c383de2673b1" ValueType="{Protocol.SctTokenType}"></o:Reference></o:SecurityTokenReference></t:RequestedUnattachedReference>
        <t:RequestedProofToken><e:EncryptedKey xmlns:e="http://www.w3.org/2001/04/xmlenc#"><e:EncryptionMethod Algorithm="http://schemas.xmlsoap.org/2005/02/trust/tlsnego#TLS_Wrap"></e:EncryptionMethod><e:CipherData><e:CipherValue>{Convert.ToBase64String(wrapped)}</e:CipherValue></e:CipherData></e:EncryptedKey></t:RequestedProofToken>
        <t:Lifetime><u:Created>2015-03-15T22:31:51.798Z</u:Created><u:Expires>2015-03-16T08:31:51.798Z</u:Expires></t:Lifetime><t:KeySize>256</t:KeySize>
        {Exchange([0x14, 3, 1, 0, 1, 1, 0x16, 3, 1, 0, 0x30, .. new byte[0x30]])}
        </t:RequestSecurityTokenResponse>
        <t:RequestSecurityTokenResponse Context="uuid-9fd5ef90-1"><t:Authenticator><t:CombinedHash>LDPri8inIFpPJzCI4ua6YNy4+OPSFTEKCLQzEpWQ8Xc=</t:CombinedHash></t:Authenticator></t:RequestSecurityTokenResponse>
        </t:RequestSecurityTokenResponseCollection>
        """;

    private static XmlIndex Parse(string xml) => XmlIndex.Parse(Encoding.UTF8.GetBytes(xml.Trim()), XmlLimits.Default);
}
