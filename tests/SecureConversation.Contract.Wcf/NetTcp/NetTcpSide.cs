using System.Net;
using System.Xml;
using CoreWCF;
using CoreWCF.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.Contract.Sides;
using SecureConversation.Contract.Wcf.CoreWcf;
using SecureConversation.Contract.Wcf.ServiceModel;
using SecureConversation.Testing;
using CoreChannels = CoreWCF.Channels;
using Stack = System.ServiceModel;
using StackChannels = System.ServiceModel.Channels;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>The service of the contract over net.tcp, in CoreWCF, with somebody in front who keeps what passes.</summary>
public sealed class NetTcpSide : IContractService
{
    private const int Large = 64 << 20;

    private readonly WebApplication _app;
    private readonly Relay _relay;

    private NetTcpSide(WebApplication app, ServiceProbe probe, Uri address) =>
        (_app, Probe, Address, _relay) = (app, probe, address, new Relay(address));

    public Uri Address { get; }
    public ServiceProbe Probe { get; }
    public Relay Wire => _relay;

    /// <param name="scenario">What the service is set up with.</param>
    /// <param name="isDropIn">Whether the binding is NetTcpBinding with the mode Message, in place of nested elements.</param>
    public static async Task<NetTcpSide> StartAsync(Scenario scenario, bool isDropIn = false)
    {
        var probe = new ServiceProbe { Records = false };
        var port = scenario.Port == 0 ? TalkHost.FreePort() : scenario.Port;
        var address = new Uri($"net.tcp://localhost:{port}/contract");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseNetTcp(IPAddress.Loopback, port);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddServiceModelServices();
        builder.Services.AddSingleton(probe);
        builder.Services.AddSingleton(AspNetCoreSide.Cookies);
        builder.Services.AddTransient<ContractService>();
        var app = builder.Build();
        app.UseServiceModel(model =>
        {
            model.AddService<ContractService>();
            CoreChannels.Binding binding = isDropIn ? DropInOf(scenario) : new CoreChannels.CustomBinding(CoreWcfSide.Element(scenario),
                new CoreChannels.BinaryMessageEncodingBindingElement { ReaderQuotas = XmlDictionaryReaderQuotas.Max },
                new CoreChannels.TcpTransportBindingElement { MaxReceivedMessageSize = Large, MaxBufferSize = Large });
            binding.ReceiveTimeout = scenario.IdleTimeout;
            model.AddServiceEndpoint(typeof(ContractService), typeof(ISessionContract), binding, address, null);
            model.ConfigureServiceHostBase<ContractService>(host => CoreWcfSide.SetUp(host.Credentials));
        });
        await app.StartAsync();
        return new NetTcpSide(app, probe, address);
    }

    public IContractClient Connect(Scenario scenario, bool isDropIn = false)
    {
        var encoder = new StackChannels.BinaryMessageEncodingBindingElement();
        XmlDictionaryReaderQuotas.Max.CopyTo(encoder.ReaderQuotas);
        StackChannels.Binding binding = isDropIn ? ClientDropInOf(scenario) : new StackChannels.CustomBinding(ServiceModelSide.Element(scenario), encoder,
            new StackChannels.TcpTransportBindingElement { MaxReceivedMessageSize = Large, MaxBufferSize = Large });
        return ServiceModelSide.Connect(binding, Address, scenario, new Uri($"net.tcp://localhost:{_relay.Port}{Address.AbsolutePath}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _relay.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static SecureConversation.CoreWCF.NetTcpBinding DropInOf(Scenario scenario)
    {
        var binding = new SecureConversation.CoreWCF.NetTcpBinding(SecurityMode.Message);
        binding.Security.Message.ClientCredentialType = Enum.Parse<MessageCredentialType>(scenario.CredentialType.ToString());
        return binding;
    }

    private static SecureConversation.ServiceModel.NetTcpBinding ClientDropInOf(Scenario scenario)
    {
        var binding = new SecureConversation.ServiceModel.NetTcpBinding(Stack.SecurityMode.Message);
        binding.Security.Message.ClientCredentialType = Enum.Parse<Stack.MessageCredentialType>(scenario.CredentialType.ToString());
        return binding;
    }
}
