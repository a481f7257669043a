using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Attacks;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.KeyEncapsulation;

/// <summary>Keys that are wrapped by ML-KEM, and that somebody else made or changed.</summary>
public sealed class MLKemAttackTests
{
    private const string Xenc = "http://www.w3.org/2001/04/xmlenc#";
    private const string Kem = "urn:secure-conversation:kem";
    private const string MLKem1024 = "urn:secure-conversation:algorithms:kem:ml-kem-1024";

    private static readonly Dictionary<string, (Action<XmlElement> Change, FailureCode[] Codes)> Changes = new()
    {
        ["nothing"] = (_ => { }, [FailureCode.None]),
        ["the first octet of the encapsulation"] = (key => Encapsulation(key, e => [(byte)(e[0] ^ 1), .. e[1..]]), Late),
        ["the last octet of the encapsulation"] = (key => Encapsulation(key, e => [.. e[..^1], (byte)(e[^1] ^ 0x80)]), Late),
        ["an encapsulation of zeros"] = (key => Encapsulation(key, e => new byte[e.Length]), Late),
        ["an encapsulation of ones"] = (key => Encapsulation(key, e => [.. Enumerable.Repeat((byte)0xFF, e.Length)]), Late),
        ["an encapsulation for another key"] = (key => Encapsulation(key, _ => Fresh()), Late),
        ["an encapsulation for this key"] = (key => Encapsulation(key, _ => MLKemCertificates.Service768.Key.FreshEncapsulation()), Late),
        ["a short encapsulation"] = (key => Encapsulation(key, e => e[..^1]), [FailureCode.MalformedSecurityElement]),
        ["a long encapsulation"] = (key => Encapsulation(key, e => [.. e, 0]), [FailureCode.MalformedSecurityElement]),
        ["no encapsulation"] = (key => Encapsulation(key, _ => []), [FailureCode.MalformedSecurityElement]),
        ["an encapsulation of the length of ML-KEM-512"] = (key => Encapsulation(key, e => e[..768]), [FailureCode.MalformedSecurityElement]),
        ["an encapsulation of the length of ML-KEM-1024"] = (key => Encapsulation(key, e => [.. e, .. new byte[480]]), [FailureCode.MalformedSecurityElement]),
        ["an encapsulation that is much too long"] = (key => Encapsulation(key, _ => new byte[65536]), [FailureCode.LimitExceeded, FailureCode.MalformedSecurityElement]),
        ["an encapsulation that is no base64"] = (key => Part(key).InnerText = "!!!!", [FailureCode.MalformedSecurityElement]),
        ["an element in the encapsulation"] = (key => Part(key).AppendChild(key.OwnerDocument.CreateElement("x", Kem)), [FailureCode.MalformedSecurityElement]),
        ["ML-KEM-1024 with an encapsulation of ML-KEM-768"] = (key => Algorithm(key, "EncapsulationMethod", MLKem1024), [FailureCode.MalformedSecurityElement]),
        ["ML-KEM-1024 with an encapsulation of its length"] = (key => { Algorithm(key, "EncapsulationMethod", MLKem1024); Encapsulation(key, e => [.. e, .. new byte[480]]); }, [FailureCode.AlgorithmMismatch]),
        ["ML-KEM-512"] = (key => Algorithm(key, "EncapsulationMethod", "urn:secure-conversation:algorithms:kem:ml-kem-512"), [FailureCode.AlgorithmMismatch]),
        ["another encapsulation method"] = (key => Algorithm(key, "EncapsulationMethod", "http://www.w3.org/2009/xmlenc11#ECDH-ES"), [FailureCode.AlgorithmMismatch]),
        ["no encapsulation method"] = (key => Method(key).RemoveAttribute("Algorithm"), [FailureCode.AlgorithmMismatch]),
        ["another digest of the derivation"] = (key => Algorithm(key, "DigestMethod", "http://www.w3.org/2001/04/xmlenc#sha512"), [FailureCode.AlgorithmMismatch]),
        ["SHA-1 in the derivation"] = (key => Algorithm(key, "DigestMethod", "http://www.w3.org/2000/09/xmldsig#sha1"), [FailureCode.AlgorithmMismatch]),
        ["no digest of the derivation"] = (key => Forgery.Descendant(key, "DigestMethod").RemoveAttribute("Algorithm"), [FailureCode.AlgorithmMismatch]),
        ["another key wrap"] = (key => Algorithm(key, "EncryptionMethod", Xenc + "kw-aes128"), [FailureCode.AlgorithmMismatch]),
        ["RSA-OAEP with an encapsulation"] = (key => Algorithm(key, "EncryptionMethod", "http://www.w3.org/2009/xmlenc11#rsa-oaep"), [FailureCode.AlgorithmMismatch]),
        ["a digest of OAEP"] = (key => Forgery.Descendant(key, "EncryptionMethod").AppendChild(Forgery.Descendant(key, "DigestMethod").CloneNode(deep: true)), [FailureCode.AlgorithmMismatch, FailureCode.MalformedSecurityElement]),
        ["RSA 1.5 and no encapsulation"] = (key => { Algorithm(key, "EncryptionMethod", Xenc + "rsa-1_5"); Unwrapped(key); }, [FailureCode.AlgorithmMismatch]),
        ["RSA-OAEP and no encapsulation"] = (key => { Algorithm(key, "EncryptionMethod", "http://www.w3.org/2009/xmlenc11#rsa-oaep"); Unwrapped(key); }, [FailureCode.AlgorithmMismatch]),
        ["the name of the suite's key transport and no encapsulation"] = (key => { Algorithm(key, "EncryptionMethod", "urn:secure-conversation:algorithms:kem:ml-kem"); Unwrapped(key); }, [FailureCode.AlgorithmMismatch]),
        ["the key wrap and no encapsulation"] = (Unwrapped, [FailureCode.AlgorithmMismatch]),
        ["another namespace"] = (key => Rename(key, Method(key), "EncapsulationMethod", "urn:other"), [FailureCode.MalformedSecurityElement]),
        ["the names of a key agreement"] = (key => Rename(key, Method(key), "AgreementMethod", Xenc), [FailureCode.MalformedSecurityElement, FailureCode.AlgorithmMismatch]),
        ["text in the method"] = (key => Method(key).AppendChild(key.OwnerDocument.CreateTextNode("x")), [FailureCode.MalformedSecurityElement]),
        ["text in the KeyInfo"] = (key => Method(key).ParentNode!.AppendChild(key.OwnerDocument.CreateTextNode("x")), [FailureCode.MalformedSecurityElement]),
        ["another element in the method"] = (key => Method(key).AppendChild(key.OwnerDocument.CreateElement("Nonce", Kem)), [FailureCode.MalformedSecurityElement]),
        ["no recipient"] = (key => Remove(Forgery.Descendant(key, "RecipientKeyInfo")), [FailureCode.MalformedSecurityElement]),
        ["no digest method"] = (key => Remove(Forgery.Descendant(key, "DigestMethod")), [FailureCode.MalformedSecurityElement]),
        ["no encapsulation element"] = (key => Remove(Part(key)), [FailureCode.MalformedSecurityElement]),
        ["two encapsulations"] = (key => Method(key).InsertAfter(Part(key).CloneNode(deep: true), Part(key)), [FailureCode.MalformedSecurityElement]),
        ["two methods"] = (key => Method(key).ParentNode!.AppendChild(Method(key).CloneNode(deep: true)), [FailureCode.MalformedSecurityElement]),
        ["a method as the recipient"] = (key => { var inner = Method(key).CloneNode(deep: true); Forgery.Descendant(key, "RecipientKeyInfo").RemoveAll(); Forgery.Descendant(key, "RecipientKeyInfo").AppendChild(inner); }, [FailureCode.MalformedSecurityElement]),
        ["another order"] = (key => Method(key).PrependChild(Part(key)), [FailureCode.MalformedSecurityElement]),
        ["a wrapped key with another octet"] = (key => Cipher(key, c => [.. c[..^1], (byte)(c[^1] ^ 1)]), Late),
        ["another wrapped key"] = (key => Cipher(key, c => new byte[c.Length]), Late),
        ["a wrapped key that is too short"] = (key => Cipher(key, c => c[..^8]), [FailureCode.DecryptionFailed]),
        ["a wrapped key that is too long"] = (key => Cipher(key, c => [.. c, .. new byte[8]]), [FailureCode.DecryptionFailed]),
        ["a wrapped key of no whole blocks"] = (key => Cipher(key, c => c[..^1]), [FailureCode.DecryptionFailed]),
        ["a wrapped key of eight octets"] = (key => Cipher(key, c => c[..8]), [FailureCode.DecryptionFailed]),
        ["no wrapped key"] = (key => Cipher(key, _ => []), [FailureCode.DecryptionFailed]),
        ["the encapsulation as the wrapped key"] = (key => Cipher(key, _ => Convert.FromBase64String(Part(key).InnerText)), [FailureCode.DecryptionFailed, FailureCode.LimitExceeded, FailureCode.MalformedSecurityElement]),
    };

