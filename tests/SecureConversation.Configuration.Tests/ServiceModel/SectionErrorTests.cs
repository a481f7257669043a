namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>What is wrong with the elements around bindings and behaviors reaches whoever would get a default in their place.</summary>
public sealed class SectionErrorTests
{
    private const string Secure =
        "<binding><security mode='Message'><message clientCredentialType='Certificate' algorithmSuite='Basic256Sha256'/>"
            + "</security></binding>";

    private const string Client = "<client><endpoint name='e' address='http://x/y' binding='basicHttpBinding' contract='C'/></client>";

    private const string Service = "<services><service name='s'><endpoint address='http://x/y' binding='basicHttpBinding' contract='C'/>"
        + "</service></services>";

    public static TheoryData<string> LostBindings =>
    [
        "<bindings configProtectionProvider='RsaProtectedConfigurationProvider'><EncryptedData/></bindings>",
        "<bindings configSource='/elsewhere/bindings.config'/>",
        $"<Bindings><basicHttpBinding>{Secure}</basicHttpBinding></Bindings>",
        $"<bindings/><bindings><basicHttpBinding>{Secure}</basicHttpBinding></bindings>",
        $"<bindings><basicHTTPBinding>{Secure}</basicHTTPBinding></bindings>",
        $"<bindings><basicHttpBinding/><basicHttpBinding>{Secure}</basicHttpBinding></bindings>",
        $"<bindings><basicHttpBinding>{Secure.Replace("binding", "Binding", StringComparison.Ordinal)}</basicHttpBinding></bindings>",
        $"<bindings><basicHttpBinding>{Secure}<remove Name='x'/></basicHttpBinding></bindings>",
        $"<bindings><basicHttpBinding>{Secure}<clear name='x'/></basicHttpBinding></bindings>",
    ];

    [Theory]
    [MemberData(nameof(LostBindings))]
    public void LostBinding_IsNoEndpointWithoutSecurity(string bindings)
    {
        var configuration = Configurations.Section(bindings + Client + Service);

        Assert.Throws<ServiceModelConfigurationException>(() => configuration.GetClientEndpoint("e"));
        Assert.Throws<ServiceModelConfigurationException>(() => configuration.FindService("s"));
        Assert.Throws<ServiceModelConfigurationException>(() => configuration.GetBinding("basicHttpBinding", ""));
        Assert.Throws<ServiceModelConfigurationException>(() => configuration.GetDefaultBinding("http"));
    }

    [Theory]
    [InlineData("<behaviors configProtectionProvider='P'><EncryptedData/></behaviors>")]
    [InlineData("<behaviors><serviceBehaviours><behavior/></serviceBehaviours><endpointBehavior/></behaviors>")]
    [InlineData("<behaviors><serviceBehaviors><Behavior/></serviceBehaviors><endpointBehaviors><x/></endpointBehaviors></behaviors>")]
    [InlineData("<commonBehaviors><serviceBehaviors/></commonBehaviors>")]
    public void LostBehavior_IsNoEndpointWithDefaults(string behaviors)
    {
        var configuration = Configurations.Section(behaviors + Client + Service);

        Assert.Throws<ServiceModelConfigurationException>(() => configuration.GetClientEndpoint("e"));
        Assert.Throws<ServiceModelConfigurationException>(() => configuration.FindService("s"));
        Assert.Throws<ServiceModelConfigurationException>(configuration.DefaultServiceBehavior.EnsureUsable);
    }

    [Fact]
    public void ErrorsElsewhere_AreNotThoseOfTheEndpoint()
    {
        var configuration = Configurations.Section(
            "<bindings><netMsmqBinding/></bindings><routing/><client><unknown/>"
                + "<endpoint name='e' address='http://x/y' binding='basicHttpBinding' contract='C'/></client>");

        Assert.Empty(configuration.GetClientEndpoint("e").Problems);
        Assert.Equal(3, configuration.Problems.Length);
    }

    [Fact]
    public void MappingWithAnError_IsNoOtherBinding()
    {
        var configuration = Configurations.Section(
            "<protocolMapping><add scheme='http' binding='wsHttpBinding' bindingconfiguration='secure'/></protocolMapping>");

        Assert.Throws<ServiceModelConfigurationException>(() => configuration.GetDefaultBinding("http"));
    }

    [Theory]
    [InlineData("<configuration><system.ServiceModel/></configuration>")]
    [InlineData("<configuration><system.serviceModel xmlns='urn:other'/></configuration>")]
    [InlineData("<configuration><location path='.'><System.serviceModel/></location></configuration>")]
    public void SectionUnderAnotherName_IsAnError(string file)
    {
        var problem = Assert.Single(Configurations.Whole(file).Problems);

        Assert.Equal(ConfigurationProblemSeverity.Error, problem.Severity);
        Assert.Contains("is not read", problem.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("findValue='x' password='S3cret'")]
    [InlineData("fileName='x' Password='S3cret'")]
    [InlineData("fileName='x' password2='S3cret'")]
    [InlineData("fileName='x' keyPassword='S3cret'")]
    public void PasswordInAWrongPlace_IsNotRepeated(string attributes)
    {
        var configuration = Configurations.Section("<behaviors><endpointBehaviors><behavior name='b'><clientCredentials>"
            + $"<clientCertificate {attributes}/></clientCredentials></behavior></endpointBehaviors></behaviors>");

        var problem = Assert.Single(configuration.Problems);
        Assert.DoesNotContain("S3cret", problem.ToString(), StringComparison.Ordinal);
        Assert.Contains("assword", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void MergedBehavior_HasTheErrorsOfTheOuterFile()
    {
        var outer = Path.GetTempFileName();
        try
        {
            File.WriteAllText(outer, "<configuration><system.serviceModel><behaviors><endpointBehaviors><behavior name='b'>"
                + "<clientCredential/></behavior></endpointBehaviors></behaviors></system.serviceModel></configuration>");

            var configuration = Configurations.Section(
                "<behaviors><endpointBehaviors><behavior name='b'/></endpointBehaviors></behaviors>", new() { ParentFiles = [outer] });

            Assert.Throws<ServiceModelConfigurationException>(Assert.Single(configuration.EndpointBehaviors).EnsureUsable);
        }
        finally
        {
            File.Delete(outer);
        }
    }
}
