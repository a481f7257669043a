using System.Runtime.Loader;
using System.ServiceModel.Channels;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Testing.Vectors;
using EngineElement = SecureConversation.Binding.SecurityBindingElement;
using EngineVersion = SecureConversation.Binding.MessageVersion;

namespace SecureConversation.ServiceModel.Tests;

/// <summary>What is written as C# for the WCF client compiles against it, and makes the same binding.</summary>
public sealed class BindingTextTests
{
    [Fact]
    public void RecordedBindings_AreMadeByWhatIsWritten()
    {
        var bindings = VectorArchive.LoadAll().Select(VectorBindings.Create)
            .DistinctBy(b => (b.Element, b.MessageVersion)).ToList();
        Assert.True(bindings.Count > 50);
        var made = Run(bindings.ConvertAll(b => BindingText.ToWcfCSharp(b.Element, b.MessageVersion)));
        Assert.All(bindings.Zip(made), pair => AssertSame(pair.First.Element, pair.First.MessageVersion, pair.Second));
    }

    [Fact]
    public void WhatTheMethodsCannotSay_IsSaidByTheEngine()
    {
        var mutual = EngineElement.CreateMutualCertificateBindingElement();
        EngineElement[] elements =
        [
            mutual with { LocalServiceSettings = new() { ReplayCacheSize = 17 }, SignPrefixesInValues = false },
            EngineElement.CreateSecureConversationBindingElement(mutual with { LocalClientSettings = new() { MaxClockSkew = TimeSpan.FromMinutes(1) } }),
            EngineElement.CreateUserNameOverTransportBindingElement(),
            EngineElement.CreateIssuedTokenForCertificateBindingElement(new() { TokenType = "SecurityTokenInclusionMode.Never \"x\"" }),
            EngineElement.CreateSecureConversationBindingElement(mutual, false).SetKeyDerivation(false) with { DefaultAlgorithmSuite = Binding.SecurityAlgorithmSuite.TripleDes },
            new Binding.SymmetricSecurityBindingElement
            {
                ProtectionTokenParameters = new Binding.SecureConversationSecurityTokenParameters { BootstrapSecurityBindingElement = mutual, CanRenewSession = false },
            },
        ];
        var made = Run([.. elements.Select(e => BindingText.ToWcfCSharp(e, EngineVersion.Soap11WSAddressing10, isHttps: true))]);
        Assert.All(elements.Zip(made), pair => AssertSame(pair.First, EngineVersion.Soap11WSAddressing10, pair.Second));
        Assert.All(made, binding => Assert.NotNull(binding.CreateBindingElements().Find<HttpsTransportBindingElement>()));
    }

    [Fact]
    public void Text_HasTheMethodsAndPropertiesOfWcf()
    {
        var bootstrap = EngineElement.CreateMutualCertificateBindingElement() with { DefaultAlgorithmSuite = Binding.SecurityAlgorithmSuite.Basic256Sha256 };
        var session = EngineElement.CreateSecureConversationBindingElement(bootstrap) with { DefaultAlgorithmSuite = Binding.SecurityAlgorithmSuite.Basic256Sha256 };
        Assert.Equal(
            """
            var bootstrap = MessageSecurityBindingElement.CreateMutualCertificateBindingElement();
            bootstrap.DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256;
            var security = MessageSecurityBindingElement.CreateSecureConversationBindingElement(bootstrap);
            security.DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256;
            var binding = new CustomBinding(
                security,
                new TextMessageEncodingBindingElement(),
                new HttpTransportBindingElement());

            """.ReplaceLineEndings("\n"),
            BindingText.ToWcfCSharp(session));
    }

    private static void AssertSame(EngineElement element, EngineVersion version, CustomBinding made)
    {
        Assert.Equal(element, made.Elements.Find<MessageSecurityBindingElement>().Settings);
        Assert.Equal(
            version.Name, $"{(version.Soap == SoapVersion.Soap12 ? "Soap12" : "Soap11")}{AddressingOf(made)}");
    }

    private static string AddressingOf(CustomBinding binding) => binding.MessageVersion.Addressing.ToString() switch
    {
        var text when text.Contains("Addressing10", StringComparison.Ordinal) => "WSAddressing10",
        var text when text.Contains("Addressing200408", StringComparison.Ordinal) => "WSAddressingAugust2004",
        _ => "",
    };

    private static IReadOnlyList<CustomBinding> Run(IReadOnlyList<string> texts)
    {
        var source = $$"""
            using System;
            using System.ServiceModel;
            using System.ServiceModel.Channels;
            using System.ServiceModel.Security;
            using System.ServiceModel.Security.Tokens;
            using SecureConversation.ServiceModel;
            using Engine = SecureConversation.Binding;
            public static class Written
            {
                public static CustomBinding[] All() => [{{string.Join(", ", texts.Select((_, i) => $"Make{i}()"))}}];
            {{string.Join("\n", texts.Select((text, i) => $"public static CustomBinding Make{i}()\n{{\n{text}return binding;\n}}"))}}
            }
            """;
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create("Written", [CSharpSyntaxTree.ParseText(source)], references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        using var assembly = new MemoryStream();
        var emitted = compilation.Emit(assembly);
        Assert.True(emitted.Success, string.Join("\n", emitted.Diagnostics.Select(d => d.ToString())) + source);
        assembly.Position = 0;
        var written = new AssemblyLoadContext("Written", isCollectible: true).LoadFromStream(assembly).GetType("Written")!;
        return (CustomBinding[])written.GetMethod("All")!.Invoke(null, null)!;
    }
}
