using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Tests.Credentials;

public sealed class CertificateValidatorTests : IDisposable
{
    private static readonly DateTimeOffset Now = DatedCertificates.Now;
    private readonly X509Certificate2 _root = DatedCertificates.Root();
    private readonly X509Certificate2 _otherRoot = DatedCertificates.Root("CN=Other Root");
    private readonly X509Certificate2 _leaf;

    public CertificateValidatorTests() => _leaf = DatedCertificates.Leaf(_root);

    public void Dispose()
    {
        _root.Dispose();
        _otherRoot.Dispose();
        _leaf.Dispose();
    }

    [Fact]
    public void Defaults_AreThoseOfWcf()
    {
        var options = new CertificateValidationOptions();
        Assert.Equal(X509CertificateValidationMode.ChainTrust, options.Mode);
        Assert.Equal(X509RevocationMode.Online, options.RevocationMode);
        Assert.Equal(StoreLocation.LocalMachine, options.TrustedStoreLocation);
    }

    [Fact]
    public void None_AcceptsAnything() =>
        Assert.True(Validate(new() { Mode = X509CertificateValidationMode.None }, Now.AddYears(50)));

    [Fact]
    public void ChainToATrustedRoot_IsAccepted() => Assert.True(Validate(Chain(_root), Now));

    [Fact]
    public void ChainToAnotherRoot_IsRefused() => Assert.False(Validate(Chain(_otherRoot), Now));

    [Fact]
    public void ChainToAnUnknownRoot_IsRefused() => Assert.False(Validate(Chain(), Now));

    [Theory]
    [InlineData(-32)]
    [InlineData(32)]
    public void ChainOutsideItsPeriod_IsRefused(int days) => Assert.False(Validate(Chain(_root), Now.AddDays(days)));

    [Fact]
    public void RevocationThatCannotBeFoundOut_IsARefusal() =>
        Assert.False(Validate(new() { CustomTrustRoots = [_root], UrlRetrievalTimeout = TimeSpan.FromSeconds(1) }, Now));

    [Fact]
    public void TrustedPeer_IsAccepted() => Assert.True(Validate(Peer(_leaf), Now));

    [Fact]
    public void Peer_IsComparedAsAWhole()
    {
        using var twin = DatedCertificates.Leaf(_root);
        Assert.False(Validate(Peer(twin), Now));
        Assert.False(Validate(Peer(), Now));
        Assert.False(Validate(Peer(_root), Now));
    }

    [Theory]
    [InlineData(-32)]
    [InlineData(32)]
    public void PeerOutsideItsPeriod_IsRefused(int days) => Assert.False(Validate(Peer(_leaf), Now.AddDays(days)));

    [Theory]
    [InlineData(StoreLocation.LocalMachine)]
    [InlineData(StoreLocation.CurrentUser)]
    public void StoreThatDoesNotExist_IsEmpty(StoreLocation location) =>
        Assert.False(Validate(new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedStoreLocation = location }, Now));

    [Fact]
    public void PeerOrChain_TakesEither()
    {
        const X509CertificateValidationMode Mode = X509CertificateValidationMode.PeerOrChainTrust;
        const X509RevocationMode NoCheck = X509RevocationMode.NoCheck;
        Assert.True(Validate(new() { Mode = Mode, TrustedPeople = [_leaf], RevocationMode = NoCheck }, Now));
        Assert.True(Validate(new() { Mode = Mode, CustomTrustRoots = [_root], RevocationMode = NoCheck }, Now));
        Assert.False(Validate(new() { Mode = Mode, CustomTrustRoots = [_otherRoot], RevocationMode = NoCheck }, Now));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CustomValidator_DecidesAndSeesTheChain(bool answer)
    {
        X509Certificate2? seen = null;
        var status = X509ChainStatusFlags.NoError;
        var options = new CertificateValidationOptions
        {
            Mode = X509CertificateValidationMode.Custom,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustRoots = [_otherRoot],
            CustomValidator = (certificate, chain) =>
            {
                seen = certificate;
                status = chain!.ChainStatus.Aggregate(status, (all, s) => all | s.Status);
                return answer;
            },
        };
        Assert.Equal(answer, Validate(options, Now));
        Assert.Same(_leaf, seen);
        Assert.NotEqual(X509ChainStatusFlags.NoError, status);
    }

    [Theory]
    [InlineData(X509CertificateValidationMode.Custom, X509RevocationMode.NoCheck)]
    [InlineData(X509CertificateValidationMode.ChainTrust, X509RevocationMode.NoCheck)]
    [InlineData(X509CertificateValidationMode.ChainTrust, X509RevocationMode.Offline)]
    public async Task AddressesInACertificate_AreNotAskedUnlessOnline(X509CertificateValidationMode mode, X509RevocationMode revocation)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var end = new CancellationTokenSource();
        var asked = listener.AcceptTcpClientAsync(end.Token).AsTask();
        using var key = RSA.Create(2048);
        using var authority = new CertificateRequest("CN=Nobody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var request = new CertificateRequest("CN=Stranger", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(null, [$"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/authority.cer"]));
        using var stranger = request.Create(authority.SubjectName, X509SignatureGenerator.CreateForRSA(key, RSASignaturePadding.Pkcs1),
            DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, 2, 3, 4]);

        var validator = new CertificateValidator(new()
        {
            Mode = mode,
            RevocationMode = revocation,
            UrlRetrievalTimeout = TimeSpan.FromSeconds(2),
            CustomValidator = (_, _) => false,
        });
        Assert.False(validator.Validate(stranger, DateTimeOffset.UtcNow));

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public void CustomMode_NeedsAValidator()
    {
        var error = Assert.Throws<ArgumentException>(() => new CertificateValidator(new() { Mode = X509CertificateValidationMode.Custom }));
        Assert.Contains("CustomValidator", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new CertificateValidator(new() { Mode = (X509CertificateValidationMode)77 }));
    }

    [Fact]
    public void Options_StayUsable()
    {
        var validator = new CertificateValidator(Chain(_root));
        Assert.True(validator.Validate(_leaf, Now));
        Assert.True(validator.Validate(_leaf, Now));
        Assert.NotEmpty(_root.Subject);
    }

    private bool Validate(CertificateValidationOptions options, DateTimeOffset now) => new CertificateValidator(options).Validate(_leaf, now);

    private static CertificateValidationOptions Chain(params X509Certificate2[] roots) =>
        new() { RevocationMode = X509RevocationMode.NoCheck, CustomTrustRoots = [.. roots] };

    private static CertificateValidationOptions Peer(params X509Certificate2[] people) =>
        new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = [.. people] };
}
