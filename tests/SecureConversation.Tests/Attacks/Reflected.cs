using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Tokens;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Messages on their way back to the side that sent them. What no signature covers is rewritten to what the receiver expects of the other
/// side: tokens, references, wrapped keys. All that is signed stays as it is.
/// </summary>
internal static class Reflected
{
    private const string EncryptedKeySha1 = "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKeySHA1";

    /// <summary>A reply, as the request that it never was.</summary>
    public static XmlDocument ReplyAsRequest(ReadOnlyMemory<byte> reply, ReadOnlyMemory<byte> request)
    {
        var (reflected, sent) = (Forgery.Load(reply), Forgery.Load(request));
        var security = SecurityOf(reflected);
        if (Forgery.Children(SecurityOf(sent), "SecurityContextToken").FirstOrDefault() is { } context)
        {
            // A reply has no SecurityContextToken. The attacker takes one from a request, without any key.
            AddToken(reflected, context);
        }
        else if (Forgery.Children(security, "EncryptedKey").FirstOrDefault() is { } wrapped)
        {
            // The client can read the reply, and tells the service the key of it.
            using var client = TestCertificates.Client.GetRSAPrivateKey()!;
            using var service = TestCertificates.Service.GetRSAPublicKey()!;
            var value = Forgery.Descendant(wrapped, "CipherValue");
            var key = client.Decrypt(Convert.FromBase64String(value.InnerText), RSAEncryptionPadding.OaepSHA1);
            value.InnerText = Convert.ToBase64String(service.Encrypt(key, RSAEncryptionPadding.OaepSHA1));
            var info = Forgery.Child(wrapped, "KeyInfo");
            info.InnerXml = Forgery.Child(Forgery.Child(SecurityOf(sent), "EncryptedKey"), "KeyInfo").InnerXml;
        }
        else
        {
            AddToken(reflected, Forgery.Child(SecurityOf(sent), "EncryptedKey"));
        }

        return reflected;
    }

    /// <summary>A request outside sessions, with its key named as replies name it.</summary>
    public static XmlDocument RequestAsReply(ReadOnlyMemory<byte> request)
    {
        var reflected = Forgery.Load(request);
        var security = SecurityOf(reflected);
        var key = Forgery.Children(security, "EncryptedKey").FirstOrDefault();
        if (key is null || Forgery.Children(key, "ReferenceList").Any())
        {
            return reflected;
        }

        var hash = SHA1.HashData(Convert.FromBase64String(Forgery.Descendant(key, "CipherValue").InnerText));
        security.RemoveChild(key);
        foreach (var reference in reflected.GetElementsByTagName("Reference", Forgery.Wsse).OfType<XmlElement>().ToArray())
        {
            if (reference.GetAttribute("URI") == "#" + key.GetAttribute("Id"))
            {
                var identifier = reflected.CreateElement(reference.Prefix, "KeyIdentifier", Forgery.Wsse);
                identifier.SetAttribute("ValueType", EncryptedKeySha1);
                identifier.InnerText = Convert.ToBase64String(hash);
                reference.ParentNode!.ReplaceChild(identifier, reference);
            }
        }

        return reflected;
    }

    /// <summary>P_SHA1 runs over label and nonce as one string: the key stays the same, and the nonce no longer is.</summary>
    public static void MoveOctetFromLabelToNonce(XmlDocument message)
    {
        foreach (var token in Forgery.Children(SecurityOf(message), "DerivedKeyToken").ToArray())
        {
            var nonce = Forgery.Child(token, "Nonce");
            var label = message.CreateElement(token.Prefix, "Label", token.NamespaceURI);
            label.InnerText = Encoding.UTF8.GetString(DerivedKeyToken.DefaultLabel[..^1]);
            token.InsertBefore(label, nonce);
            nonce.InnerText = Convert.ToBase64String([DerivedKeyToken.DefaultLabel[^1], .. Convert.FromBase64String(nonce.InnerText)]);
        }
    }

    /// <summary>Names the same octets of the stream of P_SHA1 by a generation in place of an offset, with the default label written out.</summary>
    public static void SpellOut(XmlDocument message)
    {
        foreach (var token in Forgery.Children(SecurityOf(message), "DerivedKeyToken").ToArray())
        {
            XmlElement Field(string name, string text)
            {
                var field = message.CreateElement(token.Prefix, name, token.NamespaceURI);
                field.InnerText = text;
                return field;
            }

            var length = Forgery.Children(token, "Length").FirstOrDefault()?.InnerText ?? "32";
            foreach (var old in Forgery.Children(token, "Offset").Concat(Forgery.Children(token, "Length")).ToArray())
            {
                token.RemoveChild(old);
            }

            var nonce = Forgery.Child(token, "Nonce");
            token.InsertBefore(Field("Generation", "0"), nonce);
            token.InsertBefore(Field("Length", length), nonce);
            token.InsertBefore(Field("Label", Encoding.UTF8.GetString(DerivedKeyToken.DefaultLabel)), nonce);
        }
    }

    /// <summary>Signs as somebody who holds the key would: the Id of the timestamp no longer says who wrote the message.</summary>
    public static byte[] WithoutMark(XmlDocument message, SymmetricKey key)
    {
        var forged = Forgery.Open(Bytes(message), key);
        var (old, id) = (Forgery.IdOf(forged.Timestamp), "uuid-1");
        Forgery.SetId(forged.Timestamp, id);
        forged.References.Single(r => r.GetAttribute("URI") == "#" + old).SetAttribute("URI", "#" + id);
        forged.Resign();
        return forged.Seal();
    }

    public static XmlElement SecurityOf(XmlDocument message) =>
        Forgery.Child((XmlElement)message.DocumentElement!.FirstChild!, "Security");

    public static byte[] Bytes(XmlDocument message) => Encoding.UTF8.GetBytes(message.OuterXml);

    private static void AddToken(XmlDocument message, XmlElement token)
    {
        var security = SecurityOf(message);
        security.InsertAfter(message.ImportNode(token, true), Forgery.Child(security, "Timestamp"));
    }
}
