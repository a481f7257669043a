namespace SecureConversation.Analyzers.Tests;

public sealed class BindingTests
{
    [Theory]
    [InlineData("var b = {|SC1001:new WSHttpBinding()|};")]
    [InlineData("var b = {|SC1001:new WS2007HttpBinding(SecurityMode.Message)|};")]
    [InlineData("WSHttpBinding b = {|SC1001:new(SecurityMode.Message)|};")]
    [InlineData("object b = {|SC1001:new WSHttpBinding { MaxReceivedMessageSize = 5 }|};")]
    [InlineData("var b = {|SC1001:new WSHttpBinding(System.DateTime.Today.Year > 5 ? SecurityMode.None : SecurityMode.Message)|};")]
    [InlineData("var b = {|SC1001:new WSHttpBinding(SecurityMode.None)|}; b.Security.Mode = SecurityMode.Message;")]
    [InlineData("var b = {|SC1001:new WSHttpBinding(SecurityMode.None) { Security = { Mode = SecurityMode.Message } }|};")]
    [InlineData("WSHttpBinding b; b = {|SC1001:new WSHttpBinding(SecurityMode.None)|}; b.Security.Mode = SecurityMode.Message;")]
    [InlineData("var b = {|SC1001:new WSHttpBinding(SecurityMode.Message)|}; if (b.AllowCookies) b.Security.Mode = SecurityMode.None;")]
    [InlineData("var b = {|SC1003:new BasicHttpBinding(BasicHttpSecurityMode.Message)|};")]
    [InlineData("var b = {|SC1003:new BasicHttpBinding()|}; b.Security.Mode = BasicHttpSecurityMode.Message;")]
    [InlineData("var b = {|SC1004:new NetTcpBinding(SecurityMode.Message)|};")]
    [InlineData("var b = {|SC1004:new NetTcpBinding { Security = { Mode = SecurityMode.Message } }|};")]
    public Task MessageSecurityOfTheStack_IsReported(string line) => Verify.Reports<BindingAnalyzer>(InMethod(line));

    [Theory]
    [InlineData("var b = new WSHttpBinding(SecurityMode.None);")]
    [InlineData("var b = new WSHttpBinding(); b.Security.Mode = SecurityMode.TransportWithMessageCredential;")]
    [InlineData("var b = new WSHttpBinding { Security = { Mode = SecurityMode.Transport } };")]
    [InlineData("var b = new WSHttpBinding { Security = new WSHttpSecurity { Mode = SecurityMode.Transport } };")]
    [InlineData("var b = new WSHttpBinding(SecurityMode.Message); b.Security.Mode = SecurityMode.None;")]
    [InlineData("var b = new WSHttpBinding(); if (b.AllowCookies) b.Security.Mode = 0; else b.Security.Mode = SecurityMode.Transport;")]
    [InlineData("var b = new SecureConversation.ServiceModel.WSHttpBinding(SecurityMode.Message);")]
    [InlineData("WSHttpBinding b = new SecureConversation.ServiceModel.WSHttpBinding(); b.Security.Mode = SecurityMode.Message;")]
    [InlineData("var b = new SecureConversation.ServiceModel.BasicHttpBinding(BasicHttpSecurityMode.Message);")]
    [InlineData("var b = new SecureConversation.ServiceModel.WSFederationHttpBinding();")]
    [InlineData("var b = new BasicHttpBinding();")]
    [InlineData("var b = new BasicHttpBinding(BasicHttpSecurityMode.TransportWithMessageCredential);")]
    [InlineData("var b = new NetTcpBinding();")]
    [InlineData("var b = new NetTcpBinding(SecurityMode.Transport);")]
    public Task WhatTheStackCanDo_IsNotReported(string line) => Verify.Reports<BindingAnalyzer>(InMethod(line));

    [Fact]
    public Task ModeThatAnotherMemberSets_CountsForAField() => Verify.Reports<BindingAnalyzer>("""
        using System.ServiceModel;
        class Service
        {
            private readonly WSHttpBinding _plain = new WSHttpBinding();
            private readonly WSHttpBinding _secured = {|SC1001:new WSHttpBinding(SecurityMode.None)|};
            public Service()
            {
                _plain.Security.Mode = SecurityMode.None;
                this._secured.Security.Mode = SecurityMode.Message;
            }
        }
        """);

