using System.Security.Cryptography.X509Certificates;
using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using CoreWCF.Security;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;
using DropIn = SecureConversation.CoreWCF.WSHttpBinding;
using Element = SecureConversation.CoreWCF.MessageSecurityBindingElement;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>What is refused is named as CoreWCF names it: a walk over the settings of bindings, and over credentials.</summary>
public sealed class StackNameTests
{
    private static readonly StackNames Names = new(
        [typeof(ServiceHostBase).Assembly, typeof(HttpTransportBindingElement).Assembly, typeof(Element).Assembly, typeof(X509RevocationMode).Assembly],
        // The element has settings of the engine for what the stack does not have.
        typeof(Binding.SecurityBindingElement).Assembly.GetExportedTypes().Where(t => t.Namespace == "SecureConversation.Binding")
            .Append(typeof(ProtectionLevelAttribute)));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task RefusalsOfBindings_NameWhatTheStackHas(bool isSession)
    {
        ServiceHostBase? started = null;
        await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(Bindings.Session()), host => started = host);
        var texts = new[] { "mutual", "mutual10", "duplex", "anonymous", "username" }
            .SelectMany(bootstrap => StackNames.Vary(() => isSession ? Bindings.Session(Bindings.Bootstrap(bootstrap)) : Bindings.Bootstrap(bootstrap), Parts))
            .SelectMany(element => new[] { MessageVersion.Soap12WSAddressing10, MessageVersion.Soap11 }.Select(version => Refusal(element, version, started!)));
        Names.Require(texts, atLeast: 8);
    }

    [Fact]
    public void RefusalsOfDropIns_NameWhatTheStackHas()
    {
        var texts = new List<string?> { Record.Exception(() => new DropIn(SecurityMode.Message, true))?.Message };
        foreach (var credential in Enum.GetValues<MessageCredentialType>())
        {
            foreach (var negotiates in new[] { true, false })
            {
                var binding = new DropIn(SecurityMode.Message);
                binding.Security.Message.ClientCredentialType = credential;
                binding.Security.Message.NegotiateServiceCredential = negotiates;
                texts.Add(Record.Exception(binding.CreateBindingElements)?.Message);
            }
        }

        texts.Add(Record.Exception(new global::SecureConversation.CoreWCF.BasicHttpBinding(BasicHttpSecurityMode.Message).CreateBindingElements)?.Message);
        Names.Require(texts, atLeast: 2);
    }

    [Fact]
    public async Task RefusalsOfCredentials_NameWhatTheStackHas()
    {
        RecordedLog.Current.AllowErrors(_ => true);
        string?[] texts =
        [
            await RefusalAsync("mutual", host => host.Credentials.ServiceCertificate.Certificate = null),
            await RefusalAsync("mutual", host => host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator = null),
            await RefusalAsync("mutual", host =>
            {
                var authentication = host.Credentials.ClientCertificate.Authentication;
                (authentication.CertificateValidationMode, authentication.CustomCertificateValidator) = (X509CertificateValidationMode.PeerTrust, null);
                authentication.TrustedStoreLocation = StoreLocation.LocalMachine;
            }),
            await RefusalAsync("username", host => host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = null),
        ];
        Names.Require(texts, atLeast: OperatingSystem.IsWindows() ? 3 : 4);
    }

    private static IEnumerable<object> Parts(Element element) => element.BootstrapSecurityBindingElement is { } bootstrap
        ? [element, element.LocalServiceSettings, bootstrap, bootstrap.LocalServiceSettings]
        : [element, element.LocalServiceSettings];

    private static string? Refusal(Element element, MessageVersion version, ServiceHostBase host)
    {
        var binding = Bindings.Text(element, version);
        var e = Record.Exception(() => binding.BuildServiceDispatcher<IReplyChannel>([], new Service(binding, host)));

        // Where the settings are taken, the transport misses its application.
        return e?.StackTrace?.Contains("StackRefusals", StringComparison.Ordinal) == true ? StackNames.Texts(e) : null;
    }

    private static async Task<string?> RefusalAsync(string bootstrap, Action<ServiceHostBase> configure)
    {
        try
        {
            await using var host = await EchoHost.StartAsync<IEcho>(Bindings.Text(Bindings.Bootstrap(bootstrap)), configure);
            return null;
        }
        catch (InvalidOperationException e)
        {
            return e.Message;
        }
    }

    private sealed class Service(global::CoreWCF.Channels.Binding binding, ServiceHostBase host) : IServiceDispatcher
    {
        public Uri BaseAddress { get; } = new("http://localhost/nowhere");

        public global::CoreWCF.Channels.Binding Binding => binding;

        public ServiceHostBase Host => host;

        public IList<Type> SupportedChannelTypes => [typeof(IReplyChannel), typeof(IReplySessionChannel)];

        public Task<IServiceChannelDispatcher> CreateServiceChannelDispatcherAsync(IChannel channel) => throw new NotSupportedException();
    }
}
