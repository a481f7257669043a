using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>The replacements for WSHttpBinding and WS2007HttpBinding.</summary>
public sealed class DropInBindingTests
{
    public static MatrixTheoryData<bool, MessageCredentialType, bool, bool> Offered { get; } = new(
        [false, true], [MessageCredentialType.Certificate, MessageCredentialType.UserName, MessageCredentialType.None], [false, true], [false, true]);

    [Theory]
    [MemberData(nameof(Offered))]
    public async Task MessageMode_TalksToAServiceWithTheSameSettings(bool is2007, MessageCredentialType credentials, bool session, bool negotiates)
    {
        await using var service = await TestService.StartAsync(options => options.MessageSecurity = new EngineBinding.MessageSecurity
        {
            ClientCredentialType = Enum.Parse<EngineBinding.MessageCredentialType>(credentials.ToString()),
            EstablishSecurityContext = session,
            NegotiateServiceCredential = negotiates,
            AlgorithmSuite = EngineBinding.SecurityAlgorithmSuite.Basic256Sha256,
            MessageSecurityVersion = is2007
                ? EngineBinding.MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10
                : EngineBinding.MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10,
        });
        var (binding, security) = Create(is2007, SecurityMode.Message);
        security.Message.ClientCredentialType = credentials;
        security.Message.NegotiateServiceCredential = negotiates;
        security.Message.EstablishSecurityContext = session;
        security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256;

        using var factory = Clients.Factory(binding, service.Address);
        if (negotiates)
        {
            factory.Credentials.ServiceCertificate.DefaultCertificate = null;
        }

        var proxy = factory.CreateChannel();
        Assert.Equal(3, proxy.Add(1, 2));
        Assert.Equal(7, await proxy.AddAsync(3, 4));
        Assert.Equal(session, ((IContextChannel)proxy).SessionId is not null);
        ((IClientChannel)proxy).Close();
        Assert.Equal(0, service.OpenSessions);
    }

    [Theory]
    [InlineData(MessageCredentialType.IssuedToken, true, "ClientCredentialType")]
    [InlineData(MessageCredentialType.IssuedToken, false, "ClientCredentialType")]
    public void WhatIsNotOffered_IsNamedWhenTheBindingIsBuilt(MessageCredentialType credentials, bool negotiate, string setting)
    {
        foreach (var is2007 in new[] { false, true })
        {
            var (binding, security) = Create(is2007, SecurityMode.Message);
            security.Message.ClientCredentialType = credentials;
            security.Message.NegotiateServiceCredential = negotiate;
            var e = Assert.Throws<InvalidOperationException>(binding.CreateBindingElements);
            Assert.Contains(setting, e.Message, StringComparison.Ordinal);
            var factory = Clients.Factory(binding, new Uri("http://localhost:1/x"));
            Assert.Contains(setting, Assert.Throws<InvalidOperationException>(() => factory.CreateChannel()).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void KerberosWithoutNegotiation_IsRefusedWhenTheChannelIsMade()
    {
        foreach (var is2007 in new[] { false, true })
        {
            var (binding, security) = Create(is2007, SecurityMode.Message);
            security.Message.NegotiateServiceCredential = false;
            var factory = Clients.Factory(binding, new Uri("http://localhost:1/x"));
            var e = Assert.Throws<InvalidOperationException>(() => factory.CreateChannel());
            Assert.Contains("NegotiateServiceCredential = true", e.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(SecurityMode.None, typeof(HttpTransportBindingElement), false)]
    [InlineData(SecurityMode.Transport, typeof(HttpsTransportBindingElement), false)]
    [InlineData(SecurityMode.TransportWithMessageCredential, typeof(HttpsTransportBindingElement), true)]
    public void OtherModes_AreThoseOfTheBase(SecurityMode mode, Type transport, bool hasTransportSecurity)
    {
        foreach (var is2007 in new[] { false, true })
        {
            var (binding, security) = Create(is2007, mode);
            security.Message.ClientCredentialType = MessageCredentialType.UserName;
            var elements = binding.CreateBindingElements();
            Assert.Null(elements.Find<MessageSecurityBindingElement>());
            Assert.Equal(hasTransportSecurity, elements.Find<TransportSecurityBindingElement>() is not null);
            Assert.IsType(transport, elements.Find<TransportBindingElement>());
        }
    }

    [Fact]
    public void Defaults_AreThoseOfTheBase()
    {
        Assert.Equal(SecurityMode.Message, new WSHttpBinding().Security.Mode);
        Assert.Equal(MessageCredentialType.Windows, new WS2007HttpBinding().Security.Message.ClientCredentialType);
        Assert.Equal(SecurityMode.None, new WS2007HttpBinding(SecurityMode.None, false).Security.Mode);
        Assert.Equal("http", new WSHttpBinding(SecurityMode.Message).Scheme);
    }

    private static (System.ServiceModel.Channels.Binding Binding, WSHttpSecurity Security) Create(bool is2007, SecurityMode mode)
    {
        if (is2007)
        {
            var newer = new WS2007HttpBinding(mode) { LoggerFactory = RecordedLog.Current };
            return (newer, newer.Security);
        }

        var older = new WSHttpBinding(mode) { LoggerFactory = RecordedLog.Current };
        return (older, older.Security);
    }
}
