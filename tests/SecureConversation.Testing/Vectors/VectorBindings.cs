using System.Net.Security;
using SecureConversation.Binding;

namespace SecureConversation.Testing.Vectors;

/// <summary>Turns the recorded settings of a binding into ours.</summary>
public static class VectorBindings
{
    /// <summary>The binding of the service with the header protection that the contract of the recording had.</summary>
    public static MessageSecurityBinding Create(Vector vector)
    {
        var binding = Create(vector.File.Binding);
        var protection = binding.Protection;
        foreach (var message in vector.Messages.Where(m => m.Record.Expect is VectorExpectation.Verified))
        {
            var encrypted = message.Record.EncryptedParts.SelectMany(Names).ToHashSet();
            foreach (var (ns, name) in message.Record.SignedParts.SelectMany(Names).Union(encrypted))
            {
                protection = protection.WithHeader(name, ns, encrypted.Contains((ns, name)) ? ProtectionLevel.EncryptAndSign : ProtectionLevel.Sign);
            }
        }

        return MessageSecurityBinding.Create(binding.Element, binding.MessageVersion, protection, binding.ReliableSession);
    }

    /// <summary>A name of the application, as the vectors write it. Those of a reliable session are of the binding.</summary>
    private static IEnumerable<(string Namespace, string Name)> Names(string part) =>
        part is ['{', .. var rest] ? [(rest[..rest.IndexOf('}', StringComparison.Ordinal)], rest[(rest.IndexOf('}', StringComparison.Ordinal) + 1)..])]
        : [];

    public static MessageSecurityBinding Create(VectorBinding recorded)
    {
        var level = recorded.ProtectionLevel switch
        {
            "Sign" => ProtectionLevel.Sign,
            "None" => ProtectionLevel.None,
            _ => ProtectionLevel.EncryptAndSign,
        };
        var version = MessageVersion.Create(
            Enum.Parse<SoapVersion>(recorded.SoapVersion!),
            recorded.AddressingVersion switch
            {
                "Addressing10" => AddressingVersion.WSAddressing10,
                "Addressing200408" => AddressingVersion.WSAddressingAugust2004,
                "AddressingNone" => AddressingVersion.None,
                var other => throw new NotSupportedException(other),
            });
        return MessageSecurityBinding.Create(
            Element(recorded), version, ChannelProtectionRequirements.Default.WithDefault(level), Reliable(recorded.ReliableSession));
    }

    /// <summary>The same settings with those that an event of the recording changed.</summary>
    public static LocalServiceSecuritySettings Apply(LocalServiceSecuritySettings settings, VectorEventSettings? changed) => settings with
    {
        ReplayWindow = changed?.ReplayWindow ?? settings.ReplayWindow,
        MaxClockSkew = changed?.MaxClockSkew ?? settings.MaxClockSkew,
    };

    private static ReliableSessionBindingElement? Reliable(VectorReliableSession? recorded) => recorded is null ? null : new()
    {
        Ordered = recorded.Ordered,
        ReliableMessagingVersion = Enum.Parse<ReliableMessagingVersion>(recorded.Version),
    };

    private static SecurityBindingElement Element(VectorBinding recorded)
    {
        SecurityBindingElement element = recorded.Type switch
        {
            "SymmetricSecurityBindingElement" => new SymmetricSecurityBindingElement { ProtectionTokenParameters = Token(recorded.ProtectionTokenParameters!) },
            "AsymmetricSecurityBindingElement" => new AsymmetricSecurityBindingElement
            {
                InitiatorTokenParameters = Without(
                    SecurityTokenInclusionMode.AlwaysToInitiator, Token(recorded.InitiatorTokenParameters!), SecurityTokenInclusionMode.AlwaysToRecipient),
                RecipientTokenParameters = Without(SecurityTokenInclusionMode.Once,
                    Without(SecurityTokenInclusionMode.AlwaysToRecipient, Token(recorded.RecipientTokenParameters!), SecurityTokenInclusionMode.AlwaysToInitiator),
                    SecurityTokenInclusionMode.AlwaysToInitiator),
                AllowSerializedSigningTokenOnReply = recorded.AllowSerializedSigningTokenOnReply ?? false,
            },
            "TransportSecurityBindingElement" => new TransportSecurityBindingElement { AllowInsecureTransport = recorded.AllowInsecureTransport },
            _ => throw new NotSupportedException(recorded.Type),
        };
        return element with
        {
            MessageSecurityVersion = MessageSecurityVersion.Parse(recorded.MessageSecurityVersion),
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Parse(recorded.DefaultAlgorithmSuite),
            SecurityHeaderLayout = Layout(recorded),
            KeyEntropyMode = Enum.Parse<SecurityKeyEntropyMode>(recorded.KeyEntropyMode),
            MessageProtectionOrder = recorded.MessageProtectionOrder is { } order ? Enum.Parse<MessageProtectionOrder>(order) : element.MessageProtectionOrder,
            IncludeTimestamp = recorded.IncludeTimestamp,
            RequireSignatureConfirmation = recorded.RequireSignatureConfirmation ?? false,
            EnableUnsecuredResponse = recorded.EnableUnsecuredResponse,
            ProtectTokens = recorded.ProtectTokens,
            EndpointSupportingTokenParameters = new SupportingTokenParameters
            {
                Endorsing = [.. recorded.EndpointSupportingTokenParameters.Endorsing.Select(Token)],
                Signed = [.. recorded.EndpointSupportingTokenParameters.Signed.Select(Token)],
                SignedEncrypted = [.. recorded.EndpointSupportingTokenParameters.SignedEncrypted.Select(Token)],
                SignedEndorsing = [.. recorded.EndpointSupportingTokenParameters.SignedEndorsing.Select(Token)],
            },
            LocalServiceSettings = Service(recorded.LocalServiceSettings, recorded.IncludeTimestamp),
            LocalClientSettings = Client(recorded.LocalClientSettings, recorded.IncludeTimestamp),
        };
    }

