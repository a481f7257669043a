using System.Net;
using System.Security.Claims;
using SecureConversation.Credentials;
using SecureConversation.Engine.Roles;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Tests.Credentials;

public sealed class EndpointIdentityTests
{
    [Theory]
    // Subject, alternative names (DNS, or ip:address), expected name, match.
    [InlineData("CN=service.example.org", "", "service.example.org", true)]
    [InlineData("CN=service.example.org", "", "SERVICE.Example.org", true)]
    [InlineData("CN=service.example.org", "", "other.example.org", false)]
    [InlineData("CN=service.example.org", "", "service.example.org.evil.org", false)]
    [InlineData("CN=Echo Service, O=Example", "", "Echo Service", true)]
    [InlineData("O=service.example.org", "", "service.example.org", false)]
    [InlineData("CN=a.example.org, CN=b.example.org", "", "a.example.org", false)]
    [InlineData("CN=a.example.org, CN=b.example.org", "", "b.example.org", false)]
    [InlineData("CN=service.example.org", "other.example.org", "service.example.org", false)]
    [InlineData("CN=service.example.org", "other.example.org", "other.example.org", true)]
    [InlineData("CN=x", "a.example.org b.example.org", "b.example.org", true)]
    [InlineData("CN=service.example.org", "ip:10.0.0.1", "service.example.org", true)]
    [InlineData("CN=x", "*.example.org", "service.example.org", true)]
    [InlineData("CN=*.example.org", "", "service.EXAMPLE.org", true)]
    [InlineData("CN=x", "*.example.org", "a.service.example.org", false)]
    [InlineData("CN=x", "*.example.org", "example.org", false)]
    [InlineData("CN=x", "*.example.org", ".example.org", false)]
    [InlineData("CN=x", "s*.example.org", "service.example.org", false)]
    [InlineData("CN=x", "service.*.org", "service.example.org", false)]
    [InlineData("CN=x", "*", "localhost", false)]
    [InlineData("CN=x", "ip:127.0.0.1", "127.0.0.1", true)]
    [InlineData("CN=x", "ip:127.0.0.1", "127.0.0.2", false)]
    [InlineData("CN=x", "*.0.0.1", "127.0.0.1", false)]
    public void DnsIdentity_IsMatchedAgainstTheNames(string subject, string names, string expected, bool match)
    {
        using var certificate = DatedCertificates.SelfSigned(subject, names.Length == 0 ? null : builder =>
        {
            foreach (var name in names.Split(' '))
            {
                if (name.StartsWith("ip:", StringComparison.Ordinal))
                {
                    builder.AddIpAddress(IPAddress.Parse(name[3..]));
                }
                else
                {
                    builder.AddDnsName(name);
                }
            }
        });
        Assert.Equal(match, EndpointIdentity.CreateDnsIdentity(expected).Matches(certificate));
    }

    [Theory]
    [InlineData("http://service.example.org:8080/echo", true)]
    [InlineData("http://SERVICE.example.org/", true)]
    [InlineData("http://other.example.org/", false)]
    public void HostOfTheAddress_IsTheDefault(string address, bool match)
    {
        using var certificate = DatedCertificates.SelfSigned("CN=service.example.org");
        Assert.Equal(match, EndpointIdentity.ForAddress(new Uri(address)).Matches(certificate));
    }

    [Fact]
    public void CertificateIdentity_IsTheVeryCertificate()
    {
        using var one = DatedCertificates.SelfSigned("CN=same");
        using var two = DatedCertificates.SelfSigned("CN=same");
        var identity = EndpointIdentity.CreateX509CertificateIdentity(one);
        Assert.True(identity.Matches(one));
        Assert.False(identity.Matches(two));
    }

    [Fact]
    public void Certificate_HasItsClaims()
    {
        using var certificate = DatedCertificates.SelfSigned("CN=Alice, O=Example", names =>
        {
            names.AddDnsName("alice.example.org");
            names.AddEmailAddress("alice@example.org");
            names.AddUserPrincipalName("alice@corp.example.org");
        });
        var principal = ClientIdentity.FromCertificate(certificate);
        Assert.True(principal.Identity!.IsAuthenticated);
        Assert.Equal("X509", principal.Identity.AuthenticationType);
        Assert.Equal("Alice", principal.Identity.Name);
        Assert.Equal(certificate.Thumbprint, principal.FindFirst(ClaimTypes.Thumbprint)!.Value);
        Assert.Equal(certificate.Subject, principal.FindFirst(ClaimTypes.X500DistinguishedName)!.Value);
        Assert.Equal(certificate.SerialNumber, principal.FindFirst(ClaimTypes.SerialNumber)!.Value);
        Assert.Equal("alice.example.org", principal.FindFirst(ClaimTypes.Dns)!.Value);
        Assert.Equal("alice@example.org", principal.FindFirst(ClaimTypes.Email)!.Value);
        Assert.Equal("alice@corp.example.org", principal.FindFirst(ClaimTypes.Upn)!.Value);
    }

    [Fact]
    public void UserName_HasItsClaims()
    {
        var principal = ClientIdentity.FromUserName("alice");
        Assert.True(principal.Identity!.IsAuthenticated);
        Assert.Equal("UserName", principal.Identity.AuthenticationType);
        Assert.Equal("alice", principal.Identity.Name);
        Assert.False(ClientIdentity.CreateAnonymous().Identity!.IsAuthenticated);
    }
}
