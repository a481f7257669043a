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

    /// <exception cref="ServiceModelConfigurationException">A type or file of the configuration is of no use.</exception>
    public static ConfiguredTrust Of(ConfiguredCertificateValidation from)
    {
        var validator = Validator(from);
        return new()
        {
            Mode = validator is null ? Translation.ByName<X509CertificateValidationMode>(from.Mode) : X509CertificateValidationMode.Custom,
            RevocationMode = from.RevocationMode,
            TrustedStoreLocation = from.TrustedStoreLocation,
            CustomValidator = validator,
        };
    }

    private static StackCertificateValidator? Validator(ConfiguredCertificateValidation from)
    {
        if (from.Mode == EngineCredentials.X509CertificateValidationMode.Custom)
        {
            return ConfiguredTypes.Create<StackCertificateValidator>(from.CustomValidatorType)
                ?? new CalledValidator(from.ToCertificateValidationOptions().CustomValidator!);
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

/// <summary>Objects of types that a file names, where they are of the stack.</summary>
internal static class ConfiguredTypes
{
    /// <summary>The object; null where the name is not that of such a type.</summary>
    [SuppressMessage("Trimming", "IL2057", Justification = "WCF cannot be trimmed.")]
    public static T? Create<T>(string typeName)
        where T : class =>
        typeName.Length > 0 && Type.GetType(typeName, throwOnError: false) is { } type && type.IsAssignableTo(typeof(T))
            ? (T?)Activator.CreateInstance(type)
            : null;
}
