using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;

namespace SecureConversation.Analyzers;

/// <summary>Replaces ClientBase and ChannelFactory of the stack by those that find endpoints by their names.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class NamedEndpointFix : CodeFixProvider
{
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Rules.EndpointName.Id];

    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var node = root?.FindNode(context.Span, getInnermostNodeForTie: true);
        var type = (node as ObjectCreationExpressionSyntax)?.Type ?? node as TypeSyntax;
        if (root is null || type?.DescendantNodesAndSelf().OfType<GenericNameSyntax>().FirstOrDefault() is not { } name)
        {
            return;
        }

        var ours = SyntaxFactory
            .QualifiedName(SyntaxFactory.ParseName("global::SecureConversation.ServiceModel.Configuration"), name.WithoutTrivia())
            .WithTriviaFrom(type).WithAdditionalAnnotations(Simplifier.Annotation);
        context.RegisterCodeFix(
            CodeAction.Create($"Use SecureConversation.ServiceModel.Configuration.{name.Identifier.ValueText}",
                _ => Task.FromResult(context.Document.WithSyntaxRoot(root.ReplaceNode(type, ours))), "Named"),
            context.Diagnostics);
    }
}
