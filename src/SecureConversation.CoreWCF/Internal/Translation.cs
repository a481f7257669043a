using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Security;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>The settings of CoreWCF and those of the engine have the same names, and are translated by them.</summary>
internal static class Translation
{
    private static readonly SecurityAlgorithmSuite[] Suites =
    [
        SecurityAlgorithmSuite.Basic256, SecurityAlgorithmSuite.Basic192, SecurityAlgorithmSuite.Basic128, SecurityAlgorithmSuite.TripleDes,
        SecurityAlgorithmSuite.Basic256Rsa15, SecurityAlgorithmSuite.Basic192Rsa15, SecurityAlgorithmSuite.Basic128Rsa15, SecurityAlgorithmSuite.TripleDesRsa15,
        SecurityAlgorithmSuite.Basic256Sha256, SecurityAlgorithmSuite.Basic192Sha256, SecurityAlgorithmSuite.Basic128Sha256, SecurityAlgorithmSuite.TripleDesSha256,
        SecurityAlgorithmSuite.Basic256Sha256Rsa15, SecurityAlgorithmSuite.Basic192Sha256Rsa15, SecurityAlgorithmSuite.Basic128Sha256Rsa15,
        SecurityAlgorithmSuite.TripleDesSha256Rsa15,
    ];

    // In the order of EngineBinding.MessageSecurityVersion.All.
    private static readonly MessageSecurityVersion[] Versions =
    [
        MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11,
        MessageSecurityVersion.WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10,
        MessageSecurityVersion.WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10,
        MessageSecurityVersion.WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12,
        MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
    ];

    public static T ByName<T>(Enum value)
        where T : struct, Enum => Enum.TryParse<T>(value.ToString(), out var known) && Enum.IsDefined(known)
            ? known
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Not one of {typeof(T).Name}.");

    public static EngineBinding.SecurityAlgorithmSuite ToEngine(SecurityAlgorithmSuite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        var index = Array.FindIndex(Suites, s => s.GetType() == suite.GetType());
        return index >= 0 ? EngineBinding.SecurityAlgorithmSuite.All[index] : throw new NotSupportedException($"The algorithm suite {suite} is not offered.");
    }

    public static SecurityAlgorithmSuite FromEngine(EngineBinding.SecurityAlgorithmSuite suite) => Suites[EngineBinding.SecurityAlgorithmSuite.All.IndexOf(suite)];

    public static EngineBinding.MessageSecurityVersion ToEngine(MessageSecurityVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return EngineBinding.MessageSecurityVersion.All[Array.IndexOf(Versions, version)];
    }

    public static MessageSecurityVersion FromEngine(EngineBinding.MessageSecurityVersion version) => Versions[EngineBinding.MessageSecurityVersion.All.IndexOf(version)];

    /// <exception cref="NotSupportedException">No SOAP.</exception>
    public static EngineBinding.MessageVersion ToEngine(MessageVersion version)
    {
        if (version.Envelope == EnvelopeVersion.None)
        {
            throw new NotSupportedException("Message security needs SOAP: choose another MessageVersion than None.");
        }

        return EngineBinding.MessageVersion.Create(
            version.Envelope == EnvelopeVersion.Soap11 ? EngineBinding.SoapVersion.Soap11 : EngineBinding.SoapVersion.Soap12,
            version.Addressing == AddressingVersion.WSAddressing10 ? EngineBinding.AddressingVersion.WSAddressing10
                : version.Addressing == AddressingVersion.None ? EngineBinding.AddressingVersion.None : EngineBinding.AddressingVersion.WSAddressingAugust2004);
    }

    public static EngineBinding.LocalServiceSecuritySettings ToEngine(LocalServiceSecuritySettings settings) => new()
    {
        DetectReplays = settings.DetectReplays,
        ReplayCacheSize = settings.ReplayCacheSize,
        ReplayWindow = settings.ReplayWindow,
        MaxClockSkew = settings.MaxClockSkew,
        TimestampValidityDuration = settings.TimestampValidityDuration,
        IssuedCookieLifetime = settings.IssuedCookieLifetime,
        MaxCachedCookies = settings.MaxCachedCookies,
        MaxStatefulNegotiations = settings.MaxStatefulNegotiations,
        NegotiationTimeout = settings.NegotiationTimeout,
        MaxPendingSessions = settings.MaxPendingSessions,
        InactivityTimeout = settings.InactivityTimeout,
        SessionKeyRenewalInterval = settings.SessionKeyRenewalInterval,
        SessionKeyRolloverInterval = settings.SessionKeyRolloverInterval,
    };

    public static LocalServiceSecuritySettings FromEngine(EngineBinding.LocalServiceSecuritySettings settings) => new()
    {
        DetectReplays = settings.DetectReplays,
        ReplayCacheSize = settings.ReplayCacheSize,
        ReplayWindow = settings.ReplayWindow,
        MaxClockSkew = settings.MaxClockSkew,
        TimestampValidityDuration = settings.TimestampValidityDuration,
        IssuedCookieLifetime = settings.IssuedCookieLifetime,
        MaxCachedCookies = settings.MaxCachedCookies,
        MaxStatefulNegotiations = settings.MaxStatefulNegotiations,
        NegotiationTimeout = settings.NegotiationTimeout,
        MaxPendingSessions = settings.MaxPendingSessions,
        InactivityTimeout = settings.InactivityTimeout,
        SessionKeyRenewalInterval = settings.SessionKeyRenewalInterval,
        SessionKeyRolloverInterval = settings.SessionKeyRolloverInterval,
    };
}
