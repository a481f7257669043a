using System.Text;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Support;

/// <summary>
/// Lets WSS4J follow a conversation. It starts with the private keys of both sides and learns every other key from what it decrypted
/// itself, so no key of the engine is ever told to it.
/// </summary>
internal sealed class PeerJudge
{
    /// <summary>The private keys of the shared certificates; encrypting a key store is slow, so once.</summary>
    public static readonly PeerKeys PrivateKeys = PeerKeys.None
        .WithPrivateKey(TestCertificates.Service).WithPrivateKey(TestCertificates.Client).Trusting(TestCertificates.Authority);

    private readonly Dictionary<string, byte[]> _contexts = [];
    private byte[] _clientEntropy = [];

    private readonly SecurityAlgorithmSuite? _beyondWss4j;

    public PeerJudge(PeerKeys? keys = null) => Keys = (keys ?? PrivateKeys).WithPassword(Loopback.ClientCredentials.UserName!.Password);

    /// <summary>A judge of messages whose algorithms WSS4J does not know: the JDK takes its place.</summary>
    public PeerJudge(SecurityAlgorithmSuite suite, PeerKeys? keys = null)
        : this(keys) => _beyondWss4j = suite;

    /// <summary>What the peer knows by now.</summary>
    public PeerKeys Keys { get; private set; }

    /// <summary>The keys of the contexts whose issue the judge has followed.</summary>
    public IReadOnlyDictionary<string, byte[]> Contexts => _contexts;

    /// <summary>The key of a context whose issue the judge has followed.</summary>
    public byte[] SecretOf(string context) => _contexts[context];

    /// <summary>Verifies one message, learns its keys; fails the test when the peer refuses it.</summary>
    public PeerResult Verify(WireMessage message)
    {
        var result = _beyondWss4j is null ? Wss4jPeer.Verify(InOrderOfProcessing(message), Keys) : Wss4jPeer.Judge(message.Bytes, Keys);
        Assert.True(result.Ok, $"{message.Leg}: {result.Reason}\n{message.Text}");
        foreach (var wrapped in result.All("encryptedKey"))
        {
            Keys = Keys.WithSecret(wrapped["sha1"], wrapped.Bytes("secret"));
        }

        var plain = PlainOf(result);
        if (message.Leg == Leg.Open)
        {
            _clientEntropy = Secrets(plain, "Entropy").SingleOrDefault([]);
        }
        else if (message.Leg == Leg.Opened)
        {
            var (context, key) = (plain.Descendants().First(e => e.Name.LocalName == "Identifier").Value, SessionKey(plain));
            _contexts.Add(context, key);
            Keys = Keys.WithSecret(context, key);
        }

        return result;
    }

    /// <summary>Verifies one message and compares the parts that the peer saw signed and encrypted with the intended ones.</summary>
    public PeerResult Verify(WireMessage message, MessageSecurityBinding binding, params IEnumerable<string> encryptedHeaders)
    {
        var result = Verify(message);
        var intended = IntendedProtection.Of(binding, message, IntendedProtection.HeadersOf(result.Single("plain").Bytes("bytes")), encryptedHeaders);
        Assert.Equal(intended.Signed, IntendedProtection.Sorted(result.All("signed").Select(part => part["name"])));
        Assert.Equal(intended.Encrypted, IntendedProtection.Sorted(result.All("decrypted").Select(part => part["name"])));
        return result;
    }

    public static XElement PlainOf(PeerResult result)
    {
        using var stream = new MemoryStream(result.Single("plain").Bytes("bytes"));
        return XDocument.Load(stream, LoadOptions.PreserveWhitespace).Root!;
    }

    /// <summary>
    /// The peer decrypts a token as soon as it meets it, also where the signature that follows covers the ciphertext. The order of the
    /// children is not signed: for encrypt-before-sign the ciphertext goes behind the reference list.
    /// </summary>
    private static byte[] InOrderOfProcessing(WireMessage message)
    {
        const string DataStart = "<e:EncryptedData ", DataEnd = "</e:EncryptedData>", HeaderEnd = "</o:Security>";
        var text = message.Text;
        var end = text.IndexOf(HeaderEnd, StringComparison.Ordinal);
        var data = text.LastIndexOf(DataStart, end, StringComparison.Ordinal);
        if (data < 0 || text.LastIndexOf("<e:ReferenceList", end, StringComparison.Ordinal) < data || data < text.IndexOf("<o:Security ", StringComparison.Ordinal))
        {
            return message.Bytes;
        }

        var dataEnd = text.IndexOf(DataEnd, data, StringComparison.Ordinal) + DataEnd.Length;
        return Encoding.UTF8.GetBytes(text[..data] + text[dataEnd..end] + text[data..dataEnd] + text[end..]);
    }

    /// <summary>WS-Trust 1.3 section 4.4.4, by the peer's own derivation.</summary>
    private byte[] SessionKey(XElement response)
    {
        if (Secrets(response, "RequestedProofToken").SingleOrDefault() is { } issued)
        {
            return issued;
        }

        if (Secrets(response, "Entropy").SingleOrDefault() is not { } entropy)
        {
            return _clientEntropy;
        }

        var length = int.Parse(response.Descendants().Single(e => e.Name.LocalName == "KeySize").Value, null) / 8;
        return _beyondWss4j is null
            ? Wss4jPeer.ComputeKey(_clientEntropy, entropy, length)
            : Wss4jPeer.ComputeKey(_beyondWss4j.KeyDerivation.Hash, _clientEntropy, entropy, length);
    }

    private static IEnumerable<byte[]> Secrets(XElement envelope, string holder) =>
        envelope.Descendants().Where(e => e.Name.LocalName == holder && e.Name.NamespaceName is Ns.TrustFebruary2005 or Ns.Trust13)
            .Elements().Where(e => e.Name.LocalName == "BinarySecret").Select(e => Convert.FromBase64String(e.Value));
}