    [Fact]
    public Task CoreWcf_HasTheSameRules() => Verify.Reports<BindingAnalyzer>("""
        using CoreWCF;
        using CoreWCF.Channels;
        class C
        {
            object A() => {|SC1001:new WSHttpBinding()|};
            object B() => new WSHttpBinding(SecurityMode.Transport);
            object D() => {|SC1004:new NetTcpBinding(SecurityMode.Message)|};
            object E() => {|SC1003:new BasicHttpBinding(BasicHttpSecurityMode.Message)|};
            object F() => new SecureConversation.CoreWCF.WSHttpBinding(SecurityMode.Message);
            object G() => {|SC1001:new WSFederationHttpBinding()|};
            object H() => {|SC1001:new WS2007FederationHttpBinding(WSFederationHttpSecurityMode.Message)|};
            object I() => new WS2007FederationHttpBinding(WSFederationHttpSecurityMode.TransportWithMessageCredential);
        }
        """, CoreWcf.Stack);

    [Fact]
    public Task TypeOfThatNameElsewhere_IsNotMeant() => Verify.Reports<BindingAnalyzer>("""
        namespace Own
        {
            class WSHttpBinding { }
            class C { object A() => new WSHttpBinding(); }
        }
        """);

    [Fact]
    public Task DropIn_TakesThePlaceByItsFullName() => Verify.Fixes<BindingAnalyzer, UseDropInFix>(
        InMethod("WSHttpBinding b = {|SC1001:new WSHttpBinding(SecurityMode.Message)|}; // kept"),
        InMethod("WSHttpBinding b = new SecureConversation.ServiceModel.WSHttpBinding(SecurityMode.Message); // kept"), "Here");

    [Fact]
    public Task DropIn_TakesThePlaceOfATargetTypedCreation() => Verify.Fixes<BindingAnalyzer, UseDropInFix>(
        InMethod("WS2007HttpBinding b = {|SC1001:new(SecurityMode.Message) { Name = \"n\" }|};"),
        InMethod("WS2007HttpBinding b = new SecureConversation.ServiceModel.WS2007HttpBinding(SecurityMode.Message) { Name = \"n\" };"),
        "Here");

    [Fact]
    public Task DropInOfBasicHttp_TakesThePlace() => Verify.Fixes<BindingAnalyzer, UseDropInFix>(
        InMethod("var b = {|SC1003:new BasicHttpBinding(BasicHttpSecurityMode.Message)|};"),
        InMethod("var b = new SecureConversation.ServiceModel.BasicHttpBinding(BasicHttpSecurityMode.Message);"), "Here");

    [Fact]
    public Task DropIn_TakesTheNameInTheFileByAnAlias() => Verify.Fixes<BindingAnalyzer, UseDropInFix>("""
        using System.ServiceModel;

        class C
        {
            void A() { var b = {|SC1001:new WSHttpBinding()|}; }
            void B() { var b = {|SC1001:new WSHttpBinding(SecurityMode.Message)|}; }
        }
        """, """
        using System.ServiceModel;
        using WSHttpBinding = SecureConversation.ServiceModel.WSHttpBinding;

        class C
        {
            void A() { var b = new WSHttpBinding(); }
            void B() { var b = new WSHttpBinding(SecurityMode.Message); }
        }
        """, "File", more: test => test.CodeFixTestBehaviors = Microsoft.CodeAnalysis.Testing.CodeFixTestBehaviors.SkipFixAllCheck);

    [Fact]
    public Task Alias_StandsBesideTheUsingsOfTheNamespace() => Verify.Fixes<BindingAnalyzer, UseDropInFix>("""
        namespace Orders
        {
            using System.ServiceModel;

            class C { void A() { var b = {|SC1001:new WSHttpBinding()|}; } }
        }
        """, """
        namespace Orders
        {
            using System.ServiceModel;
            using WSHttpBinding = SecureConversation.ServiceModel.WSHttpBinding;

            class C { void A() { var b = new WSHttpBinding(); } }
        }
        """, "File");

    [Fact]
    public Task DropInOfCoreWcf_IsThatOfItsAdapter() => Verify.Fixes<BindingAnalyzer, UseDropInFix>("""
        using CoreWCF;
        class C { object A() => {|SC1001:new WSHttpBinding()|}; }
        """, """
        using CoreWCF;
        class C { object A() => new SecureConversation.CoreWCF.WSHttpBinding(); }
        """, "Here", [CoreWcf.Stack]);

    private static string InMethod(string line) => $$"""
        using System.ServiceModel;
        class C
        {
            void M()
            {
                {{line}}
            }
        }
        """;
}
