using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;
using SecureConversation.Tests.Xml;

namespace SecureConversation.Fuzz.Sealing;

/// <summary>Takes a message of one of our roles apart into the script that makes it again.</summary>
internal static partial class ScriptWriter
{
    public static byte[] Write(ReadOnlyMemory<byte> wire, ScriptKeys keys)
    {
        var octets = wire.ToArray();
        var tokens = MessageTokens.Of(octets, keys);
        using var index = XmlIndex.Parse(octets, XmlLimits.Default);
        var text = new StringBuilder();
        var copied = 0;
        foreach (var element in XmlSupport.All(index).Where(e => e.Is(Xenc.EncryptedData)))
        {
            var part = element.Parent.Is(Wsse.EncryptedHeader) ? element.Parent : element;
            var data = EncryptedData.Read(element, keys.Protocol);
            var plain = Decrypt(data, tokens.KeyOf(data.Key)!, keys);
            text.Append(Latin(octets, copied, part.Start)).Append((char)MessageScript.PartStart)
                .Append(Latin(octets, part.Start, data.CipherValue.ContentStart)).Append((char)MessageScript.PlainStart)
                .Append(Encoding.Latin1.GetString(plain)).Append((char)MessageScript.PlainEnd)
                .Append(Latin(octets, data.CipherValue.ContentEnd, part.End)).Append((char)MessageScript.PartEnd);
            copied = part.End;
        }

        text.Append(Latin(octets, copied, octets.Length));
        var script = Digests().Replace(text.ToString(), $"$1{(char)MessageScript.Digest}$2");
        script = Values().Replace(script, $"$1{(char)MessageScript.Value}$2");
        foreach (var (name, value) in keys.Variables.Where(v => v.Value.Length > 8))
        {
            script = script.Replace(Encoding.Latin1.GetString(value), $"{(char)MessageScript.Variable}{(char)name}", StringComparison.Ordinal);
        }

        return Encoding.Latin1.GetBytes(script);
    }

    private static string Latin(byte[] octets, int start, int end) => Encoding.Latin1.GetString(octets, start, end - start);

    private static byte[] Decrypt(EncryptedData data, SymmetricKey key, ScriptKeys keys)
    {
        var cipher = Convert.FromBase64String(data.CipherValue.GetText());
        var plain = new byte[cipher.Length];
        return key.TryDecrypt(keys.Suite.Encryption, cipher, plain, out var length)
            ? plain[..length]
            : throw new InvalidOperationException("The message has another key.");
    }

    [GeneratedRegex("(<(?:[a-z]+:)?DigestValue>)[^<]*(<)")]
    private static partial Regex Digests();

    [GeneratedRegex("(<(?:[a-z]+:)?SignatureValue>)[^<]*(<)")]
    private static partial Regex Values();
}
