using System.Net;
using System.Reflection;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security.Tokens;
using System.Text;
using System.Xml;
using SecureConversation.Configuration;
using EngineBinding = SecureConversation.Binding;
using WcfBinding = System.ServiceModel.Channels.Binding;

namespace SecureConversation.ServiceModel.Tests.Configuration;

/// <summary>Bindings of files in the types of the client.</summary>
public sealed class FileBindingTests
{
    public static TheoryData<string> Custom { get; } =
        [.. Enumerable.Range(1, 25).Where(n => n is < 16 or > 20).Select(n => new TheoryDataRow<string>($"c{n:00}") { Label = $"c{n:00}" })];

    [Theory]
    [MemberData(nameof(Custom))]
    public void CustomBindingOfAClient_HasTheElementsOfTheFile(string name)
    {
        var endpoint = Load(name);
        var elements = Assert.IsType<CustomBinding>(endpoint.ToBinding()).Elements;
        Assert.Equal(3, elements.Count);
        var security = Assert.IsType<MessageSecurityBindingElement>(elements[0]);
        Assert.Equal(endpoint.Binding!.Security, security.Settings);
        var text = Assert.IsType<TextMessageEncodingBindingElement>(elements[1]);
        Assert.Equal(endpoint.Binding.MessageVersion.Soap == EngineBinding.SoapVersion.Soap11 ? EnvelopeVersion.Soap11 : EnvelopeVersion.Soap12, text.MessageVersion.Envelope);
        Assert.Equal(endpoint.Binding.MessageVersion.Addressing == EngineBinding.AddressingVersion.None, text.MessageVersion.Addressing == AddressingVersion.None);
        var transport = Assert.IsType<HttpTransportBindingElement>(elements[2], exactMatch: false);
        Assert.Equal(endpoint.Address!.Scheme, transport.Scheme);
        Assert.Equal(name is "c03" or "c06" or "c07" or "c08", transport is HttpsTransportBindingElement { RequireClientCertificate: true });
    }

    // The forms in code of the same clients.
    [Fact]
    public void C16_IsTheDropInWithTheSameValues()
    {
        var expected = new WSHttpBinding { CloseTimeout = TimeSpan.Parse("23:59:59", System.Globalization.CultureInfo.InvariantCulture), MaxReceivedMessageSize = 1073741824, Name = "c16" };
        expected.Security.Mode = SecurityMode.Message;
        expected.Security.Message.ClientCredentialType = MessageCredentialType.UserName;
        AssertEqual(expected, Assert.IsType<WSHttpBinding>(Load("c16").ToBinding()));
    }

    [Fact]
    public void C17_IsTheDropInWithTheSameValues() => AssertEqual(new WSHttpBinding { Name = "c17" }, Assert.IsType<WSHttpBinding>(Load("c17").ToBinding()));

    [Fact]
    public void C18_IsTheDropInWithTheSameValues()
    {
        var expected = new WSHttpBinding(SecurityMode.Message) { Name = "c18" };
        expected.Security.Message.ClientCredentialType = MessageCredentialType.UserName;
        expected.Security.Message.EstablishSecurityContext = false;
        expected.Security.Message.NegotiateServiceCredential = false;
        var made = Assert.IsType<WSHttpBinding>(Load("c18").ToBinding());
        AssertEqual(expected, made);
        Assert.Equal(Load("c18").Binding!.Security, made.CreateBindingElements().Find<MessageSecurityBindingElement>().Settings);
    }

    [Fact]
    public void C19_IsTheDropInWithTheSameValues() => AssertEqual(new WSHttpBinding(SecurityMode.Message) { Name = "c19" }, Assert.IsType<WSHttpBinding>(Load("c19").ToBinding()));

    [Fact]
    public void C20_IsTheDropInWithTheSameValues()
    {
        var expected = new WS2007HttpBinding(SecurityMode.Message) { Name = "c20" };
        expected.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        expected.Security.Message.NegotiateServiceCredential = false;
        expected.Security.Message.AlgorithmSuite = System.ServiceModel.Security.SecurityAlgorithmSuite.Basic128;
        var made = Assert.IsType<WS2007HttpBinding>(Load("c20").ToBinding());
        AssertEqual(expected, made);
        Assert.Equal(Load("c20").Binding!.Security, made.CreateBindingElements().Find<MessageSecurityBindingElement>().Settings);
    }

