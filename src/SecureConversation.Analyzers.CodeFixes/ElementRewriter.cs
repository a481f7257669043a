using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SecureConversation.Analyzers;

/// <summary>
/// Rewrites a call with what depends on it: the bootstrap of a session and the session around a bootstrap, casts to elements of the stack,
/// and the declared type of the variable, since ours derives from none of the stack's elements.
/// </summary>
internal sealed class ElementRewriter
{
    private readonly WcfStack _stack;
    private readonly SemanticModel _model;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<SyntaxNode, Func<SyntaxNode, SyntaxNode>> _changes = [];

    public ElementRewriter(WcfStack stack, SemanticModel model, CancellationToken cancellation) =>
        (_stack, _model, _cancellation) = (stack, model, cancellation);

    public SyntaxNode Rewrite(SyntaxNode root, ElementCall first)
    {
        var member = first.Call.Ancestors().FirstOrDefault(a => a is MemberDeclarationSyntax and not GlobalStatementSyntax) ?? root;
        var all = member.DescendantNodes().OfType<InvocationExpressionSyntax>()
            .Select(call => new ElementCall(call, _stack, _model, _cancellation)).Where(call => call.Name is not null).ToArray();
        var together = new HashSet<SyntaxNode> { first.Call };
        for (var before = 0; before != together.Count;)
        {
            before = together.Count;
            foreach (var session in all)
            {
                if (session.BootstrapCall() is { } bootstrap && (together.Contains(session.Call) || together.Contains(bootstrap.Call)))
                {
                    together.Add(session.Call);
                    together.Add(bootstrap.Call);
                }
            }
        }

        foreach (var call in together.Cast<InvocationExpressionSyntax>())
        {
            Change(call);
        }

        return root.ReplaceNodes(_changes.Keys, (original, rewritten) => _changes[original](rewritten));
    }

    private void Change(InvocationExpressionSyntax call)
    {
        var type = ((MemberAccessExpressionSyntax)call.Expression).Expression;
        _changes[type] = _ => Names.FullExpression(_stack.Element).WithTriviaFrom(type);
        ExpressionSyntax outer = call;
        while (outer.Parent is ExpressionSyntax parent && RemovesCast(parent))
        {
            outer = parent;
        }

        ChangeDeclaration(outer);
    }

    private bool RemovesCast(SyntaxNode node)
    {
        switch (node)
        {
            case CastExpressionSyntax cast when IsOfStack(cast.Type):
                _changes[cast] = rewritten => ((CastExpressionSyntax)rewritten).Expression.WithTriviaFrom(cast);
                return true;
            case BinaryExpressionSyntax test when test.IsKind(SyntaxKind.AsExpression) && IsOfStack(test.Right):
                _changes[test] = rewritten => ((BinaryExpressionSyntax)rewritten).Left.WithTriviaFrom(test);
                return true;
            case ParenthesizedExpressionSyntax { Expression: CastExpressionSyntax or BinaryExpressionSyntax } inner:
                _changes[inner] = rewritten => ((ParenthesizedExpressionSyntax)rewritten).Expression.WithTriviaFrom(inner);
                return true;
            default:
                return node is ParenthesizedExpressionSyntax;
        }
    }

    // Elements of the stack that protect messages are not all there: what does not exist any more cannot be meant either.
    private bool IsOfStack(SyntaxNode type) =>
        _model.GetTypeInfo(type, _cancellation).Type is { } symbol
        && (_stack.IsSecurityElement(symbol) || symbol.TypeKind == TypeKind.Error);

    private void ChangeDeclaration(ExpressionSyntax value)
    {
        switch (value.Parent)
        {
            case EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax declaration } }
                when !declaration.Type.IsVar && IsOfStack(declaration.Type):
                ChangeType(declaration.Type, declaration.Parent is LocalDeclarationStatementSyntax && declaration.Variables.Count == 1);
                break;
            case ReturnStatementSyntax or ArrowExpressionClauseSyntax when TypeOfResult(value) is { } type && IsOfStack(type):
                ChangeType(type, isLocal: false);
                break;
            case AssignmentExpressionSyntax assignment when assignment.Right == value:
                ChangeTarget(assignment.Left);
                break;
            default:
                break;
        }
    }

    private void ChangeTarget(ExpressionSyntax target)
    {
        var symbol = _model.GetSymbolInfo(target, _cancellation).Symbol;
        var declared = symbol?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(_cancellation);
        var type = declared switch
        {
            VariableDeclaratorSyntax { Parent: VariableDeclarationSyntax declaration } => declaration.Type,
            PropertyDeclarationSyntax property => property.Type,
            _ => null,
        };
        if (type is not null && type.SyntaxTree == target.SyntaxTree && !type.IsVar && IsOfStack(type))
        {
            ChangeType(type, isLocal: false);
        }
    }

    private static TypeSyntax? TypeOfResult(ExpressionSyntax value)
    {
        foreach (var node in value.Ancestors())
        {
            switch (node)
            {
                case AnonymousFunctionExpressionSyntax:
                    return null;
                case MethodDeclarationSyntax method:
                    return method.ReturnType;
                case LocalFunctionStatementSyntax function:
                    return function.ReturnType;
                case BasePropertyDeclarationSyntax property:
                    return property.Type;
                default:
                    break;
            }
        }

        return null;
    }

    private void ChangeType(TypeSyntax type, bool isLocal) => _changes[type] = _ =>
        (isLocal ? SyntaxFactory.IdentifierName("var") : (TypeSyntax)Names.Full(_stack.Element)).WithTriviaFrom(type);
}
