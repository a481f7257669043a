using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Decides whether a verified request goes on to the application or the handshake. A request that does not is answered by a fault that is
/// protected like a reply, since its sender is known.
/// </summary>
internal sealed class RequestDelivery(EngineEnvironment environment, Uri? address, AddressFilter filter)
{
    /// <summary>The answer to a request that goes no further; null for one that does.</summary>
    /// <param name="request">The verified request. It stays the caller's.</param>
    /// <param name="formats">The formats of its binding element.</param>
    /// <param name="kind">What it is for.</param>
    /// <param name="origin">Where it came from.</param>
    /// <param name="protection">The protection of its reply. It stays the caller's.</param>
    public ServiceAnswer? Refuse(
        VerifiedMessage request, BindingMessages formats, MessageKind kind, MessageOrigin origin, ReplyProtection protection)
    {
        request.HandsOutUnsignedHeaders = environment.HandOutUnsignedHeaders;
        request.HandsOutCanonicalForm = environment.HandOutCanonicalForm;
        if (!IsForUs(request, formats, origin))
        {
            var fault = WireFault.DestinationUnreachable with { SubcodeNamespace = formats.Soap.Addressing };
            return Answer(request, formats, protection, fault, FailureCode.DestinationUnreachable, "wsa:To");
        }

        // A session ends with its Cancel, so that need not be remembered: a replay finds no session.
        if (request.Unremembered is { } limit && kind != MessageKind.CancelRequest)
        {
            var fault = FaultMap.Of(FailureCode.ReplayCacheFull, formats.Protocol);
            return Answer(request, formats, protection, fault, FailureCode.ReplayCacheFull, limit);
        }

        // WCF hands out unsigned header blocks, we remove them by default. Then an unsigned block with mustUnderstand cannot be processed
        // (SOAP 1.2 part 1 section 5.2.3).
        return kind == MessageKind.Application && !request.HandsOutUnsignedHeaders && !request.FindUnsignedMustUnderstand().IsNull
            ? Answer(request, formats, protection, WireFault.NotUnderstood, FailureCode.NotUnderstood, null)
            : null;
    }

    /// <summary>The answer to a verified request under a key that has expired: its client renews, and may send it again.</summary>
    /// <param name="request">The verified request. It stays the caller's.</param>
    /// <param name="formats">The formats of its binding element.</param>
    /// <param name="protection">The protection of its reply. It stays the caller's.</param>
    public ServiceAnswer AskToRenew(VerifiedMessage request, BindingMessages formats, ReplyProtection protection) =>
        Answer(request, formats, protection, FaultMap.RenewNeeded(formats.Protocol), FailureCode.ContextKeyExpired, null);

    /// <summary>WCF's dispatcher compares the address, too. What is no URI is treated as no address.</summary>
    private bool IsForUs(VerifiedMessage request, BindingMessages formats, MessageOrigin origin)
    {
        Uri? to = null;
        _ = request.To is { } text && Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out to);
        var own = address ?? origin.LocalAddress;
        return !formats.Soap.HasAddressing || (own is null && origin.HasNoAddress && filter.ComparesWithOwn) || filter.Accepts(to, own);
    }

    private ServiceAnswer Answer(VerifiedMessage request, BindingMessages formats, ReplyProtection protection, WireFault fault,
        FailureCode code, string? detail)
    {
        environment.Refused(code, detail);
        var requirements = formats.ForSentReply(fault.Action ?? formats.Soap.DefaultFaultAction, requestAction: null);
        var envelope = EnvelopeWriter.Fault(formats.Soap, fault, request.MessageId);
        return new ServiceAnswer(protection.Secure(envelope, requirements), code);
    }
}
