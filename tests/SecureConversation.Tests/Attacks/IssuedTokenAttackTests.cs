using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Messages whose issued tokens were changed, exchanged, added or used again. Only the issuer signs them, so anybody on the way can try.</summary>
public sealed partial class IssuedTokenAttackTests
{
    private const string Protection = "protection/saml20/2007/single";
    private const string Endorsing = "endorsing/saml20/2007/single";
    private const string StrongProtection = "protection-strong/saml20/2007/single";
    private const string StrongEndorsing = "endorsing-strong/saml20/2007/single";
    private const string StrongBearer = "signed-encrypted-strong/saml20/2007/single";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Protection)]
    [InlineData("protection/saml11/2005/single")]
    [InlineData(Endorsing)]
    [InlineData("endorsing-asymmetric/saml11/2005/single")]
    [InlineData(StrongProtection)]
    [InlineData(StrongEndorsing)]
    public async Task Name_Changed_IsRefused(string binding) =>
        await RefusedAsync(binding, wire => wire.Replace(">alice<", ">admin<", StringComparison.Ordinal), FailureCode.DigestMismatch);

    [Theory]
    [InlineData(Protection)]
    [InlineData(Endorsing)]
    [InlineData(StrongProtection)]
    [InlineData(StrongEndorsing)]
    public async Task Assertion_Twice_IsRefused(string binding) =>
        await RefusedAsync(binding, wire => Assertion().Replace(wire, m => m.Value + m.Value, 1), FailureCode.DuplicateId, FailureCode.UnexpectedElement);

    [Theory]
    [InlineData(Protection)]
    [InlineData(Endorsing)]
    [InlineData(StrongProtection)]
    [InlineData(StrongEndorsing)]
    public async Task Assertion_BesideAnotherOne_IsRefused(string binding)
    {
        var other = await TokenAsync(binding, "mallory");
        await RefusedAsync(binding, wire => Assertion().Replace(wire, m => other + m.Value, 1), FailureCode.UnexpectedElement);
        await RefusedAsync(binding, wire => Assertion().Replace(wire, m => m.Value + other, 1), FailureCode.UnexpectedElement);
    }

    /// <summary>A valid token of another client, under whose key nobody signed.</summary>
    [Theory]
    [InlineData(Protection)]
    [InlineData("protection-no-derived/saml20/2007/single")]
    [InlineData(Endorsing)]
    [InlineData("endorsing-asymmetric/saml20/2007/single")]
    [InlineData(StrongProtection)]
    [InlineData(StrongEndorsing)]
    public async Task Assertion_OfAnotherClient_IsRefused(string binding)
    {
        var other = await TokenAsync(binding, "mallory");
        await RefusedAsync(binding, wire =>
        {
            var (own, id) = (Assertion().Match(wire).Value, Id().Match(other).Groups[1].Value);
            return wire.Replace(own, other, StringComparison.Ordinal).Replace(Id().Match(own).Groups[1].Value, id, StringComparison.Ordinal);
        }, FailureCode.SignatureMismatch, FailureCode.DecryptionFailed, FailureCode.MalformedSecurityElement, FailureCode.UnresolvedReference);
    }

    [Theory]
    [InlineData(Protection)]
    [InlineData(Endorsing)]
    [InlineData(StrongProtection)]
    [InlineData(StrongEndorsing)]
    public async Task Assertion_WithoutSignature_IsRefused(string binding) => await RefusedAsync(
        binding, wire => Assertion().Replace(wire, m => SignatureOf().Replace(m.Value, "", 1), 1), FailureCode.SignatureMissing);

    [Theory]
    [InlineData(Protection)]
    [InlineData(Endorsing)]
    [InlineData(StrongProtection)]
    [InlineData(StrongEndorsing)]
    public async Task Assertion_Absent_IsRefused(string binding) =>
        await RefusedAsync(binding, wire => Assertion().Replace(wire, "", 1), FailureCode.TokenMissing, FailureCode.UnresolvedReference, FailureCode.WrongToken);

    /// <summary>A bearer's token in the place of a holder's, and the other way round.</summary>
    [Theory]
    [InlineData(Protection, SecurityKeyType.BearerKey)]
    [InlineData(Protection, SecurityKeyType.AsymmetricKey)]
    [InlineData(Endorsing, SecurityKeyType.BearerKey)]
    [InlineData("signed-encrypted/saml20/2007/single", SecurityKeyType.AsymmetricKey)]
    [InlineData("signed-encrypted/saml20/2007/single", SecurityKeyType.SymmetricKey)]
    [InlineData(StrongProtection, SecurityKeyType.BearerKey)]
    [InlineData(StrongEndorsing, SecurityKeyType.BearerKey)]
    [InlineData(StrongBearer, SecurityKeyType.SymmetricKey)]
    public async Task Token_OfAnotherKind_IsRefused(string binding, SecurityKeyType kind)
    {
        using var loopback = new Loopback(IssuedBindings.Create(binding), client: IssuedBindings.Client(new Mislabeller(kind)), service: IssuedBindings.Service());
        Assert.Equal(FailureCode.SubjectNotConfirmed, await CodeAsync(loopback));
    }

    /// <summary>What a stranger wraps is not decrypted: his assertion is refused before the private key is used.</summary>
    [Theory]
    [InlineData(Protection)]
    [InlineData("protection/saml11/2005/single")]
    public async Task PrivateKey_IsNotUsedForAStranger(string binding)
    {
        using var counting = new CountingRsa(TestCertificates.Service.GetRSAPrivateKey()!);
        await SendAsync(binding, new TestTokenIssuer(), counting, FailureCode.None);
        Assert.Equal(1, counting.Decryptions);
        await SendAsync(binding, new TestTokenIssuer { SigningCertificate = TestTokenIssuer.OtherCertificate }, counting, FailureCode.UntrustedIssuer);
        await SendAsync(binding, new TestTokenIssuer { Audience = "urn:other" }, counting, FailureCode.AudienceMismatch);
        Assert.Equal(1, counting.Decryptions);
    }

    [Theory]
    [InlineData(Protection)]
    [InlineData(Endorsing)]
    [InlineData("signed-encrypted/saml20/2007/single")]
    [InlineData(StrongProtection)]
    [InlineData(StrongEndorsing)]
    [InlineData(StrongBearer)]
    public async Task Message_Twice_IsRefused(string binding)
    {
        using var loopback = Create(binding, new TestTokenIssuer());
        var wire = await WireAsync(loopback);
        using var first = await loopback.Service.ReceiveAsync(wire, Stop);
        using var second = await loopback.Service.ReceiveAsync(wire, Stop);
        Assert.IsType<ServiceResult.Dispatch>(first);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(second).Code);
    }

    [Theory]
    [InlineData("signed-encrypted/saml20/2007/single")]
    [InlineData("signed-encrypted/saml11/2005/single")]
    [InlineData(StrongBearer)]
    public async Task BearersToken_InTwoMessages_IsRefusedWhereTheServiceDetectsIt(string binding)
    {
        var detecting = new IssuedTokenAuthentication
        {
            KnownCertificates = [TestTokenIssuer.Certificate],
            AllowedAudienceUris = [Loopback.Address.AbsoluteUri],
            DetectReplayedTokens = true,
        };
        using var tolerant = Create(binding, new TestTokenIssuer());
        using var strict = Create(binding, new TestTokenIssuer(), IssuedBindings.Service(detecting));
        foreach (var (loopback, second) in new[] { (tolerant, FailureCode.None), (strict, FailureCode.AssertionReused) })
        {
            Assert.Equal(FailureCode.None, await CodeAsync(loopback));
            Assert.Equal(second, await CodeAsync(loopback));
        }
    }

    /// <summary>Whether or not the holder proves a key, and whatever the service says of others (SAML 2.0 core section 2.5.1.5).</summary>
    [Theory]
    [InlineData("protection/saml20/2007/single")]
    [InlineData("endorsing-asymmetric/saml20/2007/single")]
    [InlineData("signed-encrypted/saml20/2007/single")]
    public async Task TokenForOneUse_InTwoMessages_IsRefused(string binding)
    {
        using var loopback = Create(binding, new TestTokenIssuer { IssuesForOneUse = true });
        Assert.Equal(FailureCode.None, await CodeAsync(loopback));
        Assert.Equal(FailureCode.AssertionReused, await CodeAsync(loopback));
    }

    /// <summary>As WCF: with ProtectTokens the token that protects a request has to be covered, and its sender covers it.</summary>
    [Fact]
    public async Task ProtectedToken_IsCoveredByTheSender_AndDemandedByTheReceiver()
    {
        var element = IssuedBindings.Create(Protection).Element;
        foreach (var (sends, code) in new[] { (true, FailureCode.None), (false, FailureCode.PartNotSigned) })
        {
            using var receiver = new Loopback(MessageSecurityBinding.Create(element with { ProtectTokens = true }),
                client: IssuedBindings.Client(new DirectTokenProvider(new TestTokenIssuer())), service: IssuedBindings.Service());
            using var sender = new Loopback(MessageSecurityBinding.Create(element with { ProtectTokens = sends }),
                client: IssuedBindings.Client(new DirectTokenProvider(new TestTokenIssuer())), service: IssuedBindings.Service());
            using var result = await receiver.Service.ReceiveAsync(await WireAsync(sender), Stop);
            Assert.Equal(code, result is ServiceResult.Respond respond ? respond.Code : FailureCode.None);
        }
    }

    [Fact]
    public async Task Authenticator_SaysWhoTheHolderIs()
    {
        var (authenticator, issuer) = (new Authenticator(), new TestTokenIssuer());
        using var loopback = new Loopback(IssuedBindings.Create(Endorsing), client: IssuedBindings.Client(new DirectTokenProvider(issuer)),
            service: new ServiceCredentials
            {
                ServiceCertificate = new X509Credential(TestCertificates.Service),
                IssuedTokenAuthentication = IssuedBindings.Service().IssuedTokenAuthentication,
                IssuedTokenAuthenticator = authenticator,
            });
        using (var result = await loopback.Service.ReceiveAsync(await WireAsync(loopback), Stop))
        {
            Assert.Equal("alice of urn:test:sts", Assert.IsType<ServiceResult.Dispatch>(result).User.Identity!.Name);
        }

        Assert.Equal(TestTokenIssuer.Certificate.Thumbprint, authenticator.Thumbprint);
        Assert.Equal((SecurityKeyType.SymmetricKey, TestTokenIssuer.Saml20), (authenticator.Token!.KeyType, authenticator.Token.TokenType));
        Assert.Contains($" ID=\"{authenticator.Token.Id}\"", issuer.LastToken, StringComparison.Ordinal);
        Assert.Equal(issuer.Lifetime, authenticator.Token.ValidTo - authenticator.Token.ValidFrom);
        authenticator.Refuses = true;
        Assert.Equal(FailureCode.InvalidCredentials, await CodeAsync(loopback));
    }

    /// <summary>A session that alice opened is not renewed with a token of somebody else.</summary>
    [Theory]
    [InlineData("protection/saml20/2007/session")]
    [InlineData("endorsing/saml11/2005/session")]
    [InlineData("signed-encrypted/saml20/2007/session")]
    public async Task Renewal_WithTheTokenOfAnother_IsRefused(string binding)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        var issuer = new TestTokenIssuer { Clock = clock };
        using var loopback = new Loopback(IssuedBindings.Create(binding), clock,
            client: IssuedBindings.Client(new DirectTokenProvider(issuer), new IssuedTokenClientCredential { CacheIssuedTokens = false }), service: IssuedBindings.Service());
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        using var session = await loopback.OpenAsync();
        foreach (var (subject, code) in new[] { ("alice", FailureCode.None), ("mallory", FailureCode.RenewalRefused) })
        {
            issuer.Subject = subject;
            await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
            using var renewal = session.StartRenewal();
            using var result = await loopback.Service.ReceiveAsync(renewal.Envelope, Stop);
            Assert.Equal(code, Assert.IsType<ServiceResult.Respond>(result).Code);
            if (code == FailureCode.None)
            {
                renewal.Complete(((ServiceResult.Respond)result).Envelope);
            }
        }
    }

    [Fact]
    public void Service_WithoutWhatItNeedsToJudge_IsRefusedInWords()
    {
        Refused(null, "IssuedTokenAuthentication");
        Refused(new() { AllowedAudienceUris = ["urn:a"] }, "KnownCertificates");
        Refused(new() { KnownCertificates = [TestTokenIssuer.Certificate] }, "AllowedAudienceUris");
        Refused(new() { AllowUntrustedRsaIssuers = true, AllowedAudienceUris = ["urn:a"] }, "IssuedTokenAuthenticator");

        static void Refused(IssuedTokenAuthentication? authentication, string setting)
        {
            var credentials = new ServiceCredentials { ServiceCertificate = new X509Credential(TestCertificates.Service), IssuedTokenAuthentication = authentication };
            var refused = Assert.Throws<ArgumentException>(() => new MessageSecurityService(IssuedBindings.Create(Protection), credentials));
            Assert.Contains(setting, refused.Message, StringComparison.Ordinal);
        }
    }

    [GeneratedRegex("<(saml2?):Assertion .*?</\\1:Assertion>", RegexOptions.Singleline)]
    private static partial Regex Assertion();

    [GeneratedRegex(" (?:Assertion)?ID=\"([^\"]+)\"")]
    private static partial Regex Id();

    [GeneratedRegex("<Signature .*?</Signature>", RegexOptions.Singleline)]
    private static partial Regex SignatureOf();

    private static Loopback Create(string binding, TestTokenIssuer issuer, ServiceCredentials? service = null) => new(IssuedBindings.Create(binding),
        client: IssuedBindings.Client(new DirectTokenProvider(issuer)), service: service ?? IssuedBindings.Service());

    private static async Task<string> TokenAsync(string binding, string subject)
    {
        var issuer = new TestTokenIssuer { Subject = subject };
        using var loopback = Create(binding, issuer);
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        return issuer.LastToken;
    }

    private static async Task<byte[]> WireAsync(Loopback loopback)
    {
        await loopback.Client.EnsureIssuedTokensAsync(Loopback.Address, Stop);
        using var secured = loopback.Client.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        return secured.Envelope.ToArray();
    }

    private static async Task<FailureCode> CodeAsync(Loopback loopback)
    {
        using var result = await loopback.Service.ReceiveAsync(await WireAsync(loopback), Stop);
        return result is ServiceResult.Respond respond ? respond.Code : FailureCode.None;
    }

    private static async Task RefusedAsync(string binding, Func<string, string> change, params FailureCode[] codes)
    {
        using var loopback = Create(binding, new TestTokenIssuer());
        var wire = Encoding.UTF8.GetString(await WireAsync(loopback));
        var changed = change(wire);
        Assert.NotEqual(wire, changed);
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(changed), Stop);
        Assert.Contains(Assert.IsType<ServiceResult.Respond>(result).Code, codes);
        Assert.Equal(FailureCode.None, await CodeAsync(loopback));
    }

    private static async Task SendAsync(string binding, TestTokenIssuer issuer, RSA key, FailureCode code)
    {
        var service = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service, key),
            IssuedTokenAuthentication = IssuedBindings.Service().IssuedTokenAuthentication,
        };
        using var loopback = Create(binding, issuer, service);
        Assert.Equal(code, await CodeAsync(loopback));
    }

    private sealed class Authenticator : IIssuedTokenAuthenticator
    {
        public bool Refuses { get; set; }
        public IssuedToken? Token { get; private set; }
        public string? Thumbprint { get; private set; }

        public ValueTask<ClaimsPrincipal?> AuthenticateAsync(IssuedToken token, ClaimsPrincipal user, MessageOrigin origin, CancellationToken cancellationToken)
        {
            (Token, Thumbprint) = (token, token.IssuerCertificate?.Thumbprint);
            return ValueTask.FromResult(Refuses ? null : new ClaimsPrincipal(new ClaimsIdentity([new(ClaimTypes.Name, $"{user.Identity!.Name} of {token.Issuer}")], "Test")));
        }
    }

    /// <summary>Has a token with another kind of key than the one that it says.</summary>
    private sealed class Mislabeller(SecurityKeyType kind) : IIssuedTokenProvider
    {
        public ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken)
        {
            var now = DateTimeOffset.UtcNow;
            using var issuer = new X509Credential(TestTokenIssuer.Certificate);
            var xml = Saml.Assertions.Write("2.0", kind, a => a with
            {
                IssueInstant = now,
                NotBefore = now,
                NotOnOrAfter = now.AddHours(1),
                Audiences = [Loopback.Address.AbsoluteUri],
            }, issuer: issuer);
            return ValueTask.FromResult(request.Parameters.KeyType == SecurityKeyType.SymmetricKey
                ? IssuedSecurityToken.CreateSymmetric(xml, new byte[32])
                : IssuedSecurityToken.CreateBearer(xml));
        }
    }

    /// <summary>Counts how often it decrypts.</summary>
    private sealed class CountingRsa(RSA key) : RSA
    {
        public int Decryptions { get; private set; }

        public override int KeySize => key.KeySize;

        public override RSAParameters ExportParameters(bool includePrivateParameters) => key.ExportParameters(false);

        public override void ImportParameters(RSAParameters parameters) => throw new NotSupportedException();

        public override byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)
        {
            Decryptions++;
            return key.Decrypt(data, padding);
        }

        public override byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding) => key.SignHash(hash, hashAlgorithm, padding);
    }
}
