using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>What a client has to know of a service before it sends anything.</summary>
internal enum ServiceKnowledge
{
    /// <summary>Nothing: the transport, or an issued token, authenticates the service.</summary>
    None,

    /// <summary>Its identity: in a negotiation the service shows who it is.</summary>
    Identity,

    /// <summary>Its certificate, with which messages are encrypted.</summary>
    Certificate,
}

/// <summary>ClientCredentials of the stack and the identity of an address, in the words of the engine.</summary>
internal static class CredentialTranslation
{
    /// <param name="credentials">The credentials.</param>
    /// <param name="clientCertificate">The certificate of the client, with its key.</param>
    /// <param name="clientEncryption">The certificate that replies are encrypted for; null for the other one.</param>
    /// <param name="address">The address, with the identity of the service.</param>
    /// <param name="issued">Where issued tokens come from; null where the binding says it.</param>
    /// <param name="knowledge">What the client has to know of the service beforehand.</param>
    public static EngineCredentials.ClientCredentials ToEngine(ClientCredentials credentials,
        EngineCredentials.X509Credential? clientCertificate, EngineCredentials.X509Credential? clientEncryption, EndpointAddress address,
        IssuedTokenClientBehavior? issued, ServiceKnowledge knowledge) => new()
        {
            IssuedTokenProvider = issued?.IssuedTokenProvider,
            IssuedToken = issued?.IssuedToken ?? new(),
            ClientCertificate = clientCertificate,
            ClientEncryptionCertificate = clientEncryption,
            ServiceEncryptionCertificate = (credentials as MessageSecurityClientCredentials)?.ServiceEncryptionCertificate,
            UserName = string.IsNullOrEmpty(credentials.UserName.UserName)
            ? null
            : new EngineCredentials.UserNameCredential(credentials.UserName.UserName, credentials.UserName.Password ?? ""),
            Windows = Windows(credentials),
            ServiceCertificate = knowledge == ServiceKnowledge.Certificate
                ? ServiceCertificate(credentials.ServiceCertificate, address)
                : null,
            ServiceCertificateValidation = Validation(credentials.ServiceCertificate.Authentication),
            // The transport compares what it authenticates.
            ServiceIdentity = knowledge == ServiceKnowledge.None ? null : Identity(address.Identity),
        };

    // In WCF's order: the certificate for this address, the one for all addresses, and last the one of the identity.
    private static X509Certificate2 ServiceCertificate(X509CertificateRecipientClientCredential credential, EndpointAddress address)
    {
        if (credential.ScopedCertificates.TryGetValue(address.Uri, out var scoped))
        {
            return scoped;
        }

        return credential.DefaultCertificate
            ?? (address.Identity as X509CertificateEndpointIdentity)?.Certificates[0]
            ?? throw new InvalidOperationException($"The certificate of the service at '{address.Uri}' is not known: set "
                + "ClientCredentials.ServiceCertificate.DefaultCertificate, add it to ScopedCertificates, or give the EndpointAddress an "
                + "X509CertificateEndpointIdentity. With NegotiateServiceCredential = true on both sides the service shows it.");
    }

    private static EngineCredentials.CertificateValidationOptions Validation(X509ServiceCertificateAuthentication authentication)
    {
        var mode = Translation.ByName<EngineCredentials.X509CertificateValidationMode>(authentication.CertificateValidationMode);
        var validator = authentication.CustomCertificateValidator;
        if (validator is FileTrustValidator files)
        {
            // The engine knows trust by files itself.
            return files.Options;
        }

        return new()
        {
            Mode = mode,
            // A validator of WCF gets the certificate alone: no network is asked about a chain that it does not see.
            RevocationMode = mode == EngineCredentials.X509CertificateValidationMode.Custom
                ? X509RevocationMode.NoCheck
                : authentication.RevocationMode,
            TrustedStoreLocation = authentication.TrustedStoreLocation,
            CustomValidator = validator is null ? null : (certificate, _) =>
            {
                validator.Validate(certificate);
                return true;
            },
        };
    }

    // The stack gives the account of the process as a credential without a name.
    private static EngineCredentials.WindowsClientCredential Windows(ClientCredentials credentials) => new()
    {
        ClientCredential = credentials.Windows.ClientCredential is { UserName.Length: > 0 } account ? account : null,
        AllowedImpersonationLevel = credentials.Windows.AllowedImpersonationLevel,
        AllowNtlm = (credentials as MessageSecurityClientCredentials)?.AllowNtlm ?? true,
    };

    private static EngineCredentials.EndpointIdentity? Identity(EndpointIdentity? identity) => identity switch
    {
        null => null,
        X509CertificateEndpointIdentity { Certificates: [var certificate, ..] } =>
            EngineCredentials.EndpointIdentity.CreateX509CertificateIdentity(certificate),
        DnsEndpointIdentity { IdentityClaim.Resource: string name } => EngineCredentials.EndpointIdentity.CreateDnsIdentity(name),
        SpnEndpointIdentity { IdentityClaim.Resource: string name } => EngineCredentials.EndpointIdentity.CreateSpnIdentity(name),
        UpnEndpointIdentity { IdentityClaim.Resource: string name } => EngineCredentials.EndpointIdentity.CreateUpnIdentity(name),
        _ => throw new InvalidOperationException(
            $"The identity of the EndpointAddress is a {identity.GetType().Name}, which is not offered: use a DnsEndpointIdentity, an "
            + "X509CertificateEndpointIdentity or, with Windows accounts, a SpnEndpointIdentity."),
    };
}
