using System.Net.Security;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Interop.Support;

/// <summary>
/// The parts that a message of ours has to sign and to encrypt, worked out from its binding alone and not with the code of the engine:
/// expanded names, sorted, one for each occurrence.
/// </summary>
internal sealed record IntendedProtection(IReadOnlyList<string> Signed, IReadOnlyList<string> Encrypted)
{
    private const string Signature = "{" + Ns.Ds + "}Signature";
    private const string UserName = "{" + Ns.Wsse + "}UsernameToken";
    private const string Confirmation = "{" + Ns.Wsse11 + "}SignatureConfirmation";

    /// <param name="binding">The binding of the endpoint.</param>
    /// <param name="message">The message.</param>
    /// <param name="headers">Expanded names of the header blocks in clear, the security header aside.</param>
    /// <param name="encryptedHeaders">Those of them that the binding encrypts.</param>
    public static IntendedProtection Of(MessageSecurityBinding binding, WireMessage message, IReadOnlyList<string> headers, params IEnumerable<string> encryptedHeaders)
    {
        if (binding.Element.MessageProtectionProfile != MessageProtectionProfile.Wcf)
        {
            return OfOwnProfile(binding, message, headers);
        }

        var element = message.IsHandshake ? binding.Bootstrap! : binding.Element;
        var isRequest = message.Direction == MessageDirection.ClientToService;
        var encryptsBody = !message.IsCancel && (message.IsHandshake || binding.Protection.DefaultProtectionLevel == ProtectionLevel.EncryptAndSign);
        var supporting = element.EndpointSupportingTokenParameters;
        var endorses = isRequest && supporting.Endorsing.Length > 0;
        var names = isRequest && supporting.SignedEncrypted.Length > 0;
        var signFirst = element.MessageProtectionOrder != MessageProtectionOrder.EncryptBeforeSign;
        var hidesSignature = element.MessageProtectionOrder == MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature && encryptsBody;
        var confirmations = isRequest || !element.RequireSignatureConfirmation ? 0 : supporting.Endorsing.Length > 0 ? 2 : 1;

        var body = $"{{{SoapNames.Of(binding.MessageVersion).Soap}}}Body";
        List<string> signed = [body, .. headers, "{" + Ns.Wsu + "}Timestamp", .. Enumerable.Repeat(Confirmation, confirmations)];
        List<string> encrypted = [.. encryptsBody ? [body] : Array.Empty<string>(), .. encryptedHeaders];
        if (element.ProtectTokens && (isRequest || element is AsymmetricSecurityBindingElement { AllowSerializedSigningTokenOnReply: true }))
        {
            signed.Add(PrimaryToken(element));
        }

        if (names)
        {
            // Under encrypt-before-sign the ciphertext of the token is what is signed.
            signed.Add(signFirst ? UserName : "{" + Ns.Xenc + "}EncryptedData");
            encrypted.Add(UserName);
        }

        if (endorses)
        {
            signed.Add(Signature);
        }

        if (hidesSignature)
        {
            encrypted.AddRange(Enumerable.Repeat(Signature, endorses ? 2 : 1));
            encrypted.AddRange(Enumerable.Repeat(Confirmation, confirmations));
        }

        return new IntendedProtection(Sorted(signed), Sorted(encrypted));
    }

    /// <summary>The own profiles: the primary signature covers all that stands in the security header, as it was sent; signatures stay in clear.</summary>
    private static IntendedProtection OfOwnProfile(MessageSecurityBinding binding, WireMessage message, IReadOnlyList<string> headers)
    {
        var element = message.IsHandshake ? binding.Bootstrap! : binding.Element;
        var supporting = element.EndpointSupportingTokenParameters;
        var asksTokens = message.Leg is Leg.Open || (message.Leg is Leg.Request && !binding.EstablishesSession);
        var body = $"{{{SoapNames.Of(binding.MessageVersion).Soap}}}Body";
        List<string> signed = [body, .. headers, .. ChildrenOfSecurity(message.Bytes).Where(name => name != Signature)];
        List<string> encrypted = message.IsCancel ? [] : [body];
        if (asksTokens)
        {
            signed.AddRange(supporting.Endorsing.Select(_ => Signature));
            encrypted.AddRange(supporting.SignedEncrypted.Select(_ => UserName));
        }

        return new IntendedProtection(Sorted(signed), Sorted(encrypted));
    }

    private static IEnumerable<string> ChildrenOfSecurity(byte[] envelope)
    {
        using var stream = new MemoryStream(envelope);
        return [.. XDocument.Load(stream).Descendants(XName.Get("Security", Ns.Wsse)).Single().Elements().Select(e => e.Name.ToString())];
    }

    /// <summary>The token whose key signs, where the message carries it.</summary>
    private static string PrimaryToken(SecurityBindingElement element) => element switch
    {
        SymmetricSecurityBindingElement { ProtectionTokenParameters: SecureConversationSecurityTokenParameters } => ProtocolVersion.Of(element.MessageSecurityVersion).SecurityContextToken.ToString(),
        SymmetricSecurityBindingElement => $"{{{Ns.Xenc}}}EncryptedKey",
        _ => $"{{{Ns.Wsse}}}BinarySecurityToken",
    };

    /// <summary>The names of the header blocks of an envelope, without the security header.</summary>
    public static List<string> HeadersOf(byte[] envelope)
    {
        using var stream = new MemoryStream(envelope);
        return
        [
            .. XDocument.Load(stream).Root!.Elements().Where(e => e.Name.LocalName == "Header").Elements()
                .Where(e => e.Name.LocalName != "Security").Select(e => e.Name.ToString()),
        ];
    }

    public static List<string> Sorted(IEnumerable<string> names) => [.. names.Order(StringComparer.Ordinal)];
}