    /// <summary>
    /// WCF opens with some inclusion modes and then refuses every message of its client. Ours takes them, so that a receiver stands in that
    /// expects what works with WCF.
    /// </summary>
    private static SecurityTokenParameters Without(
        SecurityTokenInclusionMode refused, SecurityTokenParameters token, SecurityTokenInclusionMode usual) =>
        token.InclusionMode == refused ? token with { InclusionMode = usual } : token;

    /// <summary>The same for a layout under which a token over a protected transport signs what stands behind it.</summary>
    private static SecurityHeaderLayout Layout(VectorBinding recorded) =>
        recorded.Type == "TransportSecurityBindingElement" && recorded.EndpointSupportingTokenParameters.Endorsing.Any()
            && recorded.SecurityHeaderLayout == nameof(SecurityHeaderLayout.LaxTimestampLast)
            ? SecurityHeaderLayout.Strict
            : Enum.Parse<SecurityHeaderLayout>(recorded.SecurityHeaderLayout);

    private static SecurityTokenParameters Token(VectorTokenParameters recorded)
    {
        SecurityTokenParameters token = recorded.Type switch
        {
            "X509SecurityTokenParameters" => new X509SecurityTokenParameters { X509ReferenceStyle = Enum.Parse<X509ReferenceStyle>(recorded.X509ReferenceStyle!) },
            "UserNameSecurityTokenParameters" => new UserNameSecurityTokenParameters(),
            "SecureConversationSecurityTokenParameters" => new SecureConversationSecurityTokenParameters
            {
                BootstrapSecurityBindingElement = Element(recorded.BootstrapSecurityBindingElement!),
                RequireCancellation = recorded.RequireCancellation ?? true,
                CanRenewSession = recorded.CanRenewSession ?? true,
            },
            _ => throw new NotSupportedException(recorded.Type),
        };
        return token with
        {
            InclusionMode = Enum.Parse<SecurityTokenInclusionMode>(recorded.InclusionMode),
            RequireDerivedKeys = recorded.RequireDerivedKeys,
        };
    }

    private static LocalServiceSecuritySettings Service(VectorLocalServiceSettings recorded, bool timestamps) => new()
    {
        DetectReplays = recorded.DetectReplays && timestamps,
        ReplayCacheSize = recorded.ReplayCacheSize,
        ReplayWindow = recorded.ReplayWindow,
        MaxClockSkew = recorded.MaxClockSkew,
        TimestampValidityDuration = recorded.TimestampValidityDuration,
        InactivityTimeout = recorded.InactivityTimeout,
        IssuedCookieLifetime = recorded.IssuedCookieLifetime,
        MaxPendingSessions = recorded.MaxPendingSessions,
        MaxStatefulNegotiations = recorded.MaxStatefulNegotiations,
        NegotiationTimeout = recorded.NegotiationTimeout,
        SessionKeyRenewalInterval = recorded.SessionKeyRenewalInterval,
        SessionKeyRolloverInterval = recorded.SessionKeyRolloverInterval,
    };

    private static LocalClientSecuritySettings Client(VectorLocalClientSettings recorded, bool timestamps) => new()
    {
        DetectReplays = recorded.DetectReplays && timestamps,
        ReplayCacheSize = recorded.ReplayCacheSize,
        ReplayWindow = recorded.ReplayWindow,
        MaxClockSkew = recorded.MaxClockSkew,
        TimestampValidityDuration = recorded.TimestampValidityDuration,
        SessionKeyRenewalInterval = recorded.SessionKeyRenewalInterval,
        SessionKeyRolloverInterval = recorded.SessionKeyRolloverInterval,
    };
}
