using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Saml;

/// <summary>Assertions of a test issuer, and a service that judges them. The issuer's certificate is that of nobody else.</summary>
internal static class Assertions
{
    public const string Audience = "https://service.example/orders";
    public const string IssuerName = "urn:test:issuer";
    public const string NameClaim = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";
    public const string RoleClaim = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role";

    private static readonly Lazy<X509Certificate2> LazyIssuer = new(() => TestCertificates.IssueFor("issuer.example"));

    public static X509Certificate2 IssuerCertificate => LazyIssuer.Value;

    public static X509Credential Issuer => new(IssuerCertificate);

    public static DateTimeOffset Now { get; } = new(DateTime.UtcNow.Date.AddHours(12), TimeSpan.Zero);

    public static SymmetricKey Key { get; } = SymmetricKey.From(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());

    public static RSA HolderKey { get; } = RSA.Create(2048);

    public static SamlVersion Version(string version) => version == "1.1" ? SamlVersion.V11 : SamlVersion.V20;

    /// <summary>An assertion about alice that is valid now, for the test service.</summary>
    public static AssertionDescription Describe(string version, SecurityKeyType keyType) => new()
    {
        Version = Version(version),
        Id = "_assertion-1",
        Issuer = IssuerName,
        IssueInstant = Now,
        NotBefore = Now.AddMinutes(-1),
        NotOnOrAfter = Now.AddHours(1),
        Audiences = [Audience],
        Subject = new SamlName("alice"),
        Claims = [(NameClaim, "Alice <A&B>"), (RoleClaim, "buyers"), (RoleClaim, "approvers")],
        AuthenticationMethod = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password",
        Confirmation = keyType switch
        {
            SecurityKeyType.SymmetricKey => new() { SymmetricKey = Key, WrapFor = TestCertificates.Service },
            SecurityKeyType.AsymmetricKey => new() { PublicKey = HolderKey },
            _ => new(),
        },
    };

    public static byte[] Write(string version, SecurityKeyType keyType, Func<AssertionDescription, AssertionDescription>? change = null,
        X509ReferenceStyle style = X509ReferenceStyle.RawDataKeyIdentifier, SecurityAlgorithmSuite? suite = null, X509Credential? issuer = null) =>
        AssertionWriter.Write(change?.Invoke(Describe(version, keyType)) ?? Describe(version, keyType), issuer ?? Issuer,
            suite ?? SecurityAlgorithmSuite.Basic256Sha256, style);

    public static IssuedTokenAuthentication Options => new() { KnownCertificates = [IssuerCertificate], AllowedAudienceUris = [Audience] };

    public static AssertionExpectation Expect(SecurityKeyType keyType, SecurityAlgorithmSuite? suite = null, SamlVersion? version = null) => new(
        suite ?? SecurityAlgorithmSuite.Basic256Sha256, ProtocolVersion.V13, [keyType], version, TimeSpan.FromMinutes(5));

    /// <summary>Puts an assertion where a message has it: in a header with other elements.</summary>
    public static XmlElement Place(byte[] assertion, string before = "", string after = "")
    {
        byte[] document = [.. Encoding.UTF8.GetBytes($"<s:Envelope xmlns:s=\"urn:s\"><s:Header><o:Security xmlns:o=\"urn:o\">{before}"), .. assertion,
            .. Encoding.UTF8.GetBytes($"{after}</o:Security></s:Header></s:Envelope>")];
        var index = XmlIndex.Parse(document, XmlLimits.Default);
        foreach (var child in index.Root.FirstChild.FirstChild.Children)
        {
            if (TokenKind.Saml.IsElement(child, ProtocolVersion.V13))
            {
                return child;
            }
        }

        throw new InvalidOperationException("There is no assertion.");
    }

    public static AssertionValidator Validator(IssuedTokenAuthentication? options = null, DateTimeOffset? now = null)
    {
        options ??= Options;
        var certificates = options.CertificateValidation is { } validation ? new CertificateValidator(validation) : null;
        return new AssertionValidator(options, [.. options.AllowedAudienceUris], certificates, new ManualTimeProvider(now ?? Now));
    }

    public static ValueTask<VerifiedAssertion> ValidateAsync(XmlElement element, SecurityKeyType keyType, IssuedTokenAuthentication? options = null,
        DateTimeOffset? now = null, SecurityAlgorithmSuite? suite = null) =>
        Validator(options, now).ValidateAsync(element, Expect(keyType, suite), CancellationToken.None);

    public static ValueTask<VerifiedAssertion> ValidateAsync(byte[] assertion, SecurityKeyType keyType, IssuedTokenAuthentication? options = null,
        DateTimeOffset? now = null, SecurityAlgorithmSuite? suite = null) =>
        ValidateAsync(Place(assertion), keyType, options, now, suite);

    public static async Task RefusedAsync(FailureCode expected, Func<ValueTask<VerifiedAssertion>> validate)
    {
        var failure = await Assert.ThrowsAsync<SecurityFailureException>(() => validate().AsTask());
        Assert.True(expected == failure.Code, $"{failure.Code} and not {expected}: {failure.Message} {failure.Found} {failure.Expected}");
    }

    public static Task RefusedAsync(FailureCode expected, byte[] assertion, SecurityKeyType keyType, IssuedTokenAuthentication? options = null,
        DateTimeOffset? now = null, SecurityAlgorithmSuite? suite = null) =>
        RefusedAsync(expected, () => ValidateAsync(assertion, keyType, options, now, suite));
}
