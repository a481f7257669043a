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
/// Messages of a victim, and what becomes of them when an attacker changes ciphertext. All classes of an attack but those of another length
/// have the same number of octets.
/// </summary>
internal sealed class TimingMessages : IDisposable
{
    private static readonly string Body = $"<Echo xmlns=\"urn:e\"><text>{new string('x', 200)}</text></Echo>";

    private readonly ConversationDecoder _observer;
    private readonly SymmetricKey? _sessionKey;
    private readonly ClientSession? _session;

    private TimingMessages(Func<byte[]> next, ConversationDecoder observer, ClientSession? session = null, SymmetricKey? sessionKey = null)
    {
        Next = next;
        Wire = next();
        (_observer, _session, _sessionKey) = (observer, session, sessionKey);
    }

    /// <summary>A message as the victim sends it, recorded before the service has seen it.</summary>
    public byte[] Wire { get; }

    /// <summary>Gives a new message of the victim each time: a service looks into the body of a message only once.</summary>
    public Func<byte[]> Next { get; }

    public static async Task<TimingMessages> RecordAsync(
        MessageSecurityBinding binding, Uri address, TimingExchange exchange, Func<ReadOnlyMemory<byte>, Task<byte[]>> post)
    {
        var observer = new ConversationDecoder(binding, new ConversationKeys
        {
            Service = new X509Credential(TestCertificates.Service),
            Client = new X509Credential(TestCertificates.Client),
        });
        var client = new MessageSecurityClient(binding, TestCredentials.Client);
        byte[] Plain() => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Roles.Loopback.Request(binding.MessageVersion, Body))
            .Replace($"{Roles.Loopback.Address}", $"{address}", StringComparison.Ordinal));
        if (exchange == TimingExchange.Single)
        {
            return new TimingMessages(() => Octets(client.Secure(Plain(), address)), observer);
        }

        if (exchange == TimingExchange.Handshake)
        {
            return new TimingMessages(
                () =>
                {
                    using var started = client.StartSession(address);
                    return started.Envelope.ToArray();
                },
                observer);
        }

        using var handshake = client.StartSession(address);
        using var asked = observer.Decode(handshake.Envelope, MessageDirection.ClientToService, DateTimeOffset.UtcNow);
        var answer = await post(handshake.Envelope);
        using var answered = observer.Decode(answer, MessageDirection.ServiceToClient, DateTimeOffset.UtcNow);
        var session = handshake.Complete(answer);
        // A session that is never used ends soon.
        await post(Octets(session.Secure(Plain())));
        return new TimingMessages(() => Octets(session.Secure(Plain())), observer, session, observer.Knowledge.FindContext(session.Id, null)?.Key);
    }

    /// <summary>Sends messages to a service in this process.</summary>
    public static Func<ReadOnlyMemory<byte>, Task<byte[]>> To(MessageSecurityService service) => async message =>
    {
        using var result = await service.ReceiveAsync(message);
        return result is ServiceResult.Respond respond ? respond.Envelope.ToArray() : [];
    };

    /// <summary>
    /// Everything that can be wrong with the ciphertext of the signature. The attacker is given the keys, so that each class has one thing
    /// wrong and nothing else. He has a message for each try: where the value still holds, a message is good for one.
    /// </summary>
    public IReadOnlyList<TimingClass> SignatureClasses(Func<byte[], byte[]> amplify)
    {
        TimingClass Class(string name, Func<byte[], byte[], SymmetricKey, byte[]> change) => new($"signature: {name}", () =>
        {
            var wire = Next();
            var forgery = Forgery.Open(wire, _sessionKey);
            var part = forgery.SignaturePart;
            var (cipher, plain, key) = Decrypt(forgery, part);
            return amplify(With(wire, part, change(cipher, plain, key)));
        });
        return
        [
            Class("bad padding", (cipher, plain, _) => BadPadding(cipher, plain.Length)),
            Class("bad XML", (_, plain, key) => Encrypt(TimingPlaintext.NoXml(plain), key)),
            Class("bad structure", (_, plain, key) => Encrypt(TimingPlaintext.OtherElement(plain), key)),
            Class("bad MAC", (_, plain, key) => Encrypt(TimingPlaintext.WrongValue(plain), key)),
            Class("wrong length", (cipher, _, _) => cipher[..^1]),
        ];
    }

    /// <summary>
    /// What can be wrong with the ciphertext of the body. The attacker stands between the victim and the service and changes one message
    /// after the other; he has no key, and knows how the plaintext begins and how long its padding is.
    /// </summary>
    public IReadOnlyList<TimingClass> BodyClasses(Func<byte[], byte[]> amplify)
    {
        var forgery = Open();
        var (cipher, plain, _) = Decrypt(forgery, forgery.BodyPart);
        var padding = (byte)(cipher.Length - 16 - plain.Length);
        TimingClass Class(string name, Func<byte[], byte[]> change) => new($"body: {name}", () => amplify(WithBody(Next(), change)));
        byte[] Flip(byte[] c, int at, int bits)
        {
            c[at] ^= (byte)bits;
            return c;
        }

        List<TimingClass> classes =
        [
            Class("bad padding", c => Flip(c, c.Length - 17, padding)),
            Class("bad XML at the start", c => Flip(c, 1, plain[1] ^ '<')),
            Class("bad XML at the end", c => Flip(c, 4, 1)),
            Class("wrong length", c => c[..^1]),
        ];
        if (plain.AsSpan().StartsWith("<Echo xmlns=\"urn"u8))
        {
            classes.Add(Class("bad digest", c => Flip(c, 15, 'n' ^ 'm')));
        }

        return classes;
    }

    /// <summary>
    /// The body of one message, where a signature of the attacker stands in place of the victim's. It is in clear and costs as much as he
    /// can make it cost: elements whose namespace is declared on the envelope, with a name that each of them repeats in canonical form.
    /// </summary>
    public IReadOnlyList<TimingClass> CostlySignatureClasses(int uriKilobytes = 16, int elements = 300, int prefixes = 0)
    {
        var forgery = Open();
        var part = forgery.BodyPart;
        var (cipher, plain, key) = Decrypt(forgery, part);
        var evil = CostlySignature.Put(Wire, uriKilobytes, elements, prefixes);
        return
        [
            new("costly signature, body in order", evil),
            new("costly signature, body with bad padding", With(evil, part, BadPadding(cipher, plain.Length))),
            new("costly signature, body with bad XML", With(evil, part, Encrypt(TimingPlaintext.NoXml(plain), key))),
            new("costly signature, body of wrong length", With(evil, part, cipher[..^1])),
        ];
    }

    /// <summary>
    /// Everything that can be wrong with the wrapped key and is not seen on the wire: one of another length is refused before the private
    /// key is used.
    /// </summary>
    public IReadOnlyList<TimingClass> WrappedKeyClasses(RSAEncryptionPadding padding)
    {
        using var rsa = TestCertificates.Service.GetRSAPublicKey()!;
        var size = rsa.KeySize / 8;
        byte[] Wrap(int length) => rsa.Encrypt(RandomNumberGenerator.GetBytes(length), padding);
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
        ];
    }

    /// <summary>The message with a costly signature of the attacker in clear.</summary>
    public byte[] Amplified(int uriKilobytes, int elements) => CostlySignature.Put(Wire, uriKilobytes, elements);

    public Forgery Open() => Forgery.Open(Wire, _sessionKey);

    public void Dispose()
    {
        _session?.Dispose();
        _observer.Dispose();
    }

    /// <summary>The message with other ciphertext in one of its parts.</summary>
    public static byte[] With(byte[] wire, SealedPart part, byte[] cipher)
    {
        var document = Forgery.Load(wire);
        var id = part.Data.GetAttribute("Id");
        var data = document.GetElementsByTagName("EncryptedData", Forgery.Xenc).Cast<XmlElement>().Single(e => e.GetAttribute("Id") == id);
        Forgery.Descendant(data, "CipherValue").InnerText = Convert.ToBase64String(cipher);
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }

    private static byte[] Octets(SecuredRequest request)
    {
        using (request)
        {
            return request.Envelope.ToArray();
        }
    }

    private static byte[] WithBody(byte[] wire, Func<byte[], byte[]> change)
    {
        var text = Encoding.UTF8.GetString(wire);
        var end = text.LastIndexOf("</", text.LastIndexOf("CipherValue>", StringComparison.Ordinal), StringComparison.Ordinal);
        var start = text.LastIndexOf('>', end) + 1;
        return Encoding.UTF8.GetBytes($"{text[..start]}{Convert.ToBase64String(change(Convert.FromBase64String(text[start..end])))}{text[end..]}");
    }

    private (byte[] Cipher, byte[] Plain, SymmetricKey Key) Decrypt(Forgery forgery, SealedPart part)
    {
        var reference = Forgery.Children(part.Data, "KeyInfo").FirstOrDefault() is { } info ? Forgery.Descendant(info, "SecurityTokenReference") : null;
        var key = forgery.KeyOf(reference);
        var cipher = part.Cipher;
        var plain = new byte[cipher.Length];
        Assert.True(key.TryDecrypt(Forgery.SuiteOf(Forgery.Load(Wire)).Encryption, cipher, plain, out var length));
        return (cipher, plain[..length], key);
    }

    private byte[] Encrypt(byte[] plain, SymmetricKey key)
    {
        var algorithm = Forgery.SuiteOf(Forgery.Load(Wire)).Encryption;
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

    /// <summary>The same signature with another value.</summary>
    public static byte[] WrongValue(byte[] plain)
    {
        var changed = (byte[])plain.Clone();
        var at = plain.AsSpan().IndexOf("SignatureValue>"u8) + "SignatureValue>".Length;
        changed[at] = (byte)(changed[at] == 'A' ? 'B' : 'A');
        return changed;
    }
}
