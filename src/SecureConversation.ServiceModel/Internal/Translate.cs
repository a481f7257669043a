using System.Collections.Concurrent;
using System.ServiceModel;
using System.ServiceModel.Channels;
using System.ServiceModel.Security;
using Engine = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>The words of the WCF client and those of the engine; both are WCF's, so names decide.</summary>
internal static class Translate
{
    private static readonly ConcurrentDictionary<string, SecurityAlgorithmSuite> Suites = new(
        new[] { SecurityAlgorithmSuite.Basic256, SecurityAlgorithmSuite.TripleDes, SecurityAlgorithmSuite.Basic256Sha256 }
            .ToDictionary(suite => suite.ToString()!));

    /// <exception cref="ArgumentException">The engine has no such suite.</exception>
    public static Engine.SecurityAlgorithmSuite ToEngine(SecurityAlgorithmSuite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return Engine.SecurityAlgorithmSuite.TryParse(suite.ToString(), out var found)
            ? found
            : throw new ArgumentException($"The algorithm suite '{suite}' is not offered: choose one of {string.Join(", ", Engine.SecurityAlgorithmSuite.All)}.", nameof(suite));
    }

    public static SecurityAlgorithmSuite FromEngine(Engine.SecurityAlgorithmSuite suite) => Suites.GetOrAdd(suite.Name, _ => new EngineAlgorithmSuite(suite));

    public static Engine.MessageSecurityVersion ToEngine(MessageSecurityVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return Engine.MessageSecurityVersion.Parse(version.ToString()!);
    }

    // All six are public where the stack runs, though not in what is compiled against.
    public static MessageSecurityVersion FromEngine(Engine.MessageSecurityVersion version) =>
        (MessageSecurityVersion?)typeof(MessageSecurityVersion).GetProperty(version.Name)?.GetValue(null)
        ?? throw new NotSupportedException($"This version of System.ServiceModel.Primitives has no MessageSecurityVersion {version.Name}.");

    /// <exception cref="InvalidOperationException">No SOAP.</exception>
    public static Engine.MessageVersion ToEngine(MessageVersion version)
    {
        if (version.Envelope == EnvelopeVersion.None)
        {
            throw new InvalidOperationException("Message security needs SOAP: choose a MessageVersion of the encoder other than None.");
        }

        return Engine.MessageVersion.Create(
            version.Envelope == EnvelopeVersion.Soap11 ? Engine.SoapVersion.Soap11 : Engine.SoapVersion.Soap12,
            version.Addressing == AddressingVersion.WSAddressing10 ? Engine.AddressingVersion.WSAddressing10
                : version.Addressing == AddressingVersion.WSAddressingAugust2004 ? Engine.AddressingVersion.WSAddressingAugust2004
                : Engine.AddressingVersion.None);
    }

    public static Engine.LocalClientSecuritySettings ToEngine(LocalClientSecuritySettings local, Engine.LocalClientSecuritySettings others) => others with
    {
        DetectReplays = local.DetectReplays,
        ReplayWindow = local.ReplayWindow,
        MaxClockSkew = local.MaxClockSkew,
        TimestampValidityDuration = local.TimestampValidityDuration,
    };

    public static LocalClientSecuritySettings FromEngine(Engine.LocalClientSecuritySettings local) => new()
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
    public static Engine.SecureConversationSecurityTokenParameters? Session(Engine.SecurityBindingElement element) =>
        (element as Engine.SymmetricSecurityBindingElement)?.ProtectionTokenParameters as Engine.SecureConversationSecurityTokenParameters;

    public static Engine.SecurityBindingElement WithBootstrap(Engine.SecurityBindingElement element, Engine.SecurityBindingElement? bootstrap) =>
        bootstrap is not null && Session(element) is { } session
            ? ((Engine.SymmetricSecurityBindingElement)element) with { ProtectionTokenParameters = session with { BootstrapSecurityBindingElement = bootstrap } }
            : element;
}
