using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SecureConversation.Analyzers;

/// <summary>A call SecurityBindingElement.Create... of one stack, where MessageSecurityBindingElement has a method of that name.</summary>
internal sealed class ElementCall
{
    // A session has one bootstrap; what is nested deeper is no program that runs.
    private const int MaxDepth = 3;

    private readonly int _depth;
    private readonly WcfStack _stack;
    private readonly SemanticModel _model;
    private readonly CancellationToken _cancellation;

    public ElementCall(
        InvocationExpressionSyntax call, WcfStack stack, SemanticModel model, CancellationToken cancellation, int depth = 0)
    {
        (Call, _stack, _model, _cancellation, _depth) = (call, stack, model, cancellation, depth);
        if (call.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: var name } access
            && Factories.Offered.Contains(name)
            && stack.IsSecurityElement(model.GetSymbolInfo(access.Expression, cancellation).Symbol as ITypeSymbol))
        {
            Name = name;
        }
    }

    public InvocationExpressionSyntax Call { get; }

    /// <summary>The method; null if the call is another one.</summary>
    public string? Name { get; }

    /// <summary>Whether the element protects messages by itself: a session does if its bootstrap does.</summary>
    public bool IsOfMessages() => Name is not null
        && (Name != Factories.SecureConversation || HasBootstrapOfOurs() || (BootstrapCall() is { } bootstrap && bootstrap.IsOfMessages()));

    // The stack's method does not take it.
    private bool HasBootstrapOfOurs() =>
        Call.ArgumentList.Arguments.FirstOrDefault() is { } argument
        && _model.GetTypeInfo(argument.Expression, _cancellation).Type?.ToDisplayString() == _stack.Element;

    /// <summary>The call that makes the bootstrap of a session, directly or through a local variable; null if none is seen.</summary>
    public ElementCall? BootstrapCall()
    {
        if (_depth == MaxDepth || Name != Factories.SecureConversation || Call.ArgumentList.Arguments.FirstOrDefault() is not { } argument)
        {
            return null;
        }

        var made = WithoutCast(argument.Expression) is IdentifierNameSyntax name
            && _model.GetSymbolInfo(name, _cancellation).Symbol is ILocalSymbol local
            && local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(_cancellation)
                is VariableDeclaratorSyntax { Initializer: { } set }
                ? set.Value
                : argument.Expression;
        return WithoutCast(made) is InvocationExpressionSyntax call
            && new ElementCall(call, _stack, _model, _cancellation, _depth + 1) is { Name: not null } element ? element : null;
    }

    /// <summary>What is cast, or the expression itself.</summary>
    public static ExpressionSyntax WithoutCast(ExpressionSyntax expression) => expression switch
    {
        CastExpressionSyntax cast => WithoutCast(cast.Expression),
        ParenthesizedExpressionSyntax inner => WithoutCast(inner.Expression),
        BinaryExpressionSyntax test when test.IsKind(SyntaxKind.AsExpression) => WithoutCast(test.Left),
        _ => expression,
    };
}
