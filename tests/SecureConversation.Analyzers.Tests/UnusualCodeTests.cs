using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Testing;

namespace SecureConversation.Analyzers.Tests;

/// <summary>Code that only looks like WCF, code that does not compile, and code whose file has a head of its own.</summary>
public sealed class UnusualCodeTests
{
    private const string Quiet =
        """
        #nullable enable
        using System;
        using Mode = Shop.SecurityMode;
        namespace Shop;
        enum SecurityMode { None, Message }
        class WSHttpBinding { public WSHttpBinding(Mode mode = Mode.Message) { } public Security Security { get; } = new(); }
        class NetTcpBinding : WSHttpBinding { public NetTcpBinding() : base(Mode.Message) { } }
        class Security { public Mode Mode { get; set; } public Message Message { get; } = new(); }
        class Message
        {
            public bool NegotiateServiceCredential { get; set; }
            public MessageCredentialType ClientCredentialType { get; set; }
        }
        enum MessageCredentialType { Windows, IssuedToken }
        static class SecurityBindingElement { public static object CreateMutualCertificateBindingElement() => new(); }
        class ChannelFactory<T> { public ChannelFactory(string? name) { } }
        class ClientBase<T> { public ClientBase(string name) { } }
        partial class Proxy : ClientBase<IDisposable> { public Proxy(string name) : base(name) { } }
        partial class Proxy
        {
            WSHttpBinding? field = new(SecurityMode.Message);
            public object Run()
            {
                WSHttpBinding b = new(Mode.Message);
                b.Security.Mode = Mode.Message;
                b.Security.Message.NegotiateServiceCredential = true;
                b.Security.Message.ClientCredentialType = MessageCredentialType.IssuedToken;
                field ??= new NetTcpBinding();
                return (SecurityBindingElement.CreateMutualCertificateBindingElement(), new ChannelFactory<IDisposable>("orders"), b);
            }
        }
        """;

    public static TheoryData<string> Broken =>
    [
        "class C { object A = new System.ServiceModel.WSHttpBinding(; }",
        "using System.ServiceModel; class C { void M() { var b = new WSHttpBinding(SecurityMode.) { Security = { Mode = } }; "
            + "b.Security. = 1; } }",
        "using System.ServiceModel; WSHttpBinding b = new(; b.Security.Message.ClientCredentialType = MessageCredentialType.IssuedToken",
        "using System.ServiceModel; var b = b; b = new WSHttpBinding(b.Security.Mode ? SecurityMode.Message",
        "using System.ServiceModel.Channels; var a = SecurityBindingElement.CreateSecureConversationBindingElement(a); a = (",
        "using System.ServiceModel.Channels; class C { object A = SecurityBindingElement.CreateSecureConversationBindingElement(); }",
        "using System.ServiceModel; class C<T> : ClientBase< { C() : base( }",
        "using System.ServiceModel; class C : ClientBase<C> { C(string n) : base(n { } C() : this(",
        "using System.ServiceModel; var f = new ChannelFactory<>(null, \"a\"); new ChannelFactory<int>(",
        "using F = System.ServiceModel.WSHttpBinding<; class C { F f = new(); F g() => new() { }",
        "NegotiateServiceCredential = true; .Security.Message.NegotiateServiceCredential = true; new().Security.Message.X = true;",
        "using System.ServiceModel; switch (new WSHttpBinding { Security = { Message = { NegotiateServiceCredential = true } } }) { case",
        "",
    ];

    [Fact]
    public async Task OtherTypesOfTheSameNames_AreNotReported()
    {
        await Verify.Reports<BindingAnalyzer>(Quiet);
        await Verify.Reports<ElementAnalyzer>(Quiet);
        await Verify.Reports<SettingAnalyzer>(Quiet);
        await Verify.Reports<EndpointNameAnalyzer>(Quiet);
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task CodeThatDoesNotCompile_DoesNotStopAnAnalyzer(string source)
    {
        foreach (var kind in new[] { OutputKind.DynamicallyLinkedLibrary, OutputKind.ConsoleApplication })
        {
            var failures = await Verify.Failures(
                source, kind, new BindingAnalyzer(), new ElementAnalyzer(), new SettingAnalyzer(), new EndpointNameAnalyzer());
            Assert.Empty(failures);
        }
    }

    [Fact]
    public Task TopLevelStatements_AliasAndTargetTypedNew_AreMended() => Verify.Fixes<BindingAnalyzer, UseDropInFix>(
        """
        using System.ServiceModel;
        using Old = System.ServiceModel.WSHttpBinding;

        Old? a = {|SC1001:new(SecurityMode.Message)|};
        System.Console.WriteLine(a);
        """,
        """
        using System.ServiceModel;
        using Old = System.ServiceModel.WSHttpBinding;

        Old? a = new SecureConversation.ServiceModel.WSHttpBinding(SecurityMode.Message);
        System.Console.WriteLine(a);
        """,
        "Here",
        more: test =>
        {
            test.TestState.OutputKind = OutputKind.ConsoleApplication;
            test.CompilerDiagnostics = CompilerDiagnostics.Errors;
        });

    [Fact]
    public Task FileThatDefinesASymbol_GetsItsAliasBelow() => Verify.Fixes<BindingAnalyzer, UseDropInFix>(
        """
        // Head.
        #define SHOP

        /// <summary>A class.</summary>
        class C
        {
            object A = {|SC1001:new WSHttpBinding()|};
        }
        """,
        """
        // Head.
        #define SHOP
        using WSHttpBinding = SecureConversation.ServiceModel.WSHttpBinding;

        /// <summary>A class.</summary>
        class C
        {
            object A = new WSHttpBinding();
        }
        """,
        "File", ["global using System.ServiceModel;"]);
}
