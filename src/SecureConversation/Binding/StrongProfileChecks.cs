using System.Net.Security;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Binding;

/// <summary>What <see cref="MessageProtectionProfile.Strong"/> demands beside <see cref="MessageProtectionProfile.Bound"/>.</summary>
internal static class StrongProfileChecks
{
    /// <summary>The rules for messages.</summary>
    public static IEnumerable<string> OfMessages(MessageSecurityBinding binding)
    {
        if (binding.Element.MessageProtectionProfile != MessageProtectionProfile.Strong)
        {
            yield break;
        }

        if (Enum.GetValues<MessageDirection>().SelectMany(binding.Protection.LevelsOf).Contains(ProtectionLevel.None))
        {
            yield return "MessageProtectionProfile Strong leaves no body without signature: use the levels Sign and EncryptAndSign.";
        }

        if (binding.MessageVersion.Addressing == AddressingVersion.None)
        {
            yield return "MessageProtectionProfile Strong signs address, action and relation of each message: choose a MessageVersion with "
                + "addressing, for example Soap12WSAddressing10.";
        }
    }

    /// <summary>The rules for an element.</summary>
    public static IEnumerable<string> Of(SecurityBindingElement element)
    {
        var suite = element.DefaultAlgorithmSuite;
        if (!suite.IsStrong)
        {
            yield return $"MessageProtectionProfile Strong is not offered with {suite.Name}: set DefaultAlgorithmSuite (AlgorithmSuite of "
                + $"MessageSecurity) to {string.Join(" or ", SecurityAlgorithmSuite.BeyondWcf.Where(s => s.IsStrong))}, on the bootstrap "
                + "as well.";
        }

        if (!element.IncludeTimestamp)
        {
            yield return "MessageProtectionProfile Strong bounds the time in which a message counts: leave IncludeTimestamp at true.";
        }

        if (!element.LocalServiceSettings.DetectReplays || !element.LocalClientSettings.DetectReplays)
        {
            yield return "MessageProtectionProfile Strong takes no message twice: leave DetectReplays at true on both sides.";
        }

        if (element.EnableUnsecuredResponse)
        {
            yield return "MessageProtectionProfile Strong has no replies without security: leave EnableUnsecuredResponse at false.";
        }

        if (element.KeyEntropyMode != SecurityKeyEntropyMode.CombinedEntropy)
        {
            yield return "MessageProtectionProfile Strong takes a key of both sides: leave KeyEntropyMode at CombinedEntropy.";
        }

        if (SupportingToken.AllOf(element).SelectMany(list => list.Tokens).Any(token =>
            token is
            {
                Attachment: SupportingTokenAttachment.Signed,
                Parameters: UserNameSecurityTokenParameters or IssuedSecurityTokenParameters { KeyType: SecurityKeyType.BearerKey },
            }))
        {
            yield return "MessageProtectionProfile Strong sends no token in clear that counts for whoever has it: list user names and "
                + "bearer tokens under SignedEncrypted.";
        }

        if (element is SymmetricSecurityBindingElement { ProtectionTokenParameters.RequireDerivedKeys: false })
        {
            yield return "MessageProtectionProfile Strong signs and encrypts with different keys: leave RequireDerivedKeys of "
                + "ProtectionTokenParameters at true.";
        }

        if (element.NegotiatedToken is not null)
        {
            // The authenticator of a negotiation is P_SHA1 over SHA-1 (WS-Trust 1.3 section 10.2).
            yield return "MessageProtectionProfile Strong is not offered with a negotiated token, whose authenticator is made with SHA-1: "
                + "set NegotiateServiceCredential = false, and give the client the service's certificate.";
        }
    }
}
