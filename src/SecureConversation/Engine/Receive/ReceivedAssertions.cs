using SecureConversation.Credentials;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Saml;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Receive;

/// <summary>
/// The assertions of a message that have keys, by their places in the security header. Their issuers are trusted by now, so that whoever
/// made the EncryptedKey of one is no stranger.
/// </summary>
/// <param name="findOwn">Finds the certificate of the service that a key was wrapped for.</param>
internal sealed class ReceivedAssertions(Func<KeyReference, X509Credential?> findOwn)
{
    private readonly List<(int Position, VerifiedAssertion Assertion)> _assertions = new(1);

    public void Add(int position, VerifiedAssertion assertion) => _assertions.Add((position, assertion));

    /// <summary>The verified assertion at a place in the header; null when there is none with a key.</summary>
    public VerifiedAssertion? At(int position)
    {
        foreach (var (place, assertion) in _assertions)
        {
            if (place == position)
            {
                return assertion;
            }
        }

        return null;
    }

    /// <summary>Decrypts the symmetric key of an assertion; a random one where that fails. The caller disposes of it.</summary>
    /// <param name="assertion">The assertion.</param>
    /// <param name="requirements">The lengths of keys; the issuer chose the key transport, as with WCF.</param>
    /// <param name="use">Takes down that the key was used.</param>
    /// <exception cref="SecurityFailureException">It is wrapped for somebody else, or in another way.</exception>
    public SymmetricKey Unwrap(VerifiedAssertion assertion, Requirements.MessageRequirements requirements, KeyUse? use)
    {
        var suite = requirements.Suite;
        var wrapped = assertion.Confirmation.Key?.Wrapped ?? Fail.With<EncryptedKey>(FailureCode.WrongToken, "saml:Assertion");
        var transport = wrapped switch
        {
            _ when ReceivedKey.IsOf(suite, wrapped) => suite.AsymmetricKeyWrap,
            _ when suite.IsStrong || wrapped.Agreement is not null || wrapped.Encapsulation is not null => null,
            { OaepDigest: not (null or AlgorithmUris.Sha1) } => null,
            { Algorithm: AlgorithmUris.RsaOaepMgf1p } => KeyWrapAlgorithm.RsaOaep,
            { Algorithm: AlgorithmUris.Rsa15 } => KeyWrapAlgorithm.Rsa15,
            _ => null,
        } ?? Fail.With<KeyWrapAlgorithm>(FailureCode.AlgorithmMismatch, "key transport of an assertion",
            ReceivedKey.Found(wrapped),
            suite.IsStrong ? ReceivedKey.Expected(suite) : $"{AlgorithmUris.RsaOaepMgf1p} or {AlgorithmUris.Rsa15}");
        var own = findOwn(wrapped.WrappedFor) ?? Fail.With<X509Credential>(
            FailureCode.WrongToken, "xenc:EncryptedKey of an assertion", $"a key for {wrapped.WrappedFor.Describe()}");
        use?.OfWrappedKey(System.Security.Cryptography.SHA1.HashData(wrapped.CipherValue));
        return ReceivedKey.Unwrap(
            wrapped, own, suite, transport, suite.MinSymmetricKeyLength / 8, suite.MaxSymmetricKeyLength / 8, use);
    }
}

/// <summary>An assertion whose key signed or endorsed the message.</summary>
internal sealed record ProvedVerifiedAssertion(VerifiedAssertion Assertion) : ProvedAssertion(Assertion.Element);
