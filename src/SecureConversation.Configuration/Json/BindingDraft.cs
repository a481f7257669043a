using SecureConversation.Binding;

namespace SecureConversation.Configuration.Json;

/// <summary>What a factory of WCF and SetKeyDerivation are called with: the start of a binding.</summary>
internal sealed record BindingDraft
{
    /// <summary>Null until it is read.</summary>
    public AuthenticationMode? Mode { get; init; }

    /// <summary>The versions of the protocols; null for those of the factory.</summary>
    public MessageSecurityVersion? Version { get; init; }

    public SecurityBindingElement? Bootstrap { get; init; }

    public ChannelProtectionRequirements? BootstrapProtection { get; init; }

    public bool? RequireCancellation { get; init; }

    public bool? CanRenewSession { get; init; }

    public IssuedSecurityTokenParameters? Issued { get; init; }

    public bool? RequireDerivedKeys { get; init; }

    public bool HasSession => Mode == AuthenticationMode.SecureConversation;

    public bool HasIssuedToken => Mode is AuthenticationMode.IssuedToken or AuthenticationMode.IssuedTokenForCertificate
        or AuthenticationMode.IssuedTokenForSslNegotiated or AuthenticationMode.IssuedTokenOverTransport;

    public bool HasCancellation => HasSession || Mode is AuthenticationMode.AnonymousForSslNegotiated
        or AuthenticationMode.MutualSslNegotiated or AuthenticationMode.UserNameForSslNegotiated or AuthenticationMode.SspiNegotiated
        or AuthenticationMode.SspiNegotiatedOverTransport or AuthenticationMode.IssuedTokenForSslNegotiated;

    /// <summary>Whether the factory takes the versions, by which it chooses the kind of element.</summary>
    public bool TakesVersion => Mode is AuthenticationMode.MutualCertificate or AuthenticationMode.MutualCertificateDuplex
        or AuthenticationMode.CertificateOverTransport;

    /// <summary>What does not fit the mode: the key and what to do.</summary>
    public IEnumerable<(string Key, string Problem)> Problems()
    {
        if (Mode is not { } mode)
        {
            yield break;
        }

        if (HasSession && Bootstrap is null)
        {
            yield return ("", $"{BindingForm.BootstrapKey} is missing: a session needs the security of its handshake, for example "
                + $"\"{BindingForm.BootstrapKey}\": {{ \"{BindingForm.ModeKey}\": \"MutualCertificate\" }}.");
        }

        if (HasIssuedToken && Issued is null)
        {
            yield return ("", $"{BindingForm.IssuedKey} is missing, which {BindingForm.ModeKey} {mode} needs.");
        }

        if (mode == AuthenticationMode.IssuedToken && Issued is { KeyType: not SecurityKeyType.SymmetricKey })
        {
            yield return (BindingForm.IssuedKey, "KeyType must be SymmetricKey: a token that protects messages has a symmetric key.");
        }

        foreach (var (isSet, belongs, key) in new[]
        {
            (Bootstrap is not null, HasSession, BindingForm.BootstrapKey),
            (BootstrapProtection is not null, HasSession, BindingForm.BootstrapProtectionKey),
            (CanRenewSession is not null, HasSession, BindingForm.CanRenewKey),
            (Issued is not null, HasIssuedToken, BindingForm.IssuedKey),
            (RequireCancellation is not null, HasCancellation, BindingForm.CancellationKey),
        })
        {
            if (isSet && !belongs)
            {
                yield return (key, $"does not belong to {BindingForm.ModeKey} {mode}: remove it, or change the mode.");
            }
        }
    }

    /// <summary>The element. The draft must be without problems.</summary>
    public SecurityBindingElement Create()
    {
        var element = FromFactory();
        if (Version is { } version)
        {
            element = element with { MessageSecurityVersion = version };
        }

        if (CanRenewSession is { } renews)
        {
            element = WithSession(element, session => session with { CanRenewSession = renews });
        }

        return RequireDerivedKeys is { } derives ? element.SetKeyDerivation(derives) : element;
    }

