namespace SecureConversation.Shared;

/// <summary>Settings of a WCF stack in the types of the engine, and back. Both have WCF's names, so names are what is translated.</summary>
internal static partial class Translation
{
    /// <exception cref="ArgumentOutOfRangeException">The value has no name in the other type.</exception>
    public static T ByName<T>(Enum value)
        where T : struct, Enum => Enum.TryParse<T>(value.ToString(), out var known) && Enum.IsDefined(known)
            ? known
            : throw new ArgumentOutOfRangeException(nameof(value), value, $"Not one of {typeof(T).Name}.");

    /// <summary>The suite of the engine that equals another in all its properties, also where that is one of the application's.</summary>
    /// <exception cref="ArgumentException">The engine has no such suite.</exception>
    public static EngineBinding.SecurityAlgorithmSuite ToEngine(SecurityAlgorithmSuite suite)
    {
        ArgumentNullException.ThrowIfNull(suite);
        return EngineBinding.SecurityAlgorithmSuite.TryParse(suite.ToString()!, out var named)
                && FromEngine(named).GetType() == suite.GetType()
            ? named
            : EngineBinding.SecurityAlgorithmSuite.All.FirstOrDefault(known => AreEqual(known, suite))
            ?? throw new ArgumentException($"The algorithm suite '{suite}' is not offered: choose one of "
                + $"{string.Join(", ", EngineBinding.SecurityAlgorithmSuite.All)}, or one that equals it in all properties and key "
                + "lengths.");
    }

    // A name proves nothing: the application may have overridden what it stands for.
    private static bool AreEqual(EngineBinding.SecurityAlgorithmSuite known, SecurityAlgorithmSuite suite) =>
        known.DefaultCanonicalizationAlgorithm == suite.DefaultCanonicalizationAlgorithm
        && known.DefaultDigestAlgorithm == suite.DefaultDigestAlgorithm
        && known.DefaultEncryptionAlgorithm == suite.DefaultEncryptionAlgorithm
        && known.DefaultSymmetricSignatureAlgorithm == suite.DefaultSymmetricSignatureAlgorithm
        && known.DefaultAsymmetricSignatureAlgorithm == suite.DefaultAsymmetricSignatureAlgorithm
        && known.DefaultSymmetricKeyWrapAlgorithm == suite.DefaultSymmetricKeyWrapAlgorithm
        && known.DefaultAsymmetricKeyWrapAlgorithm == suite.DefaultAsymmetricKeyWrapAlgorithm
        && known.DefaultEncryptionKeyDerivationLength == suite.DefaultEncryptionKeyDerivationLength
        && known.DefaultSignatureKeyDerivationLength == suite.DefaultSignatureKeyDerivationLength
        && known.DefaultSymmetricKeyLength == suite.DefaultSymmetricKeyLength
        && SymmetricLengths.All(n => known.IsSymmetricKeyLengthSupported(n) == suite.IsSymmetricKeyLengthSupported(n))
        && AsymmetricLengths.All(n => known.IsAsymmetricKeyLengthSupported(n) == suite.IsAsymmetricKeyLengthSupported(n));

    // The lengths that keys have, and those next to the bounds of the suites.
    private static readonly int[] SymmetricLengths = [64, 112, 127, 128, 168, 191, 192, 255, 256, 257, 384, 512];
    private static readonly int[] AsymmetricLengths = [512, 1023, 1024, 1536, 2048, 3072, 4096, 4097, 8192, 16384];

    public static EngineBinding.MessageSecurityVersion ToEngine(MessageSecurityVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        return EngineBinding.MessageSecurityVersion.Parse(version.ToString()!);
    }

    // By reflection: System.ServiceModel has all six properties where it runs, but not in its reference assembly.
    public static MessageSecurityVersion FromEngine(EngineBinding.MessageSecurityVersion version) =>
        (MessageSecurityVersion?)typeof(MessageSecurityVersion).GetProperty(version.Name)?.GetValue(null)
        ?? throw new NotSupportedException($"This version of WCF has no MessageSecurityVersion {version.Name}.");

    /// <exception cref="InvalidOperationException">The version is not one of SOAP.</exception>
    public static EngineBinding.MessageVersion ToEngine(MessageVersion version)
    {
        if (version.Envelope == EnvelopeVersion.None)
        {
            throw new InvalidOperationException("Message security needs SOAP: choose a MessageVersion of the encoder other than None.");
        }

        return EngineBinding.MessageVersion.Create(
            version.Envelope == EnvelopeVersion.Soap11 ? EngineBinding.SoapVersion.Soap11 : EngineBinding.SoapVersion.Soap12,
            version.Addressing == AddressingVersion.WSAddressing10 ? EngineBinding.AddressingVersion.WSAddressing10
                : version.Addressing == AddressingVersion.None ? EngineBinding.AddressingVersion.None
                : EngineBinding.AddressingVersion.WSAddressingAugust2004);
    }

    public static MessageVersion FromEngine(EngineBinding.MessageVersion version) => MessageVersion.CreateVersion(
        version.Soap == EngineBinding.SoapVersion.Soap11 ? EnvelopeVersion.Soap11 : EnvelopeVersion.Soap12,
        version.Addressing switch
        {
            EngineBinding.AddressingVersion.WSAddressing10 => AddressingVersion.WSAddressing10,
            EngineBinding.AddressingVersion.None => AddressingVersion.None,
            _ => AddressingVersion.WSAddressingAugust2004,
        });

    /// <summary>
    /// The token of the session that an element establishes, which protects messages or, where the transport does, is the first that
    /// endorses; null when it establishes none.
    /// </summary>
    public static EngineBinding.SecureConversationSecurityTokenParameters? Session(EngineBinding.SecurityBindingElement element) =>
        element switch
        {
            EngineBinding.SymmetricSecurityBindingElement symmetric => symmetric.ProtectionTokenParameters,
            EngineBinding.TransportSecurityBindingElement { EndpointSupportingTokenParameters.Endorsing: [var first, ..] } => first,
            _ => null,
        } as EngineBinding.SecureConversationSecurityTokenParameters;

    /// <summary>The element with its session changed; the element as it is when it establishes none.</summary>
    public static EngineBinding.SecurityBindingElement WithSession(EngineBinding.SecurityBindingElement element,
        Func<EngineBinding.SecureConversationSecurityTokenParameters, EngineBinding.SecureConversationSecurityTokenParameters> change) =>
        Session(element) is not { } session
            ? element
            : element is EngineBinding.SymmetricSecurityBindingElement symmetric
                ? symmetric with { ProtectionTokenParameters = change(session) }
                : element with
                {
                    EndpointSupportingTokenParameters = element.EndpointSupportingTokenParameters with
                    {
                        Endorsing = [change(session), .. element.EndpointSupportingTokenParameters.Endorsing[1..]],
                    },
                };
}
