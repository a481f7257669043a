using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace SecureConversation.Analyzers;

/// <summary>Finds settings of message security that the bindings refuse, where the code says them as constants.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SettingAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.CredentialType];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var stacks = WcfStack.Of(start.Compilation);
            if (stacks.Length > 0)
            {
                start.RegisterSyntaxNodeAction(node => Analyze(node, stacks), SyntaxKind.SimpleAssignmentExpression);
            }
        });
    }

    private static void Analyze(SyntaxNodeAnalysisContext context, WcfStack[] stacks)
    {
        var assignment = (AssignmentExpressionSyntax)context.Node;
        var (model, cancellation) = (context.SemanticModel, context.CancellationToken);
        if (Refused(assignment, model, cancellation) is not (var rule, var property, var value)
            || BindingObject.OfTarget(assignment.Left, model, cancellation, out var path) is not { } binding
            || path != $"Security.Message.{property}")
        {
            return;
        }

        foreach (var stack in stacks)
        {
            if ((stack.HasDropIn(binding.Type) || stack.IsDropIn(binding.Type))
                && stack.ModeOf(binding.Type!) is ({ } mode, var isDefault) && binding.MayBeMessage(mode, isDefault))
            {
                context.ReportDiagnostic(Diagnostic.Create(rule, assignment.GetLocation(), value));
            }
        }
    }

    private static (DiagnosticDescriptor Rule, string Property, string Value)? Refused(
        AssignmentExpressionSyntax assignment, SemanticModel model, CancellationToken cancellation)
    {
        var target = (assignment.Left as MemberAccessExpressionSyntax)?.Name ?? assignment.Left as SimpleNameSyntax;
        return target?.Identifier.ValueText switch
        {
            "ClientCredentialType" when model.GetSymbolInfo(assignment.Right, cancellation).Symbol is IFieldSymbol
            {
                Name: "IssuedToken",
                ContainingType.Name: "MessageCredentialType",
            } type => (Rules.CredentialType, "ClientCredentialType", type.Name),
            _ => null,
        };
    }
}
