namespace SecureConversation.Cli.Migration;

/// <summary>What lines of WCF code become: the guide docs/migrating-from-wcf.md as a table.</summary>
internal static class Lines
{
    private const string Ours = "SecureConversation.ServiceModel (clients) or SecureConversation.CoreWCF (services)";

    /// <summary>How services are hosted with their file.</summary>
    public const string HostRemedy = "Host it with CoreWCF and SecureConversation.CoreWCF: "
        + "builder.AddServiceModelConfiguration(\"Web.config\"), app.UseServiceModelConfiguration().";

    private const string OverTransport = "Credentials over a protected transport are the business of the stack.";

    /// <summary>A file without any of these says nothing about WCF.</summary>
    public static readonly string[] Hints =
    [
        "ServiceModel", "CoreWCF", "HttpBinding", "NetTcpBinding", "SecurityBindingElement", "ClientBase", "ChannelFactory",
        "ServiceHost", "Contract",
    ];

    // WCF's factories that the engine knows; the others of SecurityBindingElement are of the transport.
    private static readonly HashSet<string> OfferedFactories =
    [
        "CreateMutualCertificateBindingElement", "CreateMutualCertificateDuplexBindingElement",
        "CreateAnonymousForCertificateBindingElement", "CreateUserNameForCertificateBindingElement",
        "CreateSecureConversationBindingElement", "CreateIssuedTokenBindingElement", "CreateIssuedTokenForCertificateBindingElement",
        "CreateIssuedTokenForSslBindingElement", "CreateSslNegotiationBindingElement", "CreateUserNameForSslBindingElement",
        "CreateSspiNegotiationBindingElement",
    ];

    private static readonly Dictionary<string, string> RefusedFactories = new()
    {
        ["CreateKerberosBindingElement"] = "Kerberos tokens without a negotiation are not offered.",
    };

    public static SourceLine? Creation(string type, Argument first) => type switch
    {
        "WSHttpBinding" or "WS2007HttpBinding" or "WSFederationHttpBinding" or "WS2007FederationHttpBinding"
            when first.Name is { } name => Changes($"new {first.Type}(\"{name}\")",
            "The binding comes from the configuration file, which the stacks do not read.",
            $"Use ServiceModelConfiguration.Load(path).GetBinding(kind, \"{name}\").ToBinding(), or write it in code."),
        "WSHttpBinding" or "WS2007HttpBinding" when first.IsMissing => Changes($"new {first.Type}()",
            "Its mode is Message unless other lines set it; the stack's own binding throws for that.",
            $"Use the class of that name of {Ours}."),
        "WSHttpBinding" or "WS2007HttpBinding" when first.IsMessage => Changes($"new {first.Type}({first.Member})",
            "The stack's own binding throws for the mode Message.", $"Use the class of that name of {Ours}."),
        "BasicHttpBinding" when first.IsMessage => Changes($"new {first.Type}({first.Member})",
            "The stack's own binding refuses the mode Message.", $"Use the class of that name of {Ours}."),
        "NetTcpBinding" when first.IsMessage => Changes($"new {first.Type}({first.Member})",
            "The stack's own binding throws for the mode Message.", $"Use the class of that name of {Ours}."),
        "WSDualHttpBinding" => NotOffered($"new {first.Type}", "Duplex over HTTP is not offered.",
            $"Use NetTcpBinding of {Ours}, which has callbacks, or replace callbacks by requests of the client."),
        "WSFederationHttpBinding" or "WS2007FederationHttpBinding" => Changes($"new {first.Type}",
            "The client stack has no such class, and that of CoreWCF throws for the mode Message.",
            $"Use the class of that name of {Ours}."),
        "SymmetricSecurityBindingElement" or "AsymmetricSecurityBindingElement" => Changes($"new {first.Type}",
            "The stacks have no working element of that name.",
            $"Use new MessageSecurityBindingElement(new SecureConversation.Binding.{type} {{ ... }}), with the same properties."),
        "ReliableSessionBindingElement" => Changes($"new {first.Type}",
            "The client has reliable sessions above message security; a CoreWCF host has none.",
            "Put it above the MessageSecurityBindingElement of a client; where the service moves too, leave it out at both ends."),
        "DuplexChannelFactory" => NotOffered($"new {first.Type}", "Contracts with callbacks are not offered.",
            "Replace callbacks by requests of the client."),
        "ChannelFactory" when first.Name is { } name => Changes($"new {first.Type}(\"{name}\")",
            "The endpoint comes from the configuration file, which the stack does not read.",
            "Use SecureConversation.ServiceModel.Configuration.ChannelFactory<T>, which reads it."),
        "ServiceHost" => Changes($"new {first.Type}", "Modern .NET has no ServiceHost.",
            HostRemedy),
        _ => null,
    };

