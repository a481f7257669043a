using System.Security.Claims;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Internal;

internal sealed class SecureConversationFeature(ServiceResult.Dispatch dispatch, MessageVersion version) : ISecureConversationFeature
{
    public VerifiedMessage Message => dispatch.Request;

    public ClaimsPrincipal User => dispatch.User;

    public MessageVersion MessageVersion => version;

    public ServiceSession? Session => dispatch.Session;

    /// <summary>Who sent the message, whatever the application makes of him.</summary>
    public ClaimsPrincipal Sender => dispatch.User;
}