    public MLKemAttackTests() => Assert.SkipUnless(MLKem.IsSupported, MLKemCertificates.OnlyWithMLKem);

    // As with a wrong key of RSA: the message fails where its first signature or ciphertext does.
    private static FailureCode[] Late => [FailureCode.SignatureMismatch, FailureCode.DecryptionFailed];

    public static TheoryData<string> AllChanges => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(AllChanges))]
    public async Task ChangedKey_IsRefused(string name)
    {
        var (change, codes) = Changes[name];
        foreach (var binding in new[] { "anonymous/strong/single", "username/strong/single", "mutualcert/encrypt-first/single" })
        {
            using var loopback = MLKemMessages.Create(binding, 768);
            using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
            var document = Forgery.Load(secured.Envelope);
            change(Forgery.Descendant(document.DocumentElement!, "EncryptedKey"));
            Assert.Contains(await MLKemMessages.ReceiveAsync(loopback, document), codes);
        }
    }

    [Fact]
    public async Task KeyThatCameBefore_IsAReplay()
    {
        using var loopback = MLKemMessages.Create("anonymous/strong/single", 768);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        Assert.Equal(FailureCode.None, await MLKemMessages.ReceiveAsync(loopback, Forgery.Load(secured.Envelope)));
        using var another = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(another.Envelope);
        var fresh = Forgery.Descendant(document.DocumentElement!, "EncryptedKey");
        var old = document.ImportNode(Forgery.Descendant(Forgery.Load(secured.Envelope).DocumentElement!, "EncryptedKey"), deep: true);
        fresh.ParentNode!.ReplaceChild(old, fresh);

        Assert.Equal(FailureCode.Replayed, await MLKemMessages.ReceiveAsync(loopback, document));
        Assert.Equal(FailureCode.Replayed, await MLKemMessages.ReceiveAsync(loopback, Forgery.Load(secured.Envelope)));
    }

    /// <summary>A service with two certificates for one key: the derivation tells them apart, whatever the message says.</summary>
    [Fact]
    public async Task KeyForAnotherCertificateOfTheSameKey_IsRefused()
    {
        var (certificate, key) = MLKemCertificates.Service768;
        using var other = MLKemCertificates.Certify(MLKemAlgorithm.MLKem768, key.ExportEncapsulationKey());
        using var loopback = new Loopback(Bindings.Create("anonymous/strong/single", MLKemMessages.Suite), client: MLKemMessages.Client(certificate),
            service: MLKemMessages.Service(MLKemMessages.Credential((certificate, key)), MLKemMessages.Credential((other, key))));
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(secured.Envelope);
        Named(document, other);
        Assert.Contains(await MLKemMessages.ReceiveAsync(loopback, document), Late);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task KeyForAnotherParameterSet_IsRefused(bool isNamed)
    {
        using var loopback = new Loopback(Bindings.Create("anonymous/strong/single", MLKemMessages.Suite),
            client: MLKemMessages.Client(MLKemCertificates.Service1024.Certificate),
            service: MLKemMessages.Service(MLKemMessages.Credential(MLKemCertificates.Service768)));
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address);
        var document = Forgery.Load(secured.Envelope);
        if (isNamed)
        {
            Named(document, MLKemCertificates.Service768.Certificate);
        }

        Assert.Equal(isNamed ? FailureCode.AlgorithmMismatch : FailureCode.WrongToken, await MLKemMessages.ReceiveAsync(loopback, document));
    }

    /// <summary>Neither end comes down to the suite of the other: the message of one with RSA or ECDH is refused, and the other way round.</summary>
    [Theory]
    [InlineData("RSA", true)]
    [InlineData("RSA", false)]
    [InlineData("ECDH", true)]
    [InlineData("ECDH", false)]
    public async Task EndsWithDifferentSuites_DoNotUnderstandEachOther(string kind, bool isClientWithMLKem)
    {
        var classic = kind == "RSA" ? TestCertificates.Service : TestCertificates.AgreeingServiceP256;
        var (strong, suite) = (Bindings.Create("anonymous/strong/single"), Bindings.Create("anonymous/strong/single", MLKemMessages.Suite));
        var client = isClientWithMLKem
            ? new MessageSecurityClient(suite, MLKemMessages.Client(MLKemCertificates.Service768.Certificate))
            : new MessageSecurityClient(strong, MLKemMessages.Client(classic));
        using var service = isClientWithMLKem
            ? new MessageSecurityService(strong, MLKemMessages.Service(new(classic)), new() { FailureAnswers = Loopback.AtOnce })
            : new MessageSecurityService(
                suite, MLKemMessages.Service(MLKemMessages.Credential(MLKemCertificates.Service768)), new() { FailureAnswers = Loopback.AtOnce });
        using var secured = client.Secure(Loopback.Request(suite.MessageVersion), Loopback.Address);
        using var result = await service.ReceiveAsync(secured.Envelope);
        Assert.Equal(FailureCode.WrongToken, Assert.IsType<ServiceResult.Respond>(result).Code);

        // As if it were for the certificate that the service has.
        var document = Forgery.Load(secured.Envelope);
        Named(document, isClientWithMLKem ? classic : MLKemCertificates.Service768.Certificate);
        using var again = await service.ReceiveAsync(System.Text.Encoding.UTF8.GetBytes(document.OuterXml));
        Assert.Contains(Assert.IsType<ServiceResult.Respond>(again).Code, new[] { FailureCode.AlgorithmMismatch, FailureCode.DecryptionFailed });
    }

    private static byte[] Fresh()
    {
        using var other = MLKem.GenerateKey(MLKemAlgorithm.MLKem768);
        return other.FreshEncapsulation();
    }

    private static XmlElement Method(XmlElement key) => Forgery.Descendant(key, "EncapsulationMethod");

    private static XmlElement Part(XmlElement key) => Forgery.Descendant(key, "Encapsulation");

    private static void Encapsulation(XmlElement key, Func<byte[], byte[]> change) => Value(Part(key), change);

    private static void Cipher(XmlElement key, Func<byte[], byte[]> change) => Value(Forgery.Descendant(key, "CipherValue"), change);

    private static void Value(XmlElement element, Func<byte[], byte[]> change) =>
        element.InnerText = Convert.ToBase64String(change(Convert.FromBase64String(element.InnerText)));

    private static void Algorithm(XmlElement key, string element, string algorithm) => Forgery.Descendant(key, element).SetAttribute("Algorithm", algorithm);

    private static void Remove(XmlElement element) => element.ParentNode!.RemoveChild(element);

    private static void Named(XmlDocument document, X509Certificate2 certificate) =>
        Forgery.Descendant(document.DocumentElement!, "KeyIdentifier").InnerText = Convert.ToBase64String(certificate.GetCertHash());

    /// <summary>The KeyInfo names the certificate itself, as with RSA.</summary>
    private static void Unwrapped(XmlElement key)
    {
        var keyInfo = (XmlElement)Method(key).ParentNode!;
        var reference = Forgery.Descendant(key, "SecurityTokenReference");
        keyInfo.RemoveAll();
        keyInfo.AppendChild(reference);
    }

    private static void Rename(XmlElement key, XmlElement element, string name, string ns)
    {
        var renamed = key.OwnerDocument.CreateElement(name, ns);
        renamed.SetAttribute("Algorithm", element.GetAttribute("Algorithm"));
        while (element.FirstChild is { } child)
        {
            renamed.AppendChild(child);
        }

        element.ParentNode!.ReplaceChild(renamed, element);
    }
}

/// <summary>What only the tests of attacks need of a key.</summary>
file static class Keys
{
    /// <summary>An encapsulation of a secret that nobody uses.</summary>
    public static byte[] FreshEncapsulation(this MLKem key)
    {
        key.Encapsulate(out var encapsulation, out _);
        return encapsulation;
    }
}
