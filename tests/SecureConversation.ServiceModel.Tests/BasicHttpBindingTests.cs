using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using EngineBinding = SecureConversation.Binding;
using StackBinding = System.ServiceModel.BasicHttpBinding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>The replacement for BasicHttpBinding.</summary>
public sealed class BasicHttpBindingTests
{
    private static readonly EngineBinding.BasicHttpMessageSecurity Settings =
        new() { ClientCredentialType = EngineBinding.MessageCredentialType.Certificate, AlgorithmSuite = EngineBinding.SecurityAlgorithmSuite.Basic128Sha256 };

    [Fact]
    public async Task MessageMode_TalksToAServiceWithTheSameSettings()
    {
        await using var service = await TestService.StartAsync(Settings.CreateSecurityBindingElement(false), EngineBinding.MessageVersion.Soap11);
        using var factory = Clients.Factory(Create(), service.Address);
        var proxy = factory.CreateChannel();

        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Equal(7, await proxy.AddAsync(3, 4));
        Assert.Null(((IContextChannel)proxy).SessionId);
        Assert.All(service.Users, user => Assert.Contains("Test client", user, StringComparison.Ordinal));
        Assert.All(service.ContentTypes, type => Assert.StartsWith("text/xml", type, StringComparison.Ordinal));
        ((IClientChannel)proxy).Close();
    }

    [Fact]
    public void MessageMode_HasTheElementsOfWcf()
    {
        var elements = Create().CreateBindingElements();

        Assert.Equal(3, elements.Count);
        Assert.Equal(Settings.CreateSecurityBindingElement(false), Assert.IsType<MessageSecurityBindingElement>(elements[0]).Settings);
        Assert.Equal(MessageVersion.Soap11, Assert.IsType<TextMessageEncodingBindingElement>(elements[1]).MessageVersion);
        Assert.Equal(7000, Assert.IsType<HttpTransportBindingElement>(elements[2]).MaxReceivedMessageSize);
        Assert.Equal("http", Create().Scheme);
    }

    [Fact]
    public void Credential_ThatIsNoCertificate_IsNamed()
    {
        var binding = new BasicHttpBinding(BasicHttpSecurityMode.Message);
        Assert.Equal(BasicHttpMessageCredentialType.UserName, binding.Security.Message.ClientCredentialType);
        Assert.Contains("ClientCredentialType", Assert.Throws<InvalidOperationException>(binding.CreateBindingElements).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Mtom_IsTaken()
    {
        var binding = Create();
        binding.MessageEncoding = WSMessageEncoding.Mtom;
        Assert.NotNull(binding.CreateBindingElements().Find<MtomMessageEncodingBindingElement>());
    }

    [Theory]
    [InlineData(BasicHttpSecurityMode.None, "http", false)]
    [InlineData(BasicHttpSecurityMode.Transport, "https", false)]
    [InlineData(BasicHttpSecurityMode.TransportCredentialOnly, "http", false)]
    [InlineData(BasicHttpSecurityMode.TransportWithMessageCredential, "https", true)]
    public void OtherModes_AreThoseOfTheBase(BasicHttpSecurityMode mode, string scheme, bool hasTransportSecurity)
    {
        var binding = new BasicHttpBinding(BasicHttpSecurityMode.Message);
        binding.Security.Mode = mode;
        var elements = binding.CreateBindingElements();

        Assert.Equal((mode, mode), (binding.Security.Mode, ((StackBinding)binding).Security.Mode));
        Assert.Equal(scheme, binding.Scheme);
        Assert.Null(elements.Find<MessageSecurityBindingElement>());
        Assert.Equal(hasTransportSecurity, elements.Find<TransportSecurityBindingElement>() is not null);
    }

    [Fact]
    public void Security_OfAnotherBinding_TakesThePlaceAsAWhole()
    {
        var binding = new BasicHttpBinding { Security = Create().Security };
        Assert.Equal(BasicHttpSecurityMode.Message, binding.Security.Mode);
        Assert.NotNull(binding.CreateBindingElements().Find<MessageSecurityBindingElement>());

        binding.Security = new BasicHttpSecurity { Mode = BasicHttpSecurityMode.Transport, Transport = { ClientCredentialType = HttpClientCredentialType.Basic } };
        Assert.Null(binding.CreateBindingElements().Find<MessageSecurityBindingElement>());
        Assert.Equal(System.Net.AuthenticationSchemes.Basic, binding.CreateBindingElements().Find<HttpsTransportBindingElement>().AuthenticationScheme);
        Assert.Throws<ArgumentNullException>(() => binding.Security = null!);
    }

    /// <summary>Code that knows the binding by the type of the stack changes the same security.</summary>
    [Fact]
    public void Security_OfTheBase_IsTheSame()
    {
        StackBinding known = Create();
        known.Security.Mode = BasicHttpSecurityMode.Transport;
        Assert.Equal(BasicHttpSecurityMode.Transport, ((BasicHttpBinding)known).Security.Mode);

        known.Security = new System.ServiceModel.BasicHttpSecurity { Mode = BasicHttpSecurityMode.TransportCredentialOnly };
        Assert.Equal(BasicHttpSecurityMode.TransportCredentialOnly, ((BasicHttpBinding)known).Security.Mode);
        Assert.Equal("http", known.Scheme);
    }

    [Fact]
    public void Defaults_AreThoseOfTheBase()
    {
        Assert.Equal(BasicHttpSecurityMode.None, new BasicHttpBinding().Security.Mode);
        Assert.Equal(BasicHttpSecurityMode.None, new BasicHttpSecurity().Mode);
        Assert.Throws<ArgumentOutOfRangeException>(() => new BasicHttpSecurity().Mode = (BasicHttpSecurityMode)17);
    }

    private static BasicHttpBinding Create()
    {
        var binding = new BasicHttpBinding(BasicHttpSecurityMode.Message) { LoggerFactory = RecordedLog.Current, MaxReceivedMessageSize = 7000 };
        binding.Security.Message.ClientCredentialType = BasicHttpMessageCredentialType.Certificate;
        binding.Security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic128Sha256;
        return binding;
    }
}
