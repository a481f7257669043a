using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Roles;

/// <summary>What a role takes from outside, so that whole conversations can be reproduced byte for byte.</summary>
internal sealed record EngineEnvironment
{
    public TimeProvider Clock { get; init; } = TimeProvider.System;
    public RandomSource Random { get; init; } = RandomSource.System;
    public XmlLimits XmlLimits { get; init; } = new();

    /// <summary>See <see cref="MessageSecurityServiceOptions.HandOutUnsignedHeaders"/>.</summary>
    public bool HandOutUnsignedHeaders { get; init; }

    public ILogger Log { get; init; } = NullLogger.Instance;
}
