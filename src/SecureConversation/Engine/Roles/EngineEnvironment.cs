using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Roles;

/// <summary>The outside dependencies of a client or service. Tests replace them to reproduce conversations byte for byte.</summary>
internal sealed record EngineEnvironment
{
    private const int MostUsedAssertions = 500_000;

    private int _hasLeftOutPrefixes;

    public TimeProvider Clock { get; init; } = TimeProvider.System;
    public RandomSource Random { get; init; } = RandomSource.System;
    public XmlLimits XmlLimits { get; init; } = new();

    /// <summary>See <see cref="MessageSecurityServiceOptions.HandOutUnsignedHeaders"/>.</summary>
    public bool HandOutUnsignedHeaders { get; init; }

    /// <summary>See <see cref="MessageSecurityServiceOptions.HandOutCanonicalForm"/>.</summary>
    public bool HandOutCanonicalForm { get; init; }

    /// <summary>See <see cref="MessageSecurityServiceOptions.Address"/>.</summary>
    public Uri? Address { get; init; }

    /// <summary>
    /// Remembers assertions that may be used once; null for a client. They are valid for hours, where messages are for minutes, so the
    /// memory of this process has a cache for them.
    /// </summary>
    public IReplayCache? UsedAssertions { get; init; }

    public ILogger Log { get; init; } = NullLogger.Instance;

    /// <summary>What the options of a service say.</summary>
    /// <exception cref="ArgumentException">The message log would get nothing.</exception>
    public static EngineEnvironment Of(MessageSecurityServiceOptions options) => Of(options, LogOf(options.LoggerFactory, "Service"));

    /// <summary>What the options of a client say.</summary>
    /// <exception cref="ArgumentException">The message log would get nothing.</exception>
    public static EngineEnvironment Of(MessageSecurityClientOptions options) => Of(options, LogOf(options.LoggerFactory, "Client"));

    private static EngineEnvironment Of(MessageSecurityClientOptions options, ILogger log) => new()
    {
        IssuedTokenProvider = options.IssuedTokenProvider,
        Clock = options.TimeProvider,
        XmlLimits = XmlLimits.Of(options.MaxEnvelopeBytes, options.MaxAttributesPerElement, options.MaxNamespaceDeclarations),
        HandOutUnsignedHeaders = options.HandOutUnsignedHeaders,
        HandOutCanonicalForm = options.HandOutCanonicalForm,
        Log = log,
        Messages = MessageRecorder.Of(
            options.MessageLog, options.MessageLogging, log, options.TimeProvider, isService: false, endpoint: null),
    };

    private static EngineEnvironment Of(MessageSecurityServiceOptions options, ILogger log) => new()
    {
        Clock = options.TimeProvider,
        Address = options.Address,
        UsedAssertions = options.ReplayCache switch
        {
            null => new InMemoryReplayCache(MostUsedAssertions, options.TimeProvider),
            InMemoryReplayCache memory => memory.OfAssertions,
            var other => other,
        },
        XmlLimits = XmlLimits.Of(options.MaxEnvelopeBytes, options.MaxAttributesPerElement, options.MaxNamespaceDeclarations),
        HandOutUnsignedHeaders = options.HandOutUnsignedHeaders,
        HandOutCanonicalForm = options.HandOutCanonicalForm,
        Log = log,
        Messages = MessageRecorder.Of(
            options.MessageLog, options.MessageLogging, log, options.TimeProvider, isService: true, options.EndpointName),
    };

    private static ILogger LogOf(ILoggerFactory? loggers, string role) =>
        loggers?.CreateLogger("SecureConversation." + role) ?? (ILogger)NullLogger.Instance;

    /// <summary>Refuses settings that contradict each other.</summary>
    /// <exception cref="ArgumentException">
    /// Both forms of handing out are chosen, or the profile Strong has nothing that is unsigned.
    /// </exception>
    public void Check(MessageSecurityBinding binding)
    {
        if (HandOutUnsignedHeaders && binding.Element.MessageProtectionProfile == MessageProtectionProfile.Strong)
        {
            throw new ArgumentException("MessageProtectionProfile Strong signs every header block and takes no other: set "
                + "HandOutUnsignedHeaders to false.");
        }

        if (HandOutUnsignedHeaders && HandOutCanonicalForm)
        {
            throw new ArgumentException("HandOutCanonicalForm hands out nothing but what was signed: set HandOutUnsignedHeaders to false, "
                + "or leave HandOutCanonicalForm at false.");
        }
    }

    /// <summary>See <see cref="MessageSecurityClientOptions.IssuedTokenProvider"/>.</summary>
    public IIssuedTokenProvider? IssuedTokenProvider { get; init; }

    /// <summary>Counts, measures and traces.</summary>
    public EngineTelemetry Telemetry { get; init; } = EngineTelemetry.OfClient;

    /// <summary>Limits how often refusals are logged; null for a client, whom nobody can flood.</summary>
    public RefusalLog? Refusals { get; init; }

    /// <summary>Logs the sessions of a service; null for a client.</summary>
    public SessionLog? Sessions { get; init; }

    /// <summary>Logs the sequences of a service; null for a client.</summary>
    public SequenceLog? Sequences { get; init; }

    /// <summary>Records envelopes; null when nobody logs them.</summary>
    public MessageRecorder? Messages { get; init; }

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

    /// <summary>Logs that a message was refused, and the message itself where messages are logged.</summary>
    public void Refused(in RefusedMessage message, ReadOnlyMemory<byte> envelope)
    {
        Refused(message);
        Messages?.Arrived(envelope, message, isReply: Refusals is null);
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