    /// <summary>The token of the session; null without one.</summary>
    public static SecureConversationSecurityTokenParameters? SessionOf(SecurityBindingElement element) => element switch
    {
        SymmetricSecurityBindingElement symmetric => symmetric.ProtectionTokenParameters as SecureConversationSecurityTokenParameters,
        TransportSecurityBindingElement { EndpointSupportingTokenParameters.Endorsing: [var first, ..] } =>
            first as SecureConversationSecurityTokenParameters,
        _ => null,
    };

    private static SecurityBindingElement WithSession(SecurityBindingElement element,
        Func<SecureConversationSecurityTokenParameters, SecureConversationSecurityTokenParameters> change) => element switch
        {
            SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters session } symmetric =>
                symmetric with { ProtectionTokenParameters = change(session) },
            TransportSecurityBindingElement
            { EndpointSupportingTokenParameters: { Endorsing: [SecureConversationSecurityTokenParameters session, .. var rest] } tokens } =>
                element with { EndpointSupportingTokenParameters = tokens with { Endorsing = [change(session), .. rest] } },
            _ => element,
        };

    private SecurityBindingElement FromFactory()
    {
        var version = Version ?? MessageSecurityVersion.Default;
        var cancels = RequireCancellation ?? false;
        return Mode switch
        {
            AuthenticationMode.MutualCertificate => SecurityBindingElement.CreateMutualCertificateBindingElement(version),
            AuthenticationMode.MutualCertificateDuplex => SecurityBindingElement.CreateMutualCertificateDuplexBindingElement(version),
            AuthenticationMode.AnonymousForCertificate => SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
            AuthenticationMode.UserNameForCertificate => SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
            AuthenticationMode.SecureConversation => SecurityBindingElement.CreateSecureConversationBindingElement(
                Bootstrap!, RequireCancellation ?? true, BootstrapProtection),
            AuthenticationMode.CertificateOverTransport => SecurityBindingElement.CreateCertificateOverTransportBindingElement(version),
            AuthenticationMode.UserNameOverTransport => SecurityBindingElement.CreateUserNameOverTransportBindingElement(),
            AuthenticationMode.IssuedTokenOverTransport => SecurityBindingElement.CreateIssuedTokenOverTransportBindingElement(Issued!),
            AuthenticationMode.KerberosOverTransport => SecurityBindingElement.CreateKerberosOverTransportBindingElement(),
            AuthenticationMode.SspiNegotiatedOverTransport =>
                SecurityBindingElement.CreateSspiNegotiationOverTransportBindingElement(RequireCancellation ?? true),
            AuthenticationMode.AnonymousForSslNegotiated =>
                SecurityBindingElement.CreateSslNegotiationBindingElement(requireClientCertificate: false, cancels),
            AuthenticationMode.MutualSslNegotiated =>
                SecurityBindingElement.CreateSslNegotiationBindingElement(requireClientCertificate: true, cancels),
            AuthenticationMode.UserNameForSslNegotiated => SecurityBindingElement.CreateUserNameForSslBindingElement(cancels),
            AuthenticationMode.SspiNegotiated => SecurityBindingElement.CreateSspiNegotiationBindingElement(cancels),
            AuthenticationMode.Kerberos => SecurityBindingElement.CreateKerberosBindingElement(),
            AuthenticationMode.IssuedToken => SecurityBindingElement.CreateIssuedTokenBindingElement(Issued!),
            AuthenticationMode.IssuedTokenForCertificate => SecurityBindingElement.CreateIssuedTokenForCertificateBindingElement(Issued!),
            AuthenticationMode.IssuedTokenForSslNegotiated =>
                SecurityBindingElement.CreateIssuedTokenForSslBindingElement(Issued!, cancels),
            _ => throw new InvalidOperationException($"{Mode} has no factory."),
        };
    }
}
