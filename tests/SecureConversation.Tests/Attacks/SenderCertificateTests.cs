using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Receive;
using SecureConversation.Engine.Tokens;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Attacks;

/// <summary>Certificates stand in clear, and anybody can exchange or add some: they cost little, and tell nothing of what is encrypted.</summary>
public sealed class SenderCertificateTests
{
    private static readonly DateTimeOffset Today = DateTimeOffset.UtcNow;

    [Theory]
    [InlineData("duplex//single")]
    [InlineData("mutualcert-wss10//session")]
    [InlineData("mutualcert//single")]
    [InlineData("mutualcert/sign-first/session")]
    public async Task Certificates_MoreThanTheBindingAsksFor_AreRefused(string name)
    {
        using var loopback = new Loopback(Bindings.Create(name));
        var message = Forgery.Load(First(loopback));
        var token = Token(message);
        var copy = (XmlElement)token.CloneNode(true);
        copy.SetAttribute("Id", Forgery.Wsu, "another");
        token.ParentNode!.InsertBefore(copy, token);
        Assert.Equal(FailureCode.UnexpectedElement, await CodeAsync(loopback, message));
    }

    [Theory]
    [InlineData("duplex//single")]
    [InlineData("duplex/sign-first/single")]
    [InlineData("mutualcert//single")]
    public async Task SerialNumber_LongerThanAnAuthorityMayGive_IsRefused(string name)
    {
        using var key = RSA.Create(2048);
        using var certificate = Stranger(key, Enumerable.Repeat((byte)0x7F, 10_000).ToArray());
        using var loopback = new Loopback(Bindings.Create(name));
        var message = Forgery.Load(First(loopback));
        Token(message).InnerText = Convert.ToBase64String(certificate.RawData);
        Assert.Equal(FailureCode.MalformedSecurityElement, await CodeAsync(loopback, message));
    }

    [Theory]
    [InlineData(19, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void SerialNumber_OfSixtyFourOctets_IsRead(int octets, bool isRead)
    {
        using var key = RSA.Create(2048);
        using var certificate = Stranger(key, Enumerable.Repeat((byte)0xFF, octets).ToArray());
        var raw = certificate.RawData;
        var read = Record.Exception(() => BinarySecurityToken.ReadCertificate(raw).Dispose());
        Assert.Equal(isRead, read is null);
    }

    [Fact]
    public void SerialNumberInDigits_LongerThanAnyCertificateHas_IsNotConverted()
    {
        var longest = Enumerable.Repeat((byte)0xFF, 64).ToArray();
        var text = new System.Numerics.BigInteger(longest, isUnsigned: true, isBigEndian: true).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(longest, X509Facts.ParseSerialNumber(text));
        Assert.Null(X509Facts.ParseSerialNumber(new string('9', 156)));
    }

    [Fact]
    public void MalformedKeyIdentifier_CountsAsNone()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509Extension("2.5.29.14", [1, 2, 3], critical: false));
        using var created = request.CreateSelfSigned(Today.AddDays(-1), Today.AddDays(1));
        using var certificate = X509CertificateLoader.LoadCertificate(created.RawData);
        Assert.Empty(X509Facts.Of(certificate).SubjectKeyIdentifier);
    }

    [Fact]
    public void StoreOfThePlatform_IsReadOnceForManyMessages()
    {
        var stores = new CertificateStores(StoreLocation.CurrentUser);
        Assert.False(stores.Contains(StoreName.TrustedPeople, TestCertificates.Service));
        using var store = new X509Store(StoreName.TrustedPeople, StoreLocation.CurrentUser, OpenFlags.ReadWrite);
        using var other = X509CertificateLoader.LoadCertificate(TestCertificates.ClientWithoutKeyIdentifier.RawData);
        store.Add(other);
        try
        {
            Assert.False(stores.Contains(StoreName.TrustedPeople, other));
            Assert.True(new CertificateStores(StoreLocation.CurrentUser).Contains(StoreName.TrustedPeople, other));
        }
        finally
        {
            store.Remove(other);
        }
    }

