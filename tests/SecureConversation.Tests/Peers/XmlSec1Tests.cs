using System.Text;
using System.Xml.Linq;
using SecureConversation.Testing.Peers;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Peers;

public sealed class XmlSec1Tests
{
    private const string Utility = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}";
    private const string Soap = "{http://www.w3.org/2003/05/soap-envelope}";
    private const string Addressing = "{http://www.w3.org/2005/08/addressing}";

    private static readonly string[] SignedElements =
    [
        Soap + "Body", Utility + "Timestamp", .. new[] { "Action", "MessageID", "ReplyTo", "To", "RelatesTo" }.Select(name => Addressing + name),
    ];

    private static VectorMessage Request => VectorArchive.GetMessage("session/sc-mutualcert/02-request.xml");

    [Fact]
    public void VerifyHmac_AcceptsARecordedSignature()
    {
        PeerAvailability.Require(XmlSec1.MissingReason);

        var result = XmlSec1.VerifyHmac(Request.ReadPlain()!, KeyOf(Request.Record.Signatures[0].Key), null, SignedElements);

        Assert.True(result.Ok, result.Reason);
    }

    [Fact]
    public void VerifyHmac_RefusesAnotherKeyAndAnotherBody()
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var plain = Request.ReadPlain()!;
        var key = KeyOf(Request.Record.Signatures[0].Key);
        var changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(plain).Replace("</s:Body>", " </s:Body>", StringComparison.Ordinal));

        Assert.False(XmlSec1.VerifyHmac(plain, [.. key.Reverse()], null, SignedElements).Ok);
        Assert.False(XmlSec1.VerifyHmac(changed, key, null, SignedElements).Ok);
    }

    [Fact]
    public void VerifyRsa_AcceptsARecordedEndorsement()
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var request = VectorArchive.GetMessage("session/sc-mutualcert/01-request.xml");
        string[] signature = ["{http://www.w3.org/2000/09/xmldsig#}Signature"];
        var plain = request.ReadPlain()!;

        // The endorsing signature has no Id; it is the last one.
        var result = XmlSec1.VerifyRsa(plain, request.Vector.ClientCertificate, "(//*[local-name()='Signature'])[last()]", signature);

        Assert.True(result.Ok, result.Reason);
        Assert.False(XmlSec1.VerifyRsa(plain, request.Vector.ServiceCertificate, "(//*[local-name()='Signature'])[last()]", signature).Ok);
    }

    [Fact]
    public void Decrypt_GivesTheRecordedPlaintext()
    {
        PeerAvailability.Require(XmlSec1.MissingReason);
        var body = Request.Record.Encryptions[^1];

        var result = XmlSec1.Decrypt(Request.ReadBytes(), KeyOf(body.Key), encryptedDataId: body.Id);

        Assert.True(result.Ok, result.Reason);
        // Compared as XML: xmlsec1 writes characters outside ASCII as references.
        Assert.Equal(BodyOf(Request.ReadPlain()!), BodyOf(result.Single("plain").Bytes("bytes")));
    }

    private static string BodyOf(byte[] envelope) =>
        XDocument.Load(new MemoryStream(envelope)).Root!.Elements().Last().ToString(SaveOptions.DisableFormatting);

    private static byte[] KeyOf(VectorKey key) =>
        Request.Vector.File.Secrets.DerivedKeys
            .Single(derived => key is VectorKey.DerivedKey(var nonce) && Convert.ToBase64String(derived.Nonce) == nonce).Key;
}
