using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Crypto;

/// <summary>Private keys of other providers, which throw what .NET's own keys do not.</summary>
public sealed class PrivateKeyFailureTests
{
    public static TheoryData<Type> Thrown { get; } =
        [typeof(InvalidOperationException), typeof(HttpRequestException), typeof(TaskCanceledException)];

    [Theory]
    [MemberData(nameof(Thrown))]
    public void WhatAnRsaKeyThrows_LeadsToARandomKey(Type type)
    {
        var algorithm = SecurityAlgorithmSuite.Basic256.AsymmetricKeyWrap;
        using var inner = RSA.Create(2048);
        var key = new TokenRsa(inner) { OnDecrypt = _ => throw Make(type) };
        var wrapped = RsaKeyTransport.Wrap(inner, algorithm, new byte[32]);
        Exception? noted = null;
        using var first = RsaKeyTransport.Unwrap(key, algorithm, wrapped, 16, 32, 32, out var substituted, e => noted = e);
        using var second = RsaKeyTransport.Unwrap(key, algorithm, wrapped, 16, 32, 32, out _, e => noted = e);
        Assert.True(substituted);
        Assert.IsType(type, noted);
        Assert.False(Octets(first).SequenceEqual(Octets(second)));
        Assert.Equal(2, key.Decryptions);

        // Where nobody takes it down, it goes to the caller.
        Assert.Throws(type, () => RsaKeyTransport.Unwrap(key, algorithm, wrapped, 16, 32, 32, out _));
    }

    [Fact]
    public void WrongPadding_IsNoFailureOfTheKey()
    {
        var algorithm = SecurityAlgorithmSuite.Basic256.AsymmetricKeyWrap;
        using var inner = RSA.Create(2048);
        using var key = RsaKeyTransport.Unwrap(inner, algorithm, new byte[256], 16, 32, 32, out var substituted, e => Assert.Fail($"{e}"));
        Assert.True(substituted);
    }

    [Fact]
    public void AProcessWithoutMemory_FailsAsSuch()
    {
        var algorithm = SecurityAlgorithmSuite.Basic256.AsymmetricKeyWrap;
        using var inner = RSA.Create(2048);
        var key = new TokenRsa(inner) { OnDecrypt = _ => throw new InsufficientExecutionStackException() };
        Assert.Throws<InsufficientExecutionStackException>(
            () => RsaKeyTransport.Unwrap(key, algorithm, new byte[256], 16, 32, 32, out _, e => Assert.Fail($"{e}")));
    }

    [Theory]
    [MemberData(nameof(Thrown))]
    public void WhatAKeyOnACurveThrows_LeadsToARandomKey(Type type)
    {
        var (curve, algorithm) = (NamedCurve.P256, KeyAgreementAlgorithm.EcdhEsSha256);
        using var recipient = ECDiffieHellman.Create(curve.Curve);
        using var key = SymmetricKey.From(new byte[32]);
        var (point, wrapped) = EcdhKeyTransport.Wrap(recipient, curve, [1], algorithm, key);
        using var vault = new VaultKey(() => Make(type));
        Exception? noted = null;
        using var unwrapped = EcdhKeyTransport.Unwrap(
            vault, curve, point, algorithm.Info(point, [1]), algorithm, wrapped, out var substituted, e => noted = e);
        Assert.True(substituted);
        Assert.IsType(type, noted);
        Assert.False(Octets(unwrapped).AsSpan().SequenceEqual(new byte[32]));
        Assert.Throws(type, () => EcdhKeyTransport.Unwrap(vault, curve, point, algorithm.Info(point, [1]), algorithm, wrapped, out _));
    }

    /// <summary>On the wire and in its code, an outage of the provider is a forged key; its owner is told of the exception.</summary>
    [Theory]
    [MemberData(nameof(Thrown))]
    public async Task Message_FailsAsOneWithWrongPadding(Type type)
    {
        using var inner = TestCertificates.Service.GetRSAPrivateKey()!;
        var key = new TokenRsa(inner);
        using var log = new RecordedLog();
        using var scene = new Loopback(Bindings.Create("mutualcert//single"), new ManualTimeProvider(DateTimeOffset.UtcNow), new()
        {
            FailureAnswers = Loopback.AtOnce,
            LoggerFactory = log,
        }, service: new()
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service, key),
            ClientCertificateValidation = TestCredentials.TrustAuthority,
        });
        key.OnDecrypt = _ => throw new CryptographicException("padding");
        var padding = await RefusedAsync(scene);
        Assert.DoesNotContain(log.Entries, e => e.Id == 36);
        key.OnDecrypt = _ => throw Make(type);
        Assert.Equal(padding, await RefusedAsync(scene));
        Assert.Equal(2, key.Decryptions);
        Assert.Single(log.Entries, e => e.Id == 36);
    }

    private static async Task<FailureCode> RefusedAsync(Loopback scene)
    {
        using var request = scene.Client.Secure(Loopback.Request(scene.Binding.MessageVersion), Loopback.Address);
        using var result = await scene.Service.ReceiveAsync(
            request.Envelope.ToArray(), new() { HasNoAddress = true }, TestContext.Current.CancellationToken);
        return Assert.IsType<ServiceResult.Respond>(result).Code;
    }

    [Fact]
    public void TheLog_NamesTheKeyAndItsException()
    {
        var thrown = new InvalidOperationException("the vault is closed");
        var forged = new RefusedMessage(FailureCode.SignatureMismatch);
        Assert.Same(RefusalEvent.Refused, RefusalEvent.Of(forged));
        Assert.Same(RefusalEvent.KeyFailed, RefusalEvent.Of(forged with { KeyFailure = thrown }));
        using var log = new RecordedLog();
        RefusalEvent.KeyFailed.Write(log.CreateLogger("Service"), forged with { KeyFailure = thrown });
        Assert.Contains(log.Entries, e => e.Id == 36 && e.Text.Contains("the provider of the key", StringComparison.Ordinal));
    }

    private static Exception Make(Type type) => (Exception)Activator.CreateInstance(type)!;

    private static byte[] Octets(SymmetricKey key)
    {
        var octets = new byte[key.Length];
        key.CopyTo(octets);
        return octets;
    }

    private sealed class VaultKey(Func<Exception> thrown) : ECDiffieHellman
    {
        public override int KeySize => 256;

        public override ECDiffieHellmanPublicKey PublicKey => throw thrown();

        public override byte[] DeriveRawSecretAgreement(ECDiffieHellmanPublicKey otherPartyPublicKey) => throw thrown();
    }
}
