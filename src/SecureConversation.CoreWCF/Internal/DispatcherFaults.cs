namespace SecureConversation.CoreWCF.Internal;

/// <summary>
/// The faults of WCF's dispatcher for requests that the service did not answer. Their texts are constant: the cause is for the log.
/// </summary>
internal static class DispatcherFaults
{
    /// <summary>The session has ended before the message could be handed to the service.</summary>
    public static Message SessionTerminated(MessageVersion version) =>
        Create(version, FaultCode.CreateSenderFaultCode("SessionTerminated", SoapUris.Dispatcher), "The session has ended.");

    /// <summary>The service failed.</summary>
    public static Message InternalServiceFault(MessageVersion version) =>
        Create(version, FaultCode.CreateReceiverFaultCode("InternalServiceFault", SoapUris.Dispatcher),
            "The service could not process the message because of an internal error.");

    private static Message Create(MessageVersion version, FaultCode code, string reason) =>
        Message.CreateMessage(
            version, new FaultException(new FaultReason(reason), code).CreateMessageFault(), SoapUris.Dispatcher + "/fault");
}
