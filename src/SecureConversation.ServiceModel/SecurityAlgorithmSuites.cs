namespace SecureConversation.ServiceModel;

/// <summary>
/// The algorithm suites of WCF that its client for .NET lacks. With this namespace imported they are found where they were,
/// <c>SecurityAlgorithmSuite.Basic128Rsa15</c>.
/// </summary>
public static class SecurityAlgorithmSuites
{
    extension(SecurityAlgorithmSuite)
    {
        /// <summary>AES-192, SHA-1, RSA-OAEP.</summary>
        public static SecurityAlgorithmSuite Basic192 => Of(EngineBinding.SecurityAlgorithmSuite.Basic192);

        /// <summary>AES-128, SHA-1, RSA-OAEP.</summary>
        public static SecurityAlgorithmSuite Basic128 => Of(EngineBinding.SecurityAlgorithmSuite.Basic128);

        /// <summary>AES-256, SHA-1, RSA 1.5.</summary>
        public static SecurityAlgorithmSuite Basic256Rsa15 => Of(EngineBinding.SecurityAlgorithmSuite.Basic256Rsa15);

        /// <summary>AES-192, SHA-1, RSA 1.5.</summary>
        public static SecurityAlgorithmSuite Basic192Rsa15 => Of(EngineBinding.SecurityAlgorithmSuite.Basic192Rsa15);

        /// <summary>AES-128, SHA-1, RSA 1.5.</summary>
        public static SecurityAlgorithmSuite Basic128Rsa15 => Of(EngineBinding.SecurityAlgorithmSuite.Basic128Rsa15);

        /// <summary>3DES, SHA-1, RSA 1.5.</summary>
        public static SecurityAlgorithmSuite TripleDesRsa15 => Of(EngineBinding.SecurityAlgorithmSuite.TripleDesRsa15);

        /// <summary>AES-192, SHA-256, RSA-OAEP.</summary>
        public static SecurityAlgorithmSuite Basic192Sha256 => Of(EngineBinding.SecurityAlgorithmSuite.Basic192Sha256);

        /// <summary>AES-128, SHA-256, RSA-OAEP.</summary>
        public static SecurityAlgorithmSuite Basic128Sha256 => Of(EngineBinding.SecurityAlgorithmSuite.Basic128Sha256);

        /// <summary>3DES, SHA-256, RSA-OAEP.</summary>
        public static SecurityAlgorithmSuite TripleDesSha256 => Of(EngineBinding.SecurityAlgorithmSuite.TripleDesSha256);

        /// <summary>AES-256, SHA-256, RSA 1.5.</summary>
        public static SecurityAlgorithmSuite Basic256Sha256Rsa15 => Of(EngineBinding.SecurityAlgorithmSuite.Basic256Sha256Rsa15);

        /// <summary>AES-192, SHA-256, RSA 1.5.</summary>
        public static SecurityAlgorithmSuite Basic192Sha256Rsa15 => Of(EngineBinding.SecurityAlgorithmSuite.Basic192Sha256Rsa15);

        /// <summary>AES-128, SHA-256, RSA 1.5.</summary>
        public static SecurityAlgorithmSuite Basic128Sha256Rsa15 => Of(EngineBinding.SecurityAlgorithmSuite.Basic128Sha256Rsa15);

        /// <summary>3DES, SHA-256, RSA 1.5.</summary>
        public static SecurityAlgorithmSuite TripleDesSha256Rsa15 => Of(EngineBinding.SecurityAlgorithmSuite.TripleDesSha256Rsa15);
    }

    private static SecurityAlgorithmSuite Of(EngineBinding.SecurityAlgorithmSuite suite) => Translation.FromEngine(suite);
}
