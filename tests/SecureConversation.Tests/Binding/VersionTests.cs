using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

public sealed class VersionTests
{
    [Theory]
    [InlineData("WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11", true, false, false)]
    [InlineData("WSSecurity10WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10", false, false, true)]
    [InlineData("WSSecurity11WSTrustFebruary2005WSSecureConversationFebruary2005WSSecurityPolicy11BasicSecurityProfile10", true, false, true)]
    [InlineData("WSSecurity10WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10", false, true, true)]
    [InlineData("WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12", true, true, false)]
    [InlineData("WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10", true, true, true)]
    public void SixVersions_HaveTheNamesOfWcf(string name, bool security11, bool oasis, bool bsp)
    {
        var version = MessageSecurityVersion.Parse(name);
        Assert.Equal(name, version.Name);
        Assert.Same(version, typeof(MessageSecurityVersion).GetProperty(name)!.GetValue(null));
        Assert.Equal(security11 ? SecurityVersion.WSSecurity11 : SecurityVersion.WSSecurity10, version.SecurityVersion);
        Assert.Equal(oasis ? TrustVersion.Trust13 : TrustVersion.February2005, version.TrustVersion);
        Assert.Equal(oasis ? SecureConversationVersion.V13 : SecureConversationVersion.February2005, version.SecureConversationVersion);
        Assert.Equal(bsp, version.EmitBspRequiredAttributes);
        Assert.Contains(version, MessageSecurityVersion.All);
    }

    [Fact]
    public void Default_IsThatOfWcf()
    {
        Assert.Equal(6, MessageSecurityVersion.All.Length);
        Assert.Same(MessageSecurityVersion.All[0], MessageSecurityVersion.Default);
        Assert.Same(MessageSecurityVersion.Default, MessageSecurityVersion.Parse("Default"));
        Assert.False(MessageSecurityVersion.TryParse("WSSecurity12", out _));
        Assert.False(MessageSecurityVersion.TryParse(null, out _));
        Assert.Throws<FormatException>(() => MessageSecurityVersion.Parse(""));
    }

    [Fact]
    public void MessageVersions_KnowTheirMediaType()
    {
        Assert.Equal("application/soap+xml", MessageVersion.Soap12WSAddressing10.MediaType);
        Assert.Equal("application/soap+xml", MessageVersion.Soap12WSAddressingAugust2004.MediaType);
        Assert.Equal("text/xml", MessageVersion.Soap11WSAddressing10.MediaType);
        Assert.Equal("text/xml", MessageVersion.Soap11WSAddressingAugust2004.MediaType);
        Assert.All(MessageVersion.All, v => Assert.Same(v, MessageVersion.Create(v.Soap, v.Addressing)));
        Assert.Same(MessageVersion.Soap12WSAddressing10, MessageVersion.Default);
    }
}
