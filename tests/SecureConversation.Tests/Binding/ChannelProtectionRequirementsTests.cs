using System.Net.Security;
using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

public sealed class ChannelProtectionRequirementsTests
{
    private const string DispatcherFault = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault";

    [Fact]
    public void Default_SignsAndEncryptsEverything()
    {
        var protection = ChannelProtectionRequirements.Default;
        Assert.Equal(ProtectionLevel.EncryptAndSign, protection.GetLevel("urn:a", MessageDirection.ClientToService));
        Assert.Equal(ProtectionLevel.EncryptAndSign, protection.GetLevel(null, MessageDirection.ServiceToClient));
        Assert.Empty(protection.GetHeaders("urn:a", MessageDirection.ClientToService));
        Assert.False(protection.HasEncryptedHeaders);
    }

    [Fact]
    public void ActionAndDirection_SelectTheLevel()
    {
        var protection = ChannelProtectionRequirements.Default
            .WithDefault(ProtectionLevel.None)
            .WithRequest("urn:a", ProtectionLevel.Sign)
            .WithReply("urn:b", ProtectionLevel.EncryptAndSign)
            .WithFault("urn:f", ProtectionLevel.Sign);
        Assert.Equal(ProtectionLevel.Sign, protection.GetLevel("urn:a", MessageDirection.ClientToService));
        Assert.Equal(ProtectionLevel.None, protection.GetLevel("urn:a", MessageDirection.ServiceToClient));
        Assert.Equal(ProtectionLevel.EncryptAndSign, protection.GetLevel("urn:b", MessageDirection.ServiceToClient));
        Assert.Equal(ProtectionLevel.Sign, protection.GetLevel("urn:f", MessageDirection.ServiceToClient));
        Assert.Equal(ProtectionLevel.None, protection.GetLevel("urn:x", MessageDirection.ClientToService));
    }

    [Fact]
    public void UndeclaredFaults_StayProtectedUnlessListed()
    {
        var protection = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign);
        Assert.Equal(ProtectionLevel.EncryptAndSign, protection.GetLevel(DispatcherFault, MessageDirection.ServiceToClient));
        Assert.Equal(ProtectionLevel.Sign, protection.GetLevel(DispatcherFault, MessageDirection.ClientToService));
        protection = protection.WithFault(DispatcherFault, ProtectionLevel.Sign);
        Assert.Equal(ProtectionLevel.Sign, protection.GetLevel(DispatcherFault, MessageDirection.ServiceToClient));
    }

    [Fact]
    public void Headers_AreListedOnceWithTheHigherLevel()
    {
        var protection = ChannelProtectionRequirements.Default
            .WithHeader("h", "urn:h", ProtectionLevel.Sign)
            .WithHeader(MessageDirection.ClientToService, "urn:a", "h", "urn:h", ProtectionLevel.EncryptAndSign)
            .WithHeader(MessageDirection.ClientToService, "urn:a", "g", "urn:h", ProtectionLevel.Sign);
        Assert.Equal(
            [new ProtectedHeader("h", "urn:h", ProtectionLevel.EncryptAndSign), new ProtectedHeader("g", "urn:h", ProtectionLevel.Sign)],
            protection.GetHeaders("urn:a", MessageDirection.ClientToService).ToArray());
        Assert.Equal(
            [new ProtectedHeader("h", "urn:h", ProtectionLevel.Sign)],
            protection.GetHeaders("urn:a", MessageDirection.ServiceToClient).ToArray());
        Assert.Equal(
            [new ProtectedHeader("h", "urn:h", ProtectionLevel.EncryptAndSign), new ProtectedHeader("g", "urn:h", ProtectionLevel.Sign)],
            protection.GetHeaders(null, MessageDirection.ClientToService).ToArray());
        Assert.True(protection.HasEncryptedHeaders);
    }

    [Fact]
    public void With_LeavesTheOriginalAloneAndEqualityComparesEntries()
    {
        var one = ChannelProtectionRequirements.Default.WithRequest("urn:a", ProtectionLevel.Sign).WithHeader("h", "urn:h", ProtectionLevel.Sign);
        var two = ChannelProtectionRequirements.Default.WithHeader("h", "urn:h", ProtectionLevel.Sign).WithRequest("urn:a", ProtectionLevel.Sign);
        Assert.Equal(one, two);
        Assert.Equal(one.GetHashCode(), two.GetHashCode());
        Assert.NotEqual(one, ChannelProtectionRequirements.Default);
        Assert.Equal(new ChannelProtectionRequirements(), ChannelProtectionRequirements.Default);
    }
}
