using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SecureConversation.Analyzers;

/// <summary>
/// Replaces SecurityBindingElement.Create... by MessageSecurityBindingElement.Create..., whether the stack's method throws (SC1002), is
/// not there at all (CS0117), or takes other arguments (CS1501, CS1503).
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class UseElementFix : CodeFixProvider
{

    // No such member; no overload of so many arguments; no such argument.
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.StackElement.Id, "CS0117", "CS1501", "CS1503"];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (model is null || root?.FindNode(context.Span, getInnermostNodeForTie: true) is not { } node
)
        {
            return;
        }

        foreach (var stack in WcfStack.Of(model.Compilation))
        {
            var element = node.AncestorsAndSelf().OfType<InvocationExpressionSyntax>()
                .Select(call => new ElementCall(call, stack, model, context.CancellationToken))
                .FirstOrDefault(call => call.Name is not null);
            if (element is { Name: { } name } && model.Compilation.GetTypeByMetadataName(stack.Element) is not null)
            {
                context.RegisterCodeFix(
                    CodeAction.Create($"Use {WcfStack.ElementName}.{name}",
                        cancellation => Task.FromResult(context.Document.WithSyntaxRoot(
                            new ElementRewriter(stack, model, cancellation).Rewrite(root, element))), "Element"),
                    context.Diagnostics);
            }
        }
    }
}
