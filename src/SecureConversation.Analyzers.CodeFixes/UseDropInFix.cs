using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SecureConversation.Analyzers;

/// <summary>
/// Replaces the binding of the stack by the drop-in of the same name: in one place, or in the file by an alias, which wins over the
/// namespace of the stack. A using of our namespace beside that of the stack would make the name ambiguous.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class UseDropInFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.StackBinding.Id, Rules.BasicHttp.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (model is null || root is not CompilationUnitSyntax unit
            || root.FindNode(context.Span, getInnermostNodeForTie: true) is not BaseObjectCreationExpressionSyntax creation
            || model.GetTypeInfo(creation, context.CancellationToken).Type is not { } type
            || Names.StackWithAdapter(model.Compilation, stack => stack.HasDropIn(type)) is not { } stack)
        {
            return;
        }

        var dropIn = $"{stack.Adapter}.{type.Name}";
        context.RegisterCodeFix(
            CodeAction.Create($"Use {dropIn}", _ => Task.FromResult(ReplaceHere(context.Document, unit, creation, dropIn)), "Here"),
            context.Diagnostics);
        if (creation is ObjectCreationExpressionSyntax { Type: IdentifierNameSyntax } && !HasAlias(creation, type.Name))
        {
            context.RegisterCodeFix(
                CodeAction.Create($"Use {dropIn} in this file",
                    _ => Task.FromResult(context.Document.WithSyntaxRoot(AddAlias(unit, creation, type.Name, dropIn))), "File"),
                context.Diagnostics);
        }
    }

    private static Document ReplaceHere(
        Document document, CompilationUnitSyntax unit, BaseObjectCreationExpressionSyntax creation, string dropIn)
    {
        var name = Names.Full(dropIn);
        ExpressionSyntax changed = creation switch
        {
            ObjectCreationExpressionSyntax named => named.WithType(name.WithTriviaFrom(named.Type)),
            ImplicitObjectCreationExpressionSyntax target => SyntaxFactory.ObjectCreationExpression(
                target.NewKeyword.WithTrailingTrivia(SyntaxFactory.Space), name, target.ArgumentList, target.Initializer),
            _ => creation,
        };
        return document.WithSyntaxRoot(unit.ReplaceNode(creation, changed));
    }

    private static bool HasAlias(SyntaxNode node, string name) =>
        UsingLists(node).SelectMany(list => list).Any(directive => directive.Alias?.Name.Identifier.ValueText == name);

    private static IEnumerable<SyntaxList<UsingDirectiveSyntax>> UsingLists(SyntaxNode node) => node.Ancestors().Select(a => a switch
    {
        BaseNamespaceDeclarationSyntax space => space.Usings,
        CompilationUnitSyntax unit => unit.Usings,
        _ => default,
    });

    // Beside the innermost usings: those of a namespace win over what stands outside of it.
    private static CompilationUnitSyntax AddAlias(CompilationUnitSyntax unit, SyntaxNode creation, string name, string dropIn)
    {
        var line = SyntaxFactory.UsingDirective(SyntaxFactory.NameEquals(name), SyntaxFactory.ParseName(dropIn));
        var space = creation.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault(n => n.Usings.Count > 0);
        return space is null ? Names.AddUsing(unit, line) : unit.ReplaceNode(space, Names.AddUsing(space, line));
    }
}
