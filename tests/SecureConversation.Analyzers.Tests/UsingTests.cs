using Microsoft.CodeAnalysis.Testing;

namespace SecureConversation.Analyzers.Tests;

public sealed class UsingTests
{
    [Theory]
    [InlineData("var x = SecurityAlgorithmSuite.{|CS0117:Basic128Sha256Rsa15|};")]
    [InlineData("var x = EndpointIdentity.{|CS0117:CreateX509CertificateIdentity|}(null!);")]
    [InlineData("var x = {|CS0103:MessageSecurityBindingElement|}.CreateMutualCertificateBindingElement();")]
    [InlineData("{|CS0246:MessageSecurityBindingElement|}? x = null;")]
    [InlineData("((System.ServiceModel.Description.ServiceEndpoint)null!).{|CS1061:UseProtectionLevels|}();")]
    public Task MemberOfOurs_GetsItsUsing(string line) => Fixes($$"""
        using System.ServiceModel;
        using System.ServiceModel.Security;

        class C { void M() { {{line}} } }
        """, $$"""
        using System.ServiceModel;
        using System.ServiceModel.Security;
        using SecureConversation.ServiceModel;

        class C { void M() { {{Unmarked(line)}} } }
        """);

    public static TheoryData<string, string> Ambiguous => new()
    {
        {
            "object x = SecurityAlgorithmSuite.{|CS0117:Basic128|};",
            "using static SecureConversation.ServiceModel.SecurityAlgorithmSuites;"
        },
        {
            "object x = {|CS0103:MessageSecurityBindingElement|}.CreateMutualCertificateBindingElement();",
            "using MessageSecurityBindingElement = SecureConversation.ServiceModel.MessageSecurityBindingElement;"
        },
    };

    [Theory]
    [MemberData(nameof(Ambiguous))]
    public Task MemberOfANamespaceThatMakesANameAmbiguous_ComesAlone(string line, string becomes) => Fixes($$"""
        using System.ServiceModel;
        using System.ServiceModel.Security;

        class C { WSHttpBinding? _b; void M() { {{line}} } }
        """, $$"""
        using System.ServiceModel;
        using System.ServiceModel.Security;
        {{becomes}}

        class C { WSHttpBinding? _b; void M() { {{Unmarked(line)}} } }
        """);

    [Theory]
    [InlineData("object x = SecurityAlgorithmSuite.{|CS0117:Basic512|};")]
    [InlineData("object x = string.{|CS0117:Basic128|};")]
    public Task NamesOfOthers_GetNone(string line) => Fixes($$"""
        using System.ServiceModel.Security;

        class C { void M() { {{line}} } }
        """, null);

    private static Task Fixes(string source, string? becomes) =>
        Verify.Fixes<EmptyDiagnosticAnalyzer, AddUsingFix>(source, becomes);

    private static string Unmarked(string line) =>
        System.Text.RegularExpressions.Regex.Replace(line, @"\{\|\w+:(.*?)\|\}", "$1");
}