    [Fact]
    public void AllSettingsOfWSHttpBinding_Arrive()
    {
        var made = Assert.IsType<WSHttpBinding>(Make("wsHttpBinding", """
            <binding name="b" openTimeout="00:00:11" closeTimeout="00:00:12" sendTimeout="00:00:13" receiveTimeout="00:00:14"
                allowCookies="true" bypassProxyOnLocal="true" maxBufferPoolSize="1001" maxReceivedMessageSize="1002" messageEncoding="Mtom"
                proxyAddress="http://proxy.example/" textEncoding="utf-16" useDefaultWebProxy="false">
              <readerQuotas maxDepth="5" maxStringContentLength="6" maxArrayLength="7" maxBytesPerRead="8" maxNameTableCharCount="9" />
              <security mode="Transport"><transport clientCredentialType="Digest" proxyCredentialType="Ntlm" /></security>
            </binding>
            """, "https://localhost/"));
        Assert.Equal((11, 12, 13, 14), (made.OpenTimeout.Seconds, made.CloseTimeout.Seconds, made.SendTimeout.Seconds, made.ReceiveTimeout.Seconds));
        Assert.Equal((true, true, false, 1001, 1002), (made.AllowCookies, made.BypassProxyOnLocal, made.UseDefaultWebProxy, made.MaxBufferPoolSize, made.MaxReceivedMessageSize));
        Assert.Equal((WSMessageEncoding.Mtom, "utf-16", "http://proxy.example/"), (made.MessageEncoding, made.TextEncoding.WebName, made.ProxyAddress.AbsoluteUri));
        Assert.Equal((SecurityMode.Transport, HttpClientCredentialType.Digest, HttpProxyCredentialType.Ntlm), (made.Security.Mode, made.Security.Transport.ClientCredentialType, made.Security.Transport.ProxyCredentialType));
        Assert.Equal((5, 6, 7, 8, 9), Quotas(made.ReaderQuotas));
    }

    [Theory]
    [InlineData("None", BasicHttpSecurityMode.None)]
    [InlineData("Transport", BasicHttpSecurityMode.Transport)]
    [InlineData("TransportCredentialOnly", BasicHttpSecurityMode.TransportCredentialOnly)]
    [InlineData("TransportWithMessageCredential", BasicHttpSecurityMode.TransportWithMessageCredential)]
    public void BasicHttpBinding_IsTheDropInWithTheSameValues(string mode, BasicHttpSecurityMode expected)
    {
        var made = Assert.IsType<BasicHttpBinding>(Make("basicHttpBinding", $"""
            <binding name="b" maxBufferSize="70000" maxReceivedMessageSize="70000" maxBufferPoolSize="9" transferMode="Buffered" textEncoding="utf-16" allowCookies="true">
              <readerQuotas maxDepth="5" /><security mode="{mode}" />
            </binding>
            """, mode.StartsWith("TransportC", StringComparison.Ordinal) || mode == "None" ? "http://localhost/" : "https://localhost/"));
        Assert.Equal((expected, 70000, 70000L, 9L, true), (made.Security.Mode, made.MaxBufferSize, made.MaxReceivedMessageSize, made.MaxBufferPoolSize, made.AllowCookies));
        Assert.Equal((5, "utf-16"), (made.ReaderQuotas.MaxDepth, made.TextEncoding.WebName));
        Assert.NotEmpty(made.CreateBindingElements());
    }

    [Fact]
    public void BasicHttpBindingWithMessageSecurity_HasTheSecurityOfTheFile()
    {
        const string Xml = "<binding name=\"b\" maxReceivedMessageSize=\"7000\"><security mode=\"Message\"><message clientCredentialType=\"Certificate\" algorithmSuite=\"Basic128\" /></security></binding>";
        var made = Assert.IsType<BasicHttpBinding>(Make("basicHttpBinding", Xml));
        Assert.Equal((BasicHttpSecurityMode.Message, 7000L), (made.Security.Mode, made.MaxReceivedMessageSize));
        var elements = made.CreateBindingElements();
        Assert.Equal(Endpoint("basicHttpBinding", Xml).Binding!.Security, elements.Find<MessageSecurityBindingElement>().Settings);
        Assert.Equal(MessageVersion.Soap11, elements.Find<TextMessageEncodingBindingElement>().MessageVersion);
    }