    [Theory]
    [InlineData("duplex//single")]
    [InlineData("duplex/sign-first/single")]
    public async Task LongExponent_WhichMakesVerificationCostly_IsRefused(string name)
    {
        using var key = RSA.Create(2048);
        var parameters = key.ExportParameters(includePrivateParameters: true);
        using var costly = RSA.Create(new RSAParameters { Modulus = parameters.Modulus, Exponent = parameters.D });
        using var certificate = Stranger(costly, [1, 2, 3]);
        using var loopback = new Loopback(Bindings.Create(name));
        var message = Forgery.Load(First(loopback));
        Token(message).InnerText = Convert.ToBase64String(certificate.RawData);
        Assert.Equal(FailureCode.AlgorithmMismatch, await CodeAsync(loopback, message));
    }

    /// <summary>A certificate that cannot verify is refused for that before the ciphertext is decrypted, right or wrong.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task CertificateWithAnotherKindOfKey_IsRefused_WhateverTheSignatureHolds(bool isBroken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=x", key, HashAlgorithmName.SHA256).CreateSelfSigned(Today.AddDays(-1), Today.AddDays(1));
        using var loopback = new Loopback(Bindings.Create("duplex//single"));
        var message = Forgery.Load(First(loopback));
        Token(message).InnerText = Convert.ToBase64String(certificate.RawData);
        if (isBroken)
        {
            Break(message);
        }

        Assert.Equal(FailureCode.AlgorithmMismatch, await CodeAsync(loopback, message));
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(3072)]
    [InlineData(4096)]
    public async Task CertificateOfAnyLength_InFrontOfABrokenSignature_IsRefusedLikeAnyOther(int bits)
    {
        using var key = RSA.Create(bits);
        using var certificate = Stranger(key, [1, 2, 3]);
        using var loopback = new Loopback(Bindings.Create("duplex//single"));
        var message = Forgery.Load(First(loopback));
        Token(message).InnerText = Convert.ToBase64String(certificate.RawData);
        Break(message);
        Assert.NotEqual(FailureCode.Internal, await CodeAsync(loopback, message));

        // The stand-in for a signature is as long as the key, and goes through to the end.
        StandInSignature.OfLength(1000).Verify(SecurityAlgorithmSuite.Basic256Sha256, certificate);
    }

    private static X509Certificate2 Stranger(RSA key, byte[] serial)
    {
        using var issuer = RSA.Create(2048);
        return new CertificateRequest(new X500DistinguishedName("CN=x"), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).Create(
            new X500DistinguishedName("CN=y"), X509SignatureGenerator.CreateForRSA(issuer, RSASignaturePadding.Pkcs1), Today.AddDays(-1), Today.AddDays(1), serial);
    }

    private static ReadOnlyMemory<byte> First(Loopback loopback) => loopback.Binding.EstablishesSession
        ? loopback.Client.StartSession(Loopback.Address).Envelope
        : loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion), Loopback.Address).Envelope;

    private static XmlElement Token(System.Xml.XmlDocument message) =>
        (XmlElement)message.GetElementsByTagName("BinarySecurityToken", Forgery.Wsse)[0]!;

    /// <summary>Changes the ciphertext of the signature.</summary>
    private static void Break(System.Xml.XmlDocument message)
    {
        var security = (XmlElement)message.GetElementsByTagName("Security", Forgery.Wsse)[0]!;
        var value = Forgery.Descendant(Forgery.Children(security, "EncryptedData").Single(), "CipherValue");
        var cipher = Convert.FromBase64String(value.InnerText);
        cipher[40] ^= 1;
        value.InnerText = Convert.ToBase64String(cipher);
    }

    private static async Task<FailureCode> CodeAsync(Loopback loopback, System.Xml.XmlDocument message)
    {
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(message.OuterXml));
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }
}
