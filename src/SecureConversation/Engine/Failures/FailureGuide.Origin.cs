namespace SecureConversation.Engine.Failures;

/// <summary>The advice for the failures that say a message is not for its receiver, or not by the one who signed it.</summary>
internal static partial class FailureGuide
{
    private static FailureAdvice? OfOrigin(FailureCode code) => code switch
    {
        FailureCode.DestinationUnreachable => new()
        {
            Side = FailureSide.Service,
            Clause = "WS-Addressing 1.0 SOAP binding section 6.4.1.6; WCF's EndpointAddressMessageFilter",
            Cause = "The signed wsa:To is not the address of the endpoint. The client was given another address, or a proxy between the "
                + "two has another scheme, port or path than the service sees, or somebody sent a message for another endpoint here. A "
                + "message without wsa:To, or with the anonymous address, is for no endpoint.",
            Remedy = "Give the client the address of the endpoint. Behind a proxy set Address to what clients write, or AddressFilter to "
                + "PathOnly or OneOf; on ASP.NET Core UseForwardedHeaders helps too. AddressFilter.Any compares nothing. With CoreWCF set "
                + "AddressFilterMode of ServiceBehaviorAttribute.",
        },
        _ => null,
    };
}
