using Microsoft.Extensions.DependencyInjection;
using SecureConversation.Configuration;
using CoreValidator = CoreWCF.IdentityModel.Selectors.UserNamePasswordValidator;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>Applies the behavior of a service to its host.</summary>
internal static class ConfiguredBehaviors
{
    /// <exception cref="ServiceModelConfigurationException">A certificate, file or type is not found, or not offered.</exception>
    public static void Apply(ConfiguredService service, string? hosted, ServiceHostBase host, IServiceProvider services)
    {
        host.OpenTimeout = service.OpenTimeout;
        host.CloseTimeout = service.CloseTimeout;
        var behavior = service.Behavior;
        if (behavior.ServiceCredentials is { } credentials)
        {
            Apply(credentials, host.Credentials, services);
        }

        Apply(behavior.Metadata, service, hosted, host);
        if (behavior.UseRequestHeadersForMetadataAddress)
        {
            host.Description.Behaviors.Add(new UseRequestHeadersForMetadataAddressBehavior());
        }

        if (behavior.ServiceAuthorizationManagerType.Length > 0)
        {
            host.Authorization.ServiceAuthorizationManager = Create<ServiceAuthorizationManager>(
                behavior.ServiceAuthorizationManagerType, services, service.Location,
                "serviceAuthorization/serviceAuthorizationManagerType");
        }
    }

    private static void Apply(ConfiguredServiceCredentials from, ServiceCredentials to, IServiceProvider services)
    {
        to.ServiceCertificate.Certificate = from.ServiceCertificate?.Load() ?? to.ServiceCertificate.Certificate;
        to.ClientCertificate.Certificate = from.ClientCertificate?.Load() ?? to.ClientCertificate.Certificate;
        if (from.ClientCertificateValidation is { } validation)
        {
            var trust = ConfiguredTrust.Of(validation, type => ActivatorUtilities.CreateInstance(services, type));
            var authentication = to.ClientCertificate.Authentication;
            authentication.CertificateValidationMode = trust.Mode;
            authentication.RevocationMode = trust.RevocationMode;
            authentication.TrustedStoreLocation = trust.TrustedStoreLocation;
            authentication.CustomCertificateValidator = trust.CustomValidator ?? authentication.CustomCertificateValidator;
        }

        var windows = to.WindowsAuthentication;
        windows.AllowAnonymousLogons = from.AllowAnonymousLogons ?? windows.AllowAnonymousLogons;
        windows.IncludeWindowsGroups = from.IncludeWindowsGroups ?? windows.IncludeWindowsGroups;
        if (from.UserNameValidation is not { } mode)
        {
            return;
        }

        if (mode == ConfiguredUserNameValidation.Custom
            && Type.GetType(from.CustomUserNamePasswordValidatorType, throwOnError: false) is { } type
            && type.IsAssignableTo(typeof(CoreValidator)))
        {
            to.UserNameAuthentication.CustomUserNamePasswordValidator = (CoreValidator)ActivatorUtilities.CreateInstance(services, type);
        }
        else
        {
            // The other modes are refused by this in words.
            var others = @from with { ServiceCertificate = null, ClientCertificateValidation = null };
            to.UserNameAuthentication.CustomUserNamePasswordValidator = new EngineValidator(
                others.ToServiceCredentials().UserNamePasswordValidator ?? throw ConfiguredRefusal.Of(
                    from.Location, "serviceCredentials/userNameAuthentication",
                    $"'{from.CustomUserNamePasswordValidatorType}' makes identities of its own, which CoreWCF takes from no validator.",
                    "Derive it from CoreWCF.IdentityModel.Selectors.UserNamePasswordValidator."));
        }

        to.UserNameAuthentication.UserNamePasswordValidationMode = UserNamePasswordValidationMode.Custom;
    }

    // CoreWCF gives all services one behavior, and each service of a file has its own settings.
    private static void Apply(ConfiguredServiceMetadata? from, ConfiguredService service, string? hosted, ServiceHostBase host)
    {
        host.Description.Behaviors.Remove<ServiceMetadataBehavior>();
        if (from is null)
        {
            return;
        }

        var to = new ServiceMetadataBehavior
        {
            HttpGetEnabled = from.HttpGetEnabled,
            HttpGetUrl = HostedPaths.MetadataPath(from.HttpGetUrl, Uri.UriSchemeHttp, service, hosted),
            HttpsGetEnabled = from.HttpsGetEnabled,
            HttpsGetUrl = HostedPaths.MetadataPath(from.HttpsGetUrl, Uri.UriSchemeHttps, service, hosted),
            ExternalMetadataLocation = from.ExternalMetadataLocation,
        };
        if (to.MetadataExporter is WsdlExporter exporter)
        {
            // Default is Policy12, as in WCF.
            exporter.PolicyVersion =
                from.PolicyVersion == nameof(PolicyVersion.Policy15) ? PolicyVersion.Policy15 : PolicyVersion.Policy12;
        }

        host.Description.Behaviors.Add(to);
    }

    private static T Create<T>(string typeName, IServiceProvider services, ConfigurationLocation location, string path)
        where T : class =>
        Type.GetType(typeName, throwOnError: false) is { } type && type.IsAssignableTo(typeof(T))
            ? (T)ActivatorUtilities.CreateInstance(services, type)
            : throw ConfiguredRefusal.Of(location, path, $"'{typeName}' is no {typeof(T).FullName} of the application.",
                "Write \"Namespace.Type, Assembly\", and derive it from that class of CoreWCF.");

    private sealed class EngineValidator(EngineCredentials.UserNamePasswordValidator validator) : CoreValidator
    {
        public override async ValueTask ValidateAsync(string userName, string password)
        {
            if (!await validator.ValidateAsync(userName, password, CancellationToken.None).ConfigureAwait(false))
            {
                throw new StackTokenValidationException("The user name or its password is wrong.");
            }
        }
    }
}
