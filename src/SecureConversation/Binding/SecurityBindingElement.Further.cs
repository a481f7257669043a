namespace SecureConversation.Binding;

// The factories of WCF over TLS, with tokens of issuers, and those whose messages are not offered. Configuration files, policies and
// the migration of code need what the latter make; MessageSecurityBinding.Create refuses it and says what to use instead.
public abstract partial record SecurityBindingElement
{
    /// <summary>The transport protects messages; the client has a user name, which travels in clear inside TLS.</summary>
    public static TransportSecurityBindingElement CreateUserNameOverTransportBindingElement() =>
        OverTransport() with { EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] } };

    /// <summary>
    /// The transport protects messages; the client has a certificate that signs the timestamp and, with WS-Addressing, a:To.
    /// </summary>
    /// <param name="version">The versions of the protocols; <see cref="MessageSecurityVersion.Default"/> when null.</param>
    public static TransportSecurityBindingElement CreateCertificateOverTransportBindingElement(MessageSecurityVersion? version = null)
    {
        version ??= MessageSecurityVersion.Default;
        var style = version.SecurityVersion == SecurityVersion.WSSecurity10 ? X509ReferenceStyle.Any : X509ReferenceStyle.Thumbprint;
        return OverTransport() with
        {
            MessageSecurityVersion = version,
            EndpointSupportingTokenParameters = new() { Endorsing = [ClientCertificate(style)] },
        };
    }

    /// <summary>The transport protects messages; the client has a token of an issuer.</summary>
    /// <param name="token">The token.</param>
    public static TransportSecurityBindingElement CreateIssuedTokenOverTransportBindingElement(IssuedSecurityTokenParameters token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var parameters = token with { RequireDerivedKeys = false };
        return token.KeyType == SecurityKeyType.BearerKey
            ? OverTransport() with
            {
                MessageSecurityVersion = Oasis,
                EndpointSupportingTokenParameters = new() { Signed = [parameters] },
            }
            : OverTransport() with { EndpointSupportingTokenParameters = new() { Endorsing = [parameters] } };
    }

    /// <summary>The transport protects messages; the client has a Windows account (SPNEGO). Not offered in messages.</summary>
    /// <param name="requireCancellation">See <see cref="SspiSecurityTokenParameters.RequireCancellation"/>.</param>
    public static TransportSecurityBindingElement CreateSspiNegotiationOverTransportBindingElement(bool requireCancellation = true) =>
        OverTransport() with
        {
            EndpointSupportingTokenParameters = new()
            {
                Endorsing = [new SspiSecurityTokenParameters { RequireCancellation = requireCancellation, RequireDerivedKeys = false }],
            },
        };

    /// <summary>The transport protects messages; the client has a Kerberos ticket. Not offered in messages.</summary>
    public static TransportSecurityBindingElement CreateKerberosOverTransportBindingElement() => OverTransport() with
    {
        DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128,
        EndpointSupportingTokenParameters = new() { Endorsing = [new KerberosSecurityTokenParameters { RequireDerivedKeys = false }] },
    };

    /// <summary>Client and service negotiate the certificate of the service (TLSNEGO).</summary>
    /// <param name="requireClientCertificate">Whether the client shows a certificate in the negotiation.</param>
    /// <param name="requireCancellation">See <see cref="SslSecurityTokenParameters.RequireCancellation"/>.</param>
    public static SymmetricSecurityBindingElement CreateSslNegotiationBindingElement(
        bool requireClientCertificate, bool requireCancellation = false) => new()
        {
            ProtectionTokenParameters = new SslSecurityTokenParameters
            {
                RequireClientCertificate = requireClientCertificate,
                RequireCancellation = requireCancellation,
            },
        };

    /// <summary>The client has a user name, and the certificate of the service is negotiated.</summary>
    /// <param name="requireCancellation">See <see cref="SslSecurityTokenParameters.RequireCancellation"/>.</param>
    public static SymmetricSecurityBindingElement CreateUserNameForSslBindingElement(bool requireCancellation = false) =>
        CreateSslNegotiationBindingElement(requireClientCertificate: false, requireCancellation) with
        {
            EndpointSupportingTokenParameters = new() { SignedEncrypted = [new UserNameSecurityTokenParameters()] },
        };

    /// <summary>Client and service have Windows accounts (SPNEGO).</summary>
    /// <param name="requireCancellation">See <see cref="SspiSecurityTokenParameters.RequireCancellation"/>.</param>
    public static SymmetricSecurityBindingElement CreateSspiNegotiationBindingElement(bool requireCancellation = false) =>
        new() { ProtectionTokenParameters = new SspiSecurityTokenParameters { RequireCancellation = requireCancellation } };

    /// <summary>
    /// The client has a Kerberos ticket for the service. Not offered in messages: <see cref="CreateSspiNegotiationBindingElement"/> takes
    /// the same tickets.
    /// </summary>
    public static SymmetricSecurityBindingElement CreateKerberosBindingElement() => new()
    {
        DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic128,
        ProtectionTokenParameters = new KerberosSecurityTokenParameters(),
    };

    /// <summary>A token of an issuer protects messages.</summary>
    /// <param name="token">The token, which has a symmetric key.</param>
    /// <exception cref="ArgumentException">The token has no symmetric key.</exception>
    public static SymmetricSecurityBindingElement CreateIssuedTokenBindingElement(IssuedSecurityTokenParameters token)
    {
        ArgumentNullException.ThrowIfNull(token);
        return token.KeyType == SecurityKeyType.SymmetricKey
            ? new() { ProtectionTokenParameters = token }
            : throw new ArgumentException("A token that protects messages has a symmetric key.", nameof(token));
    }

    /// <summary>The client has a token of an issuer, the service a certificate.</summary>
    /// <param name="token">The token.</param>
    public static SymmetricSecurityBindingElement CreateIssuedTokenForCertificateBindingElement(IssuedSecurityTokenParameters token) =>
        WithIssuedToken(ForCertificate(MessageSecurityVersion.Default), token);

    /// <summary>The client has a token of an issuer, and the certificate of the service is negotiated.</summary>
    /// <param name="token">The token.</param>
    /// <param name="requireCancellation">See <see cref="SslSecurityTokenParameters.RequireCancellation"/>.</param>
    public static SymmetricSecurityBindingElement CreateIssuedTokenForSslBindingElement(
        IssuedSecurityTokenParameters token, bool requireCancellation = false) =>
        WithIssuedToken(CreateSslNegotiationBindingElement(requireClientCertificate: false, requireCancellation), token);

    // Only WS-Trust 1.3 knows bearer tokens.
    private static MessageSecurityVersion Oasis =>
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    private static SymmetricSecurityBindingElement WithIssuedToken(
        SymmetricSecurityBindingElement element, IssuedSecurityTokenParameters token)
    {
        ArgumentNullException.ThrowIfNull(token);
        var confirming = element with { RequireSignatureConfirmation = true };
        return token.KeyType == SecurityKeyType.BearerKey
            ? confirming with
            {
                MessageSecurityVersion = Oasis,
                EndpointSupportingTokenParameters = new() { SignedEncrypted = [token] },
            }
            : confirming with { EndpointSupportingTokenParameters = new() { Endorsing = [token] } };
    }

    private static TransportSecurityBindingElement OverTransport() => new();
}
