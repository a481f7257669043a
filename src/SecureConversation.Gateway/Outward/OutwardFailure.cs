using System.Net;
using Yarp.ReverseProxy.Forwarder;

namespace SecureConversation.Gateway.Outward;

/// <summary>What a plain client is told of a failed call, and what the log is told.</summary>
internal sealed record OutwardFailure(int StatusCode, bool IsOfSender, string Reason, string ForLog, Exception? Exception)
{
    private const string NotSecure = "The service could not be called securely.";

    /// <summary>Whether the service has refused the user. What is refused here is not his fault.</summary>
    public bool IsOfCredentials =>
        Exception is SecureConversationException { Failure: SecureConversationFailure.FailedAuthentication, Fault: not null };

    public static OutwardFailure Of(ForwarderError error, Exception? exception)
    {
        if (error == ForwarderError.RequestTimedOut)
        {
            return new(StatusCodes.Status504GatewayTimeout, false, "The service did not answer in time.", "no answer in time", exception);
        }

        return exception switch
        {
            SecureConversationException
            {
                Failure: SecureConversationFailure.ServerTooBusy or SecureConversationFailure.EndpointUnavailable,
            } e =>
                new(StatusCodes.Status503ServiceUnavailable, false, "The service has no room at the moment.", $"{e.Failure}, {e.Code}", e),
            SecureConversationException e => new(StatusCodes.Status502BadGateway, false, NotSecure, $"{e.Failure}, {e.Code}", e),
            // The handler of message security throws it for messages that cannot be protected.
            ArgumentException e => new(StatusCodes.Status400BadRequest, true,
                "The request is no envelope that could be protected: it needs an action, and one body.",
                "the request cannot be protected", e),
            HttpRequestException { StatusCode: HttpStatusCode.RequestEntityTooLarge } e =>
                new(StatusCodes.Status413PayloadTooLarge, true, "The request is too large for the service.",
                    "too large for the service", e),
            HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError } e =>
                new(StatusCodes.Status502BadGateway, false, "The service could not be reached.", "not reached", e),
            TaskCanceledException or TimeoutException =>
                new(StatusCodes.Status504GatewayTimeout, false, "The service did not answer in time.", "no answer in time", exception),
            _ => new(StatusCodes.Status502BadGateway, false, NotSecure, $"{error}", exception),
        };
    }
}
