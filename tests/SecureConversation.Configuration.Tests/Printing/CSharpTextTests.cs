using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SecureConversation.Binding;
using SecureConversation.Configuration.Tests.Support;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Configuration.Tests.Printing;

/// <summary>What is written as C# compiles, and its value is the same binding.</summary>
public sealed class CSharpTextTests
{
    [Fact]
    public void Bindings_HaveTheValueThatWasWritten() => Check([.. Bindings.All.Values]);

    [Fact]
    public void RecordedBindings_HaveTheValueThatWasWritten() => Check(
        [.. VectorArchive.LoadAll().Select(v => VectorBindings.Create(v).Element).Distinct()]);

    [Fact]
    public void Options_HaveTheBindingThatWasWritten()
    {
        var element = Bindings.All["session 1"];
        var source = $$"""
            using System;
            using System.Net.Security;
            using SecureConversation.Binding;
            public sealed class Options
            {
                public SecurityBindingElement Binding;
                public MessageVersion MessageVersion;
                public ChannelProtectionRequirements ProtectionRequirements;
            }
            public static class Written
            {
                public static object[] All()
                {
                    var options = new Options();
                    {{BindingText.ToCSharp(element, MessageVersion.Soap11WSAddressing10, Bindings.Protection)}}
                    return [options.Binding, options.MessageVersion, options.ProtectionRequirements];
                }
            }
            """;
        Assert.Equal([element, MessageVersion.Soap11WSAddressing10, Bindings.Protection], Run(source));
    }

    [Fact]
    public void Text_StartsFromTheNearestFactory()
    {
        var bootstrap = SecurityBindingElement.CreateMutualCertificateBindingElement() with
        {
            DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
        };
        Assert.Equal(
            """
            SecurityBindingElement.CreateSecureConversationBindingElement(
                SecurityBindingElement.CreateMutualCertificateBindingElement() with
                {
                    DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
                })
            """.ReplaceLineEndings("\n"),
            BindingText.ToCSharp(SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap)));
    }

    private static void Check(IReadOnlyList<SecurityBindingElement> elements)
    {
        Assert.NotEmpty(elements);
        var source = $$"""
            using System;
            using System.Net.Security;
            using SecureConversation.Binding;
            public static class Written
            {
                public static object[] All() =>
                [
            {{string.Join(",\n", elements.Select(BindingText.ToCSharp))}}
                ];
            }
            """;
        var made = Run(source);
        Assert.Equal(elements.Count, made.Length);
        Assert.All(elements.Zip(made), pair => Assert.Equal(pair.First, pair.Second));
    }

    private static object[] Run(string source)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create("Written", [CSharpSyntaxTree.ParseText(source)], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        var emitted = compilation.Emit(assembly);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Select(d => d.ToString())) + source);
        assembly.Position = 0;
        var written = new AssemblyLoadContext("Written", isCollectible: true).LoadFromStream(assembly).GetType("Written")!;
        return (object[])written.GetMethod("All")!.Invoke(null, null)!;
    }
}
