using Microsoft.CodeAnalysis.Testing;

namespace SecureConversation.Analyzers.Tests;

public sealed class ElementTests
{
    [Theory]
    [InlineData("var e = {|SC1002:Stack.{|CS0117:Mutual|}()|};")]
    [InlineData("var e = {|SC1002:Stack.Session({|SC1002:Stack.{|CS0117:Mutual|}()|})|};")]
    [InlineData("var b = {|SC1002:Stack.{|CS0117:Mutual|}()|}; var e = {|SC1002:Stack.Session(b)|};")]
    [InlineData("var e = Stack.CreateUserNameOverTransportBindingElement();")]
    [InlineData("var e = Stack.Session(Stack.CreateUserNameOverTransportBindingElement());")]
    [InlineData("var b = Stack.CreateUserNameOverTransportBindingElement(); var e = Stack.Session(b);")]
    [InlineData("var e = Full.Ours.Mutual();")]
    public Task CallsThatThrow_AreReportedAndNoOthers(string line) => Verify.Reports<ElementAnalyzer>(InMethod(line));

    [Fact]
    public Task SessionsAroundEachOther_AreNotFollowedForEver() => Verify.Reports<ElementAnalyzer>(InMethod("""
        SecurityBindingElement a = Stack.Session({|CS0841:b|});
                SecurityBindingElement b = Stack.Session(a);
        """));

    public static TheoryData<string, string> Lines => new()
    {
        { "var e = {|SC1002:Stack.Session({|CS1503:Ours.Mutual()|})|};", "var e = Ours.Session(Ours.Mutual());" },
        {
            "var b = Ours.Mutual(); var e = {|SC1002:Stack.{|CS1501:Session|}(b, true)|};",
            "var b = Ours.Mutual(); var e = Ours.Session(b, true);"
        },
        { "var e = {|SC1002:Stack.{|CS0117:Mutual|}()|};", "var e = Ours.Mutual();" },
        { "SecurityBindingElement e = {|SC1002:Stack.{|CS0117:Mutual|}()|}; // kept", "var e = Ours.Mutual(); // kept" },
        { "var e = (SecurityBindingElement){|SC1002:Stack.{|CS0117:Mutual|}()|};", "var e = Ours.Mutual();" },
        {
            "var e = {|SC1002:Stack.{|CS0117:CreateAnonymousForCertificateBindingElement|}()|};",
            "var e = Ours.CreateAnonymousForCertificateBindingElement();"
        },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public Task Element_IsMadeByOurs(string line, string becomes) => Verify.Fixes<ElementAnalyzer, UseElementFix>(
        InMethod(line), InMethod(becomes));

    [Fact]
    public Task BootstrapAndItsSession_BecomeOursTogether() => Verify.Fixes<ElementAnalyzer, UseElementFix>(InMethod("""
        SecurityBindingElement bootstrap = {|SC1002:Stack.{|CS0117:CreateUserNameForCertificateBindingElement|}()|};
                bootstrap.IncludeTimestamp = true;
                SecurityBindingElement session = {|SC1002:Stack.Session(bootstrap)|};
                session.DefaultAlgorithmSuite = System.ServiceModel.Security.SecurityAlgorithmSuite.Basic256Sha256;
                var binding = new CustomBinding(session, new TextMessageEncodingBindingElement(), new HttpTransportBindingElement());
        """), InMethod("""
        var bootstrap = Ours.CreateUserNameForCertificateBindingElement();
                bootstrap.IncludeTimestamp = true;
                var session = Ours.Session(bootstrap);
                session.DefaultAlgorithmSuite = System.ServiceModel.Security.SecurityAlgorithmSuite.Basic256Sha256;
                var binding = new CustomBinding(session, new TextMessageEncodingBindingElement(), new HttpTransportBindingElement());
        """));

    [Fact]
    public Task CastToAnElementThatTheStackDoesNotHave_GoesToo() => Verify.Fixes<EmptyDiagnosticAnalyzer, UseElementFix>(
        InMethod("var e = ({|CS0246:AsymmetricElement|})Stack.{|CS0117:CreateMutualCertificateDuplexBindingElement|}();"),
        InMethod("var e = Ours.CreateMutualCertificateDuplexBindingElement();"));

    [Fact]
    public Task TypeOfAResultAndOfAField_Follows() => Verify.Fixes<ElementAnalyzer, UseElementFix>(Expand("""
        using System.ServiceModel.Channels;
        class C
        {
            private SecurityBindingElement _element = {|SC1002:Stack.{|CS0117:Mutual|}()|};
            BindingElement A() => {|SC1002:Stack.{|CS0117:Mutual|}()|};
            SecurityBindingElement B() { return {|SC1002:Stack.{|CS0117:Mutual|}()|}; }
        }
        """), Expand("""
        using System.ServiceModel.Channels;
        class C
        {
            private Full.Ours _element = Full.Ours.Mutual();
            BindingElement A() => Full.Ours.Mutual();
            Full.Ours B() { return Full.Ours.Mutual(); }
        }
        """));

    [Fact]
    public Task ElementOfCoreWcf_IsMadeByItsAdapter() => Verify.Fixes<ElementAnalyzer, UseElementFix>(Expand("""
        using CoreWCF.Channels;
        class C { object A() => {|SC1002:Stack.Session({|SC1002:Stack.{|CS0117:Mutual|}()|})|}; }
        """), Expand("""
        using CoreWCF.Channels;
        class C { object A() => Core.Ours.Session(Core.Ours.Mutual()); }
        """), beside: [CoreWcf.Stack], more: test => test.CodeFixTestBehaviors = CodeFixTestBehaviors.SkipFixAllCheck);

    // Names that every line has are short in this file.
    private static string Expand(string source) => source
        .Replace("Mutual(", "CreateMutualCertificateBindingElement(", StringComparison.Ordinal)
        .Replace("Mutual|", "CreateMutualCertificateBindingElement|", StringComparison.Ordinal)
        .Replace("Session|", "CreateSecureConversationBindingElement|", StringComparison.Ordinal)
        .Replace("Session(", "CreateSecureConversationBindingElement(", StringComparison.Ordinal)
        .Replace("Stack.", "SecurityBindingElement.", StringComparison.Ordinal)
        .Replace("Full.Ours", "SecureConversation.ServiceModel.MessageSecurityBindingElement", StringComparison.Ordinal)
        .Replace("Core.Ours", "SecureConversation.CoreWCF.MessageSecurityBindingElement", StringComparison.Ordinal)
        .Replace("Ours.", "MessageSecurityBindingElement.", StringComparison.Ordinal);

    private static string InMethod(string line) => Expand($$"""
        using SecureConversation.ServiceModel;
        using System.ServiceModel.Channels;
        class C
        {
            void M()
            {
                {{line}}
            }
        }
        """);
}