    [Theory]
    [InlineData("wsFederationHttpBinding", "Message", "SymmetricKey")]
    [InlineData("wsFederationHttpBinding", "TransportWithMessageCredential", "AsymmetricKey")]
    [InlineData("ws2007FederationHttpBinding", "Message", "AsymmetricKey")]
    [InlineData("ws2007FederationHttpBinding", "TransportWithMessageCredential", "BearerKey")]
    public void FederationBinding_IsTheDropInWithTheSecurityOfTheFile(string kind, string mode, string key)
    {
        var xml = $"""
            <binding name="b" maxReceivedMessageSize="7000" textEncoding="utf-16" bypassProxyOnLocal="true" useDefaultWebProxy="false">
              <readerQuotas maxDepth="5" />
              <security mode="{mode}">
                <message issuedKeyType="{key}" issuedTokenType="urn:saml" negotiateServiceCredential="false" algorithmSuite="Basic128Sha256">
                  <claimTypeRequirements><add claimType="urn:name" /><add claimType="urn:role" isOptional="true" /></claimTypeRequirements>
                  <issuer address="https://sts/" binding="ws2007HttpBinding" bindingConfiguration="sts" />
                  <issuerMetadata address="https://sts/mex" />
                  <tokenRequestParameters><x xmlns="urn:x">1</x></tokenRequestParameters>
                </message>
              </security>
            </binding>
            """;
        const string Issuer = """
            <ws2007HttpBinding>
              <binding name="sts"><security mode="TransportWithMessageCredential"><message clientCredentialType="UserName" establishSecurityContext="false" /></security></binding>
            </ws2007HttpBinding>
            """;
        var address = mode == "Message" ? "http://localhost/" : "https://localhost/";
        var made = (WSFederationHttpBinding)Endpoint(kind, xml, address, Issuer).ToBinding();
        Assert.IsType(kind == "wsFederationHttpBinding" ? typeof(WSFederationHttpBinding) : typeof(WS2007FederationHttpBinding), made);
        Assert.Equal(mode, made.Security.Mode.ToString());
        Assert.Equal((7000L, "utf-16", 5, true, false), (made.MaxReceivedMessageSize, made.TextEncoding.WebName, made.ReaderQuotas.MaxDepth, made.BypassProxyOnLocal, made.UseDefaultWebProxy));
        Assert.Equal("<x xmlns=\"urn:x\">1</x>", Assert.Single(made.Security.Message.TokenRequestParameters).OuterXml);
        var expected = Endpoint(kind, xml, address, Issuer).Binding!.Security;
        Assert.NotNull(expected);
        Assert.Equal(expected, made.CreateBindingElements().Find<MessageSecurityBindingElement>().Settings);
    }

    [Fact]
    public void NetTcpBinding_HasMessageSecurity()
    {
        const string xml = """
            <binding name="b">
              <security mode="Message"><message clientCredentialType="UserName" algorithmSuite="Basic128" /></security>
            </binding>
            """;
        var made = Assert.IsType<NetTcpBinding>(Make("netTcpBinding", xml, "net.tcp://localhost/"));
        Assert.Equal(SecurityMode.Message, made.Security.Mode);
        var expected = Endpoint("netTcpBinding", xml, "net.tcp://localhost/").Binding!.Security;
        Assert.NotNull(expected);
        Assert.Equal(expected, made.CreateBindingElements().Find<MessageSecurityBindingElement>().Settings);
    }

