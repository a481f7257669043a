using SecureConversation.Engine.Names;

namespace SecureConversation.Binding;

/// <summary>The elements of a RequestSecurityToken that ask for keys that fit an algorithm suite (WS-Trust 1.3 section 9).</summary>
internal static class AlgorithmParameters
{
    public static IEnumerable<string> For(SecurityKeyType key, SecurityAlgorithmSuite suite, MessageSecurityVersion version)
    {
        var isOasis = version.TrustVersion == TrustVersion.Trust13;
        var (prefix, ns) = isOasis ? ("trust", Ns.Trust13) : ("t", Ns.TrustFebruary2005);
        // Names and URIs are constants of specifications, which need no escapes.
        string Element(string name, string algorithm) => $"<{prefix}:{name} xmlns:{prefix}=\"{ns}\">{algorithm}</{prefix}:{name}>";
        if (key != SecurityKeyType.BearerKey)
        {
            var isSymmetric = key == SecurityKeyType.SymmetricKey;
            if (isOasis)
            {
                yield return Element("KeyWrapAlgorithm", suite.DefaultAsymmetricKeyWrapAlgorithm);
            }

            yield return Element("EncryptWith", isSymmetric ? suite.DefaultEncryptionAlgorithm : suite.DefaultAsymmetricKeyWrapAlgorithm);
            yield return Element(
                "SignWith", isSymmetric ? suite.DefaultSymmetricSignatureAlgorithm : suite.DefaultAsymmetricSignatureAlgorithm);
        }

        yield return Element("CanonicalizationAlgorithm", suite.DefaultCanonicalizationAlgorithm);
        yield return Element("EncryptionAlgorithm", suite.DefaultEncryptionAlgorithm);
    }
}
