using System.Collections.Concurrent;
using SecureConversation.ServiceModel.Internal;

namespace SecureConversation.Shared;

internal static partial class Translation
{
    private static readonly ConcurrentDictionary<string, SecurityAlgorithmSuite> Suites = new(
        new[] { SecurityAlgorithmSuite.Basic256, SecurityAlgorithmSuite.TripleDes, SecurityAlgorithmSuite.Basic256Sha256 }
            .ToDictionary(suite => suite.ToString()!));

    /// <summary>The stack has objects for three suites; ours stand in for the others, one for each, so that they can be compared.</summary>
    public static SecurityAlgorithmSuite FromEngine(EngineBinding.SecurityAlgorithmSuite suite) =>
        Suites.GetOrAdd(suite.Name, _ => new EngineAlgorithmSuite(suite));

    /// <summary>The settings of the engine that the stack does not have are kept.</summary>
    public static EngineBinding.LocalClientSecuritySettings ToEngine(
        LocalClientSecuritySettings local, EngineBinding.LocalClientSecuritySettings others) => others with
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
}
