using System.Security.Principal;
using SecureConversation.Configuration.Reading;

namespace SecureConversation.Configuration.Building;

/// <summary>Makes behaviors and credentials of nodes.</summary>
internal sealed class BehaviorBuilder(TypeActivator activator)
{
    private readonly CertificateBuilder _certificates = new(activator);

    public ConfiguredEndpointBehavior Endpoint(ConfigNode node)
    {
        var serializer = node.Child("dataContractSerializer");
        return new()
        {
            Location = node.Location,
            Name = node.Text("name"),
            ClientCredentials = node.Child("clientCredentials") is { } credentials ? ClientCredentials(credentials) : null,
            ClientVia = node.Child("clientVia")?.Get<Uri?>("viaUri"),
            MaxItemsInObjectGraph = serializer?.Get<int>("maxItemsInObjectGraph"),
            IgnoreExtensionDataObject = serializer?.Flag("ignoreExtensionDataObject") ?? false,
            IncludeExceptionDetailInFaults = node.Child("callbackDebug")?.Flag("includeExceptionDetailInFaults") ?? false,
            Problems = node.Problems,
        };
    }

    public ConfiguredServiceBehavior Service(ConfigNode node)
    {
        var serializer = node.Child("dataContractSerializer");
        var throttling = node.Child("serviceThrottling");
        return new()
        {
            Location = node.Location,
            Name = node.Text("name"),
            ServiceCredentials = node.Child("serviceCredentials") is { } credentials ? ServiceCredentials(credentials) : null,
            Metadata = node.Child("serviceMetadata") is { } metadata ? Metadata(metadata) : null,
            Debug = node.Child("serviceDebug") is { } debug ? Debug(debug) : null,
            Throttling = throttling is null ? null : new()
            {
                MaxConcurrentCalls = throttling.Or("maxConcurrentCalls", 0),
                MaxConcurrentSessions = throttling.Or("maxConcurrentSessions", 0),
                MaxConcurrentInstances = throttling.Or("maxConcurrentInstances", 0),
            },
            MaxItemsInObjectGraph = serializer?.Get<int>("maxItemsInObjectGraph"),
            IgnoreExtensionDataObject = serializer?.Flag("ignoreExtensionDataObject") ?? false,
            ServiceAuthorizationManagerType = node.Child("serviceAuthorization")?.Text("serviceAuthorizationManagerType") ?? "",
            UseRequestHeadersForMetadataAddress = node.Child("useRequestHeadersForMetadataAddress") is not null,
            Problems = node.Problems,
        };
    }

    private ConfiguredClientCredentials ClientCredentials(ConfigNode node)
    {
        var service = node.ChildOrDefault("serviceCertificate");
        var scoped = service.ChildOrDefault("scopedCertificates").Children
            .Select(entry => (Uri: entry.Get<Uri?>("targetUri"), Certificate: CertificateBuilder.Certificate(entry), Node: entry))
            .ToList();
        foreach (var (_, _, entry) in scoped.Where(entry => entry.Certificate is null))
        {
            entry.Error("The entry names no certificate.", "Write findValue or fileName.", "findValue");
        }

        return new()
        {
            Location = node.Location,
            ClientCertificate = CertificateBuilder.Certificate(node.Child("clientCertificate")),
            DefaultCertificate = CertificateBuilder.Certificate(service.Child("defaultCertificate")),
            ScopedCertificates =
            [
                .. scoped.Where(entry => entry.Uri is not null && entry.Certificate is not null)
                    .Select(entry => new ConfiguredScopedCertificate { TargetUri = entry.Uri!, Certificate = entry.Certificate! }),
            ],
            ServiceCertificateValidation = _certificates.Validation(service.Child("authentication")),
            SslCertificateValidation = _certificates.Validation(service.Child("sslCertificateAuthentication")),
            AllowNtlm = node.Child("windows")?.Flag("allowNtlm"),
            AllowedImpersonationLevel = node.Child("windows")?.Get<TokenImpersonationLevel>("allowedImpersonationLevel"),
        };
    }

    private ConfiguredServiceCredentials ServiceCredentials(ConfigNode node)
    {
        var client = node.ChildOrDefault("clientCertificate");
        var users = node.Child("userNameAuthentication");
        return new()
        {
            Location = node.Location,
            ServiceCertificate = CertificateBuilder.Certificate(node.Child("serviceCertificate")),
            ClientCertificate = CertificateBuilder.Certificate(client.Child("certificate")),
            ClientCertificateValidation = _certificates.Validation(client.Child("authentication")),
            UserNameValidation = users?.Has("userNamePasswordValidationMode") == true
                ? users.Get<ConfiguredUserNameValidation>("userNamePasswordValidationMode")
                : null,
            CustomUserNamePasswordValidatorType = UserNameType(users),
            AllowAnonymousLogons = node.Child("windowsAuthentication")?.Flag("allowAnonymousLogons"),
            IncludeWindowsGroups = node.Child("windowsAuthentication")?.Flag("includeWindowsGroups"),
            Activator = activator,
        };
    }

    private static string UserNameType(ConfigNode? users)
    {
        if (users is null)
        {
            return "";
        }

        var mode = users.Get<ConfiguredUserNameValidation>("userNamePasswordValidationMode");
        var type = users.Text("customUserNamePasswordValidatorType");
        if (mode == ConfiguredUserNameValidation.Custom && type.Length == 0)
        {
            users.Error(
                "The mode Custom needs a type.", "Write customUserNamePasswordValidatorType.", "userNamePasswordValidationMode", "Custom");
        }
        else if (mode != ConfiguredUserNameValidation.Custom)
        {
            users.NoteWithoutEffect($"The mode {mode} asks no type.", "customUserNamePasswordValidatorType");
        }

        return type;
    }

    private static ConfiguredServiceMetadata Metadata(ConfigNode node) => new()
    {
        HttpGetEnabled = node.Flag("httpGetEnabled"),
        HttpGetUrl = node.Get<Uri?>("httpGetUrl"),
        HttpsGetEnabled = node.Flag("httpsGetEnabled"),
        HttpsGetUrl = node.Get<Uri?>("httpsGetUrl"),
        ExternalMetadataLocation = node.Get<Uri?>("externalMetadataLocation"),
        PolicyVersion = node.Text("policyVersion"),
    };

    private static ConfiguredServiceDebug Debug(ConfigNode node) => new()
    {
        IncludeExceptionDetailInFaults = node.Flag("includeExceptionDetailInFaults"),
        HttpHelpPageEnabled = node.Flag("httpHelpPageEnabled"),
        HttpHelpPageUrl = node.Get<Uri?>("httpHelpPageUrl"),
        HttpsHelpPageEnabled = node.Flag("httpsHelpPageEnabled"),
        HttpsHelpPageUrl = node.Get<Uri?>("httpsHelpPageUrl"),
    };
}
