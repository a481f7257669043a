using SecureConversation.Engine.Tokens;

namespace SecureConversation.Binding;

/// <summary>Checks the supporting tokens of a binding element, those of the endpoint and those of single operations.</summary>
internal static class SupportingTokenChecks
{
    /// <summary>Finds the problems. Each yields one sentence, as in <see cref="BindingChecks"/>.</summary>
    public static IEnumerable<string> Of(MessageSecurityBinding binding)
    {
        var element = binding.Element;
        foreach (var token in element.GetSupportingTokenParameters())
        {
            if (BindingChecks.Unoffered(token) is { } reason)
            {
                yield return $"{nameof(element.EndpointSupportingTokenParameters)}: {reason}";
                yield break;
            }
        }

        foreach (var problem in Operations(binding).Concat(
            SupportingToken.AllOf(element).SelectMany(list => OfList(element, list.Setting, list.Tokens))).Distinct())
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> Operations(MessageSecurityBinding binding)
    {
        var element = binding.Element;
        if (binding.MessageVersion.Addressing == AddressingVersion.None
            && !(element.OperationSupportingTokenParameters.IsEmpty && element.OptionalOperationSupportingTokenParameters.IsEmpty))
        {
            // Anybody could send a request without the tokens of its operation, under the SOAPAction of one that needs none.
            yield return $"{nameof(element.OperationSupportingTokenParameters)} needs a signed action, and {binding.MessageVersion} has no "
                + "WS-Addressing: put the tokens into EndpointSupportingTokenParameters, or choose a MessageVersion with addressing.";
        }
    }

    private static IEnumerable<string> OfList(SecurityBindingElement element, string setting, List<SupportingToken> tokens)
    {
        if (element is SymmetricSecurityBindingElement { ProtectionTokenParameters: UserNameSecurityTokenParameters }
            ? tokens.Any(t => t.Kind == TokenKind.UserName)
            : tokens.Count(t => t.Kind == TokenKind.UserName) > 1)
        {
            yield return $"{setting}: a request has one user name at most; leave one of them out.";
        }

        foreach (var token in tokens)
        {
            foreach (var problem in token.Kind.CheckSupporting(token, setting, element).Concat(Common(element, setting, token)))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> Common(SecurityBindingElement element, string setting, SupportingToken token)
    {
        if (token.Kind.IsSent && BindingChecks.NotSentByClient(token.Parameters))
        {
            yield return $"InclusionMode {token.Parameters.InclusionMode} in {setting}: "
                + "the client has to send its tokens; set InclusionMode to AlwaysToRecipient.";
        }

        if (element is TransportSecurityBindingElement)
        {
            yield break;
        }

        var encryptsFirst = element.MessageProtectionOrder == MessageProtectionOrder.EncryptBeforeSign
            || element.MessageProtectionProfile != MessageProtectionProfile.Wcf;
        if (encryptsFirst && token.IsEncrypted && token.Endorses)
        {
            // The endorsing signature names its token, and is verified while that is ciphertext.
            yield return $"{setting}: a token that is {token.Attachment} cannot be read before its signature is verified, where "
                + "encryption comes first: set MessageProtectionOrder to SignBeforeEncrypt.";
        }
        else if (token.MayBeUnsignedCiphertext && encryptsFirst)
        {
            yield return $"{setting}: where encryption comes first, all ciphertext is signed: list the token under SignedEncrypted.";
        }
        else if (token.MayBeUnsignedCiphertext && !element.LocalServiceSettings.DetectReplays)
        {
            // Each try with another ciphertext would tell something of what it decrypts to.
            yield return $"{setting}: a token that is {token.Attachment} may be ciphertext that nothing signs, which a service has to take "
                + "once only: set DetectReplays of LocalServiceSettings to true, or list the token under SignedEncrypted.";
        }
    }
}
