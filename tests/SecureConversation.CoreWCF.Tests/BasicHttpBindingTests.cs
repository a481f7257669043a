using CoreWCF;
using CoreWCF.Channels;
using SecureConversation.CoreWCF.Tests.Support;
using DropIn = SecureConversation.CoreWCF.BasicHttpBinding;
using StackBinding = CoreWCF.BasicHttpBinding;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>The replacement for BasicHttpBinding.</summary>
public sealed class BasicHttpBindingTests
{
    private static readonly Binding.BasicHttpMessageSecurity Settings =
        new() { ClientCredentialType = Binding.MessageCredentialType.Certificate, AlgorithmSuite = Binding.SecurityAlgorithmSuite.Basic128Sha256 };

    [Fact]
    public async Task MessageMode_Serves()
    {
        await using var host = await EchoHost.StartAsync<IEcho>(Create());
        await using var client = Client.For(host.Address, Settings.CreateSecurityBindingElement(false), Binding.MessageVersion.Soap11);

        Assert.Equal("hello", await client.EchoAsync("hello"));
        Assert.Contains("Test client", await client.AskAsync("WhoAmI"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MessageMode_RefusesAnotherClient()
    {
        await using var host = await EchoHost.StartAsync<IEcho>(Create());
        await using var client = Client.For(host.Address, Settings.CreateSecurityBindingElement(false), Binding.MessageVersion.Soap11,
            certificate: Testing.TestCertificates.Service);

        await Assert.ThrowsAnyAsync<SecureConversationException>(() => client.EchoAsync("hello"));
    }

    [Fact]
    public void MessageMode_HasTheElementsOfWcf()
    {
        var elements = Create().CreateBindingElements();

        Assert.Equal(3, elements.Count);
        Assert.Equal(Settings.CreateSecurityBindingElement(false), Assert.IsType<MessageSecurityBindingElement>(elements[0]).Settings);
        Assert.Equal(MessageVersion.Soap11, Assert.IsType<TextMessageEncodingBindingElement>(elements[1]).MessageVersion);
        Assert.Equal(70000, Assert.IsType<HttpTransportBindingElement>(elements[2]).MaxReceivedMessageSize);
        Assert.Equal("http", Create().Scheme);
    }

    [Fact]
    public void Credential_ThatIsNoCertificate_IsNamed() => Assert.Contains("ClientCredentialType",
        Assert.Throws<InvalidOperationException>(new DropIn(BasicHttpSecurityMode.Message).CreateBindingElements).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(BasicHttpSecurityMode.None, "http", false)]
    [InlineData(BasicHttpSecurityMode.Transport, "https", false)]
    [InlineData(BasicHttpSecurityMode.TransportCredentialOnly, "http", false)]
    [InlineData(BasicHttpSecurityMode.TransportWithMessageCredential, "https", true)]
    public void OtherModes_AreThoseOfTheBase(BasicHttpSecurityMode mode, string scheme, bool hasTransportSecurity)
    {
        var binding = new DropIn(BasicHttpSecurityMode.Message);
        binding.Security.Mode = mode;
        var elements = binding.CreateBindingElements();

        Assert.Equal((mode, mode), (binding.Security.Mode, ((StackBinding)binding).Security.Mode));
        Assert.Equal(scheme, binding.Scheme);
        Assert.Null(elements.Find<MessageSecurityBindingElement>());
        Assert.Equal(hasTransportSecurity, elements.Find<TransportSecurityBindingElement>() is not null);
    }

    /// <summary>Code that knows the binding by the type of the stack changes the same security.</summary>
    [Fact]
    public void Security_OfTheBase_IsTheSame()
    {
        StackBinding known = Create();
        known.Security.Mode = BasicHttpSecurityMode.Transport;
        Assert.Equal(BasicHttpSecurityMode.Transport, ((DropIn)known).Security.Mode);

        var other = new DropIn { Security = Create().Security };
        Assert.NotNull(other.CreateBindingElements().Find<MessageSecurityBindingElement>());
    }

    private static DropIn Create()
    {
        var binding = new DropIn(BasicHttpSecurityMode.Message) { MaxReceivedMessageSize = 70000 };
        binding.Security.Message.ClientCredentialType = BasicHttpMessageCredentialType.Certificate;
        binding.Security.Message.AlgorithmSuite = global::CoreWCF.Security.SecurityAlgorithmSuite.Basic128Sha256;
        return binding;
    }
}
