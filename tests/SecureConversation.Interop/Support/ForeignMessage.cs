using System.Text;
using System.Xml.Linq;
using SecureConversation.Engine.Names;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Support;

/// <summary>Messages that WSS4J makes, in the role of a client of ours.</summary>
internal static class ForeignMessage
{
    public static readonly PeerKeys ClientKeys = PeerKeys.None.WithPrivateKey(TestCertificates.Client);

    public static byte[] Envelope(string action = "urn:e/Echo", string body = "<Echo xmlns=\"urn:e\"><text>h&amp;i \u00E9</text></Echo>") => Encoding.UTF8.GetBytes(
        $"<soap:Envelope xmlns:soap=\"{Ns.Soap12}\" xmlns:wsa=\"{Ns.Wsa10}\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\"><soap:Header>"
        + $"<wsa:Action soap:mustUnderstand=\"true\">{action}</wsa:Action><wsa:MessageID>urn:uuid:{Guid.NewGuid()}</wsa:MessageID>"
        + "<wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>"
        + $"<wsa:To>{Loopback.Address}</wsa:To></soap:Header><soap:Body>{body}</soap:Body></soap:Envelope>");

    /// <summary>Makes a message; fails the test when the peer cannot.</summary>
    /// <param name="kind">See the README of the peer.</param>
    /// <param name="envelope">The plain envelope.</param>
    /// <param name="keys">The key that signs, if any.</param>
    /// <param name="options">Further options as <c>name=value</c>.</param>
    public static PeerResult Make(string kind, byte[] envelope, PeerKeys keys, params IEnumerable<string> options)
    {
        var made = Wss4jPeer.Make(kind, envelope, keys,
            [
                new("recipient", Wss4jPeer.Encode(TestCertificates.Service)),
                .. options.Select(option => option.Split('=', 2)).Select(pair => new KeyValuePair<string, string>(pair[0], pair[1])),
            ]);
        Assert.True(made.Ok, made.Reason);
        return made;
    }

    public static byte[] BytesOf(PeerResult made) => made.Single("message").Bytes("bytes");

    /// <summary>
    /// The message as a stack with a pretty printer sends it: line breaks between header blocks and inside what no signature covers,
    /// and in base64.
    /// </summary>
    public static byte[] Indent(byte[] message)
    {
        using var input = new MemoryStream(message);
        var document = XDocument.Load(input, LoadOptions.PreserveWhitespace);
        var header = document.Root!.Elements().First();
        foreach (var element in header.Descendants().Where(e => e.Name.LocalName is "BinarySecurityToken" or "KeyIdentifier" or "Nonce" or "CipherValue").ToList())
        {
            element.Value = "\n" + string.Join("\r\n", element.Value.Chunk(76).Select(line => new string(line))) + "\n ";
        }

        foreach (var parent in header.DescendantsAndSelf()
            .Where(e => e.Name.LocalName is "Header" or "Security" or "DerivedKeyToken" or "SecurityContextToken" or "EncryptedKey" or "ReferenceList"
                || e.Ancestors().Any(a => a.Name.LocalName == "EncryptedKey"))
            .Where(e => e.HasElements).ToList())
        {
            foreach (var child in parent.Elements().ToList())
            {
                child.AddBeforeSelf(new XText("\n    "));
            }

            parent.Add(new XText("\n  "));
        }

        using var output = new MemoryStream();
        document.Save(output, SaveOptions.DisableFormatting);
        return output.ToArray();
    }
}
