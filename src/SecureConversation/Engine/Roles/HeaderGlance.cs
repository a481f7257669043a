using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Tells of a large request, by its header and the start of its body, that it is refused whatever the rest is, so that the rest need not be
/// read: to index many elements costs more than to accept as many octets. It refuses nothing. The steps that follow do, with the code
/// that a small message gets, and <see cref="SoapEnvelope.RequireBody"/> keeps a head from being verified.
/// </summary>
/// <param name="messages">The formats of the endpoint.</param>
/// <param name="isLeg">Whether a message is a leg of a negotiation, which has no security.</param>
/// <param name="live">The sessions, where this process knows all of them; null elsewhere.</param>
internal sealed class HeaderGlance(EndpointMessages messages, Func<SoapEnvelope, string?, bool> isLeg, SessionTable? live)
{
    // Smaller ones cost little, and do not pay for the glance.
    private const int Large = 16 * 1024;

    /// <summary>Parses a request. Of a large one that is refused anyway it reads the head alone.</summary>
    /// <exception cref="SecurityFailureException">It is no envelope.</exception>
    public SoapEnvelope Parse(ReadOnlyMemory<byte> utf8, XmlLimits limits) =>
        SoapEnvelope.Parse(utf8, messages.Application.Soap, limits, isHopeless: utf8.Length < Large ? null : IsHopeless);

    private bool IsHopeless(SoapEnvelope head)
    {
        try
        {
            // Without WS-Addressing the action is what HTTP says, and here nothing depends on it.
            var kind = messages.KindOf(head.Action, MessageRole.Request);
            return head.FindSecurity().IsNull
                ? !isLeg(head, head.Action) && !RequirementsOf(kind, head).MayLackHeader
                : IsInClear(head, kind) || HasNoSession(head, kind);
        }
        catch (SecurityFailureException)
        {
            // Whoever looks there next gets the same.
            return true;
        }
    }

    /// <summary>Whether the body is in clear and may not be.</summary>
    private bool IsInClear(SoapEnvelope head, MessageKind kind)
    {
        var content = head.Body.FirstChild;
        return (content.IsNull || !content.Is(Xenc.EncryptedData))
            && head.Names.HasAddressing
            && RequirementsOf(kind, head) is { IsProtectedByTransport: false, EncryptBody: true };
    }

    /// <summary>Whether the message has to be of a session and is of none.</summary>
    private bool HasNoSession(SoapEnvelope head, MessageKind kind)
    {
        if (messages.Bootstrap is null || kind is MessageKind.IssueRequest or MessageKind.RenewRequest)
        {
            return false;
        }

        var token = SessionRouter.ReadToken(head, messages.Application.Protocol);
        return live is not null && live.Find(token.Identifier) is null;
    }

    // A renewal has what opens a session, and more.
    private MessageRequirements RequirementsOf(MessageKind kind, SoapEnvelope head) => messages.RequirementsOf(
        kind == MessageKind.RenewRequest ? MessageKind.IssueRequest : kind, head.Action, MessageRole.Request);
}
