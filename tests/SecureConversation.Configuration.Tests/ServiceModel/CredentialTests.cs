using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>Credentials: certificates by file and store, validation, user names.</summary>
public sealed class CredentialTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("config-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Theory]
    [InlineData("trustedRootsFileName", "PeerTrust", true)]
    [InlineData("trustedRootsFileName", "None", true)]
    [InlineData("trustedRootsFileName", "ChainTrust", false)]
    [InlineData("trustedPeopleFileName", "ChainTrust", true)]
    [InlineData("trustedPeopleFileName", "None", true)]
    [InlineData("trustedPeopleFileName", "PeerOrChainTrust", false)]
    public void TrustedFile_ThatTheModeDoesNotAsk_IsAnError(string attribute, string mode, bool isError)
    {
        var configuration = Configurations.Section(
            $"""
            <behaviors><endpointBehaviors><behavior name="b"><clientCredentials><serviceCertificate>
              <authentication certificateValidationMode="{mode}" {attribute}="some.cer"/>
            </serviceCertificate></clientCredentials></behavior></endpointBehaviors></behaviors>
            """);
        var problems = configuration.Problems.Concat(configuration.EndpointBehaviors.SelectMany(b => b.Problems)).Distinct().ToList();
        Assert.Equal(isError ? [(ConfigurationProblemSeverity.Error, attribute)] : [], problems.Select(p => (p.Severity, p.Attribute!)));
    }

    [Fact]
    public void EmptyCertificateReference_BesideAName_IsNoIdentity()
    {
        var configuration = Configurations.Section(
            """
            <client><endpoint name="a" address="http://a/" binding="wsHttpBinding" contract="One">
              <identity><certificateReference/><dns value="other"/></identity>
            </endpoint></client>
            """);
        var endpoint = Assert.Single(configuration.ClientEndpoints);
        Assert.Empty(endpoint.Problems);
        Assert.Equal("other", endpoint.Identity!.Dns);
        Assert.Null(endpoint.Identity.CertificateReference);
    }

    [Fact]
    public void Client_HasItsCertificatesFromFiles()
    {
        WritePfx("client.pfx", TestCertificates.Client, "secret");
        WriteCer("service.cer", TestCertificates.Service);
        WriteCer("other.cer", TestCertificates.Other);
        var endpoint = Client(
            """
            <clientCertificate fileName="client.pfx" password="secret"/>
            <serviceCertificate>
              <defaultCertificate fileName="service.cer"/>
              <scopedCertificates><add targetUri="http://other/" fileName="other.cer"/></scopedCertificates>
              <authentication certificateValidationMode="PeerOrChainTrust" revocationMode="NoCheck" trustedStoreLocation="CurrentUser"/>
            </serviceCertificate>
            """);

        var user = new UserNameCredential("alice", "password");
        var credentials = endpoint.ToClientCredentials(user);

        Assert.Equal(TestCertificates.Client.Thumbprint, credentials.ClientCertificate!.Certificate.Thumbprint);
        Assert.Equal(TestCertificates.Service.Thumbprint, credentials.ServiceCertificate!.Thumbprint);
        var other = endpoint.ToClientCredentials(null, new("http://other/"));
        Assert.Equal(TestCertificates.Other.Thumbprint, other.ServiceCertificate!.Thumbprint);
        Assert.Same(user, credentials.UserName);
        var validation = credentials.ServiceCertificateValidation;
        Assert.Equal(
            (X509CertificateValidationMode.PeerOrChainTrust, X509RevocationMode.NoCheck, StoreLocation.CurrentUser),
            (validation.Mode, validation.RevocationMode, validation.TrustedStoreLocation));
    }

    [Fact]
    public void Client_WithoutBehavior_HasTheDefaultsOfWcf()
    {
        var endpoint = Configurations.Section("<client><endpoint name='a' binding='wsHttpBinding'/></client>").GetClientEndpoint("a");

        var credentials = endpoint.ToClientCredentials();

        Assert.Null(credentials.ClientCertificate);
        Assert.Equal(X509CertificateValidationMode.ChainTrust, credentials.ServiceCertificateValidation.Mode);
        Assert.Equal(X509RevocationMode.Online, credentials.ServiceCertificateValidation.RevocationMode);
    }

    [Fact]
    public void Client_WithACertificateAsIdentity_EncryptsForItUnlessThereIsAnother()
    {
        WriteCer("other.cer", TestCertificates.Other);
        var encoded = Convert.ToBase64String(TestCertificates.Service.RawData);
        var endpoint = Configurations.Section(
            "<client><endpoint name='a' binding='wsHttpBinding'><identity>"
                + $"<certificate encodedValue='{encoded}'/></identity></endpoint></client>")
            .GetClientEndpoint("a");

        var credentials = endpoint.ToClientCredentials();

        Assert.Equal(TestCertificates.Service.Thumbprint, credentials.ServiceCertificate!.Thumbprint);
        Assert.Equal("certificate", credentials.ServiceIdentity!.ToString());
        var other = Client("<serviceCertificate><defaultCertificate fileName='other.cer'/></serviceCertificate>");
        var both = (other with { Identity = endpoint.Identity }).ToClientCredentials();
        Assert.Equal(TestCertificates.Other.Thumbprint, both.ServiceCertificate!.Thumbprint);
        Assert.Equal("certificate", both.ServiceIdentity!.ToString());
    }

    [Fact]
    public void Certificate_InPemWithItsKey_IsLoaded()
    {
        using var key = TestCertificates.Client.GetRSAPrivateKey()!;
        File.WriteAllText(InDirectory("client.pem"), TestCertificates.Client.ExportCertificatePem());
        File.WriteAllText(InDirectory("client.key"), key.ExportPkcs8PrivateKeyPem());
        var endpoint = Client("<clientCertificate fileName='client.pem' keyFileName='client.key'/>");

        Assert.Equal(TestCertificates.Client.Thumbprint, endpoint.ToClientCredentials().ClientCertificate!.Certificate.Thumbprint);
    }

    [Theory]
    [InlineData("<clientCertificate fileName='none.pfx'/>", "cannot be read")]
    [InlineData("<clientCertificate fileName='client.pfx' password='wrong'/>", "cannot be read")]
    [InlineData("<clientCertificate fileName='service.cer'/>", "no RSA private key")]
    [InlineData("<clientCertificate findValue='no such name' storeName='AddressBook'/>", "0 certificates match")]
    [InlineData("<clientCertificate findValue='x' x509FindType='FindByTimeValid'/>", "not a time")]
    public void Certificate_ThatCannotBeLoaded_IsAnErrorInWordsWithoutThePassword(string certificate, string reason)
    {
        WritePfx("client.pfx", TestCertificates.Client, "secret");
        WriteCer("service.cer", TestCertificates.Service);
        using var store = OpenStore();
        var endpoint = Client(certificate);

        var refused = Assert.Throws<ServiceModelConfigurationException>(() => endpoint.ToClientCredentials());

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(4, Assert.Single(refused.Problems).Location.Line);
        Assert.DoesNotContain("wrong", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificate_OfAStore_IsTheOnlyOneThatMatches()
    {
        using var store = OpenStore();
        store.Add(TestCertificates.Service);
        store.Add(TestCertificates.Other);
        try
        {
            // Copied from a dialog: spaces, and an invisible mark in front.
            var thumbprint = "\u200e" + string.Join(' ', TestCertificates.Service.Thumbprint.Chunk(2).Select(pair => new string(pair)));
            var found = Client(InStore("FindByThumbprint", thumbprint)).ToClientCredentials().ServiceCertificate!;
            var issuer = Client(InStore("FindByIssuerName", "Test authority"));

            Assert.Equal(TestCertificates.Service.Thumbprint, found.Thumbprint);
            var refused = Assert.Throws<ServiceModelConfigurationException>(() => issuer.ToClientCredentials());
            Assert.Contains("FindByThumbprint", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            store.Remove(TestCertificates.Service);
            store.Remove(TestCertificates.Other);
        }
    }

    [Fact]
    public void Authorities_OfAFile_AreTheOnlyOnes()
    {
        WriteCer("authority.cer", TestCertificates.Authority);
        var people = $"{TestCertificates.Service.ExportCertificatePem()}\n{TestCertificates.Other.ExportCertificatePem()}";
        File.WriteAllText(InDirectory("people.pem"), people);
        var validation = Client(
            """
            <serviceCertificate>
              <authentication certificateValidationMode="PeerOrChainTrust" trustedRootsFileName="authority.cer"
                  trustedPeopleFileName="people.pem"/>
            </serviceCertificate>
            """).ToClientCredentials().ServiceCertificateValidation;

        Assert.Equal(TestCertificates.Authority.Thumbprint, Assert.Single(validation.CustomTrustRoots).Thumbprint);
        Assert.Equal(2, validation.TrustedPeople.Count);
    }

    [Fact]
    public void Service_HasItsCertificateAndValidators()
    {
        WritePfx("service.pfx", TestCertificates.Service, null);
        var behavior = Service(
            $"""
            <serviceCertificate fileName="service.pfx"/>
            <userNameAuthentication userNamePasswordValidationMode="Custom"
                customUserNamePasswordValidatorType="{typeof(OnlyAlice).AssemblyQualifiedName}"/>
            <clientCertificate>
              <authentication certificateValidationMode="Custom"
                  customCertificateValidatorType="{typeof(OnlyTestClient).AssemblyQualifiedName}"/>
            </clientCertificate>
            """);

        var credentials = behavior.ToServiceCredentials();

        Assert.Equal(TestCertificates.Service.Thumbprint, credentials.ServiceCertificate!.Certificate.Thumbprint);
        Assert.IsType<OnlyAlice>(credentials.UserNamePasswordValidator);
        var validate = credentials.ClientCertificateValidation.CustomValidator!;
        Assert.True(validate(TestCertificates.Client, null));
        Assert.False(validate(TestCertificates.Other, null));
    }

    [Fact]
    public void Types_AreMadeByTheApplication_WhereItWants()
    {
        var asked = new List<string>();
        var behavior = Service(
            "<userNameAuthentication userNamePasswordValidationMode='Custom' customUserNamePasswordValidatorType='Old.Validator, Old'/>",
            name =>
            {
                asked.Add(name);
                return UserNamePasswordValidator.Create((_, _) => true);
            });

        Assert.NotNull(behavior.ToServiceCredentials().UserNamePasswordValidator);
        Assert.Equal(["Old.Validator, Old"], asked);
    }

    [Theory]
    [InlineData("userNamePasswordValidationMode='Windows'", "Windows accounts")]
    [InlineData("userNamePasswordValidationMode='MembershipProvider'", "membership providers")]
    [InlineData("userNamePasswordValidationMode='Custom' customUserNamePasswordValidatorType='No.Such'", "not found")]
    [InlineData("userNamePasswordValidationMode='Custom' customUserNamePasswordValidatorType='System.Object'", "neither")]
    public void UserNames_ThatNobodyHereChecks_AreRefusedInWords(string attributes, string reason)
    {
        var behavior = Service($"<userNameAuthentication {attributes}/>");

        var refused = Assert.Throws<ServiceModelConfigurationException>(() => behavior.ToServiceCredentials());

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<secureConversationAuthentication securityStateEncoderType='My.Encoder'/>", "securityStateEncoderType")]
    [InlineData("<issuedTokenAuthentication allowUntrustedRsaIssuers='true'/>", "allowUntrustedRsaIssuers")]
    [InlineData("<userNameAuthentication userNamePasswordValidationMode='Custom'/>", "userNamePasswordValidationMode")]
    [InlineData("<serviceCertificate fileName='a.pfx' findValue='b'/>", "fileName")]
    public void Setting_ThatIsNotOffered_IsAnErrorOfTheBehavior(string inside, string attribute)
    {
        var behavior = Service(inside);

        Assert.Equal(attribute, Assert.Single(behavior.Problems).Attribute);
        Assert.Throws<ServiceModelConfigurationException>(() => behavior.ToServiceCredentials());
    }

    [Fact]
    public void WindowsAuthentication_IsReadAsItStands()
    {
        var written = Service("<windowsAuthentication allowAnonymousLogons='true' includeWindowsGroups='false'/>").ToServiceCredentials();
        var own = Service("<windowsAuthentication/>").ToServiceCredentials();

        Assert.Equal((true, false), (written.WindowsAuthentication.AllowAnonymousLogons, written.WindowsAuthentication.IncludeWindowsGroups));
        Assert.Equal((false, true), (own.WindowsAuthentication.AllowAnonymousLogons, own.WindowsAuthentication.IncludeWindowsGroups));
    }

    [Fact]
    public async Task ClientAndService_OfOneFile_HaveAConversation()
    {
        WritePfx("service.pfx", TestCertificates.Service, null);
        WritePfx("client.pfx", TestCertificates.Client, null);
        WriteCer("service.cer", TestCertificates.Service);
        WriteCer("authority.cer", TestCertificates.Authority);
        const string Trust = "<authentication trustedRootsFileName='authority.cer' revocationMode='NoCheck'/>";
        var configuration = Read(
            $"""
            <bindings><ws2007HttpBinding><binding>
              <security><message clientCredentialType="Certificate" negotiateServiceCredential="false"/></security>
            </binding></ws2007HttpBinding></bindings>
            <behaviors>
              <endpointBehaviors><behavior><clientCredentials>
                <clientCertificate fileName="client.pfx"/>
                <serviceCertificate><defaultCertificate fileName="service.cer"/>{Trust}</serviceCertificate>
              </clientCredentials></behavior></endpointBehaviors>
              <serviceBehaviors><behavior><serviceCredentials>
                <serviceCertificate fileName="service.pfx"/><clientCertificate>{Trust}</clientCertificate>
              </serviceCredentials></behavior></serviceBehaviors>
            </behaviors>
            <client><endpoint name="c" address="http://localhost/s" binding="ws2007HttpBinding" contract="I"/></client>
            <services><service name="S">
              <endpoint address="http://localhost/s" binding="ws2007HttpBinding" contract="I"/>
            </service></services>
            """);
        var endpoint = configuration.GetClientEndpoint("c");
        var service = configuration.FindService("S")!;

        await CredentialConversation.RunAsync(
            endpoint.Binding!.CreateMessageSecurityBinding(),
            endpoint.ToClientCredentials(),
            service.Endpoints[0].Binding!.CreateMessageSecurityBinding(),
            service.Behavior.ToServiceCredentials(),
            endpoint.Address!);
    }

    private static X509Store OpenStore()
    {
        // A store that nothing trusts.
        var store = new X509Store(StoreName.AddressBook, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        return store;
    }

    private static string InStore(string findType, string value) =>
        "<serviceCertificate><defaultCertificate storeLocation='CurrentUser' storeName='AddressBook' "
            + $"x509FindType='{findType}' findValue='{value}'/></serviceCertificate>";

    private ConfiguredClientEndpoint Client(string inside) => Read(
        "<behaviors><endpointBehaviors><behavior>"
            + $"<clientCredentials>\n{inside}</clientCredentials></behavior></endpointBehaviors></behaviors>"
            + "<client><endpoint name='a' address='http://localhost/' binding='wsHttpBinding'/></client>").GetClientEndpoint("a");

    private ConfiguredServiceBehavior Service(string inside, Func<string, object?>? create = null) => Read(
        "<behaviors><serviceBehaviors><behavior>"
            + $"<serviceCredentials>{inside}</serviceCredentials></behavior></serviceBehaviors></behaviors>",
        create).DefaultServiceBehavior;

    private ServiceModelConfiguration Read(string inside, Func<string, object?>? create = null)
    {
        var text = $"<configuration>\n<system.serviceModel>\n{inside}</system.serviceModel></configuration>";
        return ServiceModelConfiguration.Parse(new StringReader(text), InDirectory("app.config"), new() { CreateInstance = create });
    }

    private string InDirectory(string name) => Path.Combine(_directory.FullName, name);

    private void WritePfx(string name, X509Certificate2 certificate, string? password) =>
        File.WriteAllBytes(InDirectory(name), certificate.Export(X509ContentType.Pkcs12, password));

    private void WriteCer(string name, X509Certificate2 certificate) => File.WriteAllBytes(InDirectory(name), certificate.RawData);

    public sealed class OnlyAlice : UserNamePasswordValidator
    {
        public override ValueTask<bool> ValidateAsync(string userName, string password, CancellationToken cancellationToken) =>
            ValueTask.FromResult(userName == "alice");
    }

    public sealed class OnlyTestClient : IConfiguredCertificateValidator
    {
        public bool Validate(X509Certificate2 certificate, X509Chain? chain) => certificate.Subject == TestCertificates.Client.Subject;
    }
}
