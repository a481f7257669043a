using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace SecureConversation.Analyzers;

/// <summary>Finds calls of SecurityBindingElement.Create... that the stack does not have, or that throw.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class ElementAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.StackElement];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var stacks = WcfStack.Of(start.Compilation);
            if (stacks.Length > 0)
            {
                start.RegisterSyntaxNodeAction(node => Analyze(node, stacks), SyntaxKind.InvocationExpression);
            }
        });
    }

    private static void Analyze(SyntaxNodeAnalysisContext context, WcfStack[] stacks)
    {
        var call = (InvocationExpressionSyntax)context.Node;
        foreach (var stack in stacks)
        {
            var element = new ElementCall(call, stack, context.SemanticModel, context.CancellationToken);
            if (element.Name is { } name && element.IsOfMessages())
            {
                context.ReportDiagnostic(Diagnostic.Create(
                    Rules.StackElement, call.GetLocation(), name, stack.Element));
            }
        }
    }
}
