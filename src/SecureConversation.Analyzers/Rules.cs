using Microsoft.CodeAnalysis;

namespace SecureConversation.Analyzers;

/// <summary>What the analyzers report. An id keeps its meaning for ever: users write it into their .editorconfig.</summary>
internal static class Rules
{
    private const string Category = "Migration";
    private const string Guide = "https://github.com/secure-conversation/secure-conversation/blob/main/docs/migrating-from-wcf.md";
    private const string Bindings = Guide + "#bindings";
    private const string NotYet = Guide + "#what-does-not-carry-over-yet";

    /// <summary>{0}: the binding of the stack; {1}: the drop-in.</summary>
    public static readonly DiagnosticDescriptor StackBinding = new(
        "SC1001",
        "Message security on the binding of the stack",
        "{0} throws PlatformNotSupportedException for the mode Message when its channels are built: "
            + "use {1}, which has the same members",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        "The stack keeps the name and the enum value, but has no message security. The drop-in derives from the stack's binding.",
        Bindings);

    /// <summary>{0}: the method; {1}: the type that has it.</summary>
    public static readonly DiagnosticDescriptor StackElement = new(
        "SC1002",
        "Security binding element that the stack does not make",
        "SecurityBindingElement.{0} is missing here, or throws for security that is not of the transport: use {1}.{0}",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        "The stack makes binding elements for message credentials over TLS only. "
            + "MessageSecurityBindingElement has WCF's methods for the others.",
        Bindings);

    /// <summary>{0}: the binding of the stack; {1}: the drop-in.</summary>
    public static readonly DiagnosticDescriptor BasicHttp = new(
        "SC1003",
        "BasicHttpBinding with message security",
        "{0} refuses BasicHttpSecurityMode.Message: use {1}, which has the same members",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        "The stack keeps the name and the enum value, but has no message security. The drop-in derives from the stack's binding.",
        Bindings);

    public static readonly DiagnosticDescriptor NetTcp = new(
        "SC1004",
        "NetTcpBinding with message security",
        "NetTcpBinding throws for SecurityMode.Message: use the NetTcpBinding of SecureConversation, which has the same members",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        "The stack keeps the name and the enum value, but has no message security. The drop-in derives from the stack's binding, at both "
            + "ends.",
        Bindings);

    /// <summary>{0}: the credential type.</summary>
    public static readonly DiagnosticDescriptor CredentialType = new(
        "SC1005",
        "Client credential that is not offered",
        "ClientCredentialType {0} is not offered with message security: use Windows, Certificate, UserName or None at both ends",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        "The binding refuses it when the host starts or the channel factory is built.",
        NotYet);

    /// <summary>{0}: the class of the stack; {1}: ours.</summary>
    public static readonly DiagnosticDescriptor EndpointName = new(
        "SC1007",
        "Endpoint by its name on a class of the stack",
        "{0} reads no configuration file: use {1}, which finds the endpoint of app.config by its name",
        Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        "The constructors that take a name are missing in the stack, and the one without parameters throws.",
        Bindings);
}
