using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using static SecureConversation.Configuration.Schema.Attributes;

namespace SecureConversation.Configuration.Schema;

/// <summary>The section <c>behaviors</c>.</summary>
internal static class BehaviorSchema
{
    private const string NoWindows = "There is no impersonation, and nothing but a Windows account is mapped to one.";
    private const string UseCertificates = "Give clients certificates, user names, or Windows accounts of the binding.";
    private const string NoEventLog = "The log of the host names each refusal, not an event log.";
    private const string NoIssued = "Issued tokens are not offered.";

    public static ElementSchema Behaviors { get; } = new ElementSchema("behaviors").With(() =>
    [
        new ElementSchema("endpointBehaviors").WithItems(EndpointBehavior, "name"),
        new ElementSchema("serviceBehaviors").WithItems(ServiceBehavior, "name"),
    ]);

    private static ElementSchema EndpointBehavior => new ElementSchema("behavior") { IsMerged = true }.With(Text("name")).With(() =>
    [
        ClientCredentialsSchema.Element,
        new ElementSchema("clientVia").With(Address("viaUri")),
        DataContractSerializer,
        new ElementSchema("callbackDebug").With(Flag("includeExceptionDetailInFaults")),
        new ElementSchema("callbackTimeouts").With(Time("transactionTimeout", "00:00:00").Ignored("Transactions do not flow.")),
        new ElementSchema("synchronousReceive").Ignored("How a host receives is its own business."),
        new ElementSchema("dispatcherSynchronization").With(
            Flag("asynchronousSendEnabled").Ignored("All sending is asynchronous."),
            Number("maxPendingReceives", 1, minimum: 1).Ignored("How a host receives is its own business.")),
        new ElementSchema("transactedBatching").Ignored("Transactions do not flow."),
        new ElementSchema("webHttp").Refused("REST has no message security.", "Host it with ASP.NET Core."),
        new ElementSchema("enableWebScript").Refused("REST has no message security.", "Host it with ASP.NET Core."),
    ]);

    private static ElementSchema ServiceBehavior => new ElementSchema("behavior") { IsMerged = true }.With(Text("name")).With(() =>
    [
        ServiceCredentialsSchema.Element,
        ServiceMetadata,
        ServiceDebug,
        new ElementSchema("serviceThrottling").With(
            Number("maxConcurrentCalls", 16, minimum: 1),
            Number("maxConcurrentSessions", 100, minimum: 1),
            Number("maxConcurrentInstances", 116, minimum: 1)),
        DataContractSerializer,
        ServiceAuthorization,
        new ElementSchema("serviceTimeouts").With(Time("transactionTimeout", "00:00:00").Ignored("Transactions do not flow.")),
        new ElementSchema("serviceSecurityAudit").With(
            Word("auditLogLocation", "Default", "Default", "Application", "Security").Ignored(NoEventLog),
            Flag("suppressAuditFailure", true).Ignored(NoEventLog),
            Audit("serviceAuthorizationAuditLevel"),
            Audit("messageAuthenticationAuditLevel")),
        new ElementSchema("useRequestHeadersForMetadataAddress").With(() =>
        [
            new ElementSchema("defaultPorts").Refused("Ports of metadata addresses are not offered.", "Leave the element empty."),
        ]),
        new ElementSchema("serviceAuthenticationManager").With(
            Text("serviceAuthenticationManagerType").Refused(
                "Authentication managers are not offered.", "Register an authenticator with the services of the application."),
            Text("authenticationSchemes", "None").Refused("The host chooses the schemes of HTTP.", "Set them in ASP.NET Core.")),
        new ElementSchema("persistenceProvider").Refused("Durable services are not offered.", "Keep the state in the application."),
        new ElementSchema("workflowRuntime").Refused("Workflow services are not offered.", "Move the operations into a class."),
        new ElementSchema("routing").Refused("The router is not offered.", "Use a reverse proxy."),
        new ElementSchema("serviceDiscovery").Refused("WS-Discovery is not offered.", "Give clients the address."),
    ]);

