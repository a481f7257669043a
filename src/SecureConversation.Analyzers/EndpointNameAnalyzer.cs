using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;

namespace SecureConversation.Analyzers;

/// <summary>Finds proxies and channel factories of the stack that are given the name of an endpoint, or nothing.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class EndpointNameAnalyzer : DiagnosticAnalyzer
{
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [Rules.EndpointName];

    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.Analyze | GeneratedCodeAnalysisFlags.ReportDiagnostics);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(start =>
        {
            if (NamedEndpoint.Proxy(start.Compilation) is { } proxy)
            {
                start.RegisterSyntaxNodeAction(node => AnalyzeClass(node, proxy), SyntaxKind.ClassDeclaration);
            }

            if (NamedEndpoint.Factory(start.Compilation) is { } factory)
            {
                start.RegisterSyntaxNodeAction(node => AnalyzeCreation(node, factory),
                    SyntaxKind.ObjectCreationExpression, SyntaxKind.ImplicitObjectCreationExpression);
            }
        });
    }

    private static void AnalyzeClass(SyntaxNodeAnalysisContext context, NamedEndpoint proxy)
    {
        var declaration = (ClassDeclarationSyntax)context.Node;
        var (model, cancellation) = (context.SemanticModel, context.CancellationToken);
        var baseType = declaration.BaseList?.Types.FirstOrDefault(type => proxy.IsOfStack(model.GetTypeInfo(type.Type, cancellation).Type));
        if (baseType is not null && declaration.Members.OfType<ConstructorDeclarationSyntax>().Any(constructor =>
            !constructor.Modifiers.Any(SyntaxKind.StaticKeyword)
            && constructor.Initializer is null or { RawKind: (int)SyntaxKind.BaseConstructorInitializer }
            && TakesName(constructor.Initializer?.ArgumentList, orNothing: true, model, cancellation)))
        {
            Report(context, baseType.Type, proxy);
        }
    }

    private static void AnalyzeCreation(SyntaxNodeAnalysisContext context, NamedEndpoint factory)
    {
        var creation = (BaseObjectCreationExpressionSyntax)context.Node;
        var (model, cancellation) = (context.SemanticModel, context.CancellationToken);
        if (factory.IsOfStack(model.GetTypeInfo(creation, cancellation).Type)
            && TakesName(creation.ArgumentList, orNothing: false, model, cancellation))
        {
            Report(context, creation, factory);
        }
    }

    private static bool TakesName(BaseArgumentListSyntax? arguments, bool orNothing, SemanticModel model, CancellationToken cancellation) =>
        arguments?.Arguments.FirstOrDefault() is { } first
            ? model.GetTypeInfo(first.Expression, cancellation).Type?.SpecialType == SpecialType.System_String
            : orNothing;

    private static void Report(SyntaxNodeAnalysisContext context, SyntaxNode node, NamedEndpoint type) =>
        context.ReportDiagnostic(Diagnostic.Create(
            Rules.EndpointName, node.GetLocation(), type.OfStack.ToDisplayString(), type.Ours.ToDisplayString()));
}
