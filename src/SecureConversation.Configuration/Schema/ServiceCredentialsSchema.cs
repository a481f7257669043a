using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using static SecureConversation.Configuration.Schema.Attributes;
using static SecureConversation.Configuration.Schema.BehaviorSchema;

namespace SecureConversation.Configuration.Schema;

/// <summary><c>serviceCredentials</c>.</summary>
internal static class ServiceCredentialsSchema
{
    private const string NoLogonTokens = "Logons of Windows are not offered, so none are cached.";

    public static ElementSchema Element { get; } = new ElementSchema("serviceCredentials")
        .With(
            Text("type").Refused("Credentials of another type are not offered.", "Give the service its credentials in code."),
            Flag("useIdentityConfiguration").Refused("Identity configuration is not offered.", "Remove it."),
            Text("identityConfiguration").Refused("Identity configuration is not offered.", "Remove it."))
        .With(() =>
        [
            new ElementSchema("clientCertificate").With(() =>
            [
                Certificate("certificate", nameof(StoreLocation.LocalMachine)),
                Authentication("authentication", StoreLocation.LocalMachine).With(
                    Flag("includeWindowsGroups", true).Ignored("Certificates are not mapped to Windows accounts."),
                    NotWindows(Flag("mapClientCertificateToWindowsAccount"))),
            ]),
            Certificate("serviceCertificate", nameof(StoreLocation.LocalMachine)),
            new ElementSchema("userNameAuthentication").With(
                Enumeration("userNamePasswordValidationMode", ConfiguredUserNameValidation.Windows),
                Flag("includeWindowsGroups", true).Ignored("User names are no Windows accounts."),
                Text("membershipProviderName").Refused(
                    ".NET has no membership providers.", "Write Custom and the type of a UserNamePasswordValidator."),
                Text("customUserNamePasswordValidatorType"),
                Flag("cacheLogonTokens").Ignored(NoLogonTokens),
                Number("maxCachedLogonTokens", 128, minimum: 1).Ignored(NoLogonTokens),
                Time("cachedLogonTokenLifetime", "00:15:00").Ignored(NoLogonTokens)),
            new ElementSchema("windowsAuthentication").With(
                Flag("includeWindowsGroups", true),
                Flag("allowAnonymousLogons")),
            new ElementSchema("peer").Refused("Peer channels are not offered.", "Remove it."),
            IssuedTokenAuthentication,
            new ElementSchema("secureConversationAuthentication").With(
                Text("securityStateEncoderType").Refused(
                    "A type for the state of cookies is not offered here.",
                    "Remove it: cookies are encrypted with the key ring of the host, which servers share.")),
        ]);

    private static ElementSchema IssuedTokenAuthentication => new ElementSchema("issuedTokenAuthentication")
        .With(
            NotIssued(Word("audienceUriMode", "Always", "Always", "Never", "BearerKeyOnly")),
            NotIssued(Text("customCertificateValidatorType")),
            NotIssued(Enumeration("certificateValidationMode", X509CertificateValidationMode.ChainTrust)),
            NotIssued(Enumeration("revocationMode", X509RevocationMode.Online)),
            NotIssued(Enumeration("trustedStoreLocation", StoreLocation.LocalMachine)),
            NotIssued(Text("samlSerializerType")),
            NotIssued(Flag("allowUntrustedRsaIssuers")))
        .With(() => [NotIssued("allowedAudienceUris"), NotIssued("knownCertificates")]);
}
