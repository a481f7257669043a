using System.Xml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Replies in the profile Strong that somebody made who holds the keys of the conversation: the client asks of a reply what the service
/// asks of a request, and refuses each for its own reason.
/// </summary>
public sealed class StrongReplyTests
{
    private const string Evil = "<EchoResponse xmlns=\"urn:e\">evil</EchoResponse>";

    private static readonly Dictionary<string, (Action<Forgery> Change, FailureCode Code)> Forgeries = new()
    {
        ["action changed"] = (f => f.Action.InnerText = "urn:evil", FailureCode.DigestMismatch),
        ["relation changed"] = (f => Forgery.Child(f.Header, "RelatesTo").InnerText = "urn:evil", FailureCode.DigestMismatch),
        ["relation to another request"] = (f => Signed(f, () => Forgery.Child(f.Header, "RelatesTo").InnerText = "urn:evil"), FailureCode.RelatesToMismatch),
        ["relation taken out"] = (f => f.Header.RemoveChild(Forgery.Child(f.Header, "RelatesTo")), FailureCode.PartNotSigned),
        ["action signed no more"] = (f => Unreference(f, f.Action), FailureCode.PartNotSigned),
        ["relation signed no more"] = (f => Unreference(f, Forgery.Child(f.Header, "RelatesTo")), FailureCode.PartNotSigned),
        ["timestamp signed no more"] = (f => Unreference(f, f.Timestamp), FailureCode.PartNotSigned),
        ["body signed no more"] = (f => Unreference(f, f.Body), FailureCode.PartNotSigned),
        ["timestamp taken out"] = (f => Signed(f, () =>
        {
            f.SignedInfo.RemoveChild(ReferenceTo(f, f.Timestamp));
            f.Security.RemoveChild(f.Timestamp);
        }), FailureCode.TimestampMissing),
        ["timestamp of long ago"] = (f => Signed(f, () =>
        {
            Forgery.Child(f.Timestamp, "Created").InnerText = "2000-01-01T00:00:00Z";
            Forgery.Child(f.Timestamp, "Expires").InnerText = "2000-01-01T00:05:00Z";
        }), FailureCode.Expired),
        ["timestamp with the mark of the client"] = (f => Signed(f, () => Rename(f, f.Timestamp, "from-client-1")), FailureCode.WrongToken),
        ["body beside its ciphertext"] = (f => f.OnWire(w => w.Body.AppendChild(w.Parse(Evil))), FailureCode.DecryptionFailed),
        ["body moved into a header block"] = (f =>
        {
            var wrapper = f.Parse("<w xmlns=\"urn:w\"/>");
            wrapper.AppendChild(f.Body.CloneNode(true));
            f.Header.AppendChild(wrapper);
            f.Body.InnerXml = Evil;
            Forgery.SetId(f.Body, "other");
        }, FailureCode.PartNotSigned),
        ["ciphertext changed"] = (f => f.OnWire(_ => Turn(f.BodyPart)), FailureCode.DigestMismatch),
        ["ciphertext changed and signed again"] = (f => f.OnWire(w =>
        {
            Turn(f.BodyPart);
            w.Resign();
        }), FailureCode.DecryptionFailed),
        ["ciphertext cut short and signed again"] = (f => f.OnWire(w =>
        {
            f.BodyPart.SetCipher(f.BodyPart.Cipher[..20]);
            w.Resign();
        }), FailureCode.DecryptionFailed),
        ["content that is not closed in itself"] = (f => f.BodyPart.Plain = "</s:Body>"u8.ToArray(), FailureCode.DecryptionFailed),
        ["content that is not UTF-8"] = (f => f.BodyPart.Plain = [0xC3, 0x28], FailureCode.DecryptionFailed),
        ["body in clear"] = (f => Signed(f, () => f.Expose(f.BodyPart)), FailureCode.MalformedSecurityElement),
        ["digest of SHA-1"] = (f => Signed(f, () => Forgery.Child(f.References[0], "DigestMethod").SetAttribute("Algorithm", Forgery.Ds + "sha1")), FailureCode.AlgorithmMismatch),
        ["signature by SHA-1"] = (f => Signed(f, () => Forgery.Child(f.SignedInfo, "SignatureMethod").SetAttribute("Algorithm", Forgery.Ds + "hmac-sha1")), FailureCode.AlgorithmMismatch),
        ["another cipher"] = (f => Forgery.Child(f.BodyPart.Data, "EncryptionMethod").SetAttribute("Algorithm", Forgery.Xenc + "aes256-cbc"), FailureCode.AlgorithmMismatch),
        ["signature cut short"] = (f => f.OnWire(w => Forgery.Child(w.Signature, "SignatureValue").InnerText = "AAAA"), FailureCode.SignatureMismatch),
        ["a second signature"] = (f => f.OnWire(w => w.Security.AppendChild(w.Signature.CloneNode(true))), FailureCode.UnexpectedElement),
        ["a certificate"] = (f => f.OnWire(w => w.Security.AppendChild(w.Parse(
            $"<o:BinarySecurityToken xmlns:o=\"{Forgery.Wsse}\" ValueType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3\">{Convert.ToBase64String(TestCertificates.Client.RawData)}</o:BinarySecurityToken>"))), FailureCode.UnexpectedElement),
        ["another derivation"] = (f => f.OnWire(w =>
        {
            w.DerivedKeys[0].RemoveAttribute("Algorithm");
            w.Resign();
        }), FailureCode.AlgorithmMismatch),
        ["a prefix list cut"] = (f => f.OnWire(w =>
        {
            var list = (XmlElement)ReferenceTo(w, w.Body).GetElementsByTagName("InclusiveNamespaces", "*")[0]!;
            list.SetAttribute("PrefixList", "");
            w.Resign();
        }), FailureCode.PartNotSigned),
    };

    public static MatrixTheoryData<string, string> ForgeriesAndBindings =>
        new(Forgeries.Keys, [Attack.StrongSession, Attack.StrongSingle, "mutualcert/strong-sha384/session", "anonymous/strong-sha512/single"]);

    [Theory]
    [MemberData(nameof(ForgeriesAndBindings))]
    public Task Reply_Forged_IsRefused(string name, string binding) => Attack.OnReplyAsync(binding, Forgeries[name].Change, Forgeries[name].Code);

    private static void Signed(Forgery f, Action change)
    {
        change();
        f.Resign();
    }

    private static XmlElement ReferenceTo(Forgery f, XmlElement part) => f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(part));

    private static void Unreference(Forgery f, XmlElement part) => Signed(f, () => f.SignedInfo.RemoveChild(ReferenceTo(f, part)));

    private static void Rename(Forgery f, XmlElement part, string id)
    {
        ReferenceTo(f, part).SetAttribute("URI", "#" + id);
        Forgery.SetId(part, id);
    }

    private static void Turn(SealedPart part)
    {
        var cipher = part.Cipher;
        cipher[^20] ^= 1;
        part.SetCipher(cipher);
    }
}
