using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Attacks;

/// <summary>What a message of the victim is.</summary>
internal enum TimingExchange
{
    Session,
    Handshake,
    Single,
}

/// <summary>
/// A message of a victim, and what becomes of it when an attacker changes ciphertext. The attacker is given the keys, so that each class
/// has one thing wrong and nothing else; all classes but those of another length have the same number of octets.
/// </summary>
internal sealed class TimingMessages : IDisposable
{
    private readonly ConversationDecoder _observer;
    private readonly SymmetricKey? _sessionKey;

    private TimingMessages(byte[] wire, SymmetricKey? sessionKey, ConversationDecoder observer)
    {
        Wire = wire;
        _sessionKey = sessionKey;
        _observer = observer;
    }

    /// <summary>The message as the victim sent it, recorded before the service has seen it.</summary>
    public byte[] Wire { get; }

    public static async Task<TimingMessages> RecordAsync(
        MessageSecurityBinding binding, Uri address, TimingExchange exchange, Func<ReadOnlyMemory<byte>, Task<byte[]>> post, int bodySize = 200)
    {
        var observer = new ConversationDecoder(binding, new ConversationKeys
        {
            Service = new X509Credential(TestCertificates.Service),
            Client = new X509Credential(TestCertificates.Client),
        });
        var client = new MessageSecurityClient(binding, TestCredentials.Client);
        var plain = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Roles.Loopback.Request(binding.MessageVersion, Body(bodySize)))
            .Replace($"{Roles.Loopback.Address}", $"{address}", StringComparison.Ordinal));
        if (exchange == TimingExchange.Single)
        {
            using var single = client.Secure(plain, address);
            return new TimingMessages(single.Envelope.ToArray(), null, observer);
        }

        using var handshake = client.StartSession(address);
        if (exchange == TimingExchange.Handshake)
        {
            return new TimingMessages(handshake.Envelope.ToArray(), null, observer);
        }

        using var asked = observer.Decode(handshake.Envelope, MessageDirection.ClientToService, DateTimeOffset.UtcNow);
        var answer = await post(handshake.Envelope);
        using var answered = observer.Decode(answer, MessageDirection.ServiceToClient, DateTimeOffset.UtcNow);
        using var session = handshake.Complete(answer);
        using var request = session.Secure(plain);
        return new TimingMessages(request.Envelope.ToArray(), observer.Knowledge.FindContext(session.Id, null)?.Key, observer);
    }

    /// <summary>Everything that can be wrong with the ciphertext of the signature, where it is encrypted, and of the body.</summary>
    public IReadOnlyList<TimingClass> Classes()
    {
        var forgery = Open();
        var classes = new List<TimingClass>();
        if (forgery.Sealed.Exists(p => p.Target.LocalName == "Signature"))
        {
            Add(forgery.SignaturePart, "signature", TimingPlaintext.WrongValue, "bad MAC");
        }

        Add(forgery.BodyPart, "body", TimingPlaintext.OtherText, "bad digest");
        return classes;

        void Add(SealedPart part, string name, Func<byte[], byte[]> wrong, string wrongName)
        {
            var (cipher, plain, key) = Decrypt(forgery, part);
            classes.Add(new($"{name}: bad padding", With(Wire, part, BadPadding(cipher, plain.Length))));
            classes.Add(new($"{name}: bad XML", With(Wire, part, Encrypt(TimingPlaintext.NoXml(plain), key))));
            classes.Add(new($"{name}: bad structure", With(Wire, part, Encrypt(TimingPlaintext.OtherElement(plain), key))));
            classes.Add(new($"{name}: {wrongName}", With(Wire, part, Encrypt(wrong(plain), key))));
            classes.Add(new($"{name}: wrong length", With(Wire, part, cipher[..^1])));
        }
    }

    /// <summary>
    /// The same for the body, where a signature of the attacker stands in place of the victim's. It is in clear and costs as much as he can
    /// make it cost: elements whose namespace is declared on the envelope, with a name that each of them repeats in canonical form.
    /// </summary>
    public IReadOnlyList<TimingClass> AmplifiedClasses(int uriKilobytes = 16, int elements = 300)
    {
        var forgery = Open();
        var part = forgery.BodyPart;
        var (cipher, plain, key) = Decrypt(forgery, part);
        var evil = Amplified(uriKilobytes, elements);
        return
        [
            new("amplified: in order", evil),
            new("amplified: bad padding", With(evil, part, BadPadding(cipher, plain.Length))),
            new("amplified: bad XML", With(evil, part, Encrypt(TimingPlaintext.NoXml(plain), key))),
            new("amplified: wrong length", With(evil, part, cipher[..^1])),
        ];
    }

    /// <summary>Everything that can be wrong with the wrapped key.</summary>
    public IReadOnlyList<TimingClass> WrappedKeyClasses(bool isOaep)
    {
        using var rsa = TestCertificates.Service.GetRSAPublicKey()!;
        var size = rsa.KeySize / 8;
        byte[] Wrap(int length) => rsa.Encrypt(RandomNumberGenerator.GetBytes(length), isOaep ? RSAEncryptionPadding.OaepSHA1 : RSAEncryptionPadding.Pkcs1);
        var noSeparator = RsaBlock(size, 32);
        noSeparator[^33] = 1;
        var noPadding = RsaBlock(size, 32);
        noPadding[1] = 1;
        return
        [
            new("wrapped key: another key", WithKey(Wrap(32))),
            new("wrapped key: of 5 octets", WithKey(Wrap(5))),
            new("wrapped key: of 24 octets", WithKey(Wrap(24))),
            new("wrapped key: bad first octets", WithKey(Raw(rsa, noPadding))),
            new("wrapped key: no separator", WithKey(Raw(rsa, noSeparator))),
            new("wrapped key: too short", WithKey(new byte[size - 1])),
        ];
    }

    /// <summary>The message with a costly signature of the attacker in clear.</summary>
    public byte[] Amplified(int uriKilobytes, int elements) => CostlySignature.Put(Wire, uriKilobytes, elements);

    public Forgery Open() => Forgery.Open(Wire, _sessionKey);

    public void Dispose() => _observer.Dispose();

    /// <summary>The message with other ciphertext in one of its parts.</summary>
    public static byte[] With(byte[] wire, SealedPart part, byte[] cipher)
    {
        var document = Forgery.Load(wire);
        var id = part.Data.GetAttribute("Id");
        var data = document.GetElementsByTagName("EncryptedData", Forgery.Xenc).Cast<XmlElement>().Single(e => e.GetAttribute("Id") == id);
        Forgery.Descendant(data, "CipherValue").InnerText = Convert.ToBase64String(cipher);
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }

    private static string Body(int size) => $"<Echo xmlns=\"urn:e\"><text>{new string('x', size)}</text></Echo>";

    private static (byte[] Cipher, byte[] Plain, SymmetricKey Key) Decrypt(Forgery forgery, SealedPart part)
    {
        var reference = Forgery.Children(part.Data, "KeyInfo").FirstOrDefault() is { } info ? Forgery.Descendant(info, "SecurityTokenReference") : null;
        var key = forgery.KeyOf(reference);
        var cipher = part.Cipher;
        var plain = new byte[cipher.Length];
        Assert.True(key.TryDecrypt(SecurityAlgorithmSuite.Basic256Sha256.Encryption, cipher, plain, out var length));
        return (cipher, plain[..length], key);
    }

    private static byte[] Encrypt(byte[] plain, SymmetricKey key)
    {
        var algorithm = SecurityAlgorithmSuite.Basic256Sha256.Encryption;
        var cipher = new byte[SymmetricKey.GetCiphertextLength(algorithm, plain.Length)];
        key.Encrypt(algorithm, plain, cipher);
        return cipher;
    }

    /// <summary>The last octet of the plaintext, which tells how long the padding is, becomes 0: XML Encryption section 5.2 allows 1 to 16.</summary>
    private static byte[] BadPadding(byte[] cipher, int plainLength)
    {
        var changed = (byte[])cipher.Clone();
        changed[^17] ^= (byte)(cipher.Length - 16 - plainLength);
        return changed;
    }

    private byte[] WithKey(byte[] wrapped)
    {
        var document = Forgery.Load(Wire);
        var key = (XmlElement)document.GetElementsByTagName("EncryptedKey", Forgery.Xenc)[0]!;
        Forgery.Descendant(key, "CipherValue").InnerText = Convert.ToBase64String(wrapped);
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }

    /// <summary>A block of PKCS#1 version 1.5 around a key (RFC 8017 section 7.2.1).</summary>
    private static byte[] RsaBlock(int size, int keyLength)
    {
        var block = RandomNumberGenerator.GetBytes(size);
        for (var i = 2; i < size; i++)
        {
            block[i] = block[i] == 0 ? (byte)1 : block[i];
        }

        (block[0], block[1], block[size - keyLength - 1]) = (0, 2, 0);
        return block;
    }

    private static byte[] Raw(RSA rsa, byte[] block)
    {
        var key = rsa.ExportParameters(false);
        var number = System.Numerics.BigInteger.ModPow(
            new(block, isUnsigned: true, isBigEndian: true), new(key.Exponent!, true, true), new(key.Modulus!, true, true));
        var octets = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[block.Length - octets.Length], .. octets];
    }
}

