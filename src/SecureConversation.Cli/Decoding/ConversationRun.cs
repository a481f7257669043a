using SecureConversation.Binding;
using SecureConversation.Cli.Reports;
using SecureConversation.Diagnosis;

namespace SecureConversation.Cli.Decoding;

/// <summary>Decodes the messages of a conversation one after the other, and judges each.</summary>
internal sealed class ConversationRun : IDisposable
{
    private readonly Recognition _recognition;
    private readonly ConversationDecoder _decoder;

    public ConversationRun(Recognition recognition)
    {
        _recognition = recognition;
        _decoder = new ConversationDecoder(
            recognition.Binding ?? WithoutBinding(recognition.Messages), recognition.Keys, WireReader.MaxBytes);
    }

    /// <summary>Decodes the next message.</summary>
    public (DecodedMessage Decoded, MessageVerdict Verdict) Next(WireMessage message)
    {
        var decoded = message.Decode(_decoder);
        return (decoded, Judge(message, decoded));
    }

    public void Dispose() => _decoder.Dispose();

    private MessageVerdict Judge(WireMessage message, DecodedMessage decoded)
    {
        if (decoded.Kind == DecodedKind.UnsecuredFault || decoded is { IsVerified: true, Protection.IsSecured: false })
        {
            return MessageVerdict.Unsecured;
        }

        if (decoded.IsVerified && IsNothingSigned(decoded) && !_recognition.IsGiven && !message.IsOverTls)
        {
            // That a transport protects it was only concluded from its having no signature, which anybody can write.
            return MessageVerdict.Unsecured;
        }

        // Where nothing in the capture is secured, only its receiver can say that it should have been.
        return decoded.IsVerified ? MessageVerdict.Verified
            : _recognition.Binding is null && decoded.Failure == FailureCode.SecurityHeaderMissing
                && !_recognition.Refused.ContainsKey(message)
                ? MessageVerdict.Unsecured
            : MessageVerdict.Refused;
    }

    /// <summary>Whether no signature covers anything of a message that breaks no rule.</summary>
    public static bool IsNothingSigned(DecodedMessage decoded) =>
        decoded.Protection is { IsSecured: true } protection && !protection.SignedParts.Any();

    // Nothing is known of the binding: what is refused then is broken as XML or SOAP.
    private static MessageSecurityBinding WithoutBinding(IReadOnlyList<WireMessage> messages)
    {
        var isSoap11 = messages.FirstOrDefault(m => m.Envelope is not null) is { } first
            && first.Envelope!.Name.NamespaceName == Engine.Names.Ns.Soap11;
        return MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateBindingElement(),
            isSoap11 ? MessageVersion.Soap11WSAddressing10 : MessageVersion.Soap12WSAddressing10);
    }
}
