using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Tokens;
using SecureConversation.Testing;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Tests.Credentials;

public sealed class CertificateValidatorTests : IDisposable
{
    private static readonly DateTimeOffset Now = DatedCertificates.Now;
    private readonly X509Certificate2 _root = DatedCertificates.Root();
    private readonly X509Certificate2 _otherRoot = DatedCertificates.Root("CN=Other Root");
    private readonly X509Certificate2 _leaf;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

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
    [InlineData(X509CertificateValidationMode.Custom, X509RevocationMode.Online)]
    [InlineData(X509CertificateValidationMode.ChainTrust, X509RevocationMode.NoCheck)]
    [InlineData(X509CertificateValidationMode.ChainTrust, X509RevocationMode.Offline)]
    [InlineData(X509CertificateValidationMode.ChainTrust, X509RevocationMode.Online)]
    [InlineData(X509CertificateValidationMode.PeerOrChainTrust, X509RevocationMode.Online)]
    public async Task AddressesInACertificateOfAStranger_AreNotAsked(X509CertificateValidationMode mode, X509RevocationMode revocation)
    {
        await using var server = new RevocationServer();
        using var stranger = DatedCertificates.Of("CN=Nobody", "CN=Stranger", server.Address);
        var validator = new CertificateValidator(new()
        {
            Mode = mode,
            RevocationMode = revocation,
            UrlRetrievalTimeout = TimeSpan.FromSeconds(2),
            CustomTrustRoots = [_root],
            CustomValidator = (_, _) => false,
        });
        Assert.False(await validator.ValidateAsync(stranger, Now, Stop));

        // A client may ask about the certificate that it was configured with, if it is told to.
        Assert.False(revocation != X509RevocationMode.Online && validator.Validate(stranger, Now));
        Assert.Equal(0, server.Questions);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Revocation_OfACertificateThatSomebodySent_IsAskedOnce(bool isRevoked)
    {
        await using var server = new RevocationServer();
        using var client = DatedCertificates.Of(_root, "CN=client", server.Address);
        var validator = new CertificateValidator(new() { CustomTrustRoots = [_root] });
        var first = validator.ValidateAsync(client, Now, Stop).AsTask();
        var second = validator.ValidateAsync(client, Now, Stop).AsTask();
        await server.Asked;
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);

        server.Answer(DatedCertificates.RevocationList(_root, isRevoked ? client : null));
        Assert.Equal(!isRevoked, await first);
        Assert.Equal(!isRevoked, await second);
        Assert.Equal(!isRevoked, await validator.ValidateAsync(client, Now.AddSeconds(1), Stop));
        Assert.Equal(1, server.Questions);
    }

    [Fact]
    public async Task RevocationUnderWay_EndsNotWithTheRequestThatBeganIt()
    {
        await using var server = new RevocationServer();
        using var client = DatedCertificates.Of(_root, "CN=client", server.Address);
        using var hangUp = new CancellationTokenSource();
        var validator = new CertificateValidator(new() { CustomTrustRoots = [_root] });
        var first = validator.ValidateAsync(client, Now, hangUp.Token).AsTask();
        var second = validator.ValidateAsync(client, Now, Stop).AsTask();
        await server.Asked;
        await hangUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        server.Answer(DatedCertificates.RevocationList(_root, null));
        Assert.True(await second);
    }

    [Fact]
    public async Task RevocationChecks_BeyondTheirLimit_AreRefusedAsTooMany()
    {
        await using var server = new RevocationServer();
        using var first = DatedCertificates.Of(_root, "CN=first", server.Address);
        using var second = DatedCertificates.Of(_root, "CN=second", server.Address);
        var threads = new OwnThreads(1, 0, "checks");
        var validator = new CertificateValidator(new() { CustomTrustRoots = [_root] }, threads);
        var running = validator.ValidateAsync(first, Now, Stop).AsTask();
        await server.Asked;
        var refused = await Assert.ThrowsAsync<SecurityFailureException>(() => validator.ValidateAsync(second, Now, Stop).AsTask());
        Assert.Equal((FailureCode.ServiceTooBusy, "checks"), (refused.Code, refused.Detail));

        // Nobody has to wait whose chain leads nowhere.
        using var stranger = DatedCertificates.Of("CN=Nobody", "CN=Stranger", server.Address);
        Assert.False(await validator.ValidateAsync(stranger, Now, Stop));
        server.Answer(DatedCertificates.RevocationList(_root, null));
        Assert.True(await running);
    }

    [Fact]
    public async Task CustomValidator_OnlineRuns_OnAThreadOfItsOwn()
    {
        var isPooled = true;
        var validator = new CertificateValidator(new()
        {
            Mode = X509CertificateValidationMode.Custom,
            UrlRetrievalTimeout = TimeSpan.FromSeconds(1),
            CustomTrustRoots = [_root],
            CustomValidator = (_, chain) =>
            {
                isPooled = Thread.CurrentThread.IsThreadPoolThread;
                return chain!.ChainPolicy.RevocationMode == X509RevocationMode.Online;
            },
        });
        Assert.True(await validator.ValidateAsync(_leaf, Now, Stop));
        Assert.False(isPooled);
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

    /// <summary>A stranger writes what he likes; the text about it must not fail.</summary>
    [Fact]
    public void DatesThatAreNone_AreTold()
    {
        var der = TestCertificates.Client.RawData;
        var at = der.AsSpan().IndexOf(new byte[] { 0x17, 0x0D });
        der[at + 4] = (byte)'X';
        using var broken = X509CertificateLoader.LoadCertificate(der);
        var validator = new CertificateValidator(new() { Mode = X509CertificateValidationMode.ChainTrust, RevocationMode = X509RevocationMode.NoCheck });
        Assert.Contains("the dates cannot be read", validator.FindProblem(broken, Now), StringComparison.Ordinal);
    }
}
