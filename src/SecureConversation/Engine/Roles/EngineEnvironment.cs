using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Roles;

/// <summary>The outside dependencies of a client or service. Tests replace them to reproduce conversations byte for byte.</summary>
internal sealed record EngineEnvironment
{
    private int _hasLeftOutPrefixes;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
    public RandomSource Random { get; init; } = RandomSource.System;
    public XmlLimits XmlLimits { get; init; } = new();

    /// <summary>See <see cref="MessageSecurityServiceOptions.HandOutUnsignedHeaders"/>.</summary>
    public bool HandOutUnsignedHeaders { get; init; }

    /// <summary>See <see cref="MessageSecurityServiceOptions.HandOutCanonicalForm"/>.</summary>
    public bool HandOutCanonicalForm { get; init; }

    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>What the options of a service say.</summary>
    public static EngineEnvironment Of(MessageSecurityServiceOptions options) => new()
    {
        Clock = options.TimeProvider,
        XmlLimits = XmlLimits.Of(options.MaxEnvelopeBytes, options.MaxAttributesPerElement, options.MaxNamespaceDeclarations),
        HandOutUnsignedHeaders = options.HandOutUnsignedHeaders,
        HandOutCanonicalForm = options.HandOutCanonicalForm,
        Log = options.LoggerFactory?.CreateLogger("SecureConversation.Service") ?? (ILogger)NullLogger.Instance,
    };

    /// <summary>Refuses settings that contradict each other.</summary>
    /// <exception cref="ArgumentException">Both forms of handing out are chosen.</exception>
    public void Check()
    {
        if (HandOutUnsignedHeaders && HandOutCanonicalForm)
        {
            throw new ArgumentException("HandOutCanonicalForm hands out nothing but what was signed: set HandOutUnsignedHeaders to false, "
                + "or leave HandOutCanonicalForm at false.");
        }
    }

    /// <summary>Counts, measures and traces.</summary>
    public EngineTelemetry Telemetry { get; init; } = EngineTelemetry.OfClient;

    /// <summary>Limits how often refusals are logged; null for a client, whom nobody can flood.</summary>
    public RefusalLog? Refusals { get; init; }

    /// <summary>Logs the sessions of a service; null for a client.</summary>
    public SessionLog? Sessions { get; init; }

    /// <summary>Counts a protected message, logs once that one left out prefixes, and returns it.</summary>
    public SecuredMessage Sent(SecuredMessage message, in EngineTelemetry.Operation securing)
    {
        securing.Succeeded(EngineMetrics.SecuredMessages, EngineMetrics.SecuredBytes, message.Memory.Length);
        if (message.LeavesOutPrefixes && Interlocked.Exchange(ref _hasLeftOutPrefixes, 1) == 0)
        {
            EngineLog.PrefixesLeftOut(Log, InclusivePrefixes.MaxPrefixes, InclusivePrefixes.MaxListBytes);
        }

        return message;
    }

    /// <summary>Logs that a message was refused.</summary>
    public void Refused(in RefusedMessage message)
    {
        if (Refusals is null)
        {
            Telemetry.Refused(message.Code);
            RefusalEvent.Of(message).Write(Log, message);
        }
        else
        {
            Refusals.Write(message);
        }
    }
}
