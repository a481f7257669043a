using System.Net.Security;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Binding;

/// <summary>
/// Checks that the settings of a binding fit together. Each broken rule yields a sentence that names the setting and says what to do. WCF
/// refuses most of these cases when a channel or listener opens; the others would fail at the first message.
/// </summary>
internal static class BindingChecks
{
    public static string? FirstProblem(MessageSecurityBinding binding)
    {
        if (All(binding, isBootstrap: false).FirstOrDefault() is { } problem)
        {
            return problem;
        }

        return binding.BootstrapBinding is { } bootstrap && All(bootstrap, isBootstrap: true).FirstOrDefault() is { } inner
            ? $"Bootstrap: {inner}"
            : null;
    }

    private static IEnumerable<string> All(MessageSecurityBinding binding, bool isBootstrap) =>
    [
        .. Element(binding.Element, isBootstrap),
        .. Profile(binding.Element),
        .. StrongProfileChecks.OfMessages(binding),
        .. KeyEncapsulationChecks.Of(binding),
        .. Addressing(binding),
        .. Kind(binding),
        .. SupportingTokenChecks.Of(binding),
        .. Protection(binding),
        .. ReliableSessionChecks.Of(binding, isBootstrap),
        .. LocalSettingsChecks.Client(binding.Element),
        .. LocalSettingsChecks.Service(binding.Element),
        .. SettingsWithoutEffect.Of(binding.Element, isBootstrap),
    ];

    private static IEnumerable<string> Addressing(MessageSecurityBinding binding)
    {
        if (binding.EstablishesSession && binding.MessageVersion.Addressing == AddressingVersion.None)
        {
            yield return "Sessions need WS-Addressing: choose a MessageVersion with addressing, for example Soap12WSAddressing10.";
        }
    }

    private static IEnumerable<string> Element(SecurityBindingElement element, bool isBootstrap)
    {
        if (element.EnableUnsecuredResponse && isBootstrap)
        {
            // The response of the handshake has the key of the session, or a half of it.
            yield return "EnableUnsecuredResponse would send the key of the session in clear: set it to false on the bootstrap. On the "
                + "element of the session it holds for the replies of the application.";
        }

        if (element.RequireSignatureConfirmation && IsVersion10(element))
        {
            yield return "RequireSignatureConfirmation needs WS-Security 1.1: "
                + "choose a MessageSecurityVersion with WSSecurity11, or set it to false.";
        }
    }

