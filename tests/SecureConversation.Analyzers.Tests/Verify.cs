using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Testing;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace SecureConversation.Analyzers.Tests;

/// <summary>Runs analyzers and fixes over sources that use the .NET WCF client and our adapter. What they report is marked there.</summary>
internal static class Verify
{
    /// <summary>What the compiler of this project refers to: the platform, the stack and the adapter among them.</summary>
    private static readonly MetadataReference[] References =
        [.. File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "references.txt"))
            .Select(path => MetadataReference.CreateFromFile(path))];

    private static readonly MetadataReference[] ReferencesWithoutWcf =
        [.. References.Where(reference => !Path.GetFileName(reference.Display!).StartsWith("System.ServiceModel", StringComparison.Ordinal)
            && !Path.GetFileName(reference.Display!).StartsWith("SecureConversation.ServiceModel", StringComparison.Ordinal))];

    public static Task Reports<TAnalyzer>(string source, params string[] beside)
        where TAnalyzer : DiagnosticAnalyzer, new() =>
        Fixes<TAnalyzer, EmptyCodeFixProvider>(source, null, beside: beside);

    /// <summary>Where the fix leads to null, nothing is offered. The sources beside are stand-ins for CoreWCF.</summary>
    public static async Task Fixes<TAnalyzer, TFix>(
        string source, string? fixedSource, string? action = null, string[]? beside = null,
        Action<CodeFixTest<DefaultVerifier>>? more = null)
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        var test = new Test<TAnalyzer, TFix>
        {
            TestCode = source,
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
            CodeActionEquivalenceKey = action,
        };
        if (fixedSource is not null)
        {
            test.FixedCode = fixedSource;
        }

        test.TestState.AdditionalReferences.AddRange(beside?.Contains(CoreWcf.Stack) == true ? ReferencesWithoutWcf : References);
        foreach (var (text, number) in (beside ?? []).Select((text, i) => (text, i + 1)))
        {
            test.TestState.Sources.Add(text);
            if (fixedSource is not null)
            {
                test.FixedState.Sources.Add(($"/0/Test{number}.cs", text));
            }
        }

        more?.Invoke(test);
        await test.RunAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What analyzers threw over a source that need not compile.</summary>
    public static async Task<IReadOnlyList<Diagnostic>> Failures(string source, OutputKind kind, params DiagnosticAnalyzer[] analyzers)
    {
        var tree = CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Latest), "Broken.cs");
        var compilation = CSharpCompilation.Create("broken", [tree], References, new CSharpCompilationOptions(kind));
        Assert.NotNull(compilation.GetTypeByMetadataName("System.ServiceModel.WSHttpBinding"));
        var found = await compilation.WithAnalyzers([.. analyzers]).GetAnalyzerDiagnosticsAsync(TestContext.Current.CancellationToken);
        return [.. found.Where(diagnostic => diagnostic.Id == "AD0001")];
    }

    private sealed class Test<TAnalyzer, TFix> : CSharpCodeFixTest<TAnalyzer, TFix, DefaultVerifier>
        where TAnalyzer : DiagnosticAnalyzer, new()
        where TFix : CodeFixProvider, new()
    {
        protected override ParseOptions CreateParseOptions() => new CSharpParseOptions(LanguageVersion.CSharp14);

        protected override CompilationOptions CreateCompilationOptions() =>
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable);
    }
}
