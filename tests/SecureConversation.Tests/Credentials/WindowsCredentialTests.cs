using System.Security.Claims;
using System.Security.Principal;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Negotiation.Sspi;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Credentials;

/// <summary>Windows accounts without a realm: settings, identities, and what is made of an account.</summary>
public sealed class WindowsCredentialTests
{
    private static readonly MessageSecurityBinding Binding =
        MessageSecurityBinding.Create(SecurityBindingElement.CreateSspiNegotiationBindingElement(requireCancellation: true));

    [Fact]
    public void Defaults_AreThoseOfWcf()
    {
        var client = new ClientCredentials().Windows;
        Assert.Equal((null, TokenImpersonationLevel.Identification, true),
            (client.ClientCredential, client.AllowedImpersonationLevel, client.AllowNtlm));
        var service = new ServiceCredentials().WindowsAuthentication;
        Assert.Equal((null, false, true), (service.Credential, service.AllowAnonymousLogons, service.IncludeWindowsGroups));
    }

    /// <summary>For each message, and as the bootstrap of a session.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void NoSide_NeedsACertificate(bool hasSession)
    {
        var binding = MessageSecurityBinding.Create(new MessageSecurity
        {
            ClientCredentialType = MessageCredentialType.Windows,
            EstablishSecurityContext = hasSession,
        });
        Assert.True(new MessageSecurityClient(binding, new ClientCredentials()).NeedsNegotiation);
        using var service = new MessageSecurityService(binding, new ServiceCredentials());
        Assert.Equal(0, service.SessionCount);
    }

    /// <summary>A service that has certificates for other endpoints does not use them here.</summary>
    [Fact]
    public void Service_WithACertificate_IsCreated()
    {
        using var service = new MessageSecurityService(Binding, TestCredentials.Service);
        Assert.Null(service.GetStatus().CertificateValidUntil);
    }

    [Fact]
    public void Client_RefusesWhatItCannotAskFor()
    {
        Refused(new ClientCredentials { ServiceIdentity = EndpointIdentity.CreateX509CertificateIdentity(TestCertificates.Service) }, "certificate");
        Refused(new ClientCredentials { Windows = null! }, "ClientCredentials.Windows");
        Refused(new ClientCredentials { Windows = new() { AllowedImpersonationLevel = TokenImpersonationLevel.None } }, "AllowedImpersonationLevel");
        var upn = new ClientCredentials { ServiceIdentity = EndpointIdentity.CreateUpnIdentity("svc@corp.example") };
        if (OperatingSystem.IsWindows())
        {
            Assert.True(new MessageSecurityClient(Binding, upn).NeedsNegotiation);
        }
        else
        {
            Refused(upn, "CreateSpnIdentity");
        }

        static void Refused(ClientCredentials credentials, string words) => Assert.Contains(words,
            Assert.Throws<ArgumentException>(() => new MessageSecurityClient(Binding, credentials)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Service_RefusesNull() => Assert.Contains("WindowsAuthentication", Assert.Throws<ArgumentException>(
        () => new MessageSecurityService(Binding, new ServiceCredentials { WindowsAuthentication = null! })).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(true, "Spn", "http/server.example&co")]
    [InlineData(false, "Upn", "svc@corp.example")]
    public void Identity_OfAnAccount_IsWrittenInWcfsWords_AndNoCertificateHasIt(bool isSpn, string element, string name)
    {
        var identity = isSpn ? EndpointIdentity.CreateSpnIdentity(name) : EndpointIdentity.CreateUpnIdentity(name);
        Assert.False(identity.Matches(TestCertificates.Service));
        Assert.Equal((name, !isSpn, $"{element} {name}"), (identity.TargetName, identity.IsUpn, identity.ToString()));
        using var output = new PooledBytes();
        identity.Write(output);
        Assert.Equal(
            $"<Identity xmlns=\"http://schemas.xmlsoap.org/ws/2006/02/addressingidentity\"><{element}>"
                + $"{name.Replace("&", "&amp;", StringComparison.Ordinal)}</{element}></Identity>",
            Encoding.UTF8.GetString(output.Span));
    }

    [Fact]
    public void Identity_OfAHost_IsAskedForAsHost() =>
        Assert.Equal("host/server.example", EndpointIdentity.CreateDnsIdentity("server.example").TargetName);

    [Theory]
    [InlineData("")]
    [InlineData("WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS")]
    public void Nobody_IsNoUser(string name) => Assert.Null(WindowsUser.Of(new GenericIdentity(name, "Kerberos"), "Kerberos", true));

    [Fact]
    public async Task Nobody_IsRefused_UnlessAnonymousLogonsAreAllowed()
    {
        var allowing = new ServiceCredentials { WindowsAuthentication = new() { AllowAnonymousLogons = true } };
        var user = await new ClientAuthenticator(allowing, new EngineEnvironment()).AuthenticateAsync(
            account: null, MessageOrigin.Unknown, CancellationToken.None);
        Assert.False(user.Identity!.IsAuthenticated);
        var refused = await Assert.ThrowsAsync<SecurityFailureException>(async () => await new ClientAuthenticator(
            new ServiceCredentials(), new EngineEnvironment()).AuthenticateAsync(account: null, MessageOrigin.Unknown, CancellationToken.None));
        Assert.Equal(FailureCode.InvalidCredentials, refused.Code);
    }

    /// <summary>Only Windows knows groups; elsewhere the account has none to leave out.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Groups_AreClaims_WhereTheyAreAskedFor(bool withGroups)
    {
        if (OperatingSystem.IsWindows())
        {
            using var own = WindowsIdentity.GetCurrent();
            var user = WindowsUser.Of(own, "Kerberos", withGroups)!;
            Assert.Equal(withGroups, user.HasClaim(claim => claim.Type == ClaimTypes.GroupSid));
            Assert.Equal(own.User!.Value, user.FindFirst(ClaimTypes.PrimarySid)?.Value);
        }
        else
        {
            var user = WindowsUser.Of(new GenericIdentity("alice@SC.TEST", "Kerberos"), "Kerberos", withGroups)!;
            Assert.DoesNotContain(user.Claims, claim => claim.Type is ClaimTypes.GroupSid or ClaimTypes.PrimaryGroupSid or ClaimTypes.Role);
        }
    }

    [Theory]
    [InlineData("alice@SC.TEST", "alice@SC.TEST")]
    [InlineData("CORP\\alice", null)]
    public void Account_BecomesClaims_AndNothingElse(string name, string? upn)
    {
        var user = WindowsUser.Of(new GenericIdentity(name, "Kerberos"), "Kerberos", withGroups: true)!;
        Assert.Equal(typeof(ClaimsIdentity), user.Identity!.GetType());
        Assert.Equal((name, ClientAuthenticationTypes.Windows), (user.Identity.Name, user.Identity.AuthenticationType));
        Assert.Equal(upn, user.FindFirst(ClaimTypes.Upn)?.Value);
        Assert.Equal("Kerberos", user.FindFirst(ClaimTypes.AuthenticationMethod)?.Value);
    }
}
