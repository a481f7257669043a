using SecureConversation.Binding;

namespace SecureConversation.Configuration.Json;

/// <summary>WS-ReliableMessaging of a binding.</summary>
internal static class ReliableSessionForm
{
    public static ObjectForm<ReliableSessionBindingElement> Instance { get; } = new(nameof(ReliableSessionBindingElement), () => new(),
    [
        new Key<ReliableSessionBindingElement, ReliableMessagingVersion>(nameof(ReliableSessionBindingElement.ReliableMessagingVersion),
            "The version. Both sides need the same. Default WSReliableMessagingFebruary2005.",
            EnumForm.Of<ReliableMessagingVersion>(), r => r.ReliableMessagingVersion, (r, v) => r with { ReliableMessagingVersion = v }),
        new Key<ReliableSessionBindingElement, bool>(nameof(ReliableSessionBindingElement.Ordered),
            "Whether requests reach the application in the order of their numbers. Default true.",
            TruthForm.Instance, r => r.Ordered, (r, v) => r with { Ordered = v }),
        new Key<ReliableSessionBindingElement, TimeSpan>(nameof(ReliableSessionBindingElement.InactivityTimeout),
            "After how much silence of the other side a sequence is over. Default 00:10:00.",
            TimeForm.Instance, r => r.InactivityTimeout, (r, v) => r with { InactivityTimeout = v }),
        new Key<ReliableSessionBindingElement, TimeSpan>(nameof(ReliableSessionBindingElement.AcknowledgementInterval),
            "Without effect between request and reply: only the default, 00:00:00.2, is accepted.",
            TimeForm.Instance, r => r.AcknowledgementInterval, (r, v) => r with { AcknowledgementInterval = v }),
        new Key<ReliableSessionBindingElement, bool>(nameof(ReliableSessionBindingElement.FlowControlEnabled),
            "Whether the service says how many messages it has room for, and the client heeds it. Default true.",
            TruthForm.Instance, r => r.FlowControlEnabled, (r, v) => r with { FlowControlEnabled = v }),
        new Key<ReliableSessionBindingElement, int>(nameof(ReliableSessionBindingElement.MaxPendingChannels),
            "Without effect: only the default, 4, is accepted.",
            IntForm.Positive, r => r.MaxPendingChannels, (r, v) => r with { MaxPendingChannels = v }),
        new Key<ReliableSessionBindingElement, int>(nameof(ReliableSessionBindingElement.MaxRetryCount),
            "How many times a message is sent again before the sequence is given up. Default 8.",
            IntForm.Positive, r => r.MaxRetryCount, (r, v) => r with { MaxRetryCount = v }),
        new Key<ReliableSessionBindingElement, int>(nameof(ReliableSessionBindingElement.MaxTransferWindowSize),
            "How many messages may be under way, and how many replies the service keeps until they are acknowledged. Default 8.",
            new IntForm(1, 4096), r => r.MaxTransferWindowSize, (r, v) => r with { MaxTransferWindowSize = v }),
    ]);
}
