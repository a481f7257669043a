namespace SecureConversation.ServiceModel.Internal;

/// <summary>A suite that the stack has no object for.</summary>
internal sealed class EngineAlgorithmSuite(EngineBinding.SecurityAlgorithmSuite suite) : SecurityAlgorithmSuite
{
    public override string DefaultCanonicalizationAlgorithm => suite.DefaultCanonicalizationAlgorithm;

    public override string DefaultDigestAlgorithm => suite.DefaultDigestAlgorithm;

    public override string DefaultEncryptionAlgorithm => suite.DefaultEncryptionAlgorithm;

    public override int DefaultEncryptionKeyDerivationLength => suite.DefaultEncryptionKeyDerivationLength;

    public override string DefaultSymmetricKeyWrapAlgorithm => suite.DefaultSymmetricKeyWrapAlgorithm;

    public override string DefaultAsymmetricKeyWrapAlgorithm => suite.DefaultAsymmetricKeyWrapAlgorithm;

    public override string DefaultSymmetricSignatureAlgorithm => suite.DefaultSymmetricSignatureAlgorithm;

    public override string DefaultAsymmetricSignatureAlgorithm => suite.DefaultAsymmetricSignatureAlgorithm;

    public override int DefaultSignatureKeyDerivationLength => suite.DefaultSignatureKeyDerivationLength;

    public override int DefaultSymmetricKeyLength => suite.DefaultSymmetricKeyLength;

    public override bool IsSymmetricKeyLengthSupported(int length) => suite.IsSymmetricKeyLengthSupported(length);

    public override bool IsAsymmetricKeyLengthSupported(int length) => suite.IsAsymmetricKeyLengthSupported(length);

    public override string ToString() => suite.Name;
}
