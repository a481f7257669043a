using SecureConversation.Engine.Roles;

namespace SecureConversation;

/// <content>Requests of reliable sessions.</content>
public sealed partial class MessageSecurityService
{
    /// <summary>A request goes to the application once; whatever else comes in a sequence is answered here.</summary>
    private static async ValueTask<ServiceResult> ReceiveReliablyAsync(ReliableService reliable, VerifiedMessage request,
        ServiceSession session, ReplyProtection protection, CancellationToken cancellationToken)
    {
        var (delivery, answer) = await reliable.ReceiveAsync(request, session, protection, cancellationToken).ConfigureAwait(false);
        if (delivery is not null)
        {
            return new ServiceResult.Dispatch(request, session, protection) { Delivery = delivery };
        }

        using (request)
        using (protection)
        {
            return answer is { } own ? ServiceResult.Respond.Protected(own) : ServiceResult.Respond.Dropped();
        }
    }
}
