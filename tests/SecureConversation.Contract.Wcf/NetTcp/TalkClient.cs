using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using System.Xml;
using SecureConversation.ServiceModel;
using SecureConversation.Testing;
using CoreChannels = CoreWCF.Channels;
using CoreElement = SecureConversation.CoreWCF.MessageSecurityBindingElement;
using StackElement = SecureConversation.ServiceModel.MessageSecurityBindingElement;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>A client of <see cref="TalkHost"/> with its callbacks, and the bindings of both sides.</summary>
public sealed class TalkClient : IDisposable
{
    private readonly DuplexChannelFactory<IClientTalk> _factory;

    private TalkClient(DuplexChannelFactory<IClientTalk> factory, TalkBack back, Uri? via)
    {
        (_factory, Back) = (factory, back);
        Talk = via is null ? factory.CreateChannel() : factory.CreateChannel(factory.Endpoint.Address, via);
    }

    public IClientTalk Talk { get; }
    public IContextChannel Channel => (IContextChannel)Talk;
    public TalkBack Back { get; }

    public static TalkClient Create(TalkHost host, System.ServiceModel.Channels.Binding? binding = null, Uri? address = null, int? via = null, IssuedTokenClientBehavior? tokens = null)
    {
        var back = new TalkBack();
        binding ??= ClientBinding();
        binding.SendTimeout = binding.OpenTimeout = binding.CloseTimeout = TimeSpan.FromMinutes(1);
        var factory = new DuplexChannelFactory<IClientTalk>(new InstanceContext(back), binding,
            new EndpointAddress(address ?? host.Address, new X509CertificateEndpointIdentity(TestCertificates.Service)));
        factory.Credentials.ClientCertificate.Certificate = TestCertificates.Client;
        factory.Credentials.ServiceCertificate.DefaultCertificate = TestCertificates.Service;
        factory.Credentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
        factory.Credentials.UserName.UserName = "ada";
        factory.Credentials.UserName.Password = "lovelace";
        if (tokens is not null)
        {
            factory.Endpoint.EndpointBehaviors.Add(tokens);
        }

        return new TalkClient(factory, back, via is { } port ? new Uri($"net.tcp://localhost:{port}{host.Address.AbsolutePath}") : null);
    }

    /// <summary>The channel below the service model.</summary>
    public RawTalk CreateRaw() => new(_factory);

    public static CustomBinding ClientBinding(StackElement? element = null)
    {
        var encoder = new BinaryMessageEncodingBindingElement();
        XmlDictionaryReaderQuotas.Max.CopyTo(encoder.ReaderQuotas);
        return new CustomBinding(element ?? StackElement.CreateSecureConversationBindingElement(StackElement.CreateMutualCertificateBindingElement()),
            encoder, new TcpTransportBindingElement { MaxReceivedMessageSize = 64 << 20, MaxBufferSize = 64 << 20 });
    }

    public static CoreChannels.CustomBinding ServiceBinding(CoreElement? element = null) => new(
        element ?? CoreElement.CreateSecureConversationBindingElement(CoreElement.CreateMutualCertificateBindingElement()),
        new CoreChannels.BinaryMessageEncodingBindingElement { ReaderQuotas = XmlDictionaryReaderQuotas.Max },
        new CoreChannels.TcpTransportBindingElement { MaxReceivedMessageSize = 64 << 20, MaxBufferSize = 64 << 20 });

    public Task CloseAsync() => Task.Factory.FromAsync(Channel.BeginClose, Channel.EndClose, null);

    public void Dispose()
    {
        Channel.Abort();
        _factory.Abort();
    }
}

/// <summary>A channel without a proxy on it.</summary>
public sealed class RawTalk : IDisposable
{
    private readonly IChannelFactory<IDuplexSessionChannel> _factory;

    public RawTalk(DuplexChannelFactory<IClientTalk> of)
    {
        _factory = of.Endpoint.Binding.BuildChannelFactory<IDuplexSessionChannel>(of.Credentials);
        _factory.Open();
        Channel = _factory.CreateChannel(of.Endpoint.Address);
    }

    public IDuplexSessionChannel Channel { get; }

    public static System.ServiceModel.Channels.Message Say(string text) => Request("Say", $"<Say xmlns=\"urn:talk\"><text>{text}</text></Say>");

    public static System.ServiceModel.Channels.Message Abort() => Request("Abort", "<Abort xmlns=\"urn:talk\" />");

    private static System.ServiceModel.Channels.Message Request(string operation, string body)
    {
        var message = System.ServiceModel.Channels.Message.CreateMessage(
            MessageVersion.Soap12WSAddressing10, $"urn:talk/ITalk/{operation}", XmlReader.Create(new StringReader(body)));
        message.Headers.MessageId = new UniqueId();
        message.Headers.ReplyTo = new EndpointAddress(EndpointAddress.AnonymousUri);
        return message;
    }

    public void Dispose()
    {
        Channel.Abort();
        _factory.Abort();
    }
}
