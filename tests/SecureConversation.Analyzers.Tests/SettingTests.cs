namespace SecureConversation.Analyzers.Tests;

public sealed class SettingTests
{
    [Theory]
    [InlineData("var b = new Ours(); {|SC1005:Type(IssuedToken)|};")]
    [InlineData("var b = new Ours(SecurityMode.Message); {|SC1005:Type(IssuedToken)|};")]
    public Task WhatTheBindingWouldRefuse_IsReported(string lines) => Verify.Reports<SettingAnalyzer>(InMethod(lines));

    [Theory]
    [InlineData("var b = new Ours(); Type(Certificate);")]
    [InlineData("var b = new Ours(); Type(Windows);")]
    [InlineData("var b = new Ours { Security = { Message = { NegotiateServiceCredential = true } } };")]
    [InlineData("var b = new Ours(); b.Security.Message.NegotiateServiceCredential = false;")]
    [InlineData("var b = new Ours(SecurityMode.TransportWithMessageCredential); Type(IssuedToken);")]
    [InlineData("var b = new Ours(); b.Security.Mode = SecurityMode.Transport; b.Security.Message.NegotiateServiceCredential = true;")]
    [InlineData("var b = new NetTcpBinding(SecurityMode.TransportWithMessageCredential); Type(IssuedToken);")]
    public Task WhatItTakesOrDoesNotRead_IsNotReported(string lines) => Verify.Reports<SettingAnalyzer>(InMethod(lines));

    private static string InMethod(string lines) => System.Text.RegularExpressions.Regex.Replace($$"""
        using System.ServiceModel;
        using Ours = SecureConversation.ServiceModel.WSHttpBinding;
        class C
        {
            void M()
            {
                {{lines}}
            }
        }
        """, "Type\\((\\w+)\\)", "b.Security.Message.ClientCredentialType = MessageCredentialType.$1");
}