    private static ElementSchema ServiceMetadata => new ElementSchema("serviceMetadata").With(
        Flag("httpGetEnabled"),
        Address("httpGetUrl"),
        Flag("httpsGetEnabled"),
        Address("httpsGetUrl"),
        Address("externalMetadataLocation"),
        Word("policyVersion", "Default", "Default", "Policy12", "Policy15"),
        OwnBinding("httpGetBinding"),
        OwnBinding("httpGetBindingConfiguration"),
        OwnBinding("httpsGetBinding"),
        OwnBinding("httpsGetBindingConfiguration"));

    private static ElementSchema ServiceDebug => new ElementSchema("serviceDebug").With(
        Flag("includeExceptionDetailInFaults"),
        Flag("httpHelpPageEnabled", true),
        Address("httpHelpPageUrl"),
        Flag("httpsHelpPageEnabled", true),
        Address("httpsHelpPageUrl"),
        OwnBinding("httpHelpPageBinding"),
        OwnBinding("httpHelpPageBindingConfiguration"),
        OwnBinding("httpsHelpPageBinding"),
        OwnBinding("httpsHelpPageBindingConfiguration"));

    private static ElementSchema DataContractSerializer => new ElementSchema("dataContractSerializer").With(
        Flag("ignoreExtensionDataObject"), Number("maxItemsInObjectGraph", int.MaxValue));

    private static ElementSchema ServiceAuthorization => new ElementSchema("serviceAuthorization")
        .With(
            Word("principalPermissionMode", "UseWindowsGroups", "None", "UseWindowsGroups", "UseAspNetRoles", "Custom", "Always").Refused(
                "Principals of .NET Framework are not offered.", "Give users roles in an authenticator, and use policies of ASP.NET Core."),
            Text("roleProviderName").Refused(".NET has no role providers.", "Give users roles in an authenticator."),
            Flag("impersonateCallerForAllOperations").Refused(NoWindows, UseCertificates),
            Flag("impersonateOnSerializingReply").Refused(NoWindows, UseCertificates),
            Text("serviceAuthorizationManagerType"))
        .With(() =>
        [
            new ElementSchema("authorizationPolicies").Refused(
                "Authorization policies by type are not offered.", "Register them with the host, or use policies of ASP.NET Core."),
        ]);

    /// <summary>A certificate in a store or file.</summary>
    public static ElementSchema Certificate(string name, string local) => new ElementSchema(name).With(
        Text("findValue"),
        Word("storeLocation", local, nameof(StoreLocation.CurrentUser), nameof(StoreLocation.LocalMachine)),
        Word("storeName", "My", [.. Enum.GetNames<StoreName>()]),
        Enumeration("x509FindType", X509FindType.FindBySubjectDistinguishedName),
        // Ours.
        Text("fileName"),
        Text("keyFileName"),
        Text("password"));

    /// <summary>How certificates of the other side are validated.</summary>
    public static ElementSchema Authentication(string name, StoreLocation local) => new ElementSchema(name).With(
        Text("customCertificateValidatorType"),
        Enumeration("certificateValidationMode", X509CertificateValidationMode.ChainTrust),
        Enumeration("revocationMode", X509RevocationMode.Online),
        Enumeration("trustedStoreLocation", local),
        // Ours.
        Text("trustedRootsFileName"),
        Text("trustedPeopleFileName"));

    public static AttributeSchema NotWindows(AttributeSchema attribute) => attribute.Refused(NoWindows, UseCertificates);

    public static AttributeSchema NotIssued(AttributeSchema attribute) => attribute.Refused(NoIssued, UseCertificates);

    public static ElementSchema NotIssued(string name) => new ElementSchema(name).Refused(NoIssued, UseCertificates);

    public static AttributeSchema Entropy(string name) => Enumeration(name, SecurityKeyEntropyMode.CombinedEntropy);

    private static AttributeSchema OwnBinding(string name) =>
        Text(name).Refused("A binding for metadata is not offered.", "Serve the description with the default of the host.");

    private static AttributeSchema Audit(string name) =>
        Word(name, "None", "None", "Success", "Failure", "SuccessOrFailure").Ignored(NoEventLog);
}
