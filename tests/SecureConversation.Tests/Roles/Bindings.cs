using SecureConversation.Binding;

namespace SecureConversation.Tests.Roles;

/// <summary>The bindings that conversations between our own roles are tried with.</summary>
public static class Bindings
{
    private static readonly MessageSecurityVersion V10 = MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10;
    private static readonly MessageSecurityVersion V2007 = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10;

    private static readonly Dictionary<string, Func<SecurityBindingElement>> Bootstraps = new()
    {
        ["mutualcert"] = () => SecurityBindingElement.CreateMutualCertificateBindingElement(),
        ["mutualcert-2007"] = () => SecurityBindingElement.CreateMutualCertificateBindingElement(V2007),
        ["mutualcert-wss10"] = () => SecurityBindingElement.CreateMutualCertificateBindingElement(V10),
        ["duplex"] = () => (AsymmetricSecurityBindingElement)SecurityBindingElement.CreateMutualCertificateDuplexBindingElement() with { AllowSerializedSigningTokenOnReply = true },
        ["anonymous"] = () => SecurityBindingElement.CreateAnonymousForCertificateBindingElement(),
        ["username"] = () => SecurityBindingElement.CreateUserNameForCertificateBindingElement(),
    };

    private static readonly Dictionary<string, Func<SecurityBindingElement, SecurityBindingElement>> Variations = new()
    {
        [""] = e => e,
        ["sign-first"] = e => e with { MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt },
        ["encrypt-first"] = e => e with { MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign },
        ["bound"] = e => e with { MessageProtectionProfile = MessageProtectionProfile.Bound },
        ["strong"] = e => e with { MessageProtectionProfile = MessageProtectionProfile.Strong },
        ["bound-no-derived"] = e => e.SetKeyDerivation(false) with { MessageProtectionProfile = MessageProtectionProfile.Bound },
        ["bound-timestamp-last"] = e => e with { MessageProtectionProfile = MessageProtectionProfile.Bound, SecurityHeaderLayout = SecurityHeaderLayout.LaxTimestampLast },
        ["no-derived"] = e => e.SetKeyDerivation(false),
        ["derived"] = e => e.SetKeyDerivation(true),
        ["derived-encrypt-first"] = e => e.SetKeyDerivation(true) with { MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign },
        ["once"] = Once,
        ["named"] = e => e is AsymmetricSecurityBindingElement asymmetric ? CertificateBindings.With(asymmetric, client: SecurityTokenInclusionMode.Never) : e,
        ["protected-tokens"] = e => e with { ProtectTokens = true },
        ["no-timestamp-first"] = e => WithoutTimestamp(e) with { SecurityHeaderLayout = SecurityHeaderLayout.LaxTimestampFirst },
        ["no-timestamp-last"] = e => WithoutTimestamp(e) with { SecurityHeaderLayout = SecurityHeaderLayout.LaxTimestampLast },
        ["lax"] = e => e with { SecurityHeaderLayout = SecurityHeaderLayout.Lax },
        ["timestamp-last"] = e => e with { SecurityHeaderLayout = SecurityHeaderLayout.LaxTimestampLast },
        ["server-entropy"] = e => Confirmed(e) with { KeyEntropyMode = SecurityKeyEntropyMode.ServerEntropy },
        ["client-entropy"] = e => e with { KeyEntropyMode = SecurityKeyEntropyMode.ClientEntropy },
    };

    /// <summary>The profile Strong with another suite than its first.</summary>
    private static readonly Dictionary<string, SecurityAlgorithmSuite> Suites = new()
    {
        ["strong-sha384"] = SecurityAlgorithmSuite.Strong256Sha384,
        ["strong-sha512"] = SecurityAlgorithmSuite.Strong256Sha512,
    };

