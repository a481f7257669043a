using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Security.Principal;
using Microsoft.Extensions.Configuration;
using SecureConversation.Configuration.Json;
using SecureConversation.Configuration.Tests.Support;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Configuration.Tests.Json;

/// <summary>Certificates in files and stores.</summary>
public sealed class CertificateSectionTests : IDisposable
{
    private readonly CertificateFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ServiceCredentials_ComeFromFiles()
    {
        using var key = TestCertificates.Service.GetRSAPrivateKey()!;
        _folder.Write("encrypted.key", key.ExportEncryptedPkcs8PrivateKeyPem("key password",
            new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000)));
        _folder.Write("encrypted.pem", TestCertificates.Service.ExportCertificatePem());
        _folder.Write("both.pem", TestCertificates.Other.ExportCertificatePem() + "\n" + ((RSA)TestCertificates.Other.GetRSAPrivateKey()!).ExportPkcs8PrivateKeyPem());
        _folder.Write("two.pem", TestCertificates.Authority.ExportCertificatePem() + "\n" + TestCertificates.Other.ExportCertificatePem());
        var settings = Service("""
            {
              "ServiceCertificate": { "Path": "service.pfx", "Password": "pfx password" },
              "OtherServiceCertificates": [ { "Path": "both.pem" }, { "Path": "encrypted.pem", "KeyPath": "encrypted.key", "Password": "key password" } ],
              "ClientCertificateValidation": {
                "Mode": "PeerOrChainTrust", "RevocationMode": "Offline", "RevocationFlag": "EndCertificateOnly", "UrlRetrievalTimeout": "00:00:03",
                "TrustedStoreLocation": "CurrentUser", "TrustedPeople": [ { "Path": "client.pem" } ], "CustomTrustRoots": [ { "Path": "two.pem" } ],
                "IntermediateCertificates": [ { "Path": "service.pfx", "Password": "pfx password" } ]
              }
            }
            """);
        var credentials = settings.Credentials!;
        Assert.Equal(TestCertificates.Service, credentials.ServiceCertificate!.Certificate);
        Assert.Equal([TestCertificates.Other, TestCertificates.Service], credentials.OtherServiceCertificates.Select(c => c.Certificate));
        var validation = credentials.ClientCertificateValidation;
        Assert.Equal(X509CertificateValidationMode.PeerOrChainTrust, validation.Mode);
        Assert.Equal(X509RevocationMode.Offline, validation.RevocationMode);
        Assert.Equal(X509RevocationFlag.EndCertificateOnly, validation.RevocationFlag);
        Assert.Equal(TimeSpan.FromSeconds(3), validation.UrlRetrievalTimeout);
        Assert.Equal(StoreLocation.CurrentUser, validation.TrustedStoreLocation);
        Assert.Equal([TestCertificates.Client], validation.TrustedPeople);
        Assert.Equal([TestCertificates.Authority, TestCertificates.Other], validation.CustomTrustRoots);
        Assert.Equal([TestCertificates.Service], validation.IntermediateCertificates);
        Assert.All(validation.IntermediateCertificates, c => Assert.False(c.HasPrivateKey));
        Assert.Equal(new[] { "both.pem", "client.pem", "encrypted.key", "encrypted.pem", "service.pfx", "two.pem" }.Select(_folder.In), settings.CertificateFiles);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    public void EmptyCredentials_AreRefused(string text)
    {
        var json = $$"""{ "Credentials": {{text}}, "MaxSessions": 17 }""";
        Assert.StartsWith("Credentials: found n", Assert.Single(Sections.ProblemsOfService(json)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("[]")]
    public void MessageSecurity_ThatIsNoObject_IsRefused(string text)
    {
        var json = $$"""{ "MessageSecurity": {{text}}, "MaxSessions": 17 }""";
        Assert.Equal(
            "MessageSecurity: found nothing, expected an object with keys.", Assert.Single(Sections.ProblemsOfService(json)));
    }

    [Fact]
    public void CertificatesOfAStore_AreThoseWithAKeyThenOfTheNameThenTheNewest()
    {
        using var rsa = RSA.Create(2048);
        X509Certificate2 Make(string subject, int days) =>
            new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(days));
        using var old = Make("CN=shop", 10);
        using var renewed = Make("CN=shop", 20);
        using var withKey = Make("CN=shop", 40);
        using var publicOnly = X509CertificateLoader.LoadCertificate(withKey.RawData);
        using var longer = Make("CN=shop.other", 50);
        Assert.Same(renewed, CertificateStore.Choose([old, renewed, publicOnly, longer], "shop", needsKey: true));
        Assert.Same(publicOnly, CertificateStore.Choose([old, renewed, publicOnly, longer], "SHOP", needsKey: false));
        Assert.Same(longer, CertificateStore.Choose([longer], "other", needsKey: true));
        Assert.Same(longer, CertificateStore.Choose([old, longer], null, needsKey: true));
        Assert.Null(CertificateStore.Choose([], "shop", needsKey: true));
        var failure = Assert.Throws<CryptographicException>(() => CertificateStore.Choose([old, longer], "sho", needsKey: true));
        Assert.Contains("fits several certificates", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClientCredentials_ComeFromFiles()
    {
        var credentials = Client("""
            {
              "ClientCertificate": { "Path": "client.pem", "KeyPath": "client.key" },
              "UserName": { "UserName": "alice", "Password": "" },
              "ServiceCertificate": { "Path": "service.cer" },
              "OtherServiceCertificates": [ { "Path": "authority.pem" } ],
              "ServiceCertificateValidation": { "Mode": "None" },
              "ServiceIdentity": { "Certificate": { "Path": "service.cer" } }
            }
            """).Credentials!;
        Assert.Equal(TestCertificates.Client, credentials.ClientCertificate!.Certificate);
        Assert.Equal(("alice", ""), (credentials.UserName!.UserName, credentials.UserName.Password));
        Assert.Equal(TestCertificates.Service, credentials.ServiceCertificate);
        Assert.Equal([TestCertificates.Authority], credentials.OtherServiceCertificates);
        Assert.Equal(X509CertificateValidationMode.None, credentials.ServiceCertificateValidation.Mode);
        Assert.Equal("certificate", credentials.ServiceIdentity!.ToString());
        Assert.Equal("DNS a.example", Client("""{ "ServiceIdentity": { "Dns": "a.example" } }""").Credentials!.ServiceIdentity!.ToString());
    }

    [Fact]
    public void WindowsAccounts_AreThoseOfTheSection()
    {
        var client = Client("""
            {
              "Windows": {
                "ClientCredential": { "UserName": "alice", "Password": "secret", "Domain": "CORP" },
                "AllowedImpersonationLevel": "Impersonation",
                "AllowNtlm": false
              },
              "ServiceIdentity": { "Spn": "http/orders" }
            }
            """).Credentials!;
        var account = client.Windows.ClientCredential!;
        Assert.Equal(("alice", "secret", "CORP"), (account.UserName, account.Password, account.Domain));
        Assert.Equal((TokenImpersonationLevel.Impersonation, false), (client.Windows.AllowedImpersonationLevel, client.Windows.AllowNtlm));
        Assert.Equal("Spn http/orders", client.ServiceIdentity!.ToString());
        Assert.Equal("Upn orders@corp", Client("""{ "ServiceIdentity": { "Upn": "orders@corp" } }""").Credentials!.ServiceIdentity!.ToString());
        Assert.Null(Client("""{ "Windows": { "AllowNtlm": true } }""").Credentials!.Windows.ClientCredential);

        var service = Service("""
            {
              "WindowsAuthentication": {
                "Credential": { "UserName": "orders", "Password": "secret" },
                "AllowAnonymousLogons": true,
                "IncludeWindowsGroups": false
              }
            }
            """).Credentials!.WindowsAuthentication;
        Assert.Equal("orders", service.Credential!.UserName);
        Assert.Equal((true, false), (service.AllowAnonymousLogons, service.IncludeWindowsGroups));
    }

    [Fact]
    public void SecondCertificatesAndKnownClients_ComeFromFiles()
    {
        var client = Client("""
            {
              "ClientEncryptionCertificate": { "Path": "service.pfx", "Password": "pfx password" },
              "ServiceEncryptionCertificate": { "Path": "client.pem" }
            }
            """).Credentials!;
        Assert.Equal(TestCertificates.Service, client.ClientEncryptionCertificate!.Certificate);
        Assert.Equal(TestCertificates.Client, client.ServiceEncryptionCertificate);
        var service = Service("""
            {
              "ServiceEncryptionCertificate": { "Path": "service.pfx", "Password": "pfx password" },
              "KnownClientCertificates": {
                "Certificates": [ { "Path": "client.pem" } ], "StoreName": "AddressBook", "StoreLocation": "CurrentUser",
                "Pairs": [ { "SigningCertificate": { "Path": "client.pem" }, "EncryptionCertificate": { "Path": "authority.pem" } } ]
              }
            }
            """).Credentials!;
        Assert.Equal(TestCertificates.Service, service.ServiceEncryptionCertificate!.Certificate);
        var known = service.KnownClientCertificates;
        Assert.Equal([TestCertificates.Client], known.Certificates);
        Assert.Equal((StoreName.AddressBook, StoreLocation.CurrentUser), (known.StoreName, known.StoreLocation));
        var pair = Assert.Single(known.Pairs);
        Assert.Equal((TestCertificates.Client, TestCertificates.Authority), (pair.SigningCertificate, pair.EncryptionCertificate));
    }

    [Fact]
    public void IssuedTokens_AreRead_OnBothSides()
    {
        var client = Client("""
            {
              "IssuedToken": {
                "LocalIssuerAddress": "https://sts.example/", "AcceptIssuerKey": true, "CacheIssuedTokens": false, "MaxIssuedTokenCachingTime": "00:10:00",
                "IssuedTokenRenewalThresholdPercentage": 40, "DefaultKeyEntropyMode": "ServerEntropy",
                "LocalIssuerSecurity": { "AuthenticationMode": "UserNameOverTransport" }
              }
            }
            """).Credentials!.IssuedToken;
        Assert.Equal((new Uri("https://sts.example/"), true, false, TimeSpan.FromMinutes(10), 40),
            (client.LocalIssuerAddress, client.AcceptIssuerKey, client.CacheIssuedTokens, client.MaxIssuedTokenCachingTime, client.IssuedTokenRenewalThresholdPercentage));
        var service = Service("""
            {
              "IssuedTokenAuthentication": {
                "KnownCertificates": [ { "Path": "authority.pem" } ], "AllowedAudienceUris": [ "urn:shop" ], "AudienceUriMode": "BearerKeyOnly",
                "DetectReplayedTokens": true, "AllowSha1Signatures": false, "NameClaimType": "urn:name", "RoleClaimType": "urn:role"
              }
            }
            """).Credentials!.IssuedTokenAuthentication!;
        Assert.Equal([TestCertificates.Authority], service.KnownCertificates);
        Assert.Equal(["urn:shop"], service.AllowedAudienceUris);
        Assert.Equal((AudienceUriMode.BearerKeyOnly, true, (bool?)false, "urn:name", "urn:role"),
            (service.AudienceUriMode, service.DetectReplayedTokens, service.AllowSha1Signatures, service.NameClaimType, service.RoleClaimType));
        Assert.Null(service.CertificateValidation);
    }

    [Fact]
    public void Defaults_AreThoseOfTheCredentials()
    {
        Assert.Null(Service("""{ "OtherServiceCertificates": [] }""").Credentials!.IssuedTokenAuthentication);
        var credentials = Service("""{ "ServiceCertificate": { "Path": "service.pfx", "Password": "pfx password" } }""").Credentials!;
        var defaults = new CertificateValidationOptions();
        Assert.Equal(defaults.Mode, credentials.ClientCertificateValidation.Mode);
        Assert.Equal(defaults.RevocationMode, credentials.ClientCertificateValidation.RevocationMode);
        Assert.Equal(defaults.RevocationFlag, credentials.ClientCertificateValidation.RevocationFlag);
        Assert.Equal(defaults.UrlRetrievalTimeout, credentials.ClientCertificateValidation.UrlRetrievalTimeout);
        Assert.Equal(defaults.TrustedStoreLocation, credentials.ClientCertificateValidation.TrustedStoreLocation);
        var known = new KnownClientCertificates();
        Assert.Equal((known.StoreName, known.StoreLocation), (credentials.KnownClientCertificates.StoreName, credentials.KnownClientCertificates.StoreLocation));
        Assert.Empty(credentials.KnownClientCertificates.Certificates);
        Assert.Empty(credentials.KnownClientCertificates.Pairs);
        Assert.Null(MessageSecurityServiceSettings.Read(Sections.Of("""{ "MaxSessions": 1 }""")).Credentials);
    }

    [Fact]
    public void StoreOfTheUser_HasCertificates()
    {
        // On Linux the stores of a user are files that are made when they are written.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The store of the user is left alone where it holds the keys of a person.");
        var name = $"sc{Guid.NewGuid():N}";
        using var store = new X509Store(name, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        store.Add(TestCertificates.Service);
        try
        {
            var spaced = string.Join(' ', TestCertificates.Service.Thumbprint.Chunk(2).Select(pair => new string(pair)));
            foreach (var by in new[] { $"\"Thumbprint\": \"{spaced}\"", "\"Subject\": \"localhost\"" })
            {
                var credentials = Service($$"""{ "ServiceCertificate": { {{by}}, "Store": "{{name}}", "Location": "CurrentUser", "AllowInvalid": true } }""");
                Assert.Equal(TestCertificates.Service, credentials.Credentials!.ServiceCertificate!.Certificate);
            }

            // Its authority is not trusted by the platform.
            var problem = Problem($$"""{ "ServiceCertificate": { "Subject": "localhost", "Store": "{{name}}" } }""");
            Assert.Contains("set AllowInvalid to true", problem, StringComparison.Ordinal);
        }
        finally
        {
            store.Remove(TestCertificates.Service);
        }
    }

    [Theory]
    [InlineData("""{ "ServiceCertificate": { "Path": "absent.pfx" } }""", "Credentials:ServiceCertificate: Could not find file")]
    [InlineData("""{ "ServiceCertificate": { "Path": "service.pfx", "Password": "secret" } }""", "Credentials:ServiceCertificate: the certificate cannot be used")]
    [InlineData("""{ "ServiceCertificate": { "Path": "service.cer" } }""", "Credentials:ServiceCertificate: the certificate cannot be used")]
    [InlineData("""{ "ServiceCertificate": { "Path": "client.pem" } }""", "Credentials:ServiceCertificate: the certificate cannot be used")]
    [InlineData("""{ "ServiceCertificate": { "Path": "service.pfx", "KeyPath": "client.key" } }""", "Credentials:ServiceCertificate: the certificate cannot be used: KeyPath is set, and the file is not in PEM")]
    [InlineData("""{ "ServiceCertificate": { } }""", "Credentials:ServiceCertificate: expected one of Path, Subject and Thumbprint")]
    [InlineData("""{ "ServiceCertificate": { "Path": "service.pfx", "Store": "My" } }""", "Credentials:ServiceCertificate: Store, Location and AllowInvalid belong")]
    [InlineData("""{ "ServiceCertificate": { "Subject": "a", "Password": "secret" } }""", "Credentials:ServiceCertificate: KeyPath and Password belong to files")]
    [InlineData("""{ "ServiceCertificate": "service.pfx" }""", "Credentials:ServiceCertificate: found a text, expected an object with keys")]
    [InlineData("""{ "ServiceCertificate": { "File": "service.pfx" } }""", "Credentials:ServiceCertificate:File: found a key that is not known")]
    [InlineData("""{ "ServiceCertificate": { "Path": "service.pfx", "Password": { "a": "secret" } } }""", "Credentials:ServiceCertificate:Password: expected a text of at most 4096 characters.")]
    [InlineData("""{ "ClientCertificateValidation": { "CustomTrustRoots": [] } }""", "Credentials:ClientCertificateValidation: CustomTrustRoots has no certificate")]
    [InlineData("""{ "ClientCertificateValidation": { "CustomTrustRoots": [ { "Path": "client.key" } ] } }""", "Credentials:ClientCertificateValidation:CustomTrustRoots:0: the certificate cannot be used")]
    [InlineData("""{ "ClientCertificateValidation": { "CustomValidator": "accept" } }""", "Credentials:ClientCertificateValidation:CustomValidator: CustomValidator is an object of code")]
    [InlineData("""{ "KnownClientCertificates": { "Pairs": [ { "SigningCertificate": { "Path": "client.pem" } } ] } }""", "Credentials:KnownClientCertificates:Pairs:0: expected SigningCertificate and EncryptionCertificate.")]
    [InlineData("""{ "IssuedTokenAuthentication": { "TokenHandler": "Mine" } }""", "Credentials:IssuedTokenAuthentication:TokenHandler: TokenHandler is an object of code")]
    [InlineData("""{ "KnownClientCertificates": { "Resolver": "MyResolver" } }""", "Credentials:KnownClientCertificates:Resolver: Resolver is an object of code")]
    [InlineData("""{ "UserNamePasswordValidator": "MyValidator, MyAssembly" }""", "Credentials:UserNamePasswordValidator: UserNamePasswordValidator is an object of code")]
    public void WrongCredentials_AreRefusedWithTheirPath(string credentials, string problem)
    {
        var found = Problem(credentials);
        Assert.StartsWith(problem, found, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "ServiceIdentity": { "Spn": "a/b", "Dns": "b" } }""", "Credentials:ServiceIdentity: expected one of Dns, Certificate, Spn and Upn.")]
    [InlineData("""{ "Windows": { "ClientCredential": { "UserName": "alice" } } }""", "Credentials:Windows:ClientCredential: Password is missing.")]
    [InlineData("""{ "UserName": { "UserName": "alice" } }""", "Credentials:UserName: Password is missing.")]
    [InlineData("""{ "UserName": { "Password": "secret" } }""", "Credentials:UserName: UserName is missing.")]
    [InlineData("""{ "ServiceIdentity": { } }""", "Credentials:ServiceIdentity: expected one of Dns, Certificate, Spn and Upn.")]
    [InlineData("""{ "ServiceCertificate": { "Path": "client.pem", "KeyPath": "client.key" } }""", "Credentials:ServiceCertificate: the certificate cannot be used: KeyPath is set, and no private key is needed here")]
    public void WrongCredentialsOfAClient_AreRefusedWithTheirPath(string credentials, string problem)
    {
        var e = Assert.Throws<SettingsException>(() => Client(credentials));
        Assert.StartsWith(problem, Assert.Single(e.Problems), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    private string Problem(string credentials)
    {
        var e = Assert.Throws<SettingsException>(() => Service(credentials));
        return Assert.Single(e.Problems);
    }

    private MessageSecurityServiceSettings Service(string credentials) =>
        MessageSecurityServiceSettings.Read(Section(credentials), _folder.Path);

    private MessageSecurityClientSettings Client(string credentials) => MessageSecurityClientSettings.Read(Section(credentials), _folder.Path);

    private static IConfigurationRoot Section(string credentials) => Sections.Of($$"""{ "Credentials": {{credentials}} }""");
}
