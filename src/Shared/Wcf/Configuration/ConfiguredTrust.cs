using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Configuration;

namespace SecureConversation.Shared;

/// <summary>How certificates are validated, in the words of the stack.</summary>
internal sealed record ConfiguredTrust
{
    public required X509CertificateValidationMode Mode { get; init; }

    public required X509RevocationMode RevocationMode { get; init; }

    public required StoreLocation TrustedStoreLocation { get; init; }

    public StackCertificateValidator? CustomValidator { get; init; }

    /// <param name="from">What the file says.</param>
    /// <param name="create">Makes an object of a type of the stack that the file names.</param>
    /// <exception cref="ServiceModelConfigurationException">A type or file of the configuration is of no use.</exception>
    public static ConfiguredTrust Of(ConfiguredCertificateValidation from, Func<Type, object> create)
    {
        var validator = Validator(from, create);
        return new()
        {
            Mode = validator is null ? Translation.ByName<X509CertificateValidationMode>(from.Mode) : X509CertificateValidationMode.Custom,
            RevocationMode = from.RevocationMode,
            TrustedStoreLocation = from.TrustedStoreLocation,
            CustomValidator = validator,
        };
    }

    [SuppressMessage("Trimming", "IL2057", Justification = "WCF cannot be trimmed.")]
    private static StackCertificateValidator? Validator(ConfiguredCertificateValidation from, Func<Type, object> create)
    {
        if (from.Mode == EngineCredentials.X509CertificateValidationMode.Custom)
        {
            return from.CustomValidatorType.Length > 0 && Type.GetType(from.CustomValidatorType, throwOnError: false) is { } type
                && type.IsAssignableTo(typeof(StackCertificateValidator))
                ? (StackCertificateValidator)create(type)
                : new CalledValidator(from.ToCertificateValidationOptions().CustomValidator!);
        }

        return (from.TrustedRootsFileName ?? from.TrustedPeopleFileName) is not null
            && from.Mode != EngineCredentials.X509CertificateValidationMode.None
            ? new FileTrustValidator(from.ToCertificateValidationOptions())
            : null;
    }

    private sealed class CalledValidator(Func<X509Certificate2, X509Chain?, bool> validate) : StackCertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
            if (!validate(certificate, null))
            {
                throw new StackTokenValidationException($"The certificate {certificate?.Subject} is not accepted.");
            }
        }
    }
}
