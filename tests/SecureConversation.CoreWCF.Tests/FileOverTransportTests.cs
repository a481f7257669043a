using CoreWCF.Channels;
using CoreWCF.Security.Tokens;
using SecureConversation.Configuration;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>Message credentials over a protected transport, which CoreWCF does itself, with the settings of a file.</summary>
public sealed class FileOverTransportTests
{
    [Fact]
    public void LocalSettings_ReachTheElement()
    {
        var local = Make("""
            <security authenticationMode="UserNameOverTransport" allowInsecureTransport="true">
              <localServiceSettings detectReplays="true" replayCacheSize="7" maxClockSkew="00:01:00" replayWindow="00:02:00" timestampValidityDuration="00:03:00"
                issuedCookieLifetime="00:04:00" maxCachedCookies="8" maxStatefulNegotiations="9" negotiationTimeout="00:05:00" maxPendingSessions="10"
                inactivityTimeout="00:06:00" sessionKeyRenewalInterval="00:07:00" sessionKeyRolloverInterval="00:08:00" />
            </security>
            """, out var element);
        Assert.True(element.AllowInsecureTransport);
        Assert.Equal((true, 7, 8, 9, 10), (local.DetectReplays, local.ReplayCacheSize, local.MaxCachedCookies, local.MaxStatefulNegotiations, local.MaxPendingSessions));
        Assert.Equal((1, 2, 3, 4), (local.MaxClockSkew.Minutes, local.ReplayWindow.Minutes, local.TimestampValidityDuration.Minutes, local.IssuedCookieLifetime.Minutes));
        Assert.Equal((5, 6, 7, 8), (local.NegotiationTimeout.Minutes, local.InactivityTimeout.Minutes, local.SessionKeyRenewalInterval.Minutes, local.SessionKeyRolloverInterval.Minutes));
    }

    [Fact]
    public void WithoutSettings_DefaultsAreThoseOfTheStack()
    {
        var local = Make("<security authenticationMode=\"UserNameOverTransport\" />", out var element);
        var expected = SecurityBindingElement.CreateUserNameOverTransportBindingElement();
        Assert.Equal(expected.AllowInsecureTransport, element.AllowInsecureTransport);
        Assert.Equal((expected.LocalServiceSettings.DetectReplays, expected.LocalServiceSettings.ReplayCacheSize, expected.LocalServiceSettings.MaxClockSkew), (local.DetectReplays, local.ReplayCacheSize, local.MaxClockSkew));
    }

    /// <summary>CoreWCF maps no contract with SessionMode.Required to its own sessions, and has not the others.</summary>
    [Theory]
    [InlineData("authenticationMode='SecureConversation'", true)]
    [InlineData("authenticationMode='SecureConversation' requireDerivedKeys='true' canRenewSecurityContextToken='false'", true)]
    [InlineData("authenticationMode='UserNameOverTransport' securityHeaderLayout='Lax'", true)]
    [InlineData("authenticationMode='UserNameOverTransport' messageProtectionProfile='Bound'", false)]
    [InlineData("authenticationMode='UserNameOverTransport' enableUnsecuredResponse='true'", null)]
    [InlineData("authenticationMode='UserNameOverTransport' protectTokens='true'", null)]
    public void SessionsAndSettingsThatTheStackLacks_AreOurs(string attributes, bool? isOffered)
    {
        var bootstrap = attributes.Contains("SecureConversation", StringComparison.Ordinal) ? "<secureConversationBootstrap authenticationMode='CertificateOverTransport' />" : "";
        var configured = Endpoint($"<security {attributes}>{bootstrap}</security>").Binding!;
        var made = Assert.IsType<CustomBinding>(configured.ToBinding());
        Assert.Null(made.Elements.Find<SecurityBindingElement>());
        Assert.Equal(configured.Security, made.Elements.Find<MessageSecurityBindingElement>().Settings);
        var refused = Record.Exception(() => configured.CreateMessageSecurityBinding());
        Assert.True(isOffered is null || isOffered == refused is null, refused?.Message);
    }

    private static LocalServiceSecuritySettings Make(string security, out SecurityBindingElement element)
    {
        var made = Assert.IsType<CustomBinding>(Endpoint(security).Binding!.ToBinding());
        element = made.Elements.Find<SecurityBindingElement>();
        return element.LocalServiceSettings;
    }

    private static ConfiguredServiceEndpoint Endpoint(string security)
    {
        var file = ServiceModelConfiguration.Parse(new StringReader($"""
            <configuration><system.serviceModel><bindings><customBinding>
              <binding name="b">{security}<textMessageEncoding /><httpsTransport /></binding>
            </customBinding></bindings>
            <services><service name="S"><endpoint address="https://localhost/" binding="customBinding" bindingConfiguration="b" contract="C" /></service></services>
            </system.serviceModel></configuration>
            """), "/app/Web.config");
        return file.Services.Single().Endpoints.Single();
    }
}
