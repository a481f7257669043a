using System.Security.Cryptography;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Interop.Support;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Wss4j;

/// <summary>
/// A session as WSS4J would hold it: it makes the request for the context, reads the response with keys of its own, and protects requests
/// with the key that it computed. What goes over the wire is the business of <paramref name="send"/>.
/// </summary>
internal sealed class ForeignSession(ProtocolVersion protocol, string suite, Func<byte[], Task<byte[]>> send)
{
    private readonly string _conversation = $"conversation={(protocol == ProtocolVersion.V13 ? "1.3" : "2005")}";
    private readonly byte[] _entropy = RandomNumberGenerator.GetBytes(SecurityAlgorithmSuite.Parse(suite).DefaultSymmetricKeyLength / 8);

    public PeerKeys Keys { get; private set; } = PeerJudge.PrivateKeys;

    public string Identifier { get; private set; } = "";

    public byte[] Key { get; private set; } = [];

    /// <summary>WS-Trust: asks for a context under the mutual-certificate bootstrap.</summary>
    public async Task OpenAsync()
    {
        var t = protocol.TrustNamespace;
        var body = $"""
            <wst:RequestSecurityToken xmlns:wst="{t}">
              <wst:RequestType>{t}/Issue</wst:RequestType>
              <wst:TokenType>{protocol.SctTokenType}</wst:TokenType>
              <wst:KeySize>{_entropy.Length * 8}</wst:KeySize>
              <wst:Entropy><wst:BinarySecret Type="{t}/Nonce">{Convert.ToBase64String(_entropy)}</wst:BinarySecret></wst:Entropy>
            </wst:RequestSecurityToken>
            """;
        var made = ForeignMessage.Make("ek-dk", ForeignMessage.Envelope(protocol.IssueAction, body), ForeignMessage.ClientKeys,
            $"suite={suite}", _conversation, "encryptSignature=true", "bsp=true");
        var key = made.Single("encryptedKey");
        Keys = Keys.WithSecret(key["sha1"], key.Bytes("secret"));

        var plain = PeerJudge.PlainOf(Verify(await send(ForeignMessage.BytesOf(made))));
        var secret = plain.Descendants().Single(e => e.Name.LocalName == "BinarySecret");
        Identifier = plain.Descendants().First(e => e.Name.LocalName == "Identifier").Value;
        Key = Wss4jPeer.ComputeKey(_entropy, Convert.FromBase64String(secret.Value), _entropy.Length);
        Keys = Keys.WithSecret(Identifier, Key);
    }

    public async Task<PeerResult> CallAsync(params string[] options) => Verify(await send(Request(options)));

    public async Task CancelAsync()
    {
        var t = protocol.TrustNamespace;
        var body = $"""
            <wst:RequestSecurityToken xmlns:wst="{t}"><wst:RequestType>{t}/Cancel</wst:RequestType><wst:CancelTarget><o:SecurityTokenReference
            xmlns:o="{Ns.Wsse}"><o:Reference URI="{Identifier}" ValueType="{protocol.SctTokenType}"/></o:SecurityTokenReference></wst:CancelTarget></wst:RequestSecurityToken>
            """;
        var result = Verify(await send(Make(ForeignMessage.Envelope(protocol.CancelAction, body), "noEncrypt=true")));
        Assert.Contains(PeerJudge.PlainOf(result).Descendants(), e => e.Name.LocalName == "RequestedTokenCancelled");
    }

    public byte[] Request(params string[] options) => Make(ForeignMessage.Envelope(), ["encryptSignature=true", "bsp=true", .. options]);

    private byte[] Make(byte[] envelope, params string[] options) =>
        ForeignMessage.BytesOf(ForeignMessage.Make("sct", envelope, PeerKeys.None,
            [$"suite={suite}", _conversation, $"context={Identifier}", $"contextSecret={Convert.ToBase64String(Key)}", .. options]));

    private PeerResult Verify(byte[] reply)
    {
        var result = Wss4jPeer.Verify(reply, Keys);
        Assert.True(result.Ok, result.Reason);
        return result;
    }
}
