using Microsoft.CodeAnalysis;

namespace SecureConversation.Analyzers;

/// <summary>One of the two stacks of WCF, as a compilation sees it: the same names under another root.</summary>
internal sealed class WcfStack
{
    /// <summary>Root namespaces of the stacks, each with the namespace of our adapter.</summary>
    public static readonly (string Root, string Adapter)[] All =
    [
        ("System.ServiceModel", "SecureConversation.ServiceModel"),
        ("CoreWCF", "SecureConversation.CoreWCF"),
    ];

    public const string ElementName = "MessageSecurityBindingElement";

    private readonly Compilation _compilation;
    private readonly string _root;

    private WcfStack(Compilation compilation, string root, string adapter)
    {
        (_compilation, _root, Adapter) = (compilation, root, adapter);
        SecurityMode = Find("SecurityMode");
        FederationMode = Find("WSFederationHttpSecurityMode");
        BasicHttpSecurityMode = Find("BasicHttpSecurityMode") ?? Find("Channels.BasicHttpSecurityMode");
        SecurityBindingElement = Find("Channels.SecurityBindingElement");
        NetTcpBinding = Find("NetTcpBinding");
    }

    /// <summary>The namespace of our adapter, whether the compilation has it or not.</summary>
    public string Adapter { get; }

    /// <summary>The full name of our binding element.</summary>
    public string Element => $"{Adapter}.{ElementName}";

    public INamedTypeSymbol? SecurityMode { get; }

    public INamedTypeSymbol? BasicHttpSecurityMode { get; }

    /// <summary>Null where the stack has no federation bindings.</summary>
    public INamedTypeSymbol? FederationMode { get; }

    public INamedTypeSymbol? SecurityBindingElement { get; }

    public INamedTypeSymbol? NetTcpBinding { get; }

    /// <summary>The stacks that the compilation references.</summary>
    public static WcfStack[] Of(Compilation compilation) =>
        [.. All.Select(stack => new WcfStack(compilation, stack.Root, stack.Adapter))
            .Where(stack => stack.SecurityMode is not null || stack.SecurityBindingElement is not null)];

    /// <summary>Whether this is the stack's own binding that has a drop-in of the same name.</summary>
    public bool HasDropIn(ITypeSymbol? type) => IsIn(type, _root) && ModeOf(type!) is not null;

    /// <summary>Whether this is the drop-in.</summary>
    public bool IsDropIn(ITypeSymbol? type) => IsIn(type, Adapter) && ModeOf(type!) is not null;

    /// <summary>
    /// The enum of the modes of a binding that has a drop-in, and whether Message is the mode of one that is told nothing; null for other
    /// types. Modes that the stack does not have are those of the drop-in.
    /// </summary>
    public (INamedTypeSymbol? Mode, bool IsDefault)? ModeOf(ITypeSymbol type) => type.Name switch
    {
        "WSHttpBinding" or "WS2007HttpBinding" => (SecurityMode, true),
        "WSFederationHttpBinding" or "WS2007FederationHttpBinding" =>
            (FederationMode ?? _compilation.GetTypeByMetadataName($"{Adapter}.WSFederationHttpSecurityMode"), true),
        "BasicHttpBinding" => (BasicHttpSecurityMode, false),
        _ => null,
    };

    private static bool IsIn(ITypeSymbol? type, string space) => type?.ContainingNamespace?.ToDisplayString() == space;

    /// <summary>Whether this is the stack's SecurityBindingElement, or derives from it.</summary>
    public bool IsSecurityElement(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
        {
            if (SecurityBindingElement is not null && SymbolEqualityComparer.Default.Equals(type, SecurityBindingElement))
            {
                return true;
            }
        }

        return false;
    }

    private INamedTypeSymbol? Find(string name) => _compilation.GetTypeByMetadataName($"{_root}.{name}");
}
