using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Roles;

/// <summary>The outside dependencies of a client or service. Tests replace them to reproduce conversations byte for byte.</summary>
internal sealed record EngineEnvironment
{
    private RefusalLog? _refusals;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
    public RandomSource Random { get; init; } = RandomSource.System;
    public XmlLimits XmlLimits { get; init; } = new();

    /// <summary>See <see cref="MessageSecurityServiceOptions.HandOutUnsignedHeaders"/>.</summary>
    public bool HandOutUnsignedHeaders { get; init; }

    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>Where refused messages go, so that many of them do not fill the log.</summary>
    public RefusalLog Refusals => LazyInitializer.EnsureInitialized(ref _refusals, () => new RefusalLog(Log, Clock))!;
}