    [Fact]
    public void NetTcpBinding_HasTheSecurityOfTheTransport()
    {
        var made = Assert.IsType<NetTcpBinding>(Make("netTcpBinding", """
            <binding name="b" maxReceivedMessageSize="70000" maxBufferSize="70000" transferMode="Buffered" maxConnections="17">
              <security mode="Transport"><transport clientCredentialType="Windows" protectionLevel="Sign" /></security>
            </binding>
            """, "net.tcp://localhost/"));
        Assert.Equal((SecurityMode.Transport, TcpClientCredentialType.Windows, System.Net.Security.ProtectionLevel.Sign), (made.Security.Mode, made.Security.Transport.ClientCredentialType, made.Security.Transport.ProtectionLevel));
        Assert.Equal((70000L, 70000, 17), (made.MaxReceivedMessageSize, made.MaxBufferSize, made.MaxConnections));
    }

    [Theory]
    [InlineData("UserNameOverTransport", typeof(TransportSecurityBindingElement))]
    [InlineData("CertificateOverTransport", typeof(TransportSecurityBindingElement))]
    public void CredentialsOverTransport_AreThoseOfTheStack(string mode, Type element)
    {
        var made = Assert.IsType<CustomBinding>(Make("customBinding", $"""
            <binding name="b"><security authenticationMode="{mode}" includeTimestamp="false" defaultAlgorithmSuite="Basic128" /><textMessageEncoding messageVersion="Soap11" /><httpsTransport /></binding>
            """, "https://localhost/"));
        var security = made.Elements.Find<SecurityBindingElement>();
        Assert.IsType(element, security);
        Assert.False(security.IncludeTimestamp);
        Assert.Equal(System.ServiceModel.Security.SecurityAlgorithmSuite.Basic128, security.DefaultAlgorithmSuite);
        Assert.Equal(MessageVersion.Soap11, made.Elements.Find<TextMessageEncodingBindingElement>().MessageVersion);
    }

    [Fact]
    public void LocalSettingsOfCredentialsOverTransport_ReachTheStack()
    {
        var made = OverTransport("""<security authenticationMode="UserNameOverTransport"><localClientSettings detectReplays="true" maxClockSkew="00:01:00" replayWindow="00:02:00" timestampValidityDuration="00:03:00" /></security>""");
        var local = made.LocalClientSettings;
        Assert.Equal((true, 1, 2, 3), (local.DetectReplays, local.MaxClockSkew.Minutes, local.ReplayWindow.Minutes, local.TimestampValidityDuration.Minutes));
        Assert.False(OverTransport("""<security authenticationMode="UserNameOverTransport" />""").LocalClientSettings.DetectReplays);
    }

    [Theory]
    [InlineData("")]
    [InlineData("requireDerivedKeys=\"false\"")]
    public void SessionsOverTransport_ReachTheStack(string attribute)
    {
        var made = OverTransport($"""<security authenticationMode="SecureConversation" {attribute}><secureConversationBootstrap authenticationMode="UserNameOverTransport"><localClientSettings maxClockSkew="00:01:00" /></secureConversationBootstrap></security>""");
        var token = Assert.IsType<SecureConversationSecurityTokenParameters>(Assert.Single(made.EndpointSupportingTokenParameters.Endorsing));
        Assert.False(token.RequireDerivedKeys);
        Assert.Equal(1, token.BootstrapSecurityBindingElement.LocalClientSettings.MaxClockSkew.Minutes);
    }

