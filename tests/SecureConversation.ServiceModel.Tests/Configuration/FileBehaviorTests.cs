using System.IdentityModel.Selectors;
using System.IdentityModel.Tokens;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel.Description;
using SecureConversation.Configuration;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;

namespace SecureConversation.ServiceModel.Tests.Configuration;

/// <summary>Behaviors of endpoints in files.</summary>
public sealed class FileBehaviorTests
{
    private static readonly Uri Address = new("http://localhost/calculator");

    [Theory]
    [InlineData("<callbackDebug includeExceptionDetailInFaults=\"true\" />", true)]
    [InlineData("<callbackDebug includeExceptionDetailInFaults=\"false\" />", false)]
    [InlineData("", false)]
    public void CallbackDebug_ReachesTheEndpoint(string behavior, bool expected)
    {
        using var file = Create();
        file.Replace("</clientCredentials>", "</clientCredentials>" + behavior);
        var made = file.Load().GetClientEndpoint("e").ToServiceEndpoint<ICalculator>();
        Assert.Equal(expected, made.EndpointBehaviors.OfType<CallbackDebugBehavior>().Any(debug => debug.IncludeExceptionDetailInFaults));
    }

    [Fact]
    public void IgnoreExtensionDataObject_IsNoted()
    {
        using var file = Create();
        file.Replace("</clientCredentials>", "</clientCredentials><dataContractSerializer ignoreExtensionDataObject=\"true\" maxItemsInObjectGraph=\"7\" />");
        var endpoint = file.Load().GetClientEndpoint("e");
        var note = Assert.Single(endpoint.Problems);
        Assert.Equal((ConfigurationProblemSeverity.Note, "ignoreExtensionDataObject"), (note.Severity, note.Attribute));
        Assert.NotNull(endpoint.ToServiceEndpoint<ICalculator>());
    }

    /// <summary>
    /// Roots of a file are the only ones; people of a file are trusted besides those of the store. Files that the mode does not ask are errors.
    /// </summary>
    [Theory]
    [InlineData("ChainTrust", "trustedRootsFileName=\"authority.pem\"", true)]
    [InlineData("ChainTrust", "trustedRootsFileName=\"service.pem\"", false)]
    [InlineData("PeerTrust", "trustedPeopleFileName=\"service.pem\"", true)]
    [InlineData("PeerOrChainTrust", "trustedPeopleFileName=\"service.pem\"", true)]
    [InlineData("PeerOrChainTrust", "trustedPeopleFileName=\"authority.pem\"", false)]
    [InlineData("PeerOrChainTrust", "trustedRootsFileName=\"authority.pem\"", true)]
    public void FilesOfAuthorities_AreThoseOfTheMode(string mode, string files, bool isTrusted)
    {
        using var file = Create();
        file.Replace("certificateValidationMode=\"ChainTrust\" revocationMode=\"NoCheck\" trustedRootsFileName=\"authority.pem\"", $"certificateValidationMode=\"{mode}\" revocationMode=\"NoCheck\" trustedStoreLocation=\"CurrentUser\" {files}");
        var credentials = file.Load().GetClientEndpoint("e").ToServiceEndpoint<ICalculator>().EndpointBehaviors.OfType<ClientCredentials>().Single();
        var validator = credentials.ServiceCertificate.Authentication.CustomCertificateValidator;
        Assert.Equal(isTrusted, IsTrusted(validator, TestCertificates.Service));
    }

    private static bool IsTrusted(X509CertificateValidator validator, X509Certificate2 certificate)
    {
        try
        {
            validator.Validate(certificate);
            return true;
        }
        catch (SecurityTokenValidationException)
        {
            return false;
        }
    }

    private static FileClient Create() => new(
        "<customBinding><binding name=\"e\"><security authenticationMode=\"MutualCertificate\" /><textMessageEncoding /><httpTransport /></binding></customBinding>",
        FileClient.Endpoint("e", Address, "customBinding"));
}
