using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SecureConversation.Cli.Migration;

/// <summary>C# sources, by their syntax alone: the project need not compile, and nothing of it runs.</summary>
internal static class SourceFiles
{
    // What the parser says where it gives up and takes the rest for nothing.
    private const string TooComplex = "CS8078";

    // The code as .NET Framework compiled it.
    private static readonly CSharpParseOptions Options =
        new(LanguageVersion.Latest, DocumentationMode.None, preprocessorSymbols: ["NETFRAMEWORK", "NET48", "NET472", "NET46", "TRACE"]);

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file in full.</param>
    /// <param name="findings">Where the findings of this file go.</param>
    /// <param name="cancellation">Ends the reading, where the parser looks at it.</param>
    public static void Read(string path, FindingList findings, CancellationToken cancellation)
    {
        var text = File.ReadAllText(path);
        if (!Lines.Hints.Any(hint => text.Contains(hint, StringComparison.Ordinal)))
        {
            return;
        }

        if (SourceLimits.Check(text, Options) is { } reason)
        {
            findings.Add(Verdict.Unreadable, path, null, "file", reason, "Look at it by hand.");
            return;
        }

        var tree = CSharpSyntaxTree.ParseText(text, Options, cancellationToken: cancellation);
        if (tree.GetDiagnostics(cancellation).Any(diagnostic => diagnostic.Id == TooComplex))
        {
            findings.Add(Verdict.Unreadable, path, null, "file", "A statement of it is too long for the compiler.", "Look at it by hand.");
            return;
        }

        foreach (var (number, line) in Find(tree.GetRoot(cancellation), cancellation))
        {
            findings.Add(line.Verdict, path, number, line.Subject, line.Text, line.Remedy);
        }
    }

    private static IEnumerable<(int Number, SourceLine Line)> Find(SyntaxNode root, CancellationToken cancellation)
    {
        var isMoved = root.DescendantNodes().OfType<UsingDirectiveSyntax>().Any(line => IsOurs(line.NamespaceOrType.ToString()));
        foreach (var node in root.DescendantNodes())
        {
            cancellation.ThrowIfCancellationRequested();
            if (Look(node) is { } line && !(line.Verdict == Verdict.Changes && IsDone(node, isMoved)))
            {
                yield return (node.GetLocation().GetLineSpan().StartLinePosition.Line + 1, line);
            }
        }
    }

    // A type of our adapters: by its name, or as the file imports their namespace.
    private static bool IsOurs(string name) =>
        name.StartsWith("SecureConversation.ServiceModel", StringComparison.Ordinal)
        || name.StartsWith("SecureConversation.CoreWCF", StringComparison.Ordinal);

    // The file uses the type that the change is about to name.
    private static bool IsDone(SyntaxNode node, bool isMoved) => TypeOf(node) is { Length: > 0 } type && (isMoved || IsOurs(type));

    private static string TypeOf(SyntaxNode node) => node switch
    {
        ObjectCreationExpressionSyntax creation => creation.Type.ToString(),
        BaseTypeSyntax type => type.Type.ToString(),
        AssignmentExpressionSyntax assignment => LastName(assignment.Left) ?? "",
        _ => "",
    };

    private static SourceLine? Look(SyntaxNode node) => node switch
    {
        ObjectCreationExpressionSyntax creation => Creation(NameOf(creation.Type), creation, creation.Type),
        ImplicitObjectCreationExpressionSyntax creation when creation.Parent?.Parent?.Parent is VariableDeclarationSyntax declaration =>
            Creation(NameOf(declaration.Type), creation, declaration.Type),
        InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: var method, Expression: var type } } =>
            LastName(type) == "SecurityBindingElement" && method.Identifier.ValueText is ['C', 'r', 'e', 'a', 't', 'e', ..] name
                ? Lines.Factory(name) : null,
        AssignmentExpressionSyntax assignment when assignment.IsKind(SyntaxKind.SimpleAssignmentExpression) => Assignment(assignment),
        AttributeSyntax attribute => Lines.Attribute(NameOf(attribute.Name), ArgumentNames(attribute)),
        BaseTypeSyntax baseType => Lines.Base(NameOf(baseType.Type), baseType.Type.ToString(), Declared(baseType)),
        _ => null,
    };

    private static SourceLine? Creation(string name, BaseObjectCreationExpressionSyntax creation, TypeSyntax type)
    {
        var first = creation.ArgumentList?.Arguments.FirstOrDefault()?.Expression;
        return Lines.Creation(name, new Argument
        {
            Type = type.ToString(),
            IsMissing = first is null,
            // The endpoint's or binding's name in the configuration file.
            Name = first is LiteralExpressionSyntax literal && literal.IsKind(SyntaxKind.StringLiteralExpression)
                ? literal.Token.ValueText
                : null,
            Member = LastName(first),
            IsMessage = first is not null && first.DescendantNodesAndSelf().Any(n => n is MemberAccessExpressionSyntax
            {
                Name.Identifier.ValueText: "Message",
                Expression: var mode,
            } && LastName(mode) is "SecurityMode" or "BasicHttpSecurityMode"),
        });
    }

    private static SourceLine? Assignment(AssignmentExpressionSyntax assignment) =>
        LastName(assignment.Left) is { } property
            ? Lines.Assignment(property, LastName(assignment.Right) ?? assignment.Right.ToString(), TypeOfValue(assignment.Right))
            : null;

    // MessageCredentialType of MessageCredentialType.Windows.
    private static string? TypeOfValue(ExpressionSyntax value) =>
        value is MemberAccessExpressionSyntax access ? LastName(access.Expression) : null;

    private static string? Declared(BaseTypeSyntax baseType) => (baseType.Parent?.Parent as TypeDeclarationSyntax)?.Identifier.ValueText;

    private static HashSet<string> ArgumentNames(AttributeSyntax attribute) =>
        [.. attribute.ArgumentList?.Arguments.Select(argument => argument.NameEquals?.Name.Identifier.ValueText ?? "") ?? []];

    private static string NameOf(TypeSyntax type) => type switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax alias => alias.Name.Identifier.ValueText,
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        NullableTypeSyntax nullable => NameOf(nullable.ElementType),
        _ => "",
    };

    private static string? LastName(ExpressionSyntax? expression) => expression switch
    {
        MemberAccessExpressionSyntax access => access.Name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };
}