    /// <summary>What the stack lacks, this library has, with all that the file says; what it has not, the engine refuses.</summary>
    [Theory]
    [InlineData("messageProtectionProfile=\"Bound\"", "", false)]
    [InlineData("protectTokens=\"true\"", "", null)]
    [InlineData("enableUnsecuredResponse=\"true\"", "", null)]
    [InlineData("allowInsecureTransport=\"true\"", "", true)]
    [InlineData("requireDerivedKeys=\"true\"", "", true)]
    [InlineData("securityHeaderLayout=\"Lax\"", "", true)]
    [InlineData("canRenewSecurityContextToken=\"false\"", "", true)]
    [InlineData("requireSecurityContextCancellation=\"false\"", "", true)]
    [InlineData("", "replayCacheSize=\"7\"", true)]
    [InlineData("", "cacheCookies=\"false\"", false)]
    [InlineData("", "maxCookieCachingTime=\"00:07:00\"", false)]
    [InlineData("", "cookieRenewalThresholdPercentage=\"7\"", false)]
    [InlineData("", "sessionKeyRenewalInterval=\"00:07:00\"", true)]
    [InlineData("", "sessionKeyRolloverInterval=\"00:07:00\"", true)]
    public void SettingsThatTheStackLacks_AreOurs(string attributes, string local, bool? isOffered)
    {
        var endpoint = Endpoint("customBinding", $"""
            <binding name="b">
              <security authenticationMode="SecureConversation" {attributes}><localClientSettings {local} /><secureConversationBootstrap authenticationMode="UserNameOverTransport" /></security>
              <textMessageEncoding /><httpsTransport />
            </binding>
            """, "https://localhost/");
        var made = Assert.IsType<CustomBinding>(endpoint.ToBinding());
        Assert.Null(made.Elements.Find<SecurityBindingElement>());
        Assert.Equal(endpoint.Binding!.Security, made.Elements.Find<MessageSecurityBindingElement>().Settings);
        var refused = Record.Exception(() => endpoint.ToServiceEndpoint<Support.ICalculator>());
        Assert.True(isOffered is null || isOffered == refused is null, refused?.Message);
        Assert.True(refused is null or ServiceModelConfigurationException { Problems: [{ Location.Line: 3 }] }, refused?.ToString());
    }

    [Theory]
    [InlineData("<security authenticationMode=\"SspiNegotiatedOverTransport\" />", "Windows accounts")]
    [InlineData("<security authenticationMode=\"KerberosOverTransport\" />", "Windows accounts")]
    public void TokensThatNobodyOffers_AreRefusedWithTheirPlace(string security, string words)
    {
        var endpoint = Endpoint("customBinding", $"<binding name=\"b\">{security}<textMessageEncoding /><httpsTransport /></binding>", "https://localhost/");
        var error = Assert.Throws<ServiceModelConfigurationException>(() => endpoint.ToServiceEndpoint<Support.ICalculator>());
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(3, Assert.Single(error.Problems).Location.Line);
    }

    private static SecurityBindingElement OverTransport(string security) => Assert.IsType<CustomBinding>(
        Make("customBinding", $"<binding name=\"b\">{security}<textMessageEncoding /><httpsTransport /></binding>", "https://localhost/")).Elements.Find<SecurityBindingElement>();

    [Fact]
    public void CustomBindingWithoutSecurity_HasAllSettingsOfItsElements()
    {
        var made = Assert.IsType<CustomBinding>(Make("customBinding", """
            <binding name="b">
              <mtomMessageEncoding messageVersion="Soap11" writeEncoding="utf-16" maxBufferSize="11" maxReadPoolSize="12" maxWritePoolSize="13" />
              <httpsTransport authenticationScheme="Ntlm" requireClientCertificate="false" keepAliveEnabled="false" allowCookies="true" maxReceivedMessageSize="70000"
                  maxBufferSize="70000" transferMode="Buffered" />
            </binding>
            """, "https://localhost/"));
        var mtom = made.Elements.Find<MtomMessageEncodingBindingElement>();
        Assert.Equal((MessageVersion.Soap11, "utf-16", 11, 12, 13), (mtom.MessageVersion, mtom.WriteEncoding.WebName, mtom.MaxBufferSize, mtom.MaxReadPoolSize, mtom.MaxWritePoolSize));
        var transport = made.Elements.Find<HttpsTransportBindingElement>();
        Assert.Equal((AuthenticationSchemes.Ntlm, false, true, 70000L, 70000), (transport.AuthenticationScheme, transport.KeepAliveEnabled, transport.AllowCookies, transport.MaxReceivedMessageSize, transport.MaxBufferSize));
    }

    [Theory]
    [InlineData("wsDualHttpBinding", "", "http://localhost/", "no wsDualHttpBinding")]
    [InlineData("netNamedPipeBinding", "", "net.pipe://localhost/", "no netNamedPipeBinding")]
    [InlineData("customBinding", "<tcpTransport />", "net.tcp://localhost/", "over net.tcp")]
    public void WhatNobodyOffers_IsRefusedWithItsPlace(string kind, string inside, string address, string words)
    {
        var error = Assert.Throws<ServiceModelConfigurationException>(() => Make(kind, $"<binding name=\"b\">{inside}</binding>", address));
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        var problem = Assert.Single(error.Problems);
        Assert.Equal(("/app/app.config", 3), (problem.Location.File, problem.Location.Line));
        Assert.NotEmpty(problem.Remedy);
    }

