using SecureConversation.Credentials;

namespace SecureConversation.Configuration;

/// <summary>Who checks user names and passwords (<c>userNamePasswordValidationMode</c>).</summary>
public enum ConfiguredUserNameValidation
{
    /// <summary>Windows: the default of WCF, which is not offered here.</summary>
    Windows,
    /// <summary>A membership provider of ASP.NET, which .NET does not have.</summary>
    MembershipProvider,
    /// <summary>A type of the application.</summary>
    Custom,
}

/// <summary>A <c>&lt;serviceCredentials&gt;</c>.</summary>
public sealed record ConfiguredServiceCredentials
{
    /// <summary>Where it stands.</summary>
    public required ConfigurationLocation Location { get; init; }

    /// <summary>The certificate of the service; null where the file gives none.</summary>
    public ConfiguredCertificate? ServiceCertificate { get; init; }

    /// <summary>The certificate of a client for requests of the service to it (duplex); null where the file gives none.</summary>
    public ConfiguredCertificate? ClientCertificate { get; init; }

    /// <summary>How certificates of clients are validated; null for the defaults of WCF.</summary>
    public ConfiguredCertificateValidation? ClientCertificateValidation { get; init; }

    /// <summary>Who checks user names; null where the file says nothing, which is Windows in WCF.</summary>
    public ConfiguredUserNameValidation? UserNameValidation { get; init; }

    /// <summary>The type that checks user names in mode Custom; empty where the file gives none.</summary>
    public string CustomUserNamePasswordValidatorType { get; init; } = "";

    /// <summary>Whether clients without an account are taken (<c>windowsAuthentication</c>); null where the file says nothing.</summary>
    public bool? AllowAnonymousLogons { get; init; }

    /// <summary>Whether groups of Windows are claims (<c>windowsAuthentication</c>); null where the file says nothing.</summary>
    public bool? IncludeWindowsGroups { get; init; }

    internal TypeActivator Activator { get; init; } = TypeActivator.Default;

    /// <summary>
    /// The credentials of the engine. A <c>customUserNamePasswordValidatorType</c> is an <see cref="UserNamePasswordValidator"/> or an
    /// <see cref="IUserNameAuthenticator"/> of this library; <see cref="ServiceModelConfigurationOptions.CreateInstance"/> makes one of
    /// another type. The caller disposes of the certificates.
    /// </summary>
    /// <exception cref="ServiceModelConfigurationException">
    /// A certificate or type is not found, or user names are checked by Windows or a membership provider.
    /// </exception>
    public ServiceCredentials ToServiceCredentials()
    {
        var validator = UserNameValidation switch
        {
            null => null,
            ConfiguredUserNameValidation.Custom => Activator.UserNameValidator(CustomUserNamePasswordValidatorType, Location),
            ConfiguredUserNameValidation.MembershipProvider => throw ProblemFactory.Exception(
                Location,
                "serviceCredentials/userNameAuthentication",
                "userNamePasswordValidationMode=\"MembershipProvider\" is not offered: .NET has no membership providers.",
                "Write Custom and the type of a UserNamePasswordValidator that asks the store of your users."),
            _ => throw ProblemFactory.Exception(
                Location,
                "serviceCredentials/userNameAuthentication",
                "userNamePasswordValidationMode=\"Windows\" is not offered: Windows accounts are checked on Windows only.",
                "Write Custom and the type of a UserNamePasswordValidator, which may ask the directory (LDAP)."),
        };
        return new()
        {
            ServiceCertificate = ServiceCertificate is null ? null : CredentialLoader.WithKey(ServiceCertificate),
            ClientCertificateValidation = ClientCertificateValidation?.ToCertificateValidationOptions() ?? new(),
            UserNamePasswordValidator = validator as UserNamePasswordValidator,
            WindowsAuthentication = new()
            {
                AllowAnonymousLogons = AllowAnonymousLogons ?? false,
                IncludeWindowsGroups = IncludeWindowsGroups ?? true,
            },
            UserNameAuthenticator = validator as IUserNameAuthenticator,
        };
    }
}
