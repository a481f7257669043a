using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SecureConversation.Analyzers;

/// <summary>
/// A binding that the code creates, with what is said about its mode: by the constructor, in the initializer, and afterwards through the
/// variable that holds it. Only what stands in the same member counts, or in the same type where a field or property holds the binding.
/// </summary>
internal sealed class BindingObject
{
    private readonly SemanticModel _model;
    private readonly CancellationToken _cancellation;

    public BindingObject(BaseObjectCreationExpressionSyntax creation, SemanticModel model, CancellationToken cancellation)
    {
        (Creation, _model, _cancellation) = (creation, model, cancellation);
        Type = model.GetTypeInfo(creation, cancellation).Type;
        Holder = FindHolder();
    }

    public BaseObjectCreationExpressionSyntax Creation { get; }

    public ITypeSymbol? Type { get; }

    /// <summary>The local, field or property that the creation is assigned to; null if there is none.</summary>
    public ISymbol? Holder { get; }

    /// <summary>The binding that the left side of an assignment belongs to, and the path to the property: "Security.Mode".</summary>
    /// <returns>Null if the binding is not created where it can be seen.</returns>
    public static BindingObject? OfTarget(
        ExpressionSyntax target, SemanticModel model, CancellationToken cancellation, out string path)
    {
        path = PathOf(target, out var root);
        if (root is BaseObjectCreationExpressionSyntax creation)
        {
            return new(creation, model, cancellation);
        }

        if (root is null || path.Length == 0 || model.GetSymbolInfo(root, cancellation).Symbol is not { } holder)
        {
            return null;
        }

        return ScopeOf(holder, root)?.DescendantNodes().OfType<BaseObjectCreationExpressionSyntax>()
            .Select(candidate => new BindingObject(candidate, model, cancellation))
            .LastOrDefault(candidate => SymbolEqualityComparer.Default.Equals(candidate.Holder, holder));
    }

    /// <summary>Whether the mode can be Message when the binding is used.</summary>
    /// <param name="mode">The enum of the modes.</param>
    /// <param name="isDefault">Whether Message is the mode of a binding that is told nothing.</param>
    public bool MayBeMessage(ITypeSymbol mode, bool isDefault)
    {
        var later = Assignments().ToArray();
        if (later.Any(assignment => Leaves(assignment.Right).Any(value => IsMessage(value, mode))))
        {
            return true;
        }

        var argument = Creation.ArgumentList?.Arguments.FirstOrDefault(a =>
            SymbolEqualityComparer.Default.Equals(_model.GetTypeInfo(a.Expression, _cancellation).Type, mode));
        return argument is null
            ? isDefault && later.Length == 0 && Creation.ArgumentList is null or { Arguments.Count: 0 }
            : Leaves(argument.Expression).Any(value => IsMessage(value, mode)) && !later.Any(IsCertain);
    }

    // What is assigned to Security.Mode, or to Security as a whole.
    private IEnumerable<AssignmentExpressionSyntax> Assignments()
    {
        SyntaxNode?[] places = [Creation.Initializer, Holder is null ? null : ScopeOf(Holder, Creation)];
        foreach (var assignment in places.SelectMany(p => p?.DescendantNodes().OfType<AssignmentExpressionSyntax>() ?? []).Distinct())
        {
            var path = PathOf(assignment.Left, out var root);
            if (path is "Security.Mode" or "Security" && assignment.Right is not InitializerExpressionSyntax
                && (root == Creation || (root is not null && Holder is not null
                    && SymbolEqualityComparer.Default.Equals(_model.GetSymbolInfo(root, _cancellation).Symbol, Holder))))
            {
                yield return assignment;
            }
        }
    }

    // An assignment that runs whenever the creation did: in the initializer, or in the same block.
    private bool IsCertain(AssignmentExpressionSyntax assignment) =>
        Creation.Contains(assignment)
        || assignment.FirstAncestorOrSelf<StatementSyntax>()?.Parent == Creation.FirstAncestorOrSelf<StatementSyntax>()?.Parent;

    private bool IsMessage(ExpressionSyntax value, ITypeSymbol mode) =>
        _model.GetSymbolInfo(value, _cancellation).Symbol is IFieldSymbol { Name: "Message" } field
        && SymbolEqualityComparer.Default.Equals(field.ContainingType, mode);

    private static IEnumerable<ExpressionSyntax> Leaves(ExpressionSyntax value) => value switch
    {
        ParenthesizedExpressionSyntax inner => Leaves(inner.Expression),
        ConditionalExpressionSyntax choice => Leaves(choice.WhenTrue).Concat(Leaves(choice.WhenFalse)),
        SwitchExpressionSyntax choice => choice.Arms.SelectMany(arm => Leaves(arm.Expression)),
        _ => [value],
    };

    private ISymbol? FindHolder() => Creation.Parent switch
    {
        EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declarator } => _model.GetDeclaredSymbol(declarator, _cancellation),
        EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax property } => _model.GetDeclaredSymbol(property, _cancellation),
        AssignmentExpressionSyntax assignment when assignment.Right == Creation && assignment.Parent is not InitializerExpressionSyntax =>
            _model.GetSymbolInfo(assignment.Left, _cancellation).Symbol,
        _ => null,
    };

    // Where assignments through the symbol are looked for.
    private static SyntaxNode? ScopeOf(ISymbol holder, SyntaxNode node) => holder switch
    {
        ILocalSymbol => node.Ancestors().FirstOrDefault(a =>
            a is MemberDeclarationSyntax and not GlobalStatementSyntax or CompilationUnitSyntax),
        IFieldSymbol or IPropertySymbol => node.FirstAncestorOrSelf<TypeDeclarationSyntax>(),
        _ => null,
    };

    // Security.Mode of x.Security.Mode, and of new X { Security = { Mode = ... } }; the root is x, or the creation.
    private static string PathOf(ExpressionSyntax target, out ExpressionSyntax? root)
    {
        var names = new Stack<string>();
        root = target;
        while (root is MemberAccessExpressionSyntax { Expression: not (ThisExpressionSyntax or BaseExpressionSyntax) } access)
        {
            names.Push(access.Name.Identifier.ValueText);
            root = access.Expression;
        }

        while (root is IdentifierNameSyntax name
            && root.Parent is AssignmentExpressionSyntax { Parent: InitializerExpressionSyntax list } set && set.Left == root)
        {
            names.Push(name.Identifier.ValueText);
            root = list.Parent switch
            {
                AssignmentExpressionSyntax outer => outer.Left,
                BaseObjectCreationExpressionSyntax creation => creation,
                _ => null,
            };
        }

        return string.Join(".", names);
    }
}
