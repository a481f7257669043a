using System.Security.Cryptography.X509Certificates;
using System.Security.Principal;
using static SecureConversation.Configuration.Schema.Attributes;
using static SecureConversation.Configuration.Schema.BehaviorSchema;

namespace SecureConversation.Configuration.Schema;

/// <summary><c>clientCredentials</c>.</summary>
internal static class ClientCredentialsSchema
{
    public static ElementSchema Element { get; } = new ElementSchema("clientCredentials")
        .With(
            Text("type").Refused("Credentials of another type are not offered.", "Give the client its credentials in code."),
            Flag("supportInteractive", true).Ignored("There are no dialogs."),
            Flag("useIdentityConfiguration").Refused("Identity configuration is not offered.", "Remove it."))
        .With(() =>
        [
            Certificate("clientCertificate", nameof(StoreLocation.CurrentUser)),
            new ElementSchema("serviceCertificate").With(() =>
            [
                Certificate("defaultCertificate", nameof(StoreLocation.CurrentUser)),
                new ElementSchema("scopedCertificates").WithItems(
                    Certificate("add", nameof(StoreLocation.CurrentUser)).With(Address("targetUri").Required()), "targetUri"),
                Authentication("authentication", StoreLocation.CurrentUser),
                Authentication("sslCertificateAuthentication", StoreLocation.CurrentUser),
            ]),
            new ElementSchema("windows").With(
                Flag("allowNtlm", true),
                Enumeration("allowedImpersonationLevel", TokenImpersonationLevel.Identification)),
            new ElementSchema("httpDigest").With(
                NotWindows(Word(
                    "impersonationLevel", "Identification", "None", "Anonymous", "Identification", "Impersonation", "Delegation"))),
            IssuedToken,
            new ElementSchema("peer").Refused("Peer channels are not offered.", "Remove it."),
        ]);

    private static ElementSchema IssuedToken => new ElementSchema("issuedToken")
        .With(
            NotIssued(Text("localIssuerChannelBehaviors")),
            NotIssued(Flag("cacheIssuedTokens", true)),
            NotIssued(Time("maxIssuedTokenCachingTime", "10675199.02:48:05.4775807")),
            NotIssued(Entropy("defaultKeyEntropyMode")),
            NotIssued(Number("issuedTokenRenewalThresholdPercentage", 60, maximum: 100)))
        .With(() => [NotIssued("localIssuer"), NotIssued("issuerChannelBehaviors")]);
}
