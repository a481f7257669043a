#if CORE_WCF
using CoreWCF.Security.Tokens;
#endif
using System.Xml;
using SecureConversation.Configuration;

namespace SecureConversation.Shared;

/// <summary>WSFederationHttpBinding and WS2007FederationHttpBinding with the settings of a file.</summary>
internal static class ConfiguredFederation
{
    public static WSFederationHttpSecurityMode Mode(ConfiguredBinding binding) =>
        Translation.ByName<WSFederationHttpSecurityMode>(binding.SecurityMode);

    public static OwnWSFederationHttpBinding Fill(ConfiguredBinding from, OwnWSFederationHttpBinding to)
    {
        if (from.MessageSecurity is { IssuedToken: { } token } message)
        {
            Fill(message, token, to.Security.Message, to.Versions);
        }

        ConfiguredHttpBindings.Apply(from, to);
        return to;
    }

    private static void Fill(ConfiguredMessageSecurity from, EngineBinding.IssuedSecurityTokenParameters token,
        FederatedMessageSecurityOverHttp to, EngineBinding.MessageSecurityVersion version)
    {
        to.NegotiateServiceCredential = from.NegotiateServiceCredential;
        to.EstablishSecurityContext = from.EstablishSecurityContext;
        to.AlgorithmSuite = Translation.FromEngine(from.AlgorithmSuite);
        to.IssuedKeyType = Translation.ByName<StackSecurityKeyType>(token.KeyType);
        to.IssuedTokenType = token.TokenType;
        to.IssuerAddress = token.IssuerAddress is null ? null : new EndpointAddress(token.IssuerAddress);
        to.IssuerMetadataAddress = token.IssuerMetadataAddress is null ? null : new EndpointAddress(token.IssuerMetadataAddress);
        to.IssuerBinding = from.IssuerBinding is null ? null : ConfiguredBindings.Create(from.IssuerBinding);
        foreach (var claim in token.ClaimTypeRequirements)
        {
            to.ClaimTypeRequirements.Add(new ClaimTypeRequirement(claim.ClaimType, claim.IsOptional));
        }

        // The binding adds the algorithms again.
        var algorithms = new EngineBinding.IssuedSecurityTokenParameters { KeyType = token.KeyType }
            .WithAlgorithmParameters(from.AlgorithmSuite, version).AdditionalRequestParameters.Length;
        foreach (var parameter in token.AdditionalRequestParameters.Skip(algorithms))
        {
            to.TokenRequestParameters.Add(Element(parameter));
        }
    }

#pragma warning disable RS0030 // The list of WCF holds elements of the DOM. What stands here comes from the file of the application.
    private static XmlElement Element(string xml)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        document.Load(reader);
        return document.DocumentElement!;
    }
#pragma warning restore RS0030
}
