using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace SecureConversation.Analyzers;

/// <summary>Names of our types in code of others.</summary>
internal static class Names
{
    /// <summary>The name in full; as short as the usings of the file allow once the fix is applied.</summary>
    public static NameSyntax Full(string name) =>
        SyntaxFactory.ParseName("global::" + name).WithAdditionalAnnotations(Simplifier.Annotation);

    /// <summary>The same name where it stands before a dot of a call.</summary>
    public static ExpressionSyntax FullExpression(string name) =>
        SyntaxFactory.ParseExpression("global::" + name).WithAdditionalAnnotations(Simplifier.Annotation);

    /// <summary>The unit with one more using, whose line ends as the others do.</summary>
    public static T AddUsing<T>(T place, UsingDirectiveSyntax line)
        where T : SyntaxNode
    {
        var end = place.SyntaxTree.GetRoot().DescendantTrivia()
            .FirstOrDefault(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)).ToFullString();
        var ended = line.NormalizeWhitespace().WithAdditionalAnnotations(Formatter.Annotation)
            .WithTrailingTrivia(SyntaxFactory.ElasticEndOfLine(end.Length == 0 ? "\n" : end));
        return place switch
        {
            CompilationUnitSyntax { Usings.Count: 0, Externs.Count: 0 } unit => (T)(SyntaxNode)AddFirst(unit, ended),
            CompilationUnitSyntax unit => (T)(SyntaxNode)unit.AddUsings(ended),
            BaseNamespaceDeclarationSyntax space => (T)(SyntaxNode)space.AddUsings(ended),
            _ => place,
        };
    }

    // #define stands before all code.
    private static CompilationUnitSyntax AddFirst(CompilationUnitSyntax unit, UsingDirectiveSyntax line)
    {
        var first = unit.GetFirstToken(includeZeroWidth: true);
        var head = first.LeadingTrivia.ToList();
        var last = head.FindLastIndex(t => t.IsKind(SyntaxKind.DefineDirectiveTrivia) || t.IsKind(SyntaxKind.UndefDirectiveTrivia));
        return last < 0
            ? unit.AddUsings(line)
            : unit.ReplaceToken(first, first.WithLeadingTrivia(head.Skip(last + 1)))
                .AddUsings(line.WithLeadingTrivia(head.Take(last + 1)));
    }

    /// <summary>The stack that has our adapter in this compilation, and of which the type is.</summary>
    public static WcfStack? StackWithAdapter(Compilation compilation, Func<WcfStack, bool> isOf) =>
        WcfStack.Of(compilation).FirstOrDefault(stack =>
            compilation.GetTypeByMetadataName(stack.Element) is not null && isOf(stack));
}