    public static IEnumerable<string> Names =>
        from bootstrap in Bootstraps.Keys
        from variation in Variations.Keys
        from session in new[] { "session", "single" }
        where !IsOwnProfile(variation) && !variation.StartsWith("no-timestamp", StringComparison.Ordinal)
        where (bootstrap, variation, session) is not ("mutualcert-wss10", "server-entropy", "session")
        where variation != "named" || bootstrap is "duplex" or "mutualcert-wss10"
        select $"{bootstrap}/{variation}/{session}";

    /// <summary>Those without a timestamp, in the layouts that have a place for one.</summary>
    public static IEnumerable<string> NamesWithoutTimestamp =>
        from bootstrap in Bootstraps.Keys
        from place in new[] { "first", "last" }
        from session in new[] { "session", "single" }
        select $"{bootstrap}/no-timestamp-{place}/{session}";

    private static bool IsOwnProfile(string variation) =>
        variation.StartsWith("bound", StringComparison.Ordinal) || variation.StartsWith("strong", StringComparison.Ordinal);

    /// <summary>Those in the profiles that only our own ends speak.</summary>
    public static IEnumerable<string> BoundNames =>
        from bootstrap in Bootstraps.Keys
        where bootstrap is not ("duplex" or "mutualcert-wss10")
        from variation in Variations.Keys
        where IsOwnProfile(variation)
        from session in new[] { "session", "single" }
        select $"{bootstrap}/{variation}/{session}";

    // The certificate of the service is Once where WCF takes that.
    private static SecurityBindingElement Once(SecurityBindingElement element) => element switch
    {
        AsymmetricSecurityBindingElement { InitiatorTokenParameters: { } initiator, RecipientTokenParameters: { } recipient } asymmetric => asymmetric with
        {
            InitiatorTokenParameters = initiator with { InclusionMode = SecurityTokenInclusionMode.Once },
            RecipientTokenParameters = recipient with { InclusionMode = SecurityTokenInclusionMode.Once },
        },
        SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters session } symmetric =>
            symmetric with { ProtectionTokenParameters = session with { InclusionMode = SecurityTokenInclusionMode.Once } },
        SymmetricSecurityBindingElement { ProtectionTokenParameters: { } service } symmetric =>
            symmetric with { ProtectionTokenParameters = service with { InclusionMode = SecurityTokenInclusionMode.AlwaysToInitiator } },
        _ => element,
    };

    private static SecurityBindingElement WithoutTimestamp(SecurityBindingElement element) => element with
    {
        IncludeTimestamp = false,
        LocalClientSettings = element.LocalClientSettings with { DetectReplays = false },
        LocalServiceSettings = element.LocalServiceSettings with { DetectReplays = false },
    };

    // Where each side signs with its own certificate, a key of the service alone needs confirmations, which WS-Security 1.0 has not.
    private static SecurityBindingElement Confirmed(SecurityBindingElement element) =>
        element is AsymmetricSecurityBindingElement && element.MessageSecurityVersion != V10 ? element with { RequireSignatureConfirmation = true } : element;

    public static MessageSecurityBinding Create(string name, SecurityAlgorithmSuite? suite = null, MessageVersion? version = null, ChannelProtectionRequirements? protection = null)
    {
        var parts = name.Split('/');
        if (Suites.TryGetValue(parts[1], out var named))
        {
            (parts[1], suite) = ("strong", suite ?? named);
        }

        var bootstrap = Vary(Bootstraps[parts[0]]());
        var element = parts[2] == "session"
            ? Vary(SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with { MessageSecurityVersion = bootstrap.MessageSecurityVersion })
            : bootstrap;
        return MessageSecurityBinding.Create(element, version, protection);

        SecurityAlgorithmSuite DefaultSuite() => parts[1].StartsWith("strong", StringComparison.Ordinal) ? SecurityAlgorithmSuite.Strong256 : SecurityAlgorithmSuite.Basic256Sha256;
        SecurityBindingElement Vary(SecurityBindingElement element) =>
            Variations[parts[1]](element) with { DefaultAlgorithmSuite = suite ?? DefaultSuite() };
    }
}
