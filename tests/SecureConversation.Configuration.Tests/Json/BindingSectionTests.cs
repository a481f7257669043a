using Microsoft.Extensions.Configuration;
using SecureConversation.Binding;
using SecureConversation.Configuration.Tests.Support;

namespace SecureConversation.Configuration.Tests.Json;

/// <summary>Sections with bindings: what they mean, and what is refused.</summary>
public sealed class BindingSectionTests
{
    [Fact]
    public void Session_HasItsBootstrapAndItsOwnSettings()
    {
        var settings = MessageSecurityServiceSettings.Read(Sections.Of("""
            {
              "Binding": {
                "authenticationmode": "secureconversation",
                "DefaultAlgorithmSuite": "basic256sha256",
                "RequireCancellation": false,
                "LocalServiceSettings": { "IssuedCookieLifetime": "00:15:00" },
                "SecureConversationBootstrap": {
                  "AuthenticationMode": "MutualCertificate",
                  "MessageSecurityVersion": "WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10",
                  "AllowSerializedSigningTokenOnReply": true,
                  "LocalClientSettings": { "MaxClockSkew": "00:00:30" }
                }
              }
            }
            """));
        var bootstrap = (AsymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateBindingElement(Bindings.Version10) with
        {
            AllowSerializedSigningTokenOnReply = true,
            LocalClientSettings = new() { MaxClockSkew = TimeSpan.FromSeconds(30) },
        };
        Assert.Equal(SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap, requireCancellation: false) with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
            LocalServiceSettings = new() { IssuedCookieLifetime = TimeSpan.FromMinutes(15) },
        }, settings.Binding);
    }

    [Fact]
    public void Token_WithoutAType_ChangesTheOneOfTheMode()
    {
        var settings = MessageSecurityServiceSettings.Read(Sections.Of("""
            {
              "Binding": {
                "AuthenticationMode": "AnonymousForCertificate",
                "ProtectionTokenParameters": { "InclusionMode": "AlwaysToInitiator" },
                "EndpointSupportingTokenParameters": { "Endorsing": [ { "Type": "X509", "RequireDerivedKeys": false } ] }
              }
            }
            """));
        var anonymous = SecurityBindingElement.CreateAnonymousForCertificateBindingElement();
        Assert.Equal(anonymous with
        {
            ProtectionTokenParameters = anonymous.ProtectionTokenParameters! with { InclusionMode = SecurityTokenInclusionMode.AlwaysToInitiator },
            EndpointSupportingTokenParameters = new() { Endorsing = [new X509SecurityTokenParameters { RequireDerivedKeys = false }] },
        }, settings.Binding);
    }

    [Fact]
    public void EnvironmentVariables_SayTheSameAsJson()
    {
        var section = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["A:Binding:AuthenticationMode"] = "MutualCertificate",
            ["A:Binding:IncludeTimestamp"] = "TRUE",
            ["A:Binding:LocalServiceSettings:ReplayCacheSize"] = "17",
        }).Build().GetSection("A");
        Assert.Equal(SecurityBindingElement.CreateMutualCertificateBindingElement() with { LocalServiceSettings = new() { ReplayCacheSize = 17 } },
            MessageSecurityServiceSettings.Read(section).Binding);
    }

    [Theory]
    [InlineData("""{ "AuthenticationMode": "SecureConversation" }""", "Binding: SecureConversationBootstrap is missing")]
    [InlineData("""{ "DefaultAlgorithmSuite": "Basic256" }""", "Binding: AuthenticationMode is missing: expected one of MutualCertificate, ")]
    [InlineData("""{ "AuthenticationMode": "Kerberos", "CanRenewSession": true }""", "Binding:CanRenewSession: does not belong to AuthenticationMode Kerberos")]
    [InlineData("""{ "AuthenticationMode": "Kerberos", "RequireCancellation": true }""", "Binding:RequireCancellation: does not belong")]
    [InlineData("""{ "AuthenticationMode": "Kerberos", "IssuedTokenParameters": {} }""", "Binding:IssuedTokenParameters: does not belong")]
    [InlineData("""{ "AuthenticationMode": "IssuedToken" }""", "Binding: IssuedTokenParameters is missing")]
    [InlineData("""{ "AuthenticationMode": "IssuedToken", "IssuedTokenParameters": { "KeyType": "BearerKey" } }""", "Binding:IssuedTokenParameters: KeyType must be SymmetricKey")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "AllowSerializedSigningTokenOnReply": true }""", "Binding:AllowSerializedSigningTokenOnReply: It belongs to modes where each side signs")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificateDuplex", "ProtectionTokenParameters": {} }""", "Binding:ProtectionTokenParameters: ProtectionTokenParameters belongs to modes")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "LocalClientSettings": { "MaxClockSkew": "5" } }""", "Binding:LocalClientSettings:MaxClockSkew: found '5', expected a time as [days.]hours:minutes:seconds")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "LocalClientSettings": { "MaxClockSkew": "-00:05:00" } }""", "Binding:LocalClientSettings:MaxClockSkew: found '-00:05:00'")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "LocalClientSettings": { "ReplayCacheSize": 1.5 } }""", "Binding:LocalClientSettings:ReplayCacheSize: found '1.5', expected a whole number from 1 to 2147483647")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "LocalClientSettings": { "ReconnectTransportOnFailure": true } }""", "Binding:LocalClientSettings:ReconnectTransportOnFailure: found a key that is not known. Known are DetectReplays, ")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "LocalClientSettings": "none" }""", "Binding:LocalClientSettings: found a text, expected an object with keys.")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "IncludeTimestamp": "no" }""", "Binding:IncludeTimestamp: found 'no', expected true or false.")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "IncludeTimestamp": null }""", "Binding:IncludeTimestamp: found nothing, expected true or false.")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "DefaultAlgorithmSuite": { "Name": "Basic256" } }""", "Binding:DefaultAlgorithmSuite: found keys below it, expected one of Basic256, ")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "EndpointSupportingTokenParameters": { "Endorsing": { "Type": "X509" } } }""", "Binding:EndpointSupportingTokenParameters:Endorsing: found keys below it, expected a list.")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "EndpointSupportingTokenParameters": { "Endorsing": [ { "Type": "X508" } ] } }""", "Binding:EndpointSupportingTokenParameters:Endorsing:0:Type: found 'X508'")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "EndpointSupportingTokenParameters": { "Endorsing": [ { } ] } }""", "Binding:EndpointSupportingTokenParameters:Endorsing:0: Type is missing")]
    [InlineData("""{ "AuthenticationMode": "MutualCertificate", "ProtectionTokenParameters": { "Type": "UserName", "X509ReferenceStyle": "Any" } }""", "Binding:ProtectionTokenParameters:X509ReferenceStyle: found a key that is not known.")]
    public void WrongBinding_IsRefusedWithItsPath(string binding, string problem) =>
        Assert.StartsWith(problem, Assert.Single(Sections.ProblemsOfService($$"""{ "Binding": {{binding}} }""")), StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "Requests": [ { "Action": "urn:a" } ] }""", "ProtectionRequirements:Requests:0: Action and ProtectionLevel are both needed.")]
    [InlineData("""{ "Headers": [ { "Name": "a", "ProtectionLevel": "Sign", "Action": "urn:a" } ] }""", "ProtectionRequirements:Headers:0: Direction and Action need each other.")]
    [InlineData("""{ "DefaultProtectionLevel": "Signed" }""", "ProtectionRequirements:DefaultProtectionLevel: found 'Signed'")]
    [InlineData("""{ "urn": { "a": "Sign" } }""", "ProtectionRequirements:urn: found a key that is not known.")]
    public void WrongProtection_IsRefusedWithItsPath(string protection, string problem) =>
        Assert.StartsWith(problem, Assert.Single(Sections.ProblemsOfService($$"""{ "ProtectionRequirements": {{protection}} }""")), StringComparison.Ordinal);

    [Fact]
    public void AllProblems_AreReportedTogether()
    {
        var problems = Sections.ProblemsOfClient("""
            {
              "Bindings": {},
              "Binding": { "AuthenticationMode": "MutualCertificate", "RequireTimestamp": true, "SecurityHeaderLayout": "Loose" },
              "MessageVersion": "Soap12Addressing10",
              "OpenTimeout": 60,
              "TimeProvider": "System"
            }
            """);
        Assert.Equal(
            [
                "Binding:RequireTimestamp", "Binding:SecurityHeaderLayout", "Bindings", "MessageVersion", "OpenTimeout", "TimeProvider",
            ],
            problems.Select(p => p[..p.IndexOf(": ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
        Assert.Contains(problems, p => p.EndsWith("Did you mean Binding?", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.EndsWith("Did you mean Soap12WSAddressing10?", StringComparison.Ordinal));
        Assert.Contains(problems, p => p.Contains("TimeProvider is an object of code", StringComparison.Ordinal));
    }

    [Fact]
    public void SectionThatDoesNotExist_IsRefused()
    {
        var e = Assert.Throws<SettingsException>(() => MessageSecurityClientSettings.Read(Sections.Of("{}").GetSection("SecureConversatoin:Client")));
        Assert.StartsWith("SecureConversatoin:Client: the configuration has no such section", Assert.Single(e.Problems), StringComparison.Ordinal);
    }
}
