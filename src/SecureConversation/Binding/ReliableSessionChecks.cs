namespace SecureConversation.Binding;

/// <summary>Checks that a reliable session fits its binding.</summary>
internal static class ReliableSessionChecks
{
    private static readonly ReliableSessionBindingElement Defaults = new();

    public static IEnumerable<string> Of(MessageSecurityBinding binding, bool isBootstrap)
    {
        if (isBootstrap || binding.ReliableSession is not { } reliable)
        {
            yield break;
        }

        if (!binding.EstablishesSession)
        {
            // As WCF, which refuses EstablishSecurityContext = false.
            yield return "A ReliableSession needs a secure conversation: set EstablishSecurityContext to true, or use a "
                + "SecureConversationSecurityTokenParameters.";
        }
        else if (binding.HasCookies)
        {
            yield return "A ReliableSession needs a service that keeps its sessions: leave RequireCancellation at true.";
        }

        if (binding.Element is TransportSecurityBindingElement)
        {
            yield return "A ReliableSession is not offered where the transport protects the messages: use a "
                + "SymmetricSecurityBindingElement.";
        }

        if (binding.Element.EnableUnsecuredResponse)
        {
            yield return "A ReliableSession counts signed acknowledgements only: leave EnableUnsecuredResponse at false.";
        }

        if (!Enum.IsDefined(reliable.ReliableMessagingVersion))
        {
            yield return "ReliableSession.ReliableMessagingVersion is no version of WS-ReliableMessaging.";
        }

        if (reliable.InactivityTimeout <= TimeSpan.Zero || reliable.InactivityTimeout.TotalMilliseconds > int.MaxValue)
        {
            yield return "ReliableSession.InactivityTimeout must be positive and at most 24 days.";
        }

        if (reliable.MaxRetryCount is < 1 or > ReliableSessionBindingElement.MostRetries)
        {
            yield return "ReliableSession.MaxRetryCount must be from 1 to 1000.";
        }

        if (reliable.MaxTransferWindowSize is < 1 or > ReliableSessionBindingElement.MostWindow)
        {
            yield return "ReliableSession.MaxTransferWindowSize must be from 1 to 4096.";
        }

        if (reliable.AcknowledgementInterval != Defaults.AcknowledgementInterval)
        {
            yield return "ReliableSession.AcknowledgementInterval has no effect between request and reply, where each reply acknowledges "
                + "at once: leave it at 00:00:00.2.";
        }

        if (reliable.MaxPendingChannels != Defaults.MaxPendingChannels)
        {
            yield return "ReliableSession.MaxPendingChannels has no effect, because a sequence is accepted with its security session: set "
                + "MaxPendingSessions of LocalServiceSettings, and leave this at 4.";
        }
    }
}