/// <summary>Plaintexts of the same length with one thing wrong.</summary>
internal static class TimingPlaintext
{
    /// <summary>No XML from the first character on.</summary>
    public static byte[] NoXml(byte[] plain)
    {
        var changed = (byte[])plain.Clone();
        changed[1] = (byte)'<';
        return changed;
    }

    /// <summary>One element of another name.</summary>
    public static byte[] OtherElement(byte[] plain) => Encoding.ASCII.GetBytes($"<x>{new string('y', plain.Length - 7)}</x>");

    /// <summary>The same XML with one letter of text changed.</summary>
    public static byte[] OtherText(byte[] plain)
    {
        var changed = (byte[])plain.Clone();
        var at = plain.AsSpan().LastIndexOf("xx"u8);
        if (at < 0)
        {
            // A request for a token: a digit of its key size.
            at = plain.AsSpan().IndexOf("256"u8);
        }

        changed[at] = (byte)(changed[at] == '2' ? '1' : 'z');
        return changed;
    }

    /// <summary>The same signature with another value.</summary>
    public static byte[] WrongValue(byte[] plain)
    {
        var changed = (byte[])plain.Clone();
        var at = plain.AsSpan().IndexOf("SignatureValue>"u8) + "SignatureValue>".Length;
        changed[at] = (byte)(changed[at] == 'A' ? 'B' : 'A');
        return changed;
    }
}
