using static SecureConversation.Configuration.Schema.Attributes;

namespace SecureConversation.Configuration.Schema;

/// <summary>The sections <c>client</c> and <c>services</c>, and the addresses in them.</summary>
internal static class EndpointSchema
{
    public static ElementSchema Headers { get; } = new("headers") { IsRaw = true };

    public static ElementSchema Identity { get; } = new ElementSchema("identity").With(() =>
    [
        new ElementSchema("userPrincipalName").With(Text("value")),
        new ElementSchema("servicePrincipalName").With(Text("value")),
        new ElementSchema("dns").With(Text("value")),
        new ElementSchema("rsa").With(Text("value")),
        new ElementSchema("certificate").With(Text("encodedValue")),
        BehaviorSchema.Certificate("certificateReference", local: "LocalMachine")
            .With(Flag("isChainIncluded").Ignored("An identity is the certificate itself; its chain is not published.")),
    ]);

    public static ElementSchema Client { get; } = new ElementSchema("client") { IsCollection = true }.With(() =>
    [
        new ElementSchema("endpoint") { Key = ["contract", "name"] }
            .With(
                Text("name"),
                Address("address"),
                Text("binding"),
                Text("bindingConfiguration"),
                Text("contract"),
                Text("behaviorConfiguration"),
                Text("kind").Refused("Standard endpoints of clients are not offered.", "Write address, binding and contract."),
                Text("endpointConfiguration").Refused(
                    "Standard endpoints of clients are not offered.", "Write address, binding and contract."))
            .With(() => [Headers, Identity]),
        new ElementSchema("metadata").Ignored("Importers are extensions of svcutil and of .NET Framework."),
    ]);

    public static ElementSchema Services { get; } = new ElementSchema("services") { IsCollection = true }.With(() =>
    [
        new ElementSchema("service") { Key = ["name"], IsCollection = true }
            .With(Text("name").Required(), Text("behaviorConfiguration"))
            .With(() => [ServiceEndpoint, Host]),
    ]);

    private static ElementSchema Host => new ElementSchema("host").With(() =>
    [
        new ElementSchema("baseAddresses").WithItems(new ElementSchema("add").With(Text("baseAddress").Required()), "baseAddress"),
        new ElementSchema("timeouts").With(Time("closeTimeout", "00:00:10"), Time("openTimeout", "00:01:00")),
    ]);

    private static ElementSchema ServiceEndpoint => new ElementSchema("endpoint")
    {
        Key =
        [
            "address", "binding", "bindingConfiguration", "bindingName", "bindingNamespace", "contract", "kind", "endpointConfiguration",
        ],
    }
        .With(
            Text("name"),
            Text("address"),
            Text("binding"),
            Text("bindingConfiguration"),
            Text("contract"),
            Text("behaviorConfiguration"),
            Text("bindingName"),
            Text("bindingNamespace"),
            Address("listenUri"),
            Word("listenUriMode", "Explicit", "Explicit", "Unique").Refused(
                "Addresses that the host makes unique are not offered.", "Write the address."),
            Flag("isSystemEndpoint").Ignored("Endpoints are not told apart by whose they are."),
            Text("kind"),
            Text("endpointConfiguration").Refused("Settings of standard endpoints are not offered.", "Write them on the endpoint."))
        .With(() => [Headers, Identity]);
}
