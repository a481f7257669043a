using SecureConversation.Testing;
using static SecureConversation.Testing.Proof;

namespace SecureConversation.Tests.Surface;

/// <summary>What shows that each setting of issued tokens, of either side, changes what the role does.</summary>
internal static class IssuedTokenSettings
{
    private const string Attacks = "SecureConversation.Tests/Attacks/IssuedTokenAttackTests.cs";
    private const string Cache = "SecureConversation.Tests/Roles/Issued/IssuedTokenCacheTests.cs";
    private const string Exchange = "SecureConversation.Tests/Credentials/SecurityTokenExchangeTests.cs";
    private const string Judgement = "SecureConversation.Tests/Saml/AssertionJudgementTests.cs";
    private const string RoundTrips = "SecureConversation.Tests/Roles/Issued/IssuedTokenRoundTripTests.cs";
    private const string Saml = "SecureConversation.Tests/Saml/AssertionRoundTripTests.cs";
    private const string Sockets = "SecureConversation.Http.Tests/Issued/IssuedTokenTests.cs";

    public static Dictionary<string, Proof> Table { get; } = new()
    {
        ["ClientCredentials.IssuedToken"] = new ShownBy(Cache, "Token_IsUsed_AsLongAsTheSettingsSay"),
        ["ClientCredentials.IssuedTokenProvider"] = new ShownBy(RoundTrips, "Client_WithoutProvider_IsRefused_InWords"),
        ["MessageSecurityClientOptions.IssuedTokenProvider"] = new ShownBy(RoundTrips, "Provider_OfTheOptions_IsAskedWhereTheCredentialsHaveNone"),
        ["IssuedTokenClientCredential.AcceptIssuerKey"] = new ShownBy(Exchange, "KeyThatTheIssuerMadeAlone_IsTaken_WhereAnOptionSaysSo"),
        ["IssuedTokenClientCredential.CacheIssuedTokens"] = new ShownBy(Cache, "Token_ThatIsNotKept_IsAskedForEachTime"),
        ["IssuedTokenClientCredential.DefaultKeyEntropyMode"] = new ShownBy(Exchange, "SymmetricKey_IsThatOfTheIssuer_InEachMode"),
        ["IssuedTokenClientCredential.IssuedTokenRenewalThresholdPercentage"] = new ShownBy(Cache, "Token_IsUsed_AsLongAsTheSettingsSay"),
        ["IssuedTokenClientCredential.IssuerCredentials"] = new ShownBy(Sockets, "LocalIssuer_IsAsked_WhereTheBindingNamesNone"),
        ["IssuedTokenClientCredential.LocalIssuerAddress"] = new ShownBy(Sockets, "LocalIssuer_IsAsked_WhereTheBindingNamesNone"),
        ["IssuedTokenClientCredential.LocalIssuerSecurity"] = new ShownBy(Sockets, "LocalIssuer_IsAsked_WhereTheBindingNamesNone"),
        ["IssuedTokenClientCredential.MaxIssuedTokenCachingTime"] = new ShownBy(Cache, "Token_IsUsed_AsLongAsTheSettingsSay"),
        ["IssuedTokenRequest.AlgorithmSuite"] = new ShownBy(RoundTrips, "Provider_IsToldWhatTheBindingNeeds"),
        ["IssuedTokenRequest.AppliesTo"] = new ShownBy(Cache, "Services_HaveATokenEach_WhateverTheQuery"),
        ["IssuedTokenRequest.Credentials"] = new ShownBy(RoundTrips, "Provider_IsToldWhatTheBindingNeeds"),
        ["IssuedTokenRequest.MessageSecurityVersion"] = new ShownBy(RoundTrips, "Provider_IsToldWhatTheBindingNeeds"),
        ["IssuedTokenRequest.Parameters"] = new ShownBy(RoundTrips, "Provider_IsToldWhatTheBindingNeeds"),
        ["IssuedTokenRequest.ServiceIdentity"] = new ShownBy(RoundTrips, "Provider_IsToldWhatTheBindingNeeds"),
        ["IssuedSecurityTokenFacts.AttachedReference"] = new ShownBy(Exchange, "EncryptedAssertion_NeedsReferences"),
        ["IssuedSecurityTokenFacts.TokenType"] = new ShownBy(RoundTrips, "Facts_OfTheApplication_AreThoseOfTheToken"),
        ["IssuedSecurityTokenFacts.UnattachedReference"] = new ShownBy(Exchange, "EncryptedAssertion_NeedsReferences"),
        ["IssuedSecurityTokenFacts.ValidFrom"] = new ShownBy(RoundTrips, "Facts_OfTheApplication_AreThoseOfTheToken"),
        ["IssuedSecurityTokenFacts.ValidTo"] = new ShownBy(RoundTrips, "Facts_OfTheApplication_AreThoseOfTheToken"),

        ["ServiceCredentials.IssuedTokenAuthentication"] = new ShownBy(Attacks, "Service_WithoutWhatItNeedsToJudge_IsRefusedInWords"),
        ["ServiceCredentials.IssuedTokenAuthenticator"] = new ShownBy(Attacks, "Authenticator_SaysWhoTheHolderIs"),
        ["IssuedTokenAuthentication.AllowSha1Signatures"] = new ShownBy(Judgement, "Sha1_OfTheIssuer_IsAcceptedWhereSuiteOrOptionsSaySo"),
        ["IssuedTokenAuthentication.AllowUntrustedRsaIssuers"] = new ShownBy(Judgement, "RsaKeyValue_OfTheIssuer_IsAcceptedOnlyIfListed"),
        ["IssuedTokenAuthentication.AllowedAudienceUris"] = new ShownBy(Judgement, "Audience_InEachMode_IsJudged"),
        ["IssuedTokenAuthentication.AudienceUriMode"] = new ShownBy(Judgement, "Audience_InEachMode_IsJudged"),
        ["IssuedTokenAuthentication.CertificateValidation"] = new ShownBy(Judgement, "Issuer_WithATrustedChain_IsAcceptedWhereTheServiceSaysSo"),
        ["IssuedTokenAuthentication.DetectReplayedTokens"] = new ShownBy(Attacks, "BearersToken_InTwoMessages_IsRefusedWhereTheServiceDetectsIt"),
        ["IssuedTokenAuthentication.KnownCertificates"] = new ShownBy(Judgement, "Issuer_NotListed_IsRefused"),
        ["IssuedTokenAuthentication.NameClaimType"] = new ShownBy(Saml, "Claims_TypesOfNameAndRole_AreTheOptions"),
        ["IssuedTokenAuthentication.RoleClaimType"] = new ShownBy(Saml, "Claims_TypesOfNameAndRole_AreTheOptions"),
        ["IssuedTokenAuthentication.TokenHandler"] = new ShownBy("SecureConversation.Tests/Roles/Issued/TokenHandlerTests.cs", "Handler_GetsTheTokenAsItsIssuerWroteIt_AndSaysWhoTheHolderIs"),
        ["IssuedToken.Id"] = new ShownBy(Attacks, "Authenticator_SaysWhoTheHolderIs"),
        ["IssuedToken.Issuer"] = new ShownBy(Attacks, "Authenticator_SaysWhoTheHolderIs"),
        ["IssuedToken.IssuerCertificate"] = new ShownBy(Attacks, "Authenticator_SaysWhoTheHolderIs"),
        ["IssuedToken.IssuerKey"] = new ShownBy(Judgement, "RsaKeyValue_OfTheIssuer_IsAcceptedOnlyIfListed"),
        ["IssuedToken.KeyType"] = new ShownBy(Attacks, "Authenticator_SaysWhoTheHolderIs"),
        ["IssuedToken.TokenType"] = new ShownBy(Attacks, "Authenticator_SaysWhoTheHolderIs"),
        ["IssuedToken.ValidFrom"] = new ShownBy(Attacks, "Authenticator_SaysWhoTheHolderIs"),
        ["IssuedToken.ValidTo"] = new ShownBy(Attacks, "Authenticator_SaysWhoTheHolderIs"),
    };
}
