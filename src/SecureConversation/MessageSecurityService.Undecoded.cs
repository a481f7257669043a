using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation;

public sealed partial class MessageSecurityService
{
    /// <summary>
    /// Refuses an entity body of which <see cref="EnvelopeEncoding.Decode"/> could not make an envelope, as a message that is no SOAP: the
    /// refusal counts, is told to the operator, and waits as long as every other.
    /// </summary>
    /// <param name="failure">Why there is no envelope.</param>
    /// <param name="origin">What the transport knows about the message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<ServiceResult.Respond> RefuseAsync(
        SecureConversationException failure, MessageOrigin origin, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ArgumentNullException.ThrowIfNull(origin);
        var arrival = _failures.Arrive();
        var refused = failure.InnerException is SecurityFailureException inner ? RefusedMessage.Of(inner)
            : new RefusedMessage(failure.Code) { Detail = failure.Message };
        if (_failures.IsFull(origin.RemoteAddress))
        {
            _environment.Telemetry.Refused(FailureCode.ServiceTooBusy);
            return ServiceResult.Respond.NotSoap(FailureCode.ServiceTooBusy);
        }

        _environment.Refused(refused with { Action = origin.Action, RemoteAddress = origin.RemoteAddress });
        await _failures.WaitAsync(arrival, context: null, wrappedKey: null, origin.RemoteAddress, counts: false, cancellationToken)
            .ConfigureAwait(false);
        return ServiceResult.Respond.NotSoap(refused.Code);
    }
}
