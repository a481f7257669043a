using System.ServiceModel;
using System.ServiceModel.Channels;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecurityBindingElement = SecureConversation.Binding.SecurityBindingElement;
using StackVersion = System.ServiceModel.Channels.MessageVersion;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>A client that chooses the connection of each message: the engine over bare channels of the transport.</summary>
public sealed class HandMadeClient : IDisposable
{
    private const string Say = "urn:talk/ITalk/Say";

    private readonly IChannelFactory<IDuplexSessionChannel> _factory;
    private readonly EndpointAddress _address;
    private readonly X509Credential _certificate = new(TestCertificates.Client);
    private readonly MessageSecurityClient _client;
    private readonly List<IDuplexSessionChannel> _connections = [];

    public HandMadeClient(TalkHost host)
    {
        var encoder = new BinaryMessageEncodingBindingElement();
        XmlDictionaryReaderQuotas.Max.CopyTo(encoder.ReaderQuotas);
        var transport = new TcpTransportBindingElement { ManualAddressing = true };
        // A connection of its own for each channel.
        transport.ConnectionPoolSettings.MaxOutboundConnectionsPerEndpoint = 0;
        _factory = new System.ServiceModel.Channels.CustomBinding(encoder, transport).BuildChannelFactory<IDuplexSessionChannel>();
        _factory.Open();
        _address = new EndpointAddress(host.Address);
        _client = new MessageSecurityClient(
            MessageSecurityBinding.Create(
                SecurityBindingElement.CreateSecureConversationBindingElement(SecurityBindingElement.CreateMutualCertificateBindingElement()),
                Binding.MessageVersion.Soap12WSAddressing10),
            new() { ClientCertificate = _certificate, ServiceCertificate = TestCertificates.Service, ServiceCertificateValidation = new() { Mode = X509CertificateValidationMode.None } });
    }

    /// <summary>Another connection.</summary>
    public IDuplexSessionChannel Connect()
    {
        var channel = _factory.CreateChannel(_address);
        channel.Open(TimeSpan.FromMinutes(1));
        _connections.Add(channel);
        return channel;
    }

    public ClientSession OpenSession()
    {
        var channel = Connect();
        using var handshake = _client.StartSession(_address.Uri);
        Send(channel, handshake.Envelope);
        var session = handshake.Complete(Receive(channel)!);
        channel.Close();
        return session;
    }

    /// <summary>A call, and its answer, in a session on a connection.</summary>
    public string Call(ClientSession session, IDuplexSessionChannel channel, string text)
    {
        using (var request = session.SecureMessage(Request(text)))
        {
            Send(channel, request.Envelope);
        }

        using var received = session.Receive(Receive(channel)!);
        Assert.Equal(Say + "Response", received.Message.Action);
        return System.Text.Encoding.UTF8.GetString(received.Message.Envelope.Span);
    }

    public byte[] Request(string text) => System.Text.Encoding.UTF8.GetBytes($"""
        <s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing"><s:Header>
        <a:Action s:mustUnderstand="1">{Say}</a:Action><a:MessageID>urn:uuid:{Guid.NewGuid()}</a:MessageID>
        <a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>
        <a:To s:mustUnderstand="1">{_address.Uri}</a:To></s:Header><s:Body><Say xmlns="urn:talk"><text>{text}</text></Say></s:Body></s:Envelope>
        """);

    public static void Send(IDuplexSessionChannel channel, ReadOnlyMemory<byte> envelope)
    {
        using var message = new Octets(envelope);
        channel.Send(message, TimeSpan.FromMinutes(1));
    }

    /// <summary>The next message; null when the other side sends nothing more.</summary>
    public static byte[]? Receive(IDuplexSessionChannel channel)
    {
        using var message = channel.Receive(TimeSpan.FromMinutes(1));
        if (message is null)
        {
            return null;
        }

        using var stream = new MemoryStream();
        using (var writer = XmlDictionaryWriter.CreateTextWriter(stream, System.Text.Encoding.UTF8, ownsStream: false))
        {
            message.WriteMessage(writer);
        }

        return stream.ToArray();
    }

    public void Dispose()
    {
        _connections.ForEach(connection => connection.Abort());
        _factory.Abort();
        _certificate.Dispose();
    }

    private sealed class Octets(ReadOnlyMemory<byte> envelope) : Message
    {
        public override MessageHeaders Headers { get; } = new(StackVersion.Soap12WSAddressing10);
        public override MessageProperties Properties { get; } = new();
        public override StackVersion Version => StackVersion.Soap12WSAddressing10;

        protected override void OnWriteMessage(XmlDictionaryWriter writer)
        {
            using var reader = XmlDictionaryReader.CreateTextReader(envelope.ToArray(), XmlDictionaryReaderQuotas.Max);
            reader.MoveToContent();
            writer.WriteNode(reader, defattr: false);
        }

        protected override void OnWriteBodyContents(XmlDictionaryWriter writer) => throw new NotSupportedException();
    }
}
