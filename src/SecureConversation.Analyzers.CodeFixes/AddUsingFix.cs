using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SecureConversation.Analyzers;

/// <summary>
/// Adds the using that members of ours need: suites, versions and identities that WCF has on its own types are extension members here.
/// Where our namespace would make a name ambiguous, the class that has the member is imported alone, or the type gets an alias.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class AddUsingFix : CodeFixProvider
{
    private const string Ambiguous = "CS0104";

    // No such member of a type; no such name; no such type; no such member of an object.
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ["CS0117", "CS0103", "CS0246", "CS1061"];

    // One using mends the whole file.
    public override FixAllProvider? GetFixAllProvider() => null;

    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        var root = await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false);
        var model = await context.Document.GetSemanticModelAsync(context.CancellationToken).ConfigureAwait(false);
        if (model is null || root is not CompilationUnitSyntax unit
            || root.FindNode(context.Span, getInnermostNodeForTie: true).FirstAncestorOrSelf<SimpleNameSyntax>() is not { } name)
        {
            return;
        }

        foreach (var (_, adapter) in WcfStack.All)
        {
            if (Find(model, adapter, name, context.CancellationToken) is { } owner)
            {
                var change = await AddAsync(context.Document, unit, adapter, owner, context.CancellationToken).ConfigureAwait(false);
                context.RegisterCodeFix(
                    CodeAction.Create(change.Title, _ => Task.FromResult(change.Document), change.Title), context.Diagnostics);
            }
        }
    }

    // The type of the adapter that the name is, or the static class that has it as an extension of what stands before the dot.
    private static INamedTypeSymbol? Find(SemanticModel model, string adapter, SimpleNameSyntax name, CancellationToken cancellation)
    {
        var text = name.Identifier.ValueText;
        if (model.Compilation.GetTypeByMetadataName($"{adapter}.{WcfStack.ElementName}")?.ContainingNamespace is not { } space)
        {
            return null;
        }

        if (name.Parent is MemberAccessExpressionSyntax access && access.Name == name)
        {
            var info = model.GetSymbolInfo(access.Expression, cancellation);
            var receiver = info.Symbol as ITypeSymbol ?? model.GetTypeInfo(access.Expression, cancellation).Type;
            return receiver is null ? null : space.GetTypeMembers().FirstOrDefault(type => type.IsStatic && Extends(type, receiver, text));
        }

        return name is IdentifierNameSyntax
            ? space.GetTypeMembers().FirstOrDefault(type => IsPublic(type) && (type.Name == text || type.Name == text + "Attribute"))
            : null;
    }

    private static bool IsPublic(ISymbol symbol) => symbol.DeclaredAccessibility == Accessibility.Public;

    private static bool Extends(INamedTypeSymbol type, ITypeSymbol receiver, string member) =>
        IsPublic(type)
        && (type.GetMembers(member).OfType<IMethodSymbol>().Any(m => m.IsExtensionMethod && Is(receiver, m.Parameters[0].Type))
            || type.GetTypeMembers().Any(block => block.IsExtension && block.ExtensionParameter is { } parameter
                && Is(receiver, parameter.Type) && block.GetMembers(member).Length > 0));

    private static bool Is(ITypeSymbol type, ITypeSymbol wanted)
    {
        for (var t = type; t is not null; t = t.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(t, wanted))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<(string Title, Document Document)> AddAsync(
        Document document, CompilationUnitSyntax unit, string adapter, INamedTypeSymbol owner, CancellationToken cancellation)
    {
        var plain = document.WithSyntaxRoot(Names.AddUsing(unit, SyntaxFactory.UsingDirective(SyntaxFactory.ParseName(adapter))));
        if (await CountAmbiguousAsync(plain, cancellation).ConfigureAwait(false)
            <= await CountAmbiguousAsync(document, cancellation).ConfigureAwait(false))
        {
            return ($"using {adapter};", plain);
        }

        var type = SyntaxFactory.ParseName($"{adapter}.{owner.Name}");
        var (title, one) = owner.IsStatic
            ? ($"using static {type};", SyntaxFactory.UsingDirective(type).WithStaticKeyword(SyntaxFactory.Token(SyntaxKind.StaticKeyword)))
            : ($"using {owner.Name} = {type};", SyntaxFactory.UsingDirective(SyntaxFactory.NameEquals(owner.Name), type));
        return (title, document.WithSyntaxRoot(Names.AddUsing(unit, one)));
    }

    private static async Task<int> CountAmbiguousAsync(Document document, CancellationToken cancellation)
    {
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        return model?.GetDiagnostics(cancellationToken: cancellation).Count(d => d.Id == Ambiguous) ?? 0;
    }
}