    public static SourceLine? Factory(string method)
    {
        var subject = $"SecurityBindingElement.{method}";
        if (OfferedFactories.Contains(method))
        {
            return Changes(subject, "The stacks do not have it, or throw.", $"Use MessageSecurityBindingElement.{method} of {Ours}.");
        }

        return RefusedFactories.TryGetValue(method, out var reason)
            ? NotOffered(subject, reason, "Use CreateSspiNegotiationBindingElement of MessageSecurityBindingElement at both "
                + "ends, which takes the same tickets.")
            : method.EndsWith("OverTransportBindingElement", StringComparison.Ordinal)
                ? new SourceLine { Verdict = Verdict.Stack, Subject = subject, Text = OverTransport }
                : null;
    }

    public static SourceLine? Assignment(string property, string value, string? type) => (property, value) switch
    {
        ("Mode", "Message") => Changes("Security.Mode = Message", "The stack's own bindings throw for the mode Message.",
            $"Create the binding from {Ours}."),
        ("ClientCredentialType", "IssuedToken") => NotOffered($"{property} = {value}",
            "Issued tokens are not offered with message security.",
            "Use Certificate, UserName or None at both ends."),
        _ => null,
    };

    public static SourceLine? Attribute(string name, IReadOnlySet<string> arguments)
    {
        var plain = name.EndsWith("Attribute", StringComparison.Ordinal) ? name[..^"Attribute".Length] : name;
        return plain switch
        {
            "ServiceContract" when arguments.Contains("CallbackContract") => NotOffered($"[{plain}(CallbackContract)]",
                "Contracts with callbacks are not offered.", "Replace callbacks by requests of the client."),
            "ServiceContract" or "OperationContract" or "MessageContract" or "MessageHeader" or "MessageBodyMember"
                when arguments.Contains("ProtectionLevel") => Changes($"[{plain}(ProtectionLevel)]", "The stacks do not have the property.",
                    "Put [ProtectionLevel(...)] of the namespace SecureConversation beside it, and [UseProtectionLevels] on contracts of "
                    + "clients."),
            "FaultContract" when arguments.Contains("ProtectionLevel") => Changes($"[{plain}(ProtectionLevel)]",
                "The stacks do not have the property.",
                "Put [ProtectionLevel(..., Fault = typeof(T))] of the namespace SecureConversation on the operation."),
            _ => null,
        };
    }

    public static SourceLine? Base(string name, string written, string? declared) => name switch
    {
        "ClientBase" => Changes($"proxy {declared} : {written}", "The stack's ClientBase<T> reads no configuration file.",
            "Derive from SecureConversation.ServiceModel.Configuration.ClientBase<T>, which does, or "
                + "give the constructor a binding and an address."),
        "DuplexClientBase" => NotOffered($"proxy {declared} : {written}", "Contracts with callbacks are not offered.",
            "Replace callbacks by requests of the client."),
        "ServiceHost" or "ServiceHostFactory" or "ServiceHostFactoryBase" => Changes($"class {declared} : {written}",
            "CoreWCF has hosts of ASP.NET Core, and no factories of them.", HostRemedy),
        "ClientCredentials" or "ServiceCredentials" => Changes($"class {declared} : {written}",
            "Its properties are read; its CreateSecurityTokenManager is not called.", "Say in properties what the token manager did."),
        "WSHttpBinding" or "WS2007HttpBinding" or "WSFederationHttpBinding" or "WS2007FederationHttpBinding" => Changes(
            $"class {declared} : {written}", "The stack's own binding throws for the mode Message.",
            $"Derive from the class of that name of {Ours}."),
        _ => null,
    };

    private static SourceLine Changes(string subject, string text, string remedy) =>
        new() { Verdict = Verdict.Changes, Subject = subject, Text = text, Remedy = remedy };

    private static SourceLine NotOffered(string subject, string text, string remedy) =>
        new() { Verdict = Verdict.NotOffered, Subject = subject, Text = text, Remedy = remedy };
}