    private static IEnumerable<string> Profile(SecurityBindingElement element)
    {
        var profile = element.MessageProtectionProfile;
        if (profile == MessageProtectionProfile.Wcf)
        {
            yield break;
        }

        if (element is AsymmetricSecurityBindingElement)
        {
            // Whoever has a certificate that the receiver accepts can sign the ciphertext of somebody else.
            yield return $"MessageProtectionProfile {profile} is not offered where each side signs with its own key, since another "
                + "accepted client could put its signature in the place of the sender's: use a symmetric element (WS-Security 1.1), or "
                + "leave it at Wcf.";
        }

        if (element.MessageProtectionOrder == MessageProtectionOrder.SignBeforeEncrypt)
        {
            yield return $"MessageProtectionProfile {profile} encrypts before it signs: leave MessageProtectionOrder at its default, or "
                + "set it to EncryptBeforeSign.";
        }

        if (!element.SignPrefixesInValues)
        {
            yield return $"MessageProtectionProfile {profile} signs the namespaces of all prefixes: leave SignPrefixesInValues at true.";
        }

        foreach (var problem in profile == MessageProtectionProfile.Strong ? StrongProfileChecks.Of(element) : [])
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> Kind(MessageSecurityBinding binding) => binding.Element switch
    {
        SymmetricSecurityBindingElement symmetric => symmetric.ProtectionTokenParameters switch
        {
            X509SecurityTokenParameters x509 => ServiceCertificateProtects(symmetric, x509),
            SecureConversationSecurityTokenParameters session => SessionProtects(symmetric, session),
            UserNameSecurityTokenParameters userName => UserNameProtects(symmetric, userName),
            IssuedSecurityTokenParameters issued => IssuedTokenProtects(symmetric, issued),
            SslSecurityTokenParameters or SspiSecurityTokenParameters => NegotiatedTokenProtects(binding),
            null => ["ProtectionTokenParameters of a SymmetricSecurityBindingElement must be set."],
            var other when Unoffered(other) is { } reason => [$"ProtectionTokenParameters: {reason}"],
            var other =>
            [
                $"ProtectionTokenParameters cannot be {other.GetType().Name}: the token has no key. "
                    + "Use X509SecurityTokenParameters, UserNameSecurityTokenParameters, IssuedSecurityTokenParameters or "
                    + "SecureConversationSecurityTokenParameters.",
            ],
        },
        AsymmetricSecurityBindingElement asymmetric => Asymmetric(asymmetric),
        TransportSecurityBindingElement transport => TransportChecks.Of(transport),
        _ => [$"{binding.Element.GetType().Name} is not offered."],
    };

    private static IEnumerable<string> ServiceCertificateProtects(
        SymmetricSecurityBindingElement element,
        X509SecurityTokenParameters token)
    {
        if (IsVersion10(element))
        {
            // The reply refers to the key of its request by EncryptedKeySHA1 (WS-Security 1.1 section 7.3).
            yield return "A SymmetricSecurityBindingElement with a certificate (mutual certificate, anonymous, user name) needs "
                + "WS-Security 1.1: choose a MessageSecurityVersion with WSSecurity11, or the asymmetric element of "
                + "CreateMutualCertificateBindingElement(MessageSecurityVersion).";
        }

        foreach (var problem in X509TokenKind.CheckReferenceStyle(token, "ProtectionTokenParameters", element))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> NegotiatedTokenProtects(MessageSecurityBinding binding)
    {
        var token = binding.Element.NegotiatedToken!;
        if (NotSentByClient(token))
        {
            yield return $"InclusionMode {token.InclusionMode} of ProtectionTokenParameters: "
                + "the client has to send the token that was negotiated; set InclusionMode to AlwaysToRecipient.";
        }

        if (binding.MessageVersion.Addressing == AddressingVersion.None)
        {
            yield return "A negotiation needs WS-Addressing, whose actions tell its messages from those of the application: choose a "
                + "MessageVersion with addressing, or set NegotiateServiceCredential to false.";
        }
    }

    private static IEnumerable<string> IssuedTokenProtects(SymmetricSecurityBindingElement element, IssuedSecurityTokenParameters token)
    {
        if (token.KeyType != SecurityKeyType.SymmetricKey)
        {
            yield return $"KeyType {token.KeyType} of ProtectionTokenParameters: both sides protect messages with the key of the token; "
                + "set KeyType to SymmetricKey, or list the token in EndpointSupportingTokenParameters.";
        }

        if (NotSentByClient(token))
        {
            yield return $"InclusionMode {token.InclusionMode} of ProtectionTokenParameters: "
                + "the client has to send its token; set InclusionMode to AlwaysToRecipient.";
        }

        if (element.GetSupportingTokenParameters().Any(other => other is IssuedSecurityTokenParameters))
        {
            yield return "EndpointSupportingTokenParameters: beside an issued token that protects the message another one is not offered; "
                + "have the issuer put all claims into one token.";
        }

        foreach (var problem in SamlTokenKind.Check(token, "ProtectionTokenParameters", element))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> UserNameProtects(
        SymmetricSecurityBindingElement element, UserNameSecurityTokenParameters token)
    {
        const string Name = nameof(element.ProtectionTokenParameters);
        if (NotSentByClient(token))
        {
            yield return $"InclusionMode {token.InclusionMode} of {Name}: the client has to send its user name, whose salt is new in each "
                + "message; set InclusionMode to AlwaysToRecipient.";
        }

        foreach (var problem in UserNameTokenKind.CheckKey(token, Name, element, isEncrypted: false))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> SessionProtects(
        SymmetricSecurityBindingElement element,
        SecureConversationSecurityTokenParameters token)
    {
        if (NotSentByClient(token))
        {
            yield return $"InclusionMode {token.InclusionMode} of ProtectionTokenParameters: "
                + "the client has to send the token of the session; set InclusionMode to AlwaysToRecipient.";
        }

        if (element.GetSupportingTokenParameters().Any())
        {
            yield return TransportChecks.TokensInSession;
        }

        if (token.BootstrapSecurityBindingElement is not { } bootstrap)
        {
            yield return TransportChecks.NoBootstrap;
            yield break;
        }

        if (bootstrap.SessionToken is not null)
        {
            yield return TransportChecks.NestedBootstrap;
            yield break;
        }

        if (bootstrap is TransportSecurityBindingElement)
        {
            yield return "BootstrapSecurityBindingElement is a TransportSecurityBindingElement, and the session protects its messages "
                + "itself, which no factory of WCF makes: use CreateSecureConversationBindingElement.";
            yield break;
        }

        // As in WCF, no setting is copied from the bootstrap. The session decides about the body of the handshake, its actions and its
        // key, the bootstrap about the header (recorded).
        if (bootstrap.MessageProtectionProfile != element.MessageProtectionProfile)
        {
            yield return $"MessageProtectionProfile differs: {element.MessageProtectionProfile} on the secure conversation element, "
                + $"{bootstrap.MessageProtectionProfile} on its bootstrap. Set both to the same profile.";
        }

        if (element.KeyEntropyMode == SecurityKeyEntropyMode.ServerEntropy
            && bootstrap is AsymmetricSecurityBindingElement { RequireSignatureConfirmation: false })
        {
            // Such an answer says nothing of its request but a MessageID that everybody can read. Whoever gets one that is meant for him
            // can wrap its key for another client, who then takes the session, and the key, of somebody else for his own.
            yield return "KeyEntropyMode ServerEntropy over a bootstrap where each side signs with its own certificate: another accepted "
                + "client could pass on the answer to its own handshake, with a key that it knows. Choose CombinedEntropy, to which the "
                + "client contributes, or set RequireSignatureConfirmation = true on the bootstrap, which needs WS-Security 1.1.";
        }
    }

    private static IEnumerable<string> Asymmetric(AsymmetricSecurityBindingElement element)
    {
        if (element.InitiatorTokenParameters is not X509SecurityTokenParameters client)
        {
            yield return "InitiatorTokenParameters of an AsymmetricSecurityBindingElement must be X509SecurityTokenParameters.";
            yield break;
        }

        if (element.RecipientTokenParameters is not X509SecurityTokenParameters service)
        {
            yield return "RecipientTokenParameters of an AsymmetricSecurityBindingElement must be X509SecurityTokenParameters.";
            yield break;
        }

        foreach (var problem in X509TokenKind.CheckReferenceStyle(client, "InitiatorTokenParameters", element)
            .Concat(X509TokenKind.CheckReferenceStyle(service, "RecipientTokenParameters", element)))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> Protection(MessageSecurityBinding binding)
    {
        if (binding.Element is TransportSecurityBindingElement)
        {
            // The transport protects all of each message, whatever the levels say.
            yield break;
        }

        if (binding.MessageVersion.Addressing == AddressingVersion.None
            && binding.Protection.LevelsOf(MessageDirection.ClientToService).Distinct().ToList() is { Count: > 1 } levels
            && levels.Contains(ProtectionLevel.None))
        {
            // Anybody could send a request of another operation without a signature, under the SOAPAction of the one that needs none.
            yield return $"Protection signs some requests and others not, which needs a signed action, and {binding.MessageVersion} has "
                + "no WS-Addressing: sign all of them, or choose a MessageVersion with addressing.";
        }

        if (!binding.Element.IncludeTimestamp && binding.MessageVersion.Addressing == AddressingVersion.None
            && new[] { MessageDirection.ClientToService, MessageDirection.ServiceToClient }
                .SelectMany(binding.Protection.LevelsOf).Contains(ProtectionLevel.None))
        {
            yield return "Protection leaves messages unsigned that have neither a timestamp nor headers of WS-Addressing: their signature "
                + "would cover nothing. Set IncludeTimestamp to true, sign their bodies, or choose a MessageVersion with addressing.";
        }

        if (binding.Protection.HasEncryptedHeaders && IsVersion10(binding.Element))
        {
            // EncryptedHeader exists only since WS-Security 1.1 (section 9.3).
            yield return "Protection encrypts headers, which needs WS-Security 1.1: "
                + "choose a MessageSecurityVersion with WSSecurity11, or only sign them.";
        }
    }

    /// <summary>Why tokens of a kind are not offered, or not at their place, and what to use; null for those that are.</summary>
    internal static string? Unoffered(SecurityTokenParameters token) => token switch
    {
        SslSecurityTokenParameters => "a negotiated certificate of the service (TLSNEGO) protects messages, and supports nothing else: "
            + "set it as ProtectionTokenParameters of a SymmetricSecurityBindingElement.",
        SspiSecurityTokenParameters => "a context that was negotiated with Windows accounts (SPNEGO) protects messages, and supports "
            + "nothing else: use CreateSspiNegotiationBindingElement, without a protected transport or over one.",
        KerberosSecurityTokenParameters => "Windows accounts without a negotiation (a Kerberos ticket as token) are not offered, since the "
            + "platform keeps the key of the ticket to itself: use CreateSspiNegotiationBindingElement on both sides, which is "
            + "NegotiateServiceCredential = true with ClientCredentialType Windows; it takes the same tickets.",
        _ => null,
    };

    internal static bool NotSentByClient(SecurityTokenParameters token) =>
        token.InclusionMode is SecurityTokenInclusionMode.Never or SecurityTokenInclusionMode.AlwaysToInitiator;

    private static bool IsVersion10(SecurityBindingElement element) =>
        element.MessageSecurityVersion.SecurityVersion == SecurityVersion.WSSecurity10;
}
