using System.Collections.Concurrent;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>The words of the WCF client and those of the engine; both are WCF's, so names decide.</summary>
internal static class Translate
{
    private static readonly ConcurrentDictionary<string, SecurityAlgorithmSuite> Suites = new(
        new[] { SecurityAlgorithmSuite.Basic256, SecurityAlgorithmSuite.TripleDes, SecurityAlgorithmSuite.Basic256Sha256 }
            .ToDictionary(suite => suite.ToString()!));

    /// <exception cref="ArgumentException">The engine has no such suite.</exception>
    public static EngineBinding.SecurityAlgorithmSuite ToEngine(SecurityAlgorithmSuite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return EngineBinding.SecurityAlgorithmSuite.TryParse(suite.ToString(), out var found)
            ? found
            : throw new ArgumentException($"The algorithm suite '{suite}' is not offered: choose one of {string.Join(", ", EngineBinding.SecurityAlgorithmSuite.All)}.", nameof(suite));
    }

    public static SecurityAlgorithmSuite FromEngine(EngineBinding.SecurityAlgorithmSuite suite) => Suites.GetOrAdd(suite.Name, _ => new EngineAlgorithmSuite(suite));

    public static EngineBinding.MessageSecurityVersion ToEngine(MessageSecurityVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return EngineBinding.MessageSecurityVersion.Parse(version.ToString()!);
    }

    // All six are public where the stack runs, though not in what is compiled against.
    public static MessageSecurityVersion FromEngine(EngineBinding.MessageSecurityVersion version) =>
        (MessageSecurityVersion?)typeof(MessageSecurityVersion).GetProperty(version.Name)?.GetValue(null)
        ?? throw new NotSupportedException($"This version of System.ServiceModel.Primitives has no MessageSecurityVersion {version.Name}.");

    /// <exception cref="InvalidOperationException">No SOAP.</exception>
    public static EngineBinding.MessageVersion ToEngine(MessageVersion version)
    {
        if (version.Envelope == EnvelopeVersion.None)
        {
            throw new InvalidOperationException("Message security needs SOAP: choose a MessageVersion of the encoder other than None.");
        }

        return EngineBinding.MessageVersion.Create(
            version.Envelope == EnvelopeVersion.Soap11 ? EngineBinding.SoapVersion.Soap11 : EngineBinding.SoapVersion.Soap12,
            version.Addressing == AddressingVersion.WSAddressing10 ? EngineBinding.AddressingVersion.WSAddressing10
                : version.Addressing == AddressingVersion.WSAddressingAugust2004 ? EngineBinding.AddressingVersion.WSAddressingAugust2004
                : EngineBinding.AddressingVersion.None);
    }

    public static EngineBinding.LocalClientSecuritySettings ToEngine(LocalClientSecuritySettings local, EngineBinding.LocalClientSecuritySettings others) => others with
    {
        DetectReplays = local.DetectReplays,
        ReplayWindow = local.ReplayWindow,
        MaxClockSkew = local.MaxClockSkew,
        TimestampValidityDuration = local.TimestampValidityDuration,
    };

    public static LocalClientSecuritySettings FromEngine(EngineBinding.LocalClientSecuritySettings local) => new()
    {
        DetectReplays = local.DetectReplays,
        ReplayWindow = local.ReplayWindow,
        MaxClockSkew = local.MaxClockSkew,
        TimestampValidityDuration = local.TimestampValidityDuration,
    };

    /// <summary>A value that both sides know by the same number.</summary>
    public static T Defined<T>(int value, string setting)
        where T : struct, Enum =>
        Enum.IsDefined(typeof(T), value) ? (T)(object)value : throw new ArgumentOutOfRangeException(setting, value, $"There is no such {setting}.");

    /// <summary>The token of the session that an element establishes; null for none.</summary>
    public static EngineBinding.SecureConversationSecurityTokenParameters? Session(EngineBinding.SecurityBindingElement element) =>
        (element as EngineBinding.SymmetricSecurityBindingElement)?.ProtectionTokenParameters as EngineBinding.SecureConversationSecurityTokenParameters;

    public static EngineBinding.SecurityBindingElement WithBootstrap(EngineBinding.SecurityBindingElement element, EngineBinding.SecurityBindingElement? bootstrap) =>
        bootstrap is not null && Session(element) is { } session
            ? ((EngineBinding.SymmetricSecurityBindingElement)element) with { ProtectionTokenParameters = session with { BootstrapSecurityBindingElement = bootstrap } }
            : element;
}
