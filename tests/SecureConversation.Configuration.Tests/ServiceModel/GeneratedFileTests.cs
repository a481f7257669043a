using SecureConversation.Binding;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>Files as tools write them, with every attribute at its default.</summary>
public sealed class GeneratedFileTests
{
    private const string Quotas =
        "<readerQuotas maxDepth='32' maxStringContentLength='8192' maxArrayLength='16384' maxBytesPerRead='4096' "
            + "maxNameTableCharCount='16384'/>";

    [Fact]
    public void WSHttpBinding_OfAGeneratedProxy_HasNoProblem()
    {
        var binding = Configurations.Binding(
            "wsHttpBinding",
            $"""
            {Quotas}
            <reliableSession ordered="true" inactivityTimeout="00:10:00" enabled="false"/>
            <security mode="Message">
              <transport clientCredentialType="Windows" proxyCredentialType="None" realm=""/>
              <message clientCredentialType="Certificate" negotiateServiceCredential="false" algorithmSuite="Default"
                  establishSecurityContext="true"/>
            </security>
            """,
            "closeTimeout='00:01:00' openTimeout='00:01:00' receiveTimeout='00:10:00' sendTimeout='00:01:00' bypassProxyOnLocal='false' "
                + "transactionFlow='false' hostNameComparisonMode='StrongWildcard' maxBufferPoolSize='524288' "
                + "maxReceivedMessageSize='65536' "
                + "messageEncoding='Text' textEncoding='utf-8' useDefaultWebProxy='true' allowCookies='false'");

        Assert.Empty(binding.Problems);
        Assert.Equal(
            new MessageSecurity { NegotiateServiceCredential = false }.CreateSecurityBindingElement(), binding.CreateMessageSecurityBinding().Element);
        Assert.Equal(8192, binding.Encoding.ReaderQuotas.MaxStringContentLength);
    }

    [Fact]
    public void CustomBinding_OfAGeneratedProxy_HasNoProblem()
    {
        var binding = Configurations.Binding(
            "customBinding",
            $"""
            <security defaultAlgorithmSuite="Default" authenticationMode="MutualCertificate" requireDerivedKeys="true"
                securityHeaderLayout="Strict" includeTimestamp="true" keyEntropyMode="CombinedEntropy"
                messageProtectionOrder="SignBeforeEncryptAndEncryptSignature" requireSignatureConfirmation="true"
                messageSecurityVersion="WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11">
              <localClientSettings cacheCookies="true" detectReplays="true" replayCacheSize="900000" maxClockSkew="00:05:00"
                  maxCookieCachingTime="Infinite" replayWindow="00:05:00" sessionKeyRenewalInterval="10:00:00"
                  sessionKeyRolloverInterval="00:05:00" reconnectTransportOnFailure="true" timestampValidityDuration="00:05:00"
                  cookieRenewalThresholdPercentage="60"/>
              <localServiceSettings detectReplays="true" issuedCookieLifetime="10:00:00" maxStatefulNegotiations="128"
                  replayCacheSize="900000" maxClockSkew="00:05:00" negotiationTimeout="00:01:00" replayWindow="00:05:00"
                  inactivityTimeout="00:02:00" sessionKeyRenewalInterval="15:00:00" sessionKeyRolloverInterval="00:05:00"
                  reconnectTransportOnFailure="true" maxPendingSessions="128" maxCachedCookies="1000"
                  timestampValidityDuration="00:05:00"/>
              <secureConversationBootstrap/>
            </security>
            <textMessageEncoding maxReadPoolSize="64" maxWritePoolSize="16" messageVersion="Default" writeEncoding="utf-8">
              {Quotas}
            </textMessageEncoding>
            <httpTransport manualAddressing="false" maxBufferPoolSize="524288" maxReceivedMessageSize="65536" allowCookies="false"
                authenticationScheme="Anonymous" bypassProxyOnLocal="false" decompressionEnabled="true"
                hostNameComparisonMode="StrongWildcard" keepAliveEnabled="true" maxBufferSize="65536"
                proxyAuthenticationScheme="Anonymous" realm="" transferMode="Buffered" unsafeConnectionNtlmAuthentication="false"
                useDefaultWebProxy="true"/>
            """);

        Assert.Empty(binding.Problems);
        var expected = SecurityBindingElement.CreateMutualCertificateBindingElement() with
        {
            LocalServiceSettings = new() { ReplayCacheSize = 900_000 },
        };
        Assert.Equal(expected, binding.CreateMessageSecurityBinding().Element);
        Assert.Equal(new ConfiguredTransport(), binding.Transport);
    }

    [Fact]
    public void NetTcpBinding_OfAGeneratedProxy_HasNoProblem()
    {
        var binding = Configurations.Binding(
            "netTcpBinding",
            $"""
            {Quotas}
            <reliableSession ordered="true" inactivityTimeout="00:10:00" enabled="false"/>
            <security mode="Transport">
              <transport clientCredentialType="Windows" protectionLevel="EncryptAndSign"/>
              <message clientCredentialType="Windows"/>
            </security>
            """,
            "transactionFlow='false' transferMode='Buffered' transactionProtocol='OleTransactions' listenBacklog='10' maxConnections='10' "
                + "hostNameComparisonMode='StrongWildcard' maxBufferPoolSize='524288' "
                + "maxBufferSize='65536' maxReceivedMessageSize='65536'");

        Assert.Empty(binding.Problems);
        Assert.Equal((10, 10), (binding.Transport.ListenBacklog, binding.Transport.MaxPendingConnections));
    }

    [Fact]
    public void WebConfig_OfTheTemplate_ServesAndNamesWhatTheHostCannot()
    {
        var configuration = Configurations.Whole(
            """
            <configuration>
              <appSettings><add key="aspnet:UseTaskFriendlySynchronizationContext" value="true"/></appSettings>
              <system.web><compilation debug="true" targetFramework="4.8"/></system.web>
              <system.serviceModel>
                <behaviors>
                  <serviceBehaviors>
                    <behavior>
                      <!-- a comment -->
                      <serviceMetadata httpGetEnabled="true" httpsGetEnabled="true"/>
                      <serviceDebug includeExceptionDetailInFaults="false"/>
                    </behavior>
                  </serviceBehaviors>
                </behaviors>
                <protocolMapping><add binding="basicHttpsBinding" scheme="https"/></protocolMapping>
                <serviceHostingEnvironment aspNetCompatibilityEnabled="true" multipleSiteBindingsEnabled="true"/>
              </system.serviceModel>
            </configuration>
            """);

        Assert.Equal(
            [
                ("aspNetCompatibilityEnabled", ConfigurationProblemSeverity.Error),
                ("multipleSiteBindingsEnabled", ConfigurationProblemSeverity.Note),
            ],
            configuration.Problems.Select(problem => (problem.Attribute!, problem.Severity)));
        Assert.True(configuration.DefaultServiceBehavior.Metadata!.HttpsGetEnabled);
        Assert.Equal("basicHttpsBinding", configuration.GetDefaultBinding("https")!.Kind);
    }
}
