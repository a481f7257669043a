using System.Security.Claims;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Internal;

internal sealed class SecureConversationFeature(ServiceResult.Dispatch dispatch, MessageVersion version) : ISecureConversationFeature
{
    private string? _otherScheme;
    private bool _isRefusedForHimself;

    public VerifiedMessage Message => dispatch.Request;

    public ClaimsPrincipal User => dispatch.User;

    public MessageVersion MessageVersion => version;

    public ServiceSession? Session => dispatch.Session;

    /// <summary>Who sent the message, whatever the application makes of him.</summary>
    public ClaimsPrincipal Sender => dispatch.User;

    /// <summary>A scheme that a policy asked for which knows nobody here; null where the sender is refused for who he is.</summary>
    public string? OtherScheme => _isRefusedForHimself ? null : _otherScheme;

    /// <summary>Notes that the sender is refused by a policy that names schemes, or none.</summary>
    public void NoteRefusal(params IEnumerable<string?> schemes)
    {
        var named = schemes.OfType<string>().ToList();
        _isRefusedForHimself |= named.Count == 0 || named.Contains(SecureConversationDefaults.AuthenticationScheme);
        _otherScheme ??= named.FirstOrDefault();
    }
}
