using SecureConversation.Engine.Tokens;

namespace SecureConversation.Binding;

/// <summary>
/// Where a suite with ML-KEM is offered: where a key that is wrapped for the certificate of the service protects messages, or the handshake
/// of their session. Everywhere else a key would come in another way than the suite demands.
/// </summary>
internal static class KeyEncapsulationChecks
{
    /// <summary>The rules for a binding.</summary>
    public static IEnumerable<string> Of(MessageSecurityBinding binding)
    {
        var bootstrap = binding.Bootstrap ?? binding.Element;
        var suite = binding.Element.DefaultAlgorithmSuite;
        if (suite.KeyEncapsulation is null && bootstrap.DefaultAlgorithmSuite.KeyEncapsulation is null)
        {
            yield break;
        }

        if (suite != bootstrap.DefaultAlgorithmSuite)
        {
            yield return $"The session has the suite {suite.Name} and its bootstrap {bootstrap.DefaultAlgorithmSuite.Name}: a suite with "
                + "ML-KEM is that of both, or of none.";
        }
        else if (bootstrap is not SymmetricSecurityBindingElement { ProtectionTokenParameters: X509SecurityTokenParameters })
        {
            yield return $"{suite.Name} is offered where a key that is wrapped for the certificate of the service protects messages, which "
                + "it does in symmetric bindings with a certificate that the client knows beforehand: an ML-KEM key signs nothing and "
                + "negotiates nothing. Use such a binding (NegotiateServiceCredential = false), or Strong256.";
        }
        else if (SupportingToken.AllOf(bootstrap).SelectMany(list => list.Tokens)
            .Any(token => token.Parameters is IssuedSecurityTokenParameters))
        {
            yield return $"{suite.Name} is not offered with issued tokens: an issuer wraps their keys for the service, and none knows how. "
                + "Use Strong256.";
        }
    }
}
