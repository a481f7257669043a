using SecureConversation.Binding;
using SecureConversation.Diagnosis;

namespace SecureConversation.Configuration.Json;

/// <summary>Options that are objects of values.</summary>
internal static class OptionForms
{
    public static ObjectForm<MessageSecurity> MessageSecurity { get; } = new(nameof(Binding.MessageSecurity), () => new(),
    [
        new Key<MessageSecurity, MessageCredentialType>(nameof(Binding.MessageSecurity.ClientCredentialType),
            "The credential of the client. Default Certificate. IssuedToken is not offered.",
            EnumForm.Of<MessageCredentialType>(), m => m.ClientCredentialType, (m, v) => m with { ClientCredentialType = v }),
        new Key<MessageSecurity, bool>(nameof(Binding.MessageSecurity.NegotiateServiceCredential),
            "True (default): the service shows its certificate in a negotiation. False: the client needs it beforehand.",
            TruthForm.Instance, m => m.NegotiateServiceCredential, (m, v) => m with { NegotiateServiceCredential = v }),
        new Key<MessageSecurity, bool>(nameof(Binding.MessageSecurity.EstablishSecurityContext),
            "True (default): the client opens a session. False: each message is secured on its own.",
            TruthForm.Instance, m => m.EstablishSecurityContext, (m, v) => m with { EstablishSecurityContext = v }),
        new Key<MessageSecurity, SecurityAlgorithmSuite>(nameof(Binding.MessageSecurity.AlgorithmSuite),
            "The algorithms. Default Basic256, which signs with SHA-1; choose Basic256Sha256 where both ends can.",
            Names.AlgorithmSuite, m => m.AlgorithmSuite, (m, v) => m with { AlgorithmSuite = v }),
        new Key<MessageSecurity, MessageSecurityVersion>(nameof(Binding.MessageSecurity.MessageSecurityVersion),
            "The versions of the protocols. Default: those of WSHttpBinding.",
            Names.SecurityVersion, m => m.MessageSecurityVersion, (m, v) => m with { MessageSecurityVersion = v }),
        new Key<MessageSecurity, MessageProtectionProfile>(nameof(Binding.MessageSecurity.MessageProtectionProfile),
            "How much of a message its signature covers. Default Wcf; Bound and Strong are for ends of this library only.",
            EnumForm.Of<MessageProtectionProfile>(), m => m.MessageProtectionProfile, (m, v) => m with { MessageProtectionProfile = v }),
    ]);

    public static ObjectForm<FailureAnswerOptions> FailureAnswers { get; } = new(nameof(FailureAnswerOptions), () => new(),
    [
        new Key<FailureAnswerOptions, TimeSpan>(nameof(FailureAnswerOptions.Step),
            "Time from the arrival of a message to its refusal. Default 00:00:00.025.",
            TimeForm.Instance, o => o.Step, (o, v) => o with { Step = v }),
        new Key<FailureAnswerOptions, TimeSpan>(nameof(FailureAnswerOptions.MaxStep),
            "The longest Step that a source of many failures gets. Default 00:00:01.",
            TimeForm.Instance, o => o.MaxStep, (o, v) => o with { MaxStep = v }),
        new Key<FailureAnswerOptions, int>(nameof(FailureAnswerOptions.Budget),
            "How many messages of one source may fail within a minute. Default 16.",
            IntForm.Positive, o => o.Budget, (o, v) => o with { Budget = v }),
        new Key<FailureAnswerOptions, int>(nameof(FailureAnswerOptions.MaxWaiting),
            "How many refusals may wait at once. Default 10000.",
            IntForm.Positive, o => o.MaxWaiting, (o, v) => o with { MaxWaiting = v }),
    ]);

    public static ObjectForm<MessageLoggingOptions> MessageLogging { get; } = new(nameof(MessageLoggingOptions), () => new(),
    [
        new Key<MessageLoggingOptions, bool>(nameof(MessageLoggingOptions.LogMessagesAtTransportLevel),
            "Whether envelopes are logged as they go over the wire. Default true.", TruthForm.Instance,
            o => o.LogMessagesAtTransportLevel, (o, v) => Logging(v, o.LogMessagesAtServiceLevel, o.MaxEnvelopeBytes, o)),
        new Key<MessageLoggingOptions, bool>(nameof(MessageLoggingOptions.LogMessagesAtServiceLevel),
            "Whether envelopes are logged in clear. Default false.", TruthForm.Instance,
            o => o.LogMessagesAtServiceLevel, (o, v) => Logging(o.LogMessagesAtTransportLevel, v, o.MaxEnvelopeBytes, o)),
        new Key<MessageLoggingOptions, int>(nameof(MessageLoggingOptions.MaxEnvelopeBytes),
            "Largest envelope in bytes that is logged. Default 262144.", IntForm.Positive,
            o => o.MaxEnvelopeBytes, (o, v) => Logging(o.LogMessagesAtTransportLevel, o.LogMessagesAtServiceLevel, v, o)),
        new CodeKey<MessageLoggingOptions>(nameof(MessageLoggingOptions.IsSecret),
            "set MessageLogging in the delegate beside the section."),
    ]);

    private static MessageLoggingOptions Logging(bool transport, bool service, int bytes, MessageLoggingOptions other) => new()
    {
        LogMessagesAtTransportLevel = transport,
        LogMessagesAtServiceLevel = service,
        MaxEnvelopeBytes = bytes,
        IsSecret = other.IsSecret,
    };
}
