#if CORE_WCF
using CoreWCF.Security.Tokens;
#else
using System.ServiceModel.Security.Tokens;
#endif

namespace SecureConversation.Shared;

// Issued tokens, and the security of those that issue them.
internal static partial class Translation
{
    public static EngineBinding.FederatedMessageSecurity ToEngine(
        FederatedMessageSecurityOverHttp message, EngineBinding.MessageSecurityVersion version) => new()
        {
            NegotiateServiceCredential = message.NegotiateServiceCredential,
            EstablishSecurityContext = message.EstablishSecurityContext,
            AlgorithmSuite = ToEngine(message.AlgorithmSuite),
            MessageSecurityVersion = version,
            IssuedKeyType = ByName<EngineBinding.SecurityKeyType>(message.IssuedKeyType),
            IssuedTokenType = message.IssuedTokenType,
            IssuerAddress = message.IssuerAddress?.Uri,
            IssuerMetadataAddress = message.IssuerMetadataAddress?.Uri,
            IssuerSecurity = StackSecurity.OfIssuer(message.IssuerBinding),
            ClaimTypeRequirements = [.. message.ClaimTypeRequirements.Select(ToEngine)],
            TokenRequestParameters = [.. message.TokenRequestParameters.Select(parameter => parameter.OuterXml)],
        };

    public static EngineBinding.IssuedSecurityTokenParameters ToEngine(IssuedSecurityTokenParameters token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return new()
        {
            TokenType = token.TokenType,
            KeyType = ByName<EngineBinding.SecurityKeyType>(token.KeyType),
            KeySize = token.KeySize,
            IssuerAddress = token.IssuerAddress?.Uri,
            IssuerSecurity = StackSecurity.OfIssuer(token.IssuerBinding),
            DefaultMessageSecurityVersion =
                token.DefaultMessageSecurityVersion is null ? null : ToEngine(token.DefaultMessageSecurityVersion),
            AdditionalRequestParameters = [.. token.AdditionalRequestParameters.Select(parameter => parameter.OuterXml)],
            RequireDerivedKeys = token.RequireDerivedKeys,
#if CORE_WCF
            InclusionMode = ByName<EngineBinding.SecurityTokenInclusionMode>(token.InclusionMode),
            ReferenceStyle = ByName<EngineBinding.SecurityTokenReferenceStyle>(token.ReferenceStyle),
            IssuerMetadataAddress = token.IssuerMetadataAddress?.Uri,
            UseStrTransform = token.UseStrTransform,
            ClaimTypeRequirements = [.. token.ClaimTypeRequirements.Select(ToEngine)],
#endif
        };
    }

    private static EngineBinding.ClaimTypeRequirement ToEngine(ClaimTypeRequirement claim) =>
        new() { ClaimType = claim.ClaimType, IsOptional = claim.IsOptional };
}