    [Theory]
    [InlineData("Default", false)]
    [InlineData("WSReliableMessagingFebruary2005", false)]
    [InlineData("WSReliableMessaging11", true)]
    public void ReliableSession_OfACustomBinding_StandsAboveSecurity(string version, bool is11)
    {
        var made = Assert.IsType<CustomBinding>(Make("customBinding", $"""
            <binding name="b">
              <reliableSession ordered="false" inactivityTimeout="00:03:00" acknowledgementInterval="00:00:00.4" flowControlEnabled="false" maxPendingChannels="5"
                  maxRetryCount="6" maxTransferWindowSize="7" reliableMessagingVersion="{version}" />
              <security authenticationMode="SecureConversation"><secureConversationBootstrap authenticationMode="MutualCertificate" /></security>
              <textMessageEncoding /><httpTransport />
            </binding>
            """));
        var reliable = Assert.IsType<ReliableSessionBindingElement>(made.Elements[0]);
        Assert.IsType<MessageSecurityBindingElement>(made.Elements[1]);
        Assert.Equal((false, TimeSpan.FromMinutes(3), TimeSpan.FromSeconds(0.4), false, 5, 6, 7), (reliable.Ordered, reliable.InactivityTimeout,
            reliable.AcknowledgementInterval, reliable.FlowControlEnabled, reliable.MaxPendingChannels, reliable.MaxRetryCount, reliable.MaxTransferWindowSize));
        Assert.Equal(is11 ? ReliableMessagingVersion.WSReliableMessaging11 : ReliableMessagingVersion.WSReliableMessagingFebruary2005, reliable.ReliableMessagingVersion);
    }

    private static WcfBinding Make(string kind, string binding, string address = "http://localhost/") => Endpoint(kind, binding, address).ToBinding();

    private static ConfiguredClientEndpoint Endpoint(string kind, string binding, string address = "http://localhost/", string more = "") => ServiceModelConfiguration.Parse(new StringReader($"""
        <configuration><system.serviceModel>
        <bindings><{kind}>
        {binding}
        </{kind}>{more}</bindings>
        <client><endpoint name="e" address="{address}" binding="{kind}" bindingConfiguration="b" contract="C" /></client>
        </system.serviceModel></configuration>
        """), "/app/app.config").GetClientEndpoint("e");

    private static ConfiguredClientEndpoint Load(string name) =>
        ServiceModelConfiguration.Load(Path.Combine(AppContext.BaseDirectory, "Cases", name + ".config")).GetClientEndpoint(name);

    private static (int, int, int, int, int) Quotas(XmlDictionaryReaderQuotas quotas) =>
        (quotas.MaxDepth, quotas.MaxStringContentLength, quotas.MaxArrayLength, quotas.MaxBytesPerRead, quotas.MaxNameTableCharCount);

    /// <summary>All properties, one by one, and those of their parts, but the one that is made of the elements.</summary>
    private static void AssertEqual(object expected, object actual)
    {
        Assert.Equal(expected.GetType(), actual.GetType());
        foreach (var property in expected.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public).Where(p => p.Name != nameof(WcfBinding.MessageVersion)))
        {
            var (wanted, found) = (property.GetValue(expected), property.GetValue(actual));
            if (wanted is null or string or ValueType or Uri or Encoding or EnvelopeVersion or MessageVersion or System.ServiceModel.Security.SecurityAlgorithmSuite)
            {
                Assert.True(Equals(wanted, found) || (wanted as Encoding)?.WebName == (found as Encoding)?.WebName, $"{property.Name}: {wanted} {found}");
            }
            else if (wanted.GetType().Namespace!.StartsWith("System.ServiceModel", StringComparison.Ordinal) || wanted is XmlDictionaryReaderQuotas)
            {
                AssertEqual(wanted, found!);
            }
        }
    }
}
