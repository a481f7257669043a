using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace SecureConversation.Analyzers;

/// <summary>Finds bindings of the stack that are created with message security, which they do not have.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class BindingAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        [Rules.StackBinding, Rules.BasicHttp, Rules.NetTcp];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            var stacks = WcfStack.Of(start.Compilation);
            if (stacks.Length > 0)
            {
                start.RegisterSyntaxNodeAction(node => Analyze(node, stacks),
                    SyntaxKind.ObjectCreationExpression, SyntaxKind.ImplicitObjectCreationExpression);
            }
        });
    }

    private static void Analyze(SyntaxNodeAnalysisContext context, WcfStack[] stacks)
    {
        var creation = (BaseObjectCreationExpressionSyntax)context.Node;
        var type = context.SemanticModel.GetTypeInfo(creation, context.CancellationToken).Type;
        foreach (var stack in stacks)
        {
            if (RuleFor(type, stack) is (var rule, { } mode, var isDefault, var arguments)
                && new BindingObject(creation, context.SemanticModel, context.CancellationToken).MayBeMessage(mode, isDefault))
            {
                context.ReportDiagnostic(Diagnostic.Create(rule, creation.GetLocation(), arguments));
            }
        }
    }

    private static (DiagnosticDescriptor Rule, ITypeSymbol? Mode, bool IsDefault, object[] Arguments)? RuleFor(
        ITypeSymbol? type, WcfStack stack)
    {
        if (type is null)
        {
            return null;
        }

        if (stack.HasDropIn(type) && stack.ModeOf(type) is var (mode, isDefault))
        {
            var rule = type.Name == "BasicHttpBinding" ? Rules.BasicHttp : Rules.StackBinding;
            return (rule, mode, isDefault, [type.ToDisplayString(), $"{stack.Adapter}.{type.Name}"]);
        }

        return SymbolEqualityComparer.Default.Equals(type, stack.NetTcpBinding) ? (Rules.NetTcp, stack.SecurityMode, false, []) : null;
    }
}
