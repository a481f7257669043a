using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Telemetry;

namespace SecureConversation.Engine.Roles;

/// <summary>
/// Decides whether a verified request goes on to the application or the handshake. A request that does not is answered by a fault that is
/// protected like a reply, since its sender is known.
/// </summary>
internal sealed class RequestDelivery(EngineEnvironment environment, Uri? address, AddressFilter filter)
{
    private const int MaxKeptAddress = 1024;

    private ReadAddress? _last;

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
            return Answer(request, formats, protection, fault, Misdirected(request, formats, origin), origin);
        }

        // A session ends with its Cancel, so that need not be remembered: a replay finds no session.
        if (request.Unremembered is { } reason && kind != MessageKind.CancelRequest)
        {
            var refused = new RefusedMessage(reason.Code) { Detail = reason.Detail, Thrown = reason.Thrown };
            return Answer(request, formats, protection, FaultMap.Of(reason.Code, formats.Protocol), refused, origin);
        }

        // WCF hands out unsigned header blocks, we remove them by default. Then an unsigned block with mustUnderstand cannot be processed
        // (SOAP 1.2 part 1 section 5.2.3).
        return kind == MessageKind.Application && !request.HandsOutUnsignedHeaders
            && request.FindUnsignedMustUnderstand() is { IsNull: false } block
            ? Answer(request, formats, protection, WireFault.NotUnderstood,
                new(FailureCode.NotUnderstood) { Detail = "header block", Found = block.Describe() }, origin)
            : null;
    }

    /// <summary>The answer to a verified request under a key that has expired: its client renews, and may send it again.</summary>
    /// <param name="request">The verified request. It stays the caller's.</param>
    /// <param name="formats">The formats of its binding element.</param>
    /// <param name="protection">The protection of its reply. It stays the caller's.</param>
    /// <param name="expires">When the key expired.</param>
    /// <param name="origin">Where it came from.</param>
    public ServiceAnswer AskToRenew(
        VerifiedMessage request, BindingMessages formats, ReplyProtection protection, DateTimeOffset expires, MessageOrigin origin)
    {
        var refused = new RefusedMessage(FailureCode.ContextKeyExpired)
        {
            Detail = "the client is asked to renew the key",
            Found = $"a key that expired at {FailureText.Instant(expires)}",
            Expected = $"one that is good at {FailureText.Instant(environment.Clock.GetUtcNow())}",
        };
        return Answer(request, formats, protection, FaultMap.RenewNeeded(formats.Protocol), refused, origin);
    }

    /// <summary>WCF's dispatcher compares the address, too. What is no URI is treated as no address.</summary>
    private bool IsForUs(VerifiedMessage request, BindingMessages formats, MessageOrigin origin)
    {
        var to = request.To is { } text ? UriOf(text) : null;
        var own = address ?? origin.LocalAddress;
        return !formats.Soap.HasAddressing || IsAnswerToService(request, formats, origin)
            || (own is null && origin.HasNoAddress && filter.ComparesWithOwn) || Accepts(to, own);
    }

    /// <summary>
    /// Whether a client answers a callback, or a Cancel: such messages go where the service said, which is nowhere but back on the
    /// connection (WS-Addressing 1.0 section 3.4).
    /// </summary>
    private static bool IsAnswerToService(VerifiedMessage request, BindingMessages formats, MessageOrigin origin) =>
        origin.IsDuplex && request.RelatesTo is not null && (request.To is null || request.To == formats.Soap.Anonymous);

    /// <summary>The text as a URI; null where it is none. Nearly all messages name one and the same.</summary>
    private Uri? UriOf(string text)
    {
        if (_last is { } last && last.Text == text)
        {
            return last.Uri;
        }

        _ = Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var uri);
        if (text.Length <= MaxKeptAddress)
        {
            _last = new ReadAddress(text, uri);
        }

        return uri;
    }

    /// <summary>A filter may be code of the application.</summary>
    private bool Accepts(Uri? to, Uri? own)
    {
        try
        {
            return filter.Accepts(to, own);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            const string setting = nameof(MessageSecurityServiceOptions.AddressFilter);
            throw new SecurityFailureException(FailureCode.ValidatorFailed, setting) { Thrown = e };
        }
    }

    private RefusedMessage Misdirected(VerifiedMessage request, BindingMessages formats, MessageOrigin origin)
    {
        if (request.To is null && request.FindOtherAddressing() is { IsNull: false } block)
        {
            return new(FailureCode.AddressingVersionMismatch)
            {
                Detail = "header block",
                Found = block.Describe(),
                Expected = $"namespace {formats.Soap.Addressing} (MessageVersion {formats.Soap.Version})",
            };
        }

        return new(FailureCode.DestinationUnreachable)
        {
            Detail = "wsa:To",
            Found = request.To ?? "nothing",
            Expected = $"{(address ?? origin.LocalAddress)?.AbsoluteUri ?? "an address"} (AddressFilter {filter})",
        };
    }

    private ServiceAnswer Answer(VerifiedMessage request, BindingMessages formats, ReplyProtection protection, WireFault fault,
        RefusedMessage refused, MessageOrigin origin)
    {
        environment.Refused(RequestFacts.Of(request, refused) with { RemoteAddress = origin.RemoteAddress });
        var requirements = formats.ForSentReply(fault.Action ?? formats.Soap.DefaultFaultAction, requestAction: null);
        var envelope = EnvelopeWriter.Fault(formats.Soap, fault, request.MessageId);
        return new ServiceAnswer(protection.Secure(envelope, requirements), refused.Code);
    }

    private sealed record ReadAddress(string Text, Uri? Uri);
}
