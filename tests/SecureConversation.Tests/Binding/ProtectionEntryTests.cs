using System.Net.Security;
using SecureConversation.Binding;

namespace SecureConversation.Tests.Binding;

/// <summary>The entries of protection requirements as lists.</summary>
public sealed class ProtectionEntryTests
{
    [Fact]
    public void Entries_AreWhatTheMethodsSet()
    {
        var made = ChannelProtectionRequirements.Default
            .WithRequest("urn:b", ProtectionLevel.Sign).WithRequest("urn:a", ProtectionLevel.None)
            .WithReply("urn:c", ProtectionLevel.Sign).WithReplyTo("urn:d", ProtectionLevel.None);
        var listed = new ChannelProtectionRequirements
        {
            Requests = [Entry("urn:a", ProtectionLevel.None), Entry("urn:b", ProtectionLevel.Sign)],
            Replies = [Entry("urn:c", ProtectionLevel.Sign)],
            RepliesTo = [Entry("urn:d", ProtectionLevel.None)],
        };
        Assert.Equal(made, listed);
        Assert.Equal(listed.Requests, made.Requests);
        Assert.Equal(listed.Replies, made.Replies);
        Assert.Equal(listed.RepliesTo, made.RepliesTo);
        Assert.Equal(ProtectionLevel.None, listed.GetLevel("urn:a", MessageDirection.ClientToService));
        Assert.Equal(ProtectionLevel.EncryptAndSign, listed.GetLevel("urn:c", MessageDirection.ClientToService));

        // A list replaces those of its direction, and no others.
        var replaced = made with { Requests = [Entry("urn:e", ProtectionLevel.Sign)] };
        Assert.Equal(["urn:e"], replaced.Requests.Select(e => e.Action));
        Assert.Equal(made.Replies, replaced.Replies);
        Assert.Equal(ProtectionLevel.EncryptAndSign, new ActionProtection { Action = "urn:a" }.ProtectionLevel);
    }

    [Fact]
    public void Headers_AreWhatWithHeaderAdds()
    {
        var made = ChannelProtectionRequirements.Default.WithHeader("h", "urn:h", ProtectionLevel.Sign)
            .WithHeader(MessageDirection.ServiceToClient, "urn:a", "i", "", ProtectionLevel.EncryptAndSign);
        var listed = new ChannelProtectionRequirements
        {
            Headers =
            [
                new() { Name = "h", Namespace = "urn:h", ProtectionLevel = ProtectionLevel.Sign },
                new() { Name = "i", Direction = MessageDirection.ServiceToClient, Action = "urn:a" },
            ],
        };
        Assert.Equal(made, listed);
        Assert.Equal(made.Headers, listed.Headers);
        Assert.Equal(["h"], listed.GetHeaders("urn:b", MessageDirection.ServiceToClient).Select(h => h.Name));
        Assert.Equal(["h", "i"], listed.GetHeaders("urn:a", MessageDirection.ServiceToClient).Select(h => h.Name));
    }

    [Fact]
    public void EntriesWithoutWhatTheyAreAbout_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => new ChannelProtectionRequirements { Requests = [Entry(null!, ProtectionLevel.Sign)] });
        Assert.Throws<ArgumentException>(() => new ChannelProtectionRequirements { Replies = [null!] });
        Assert.Throws<ArgumentException>(() => new ChannelProtectionRequirements { Headers = [new() { Name = "" }] });
        Assert.Throws<ArgumentException>(() => new ChannelProtectionRequirements { Headers = [new() { Name = "h", Action = "urn:a" }] });
    }

    private static ActionProtection Entry(string action, ProtectionLevel level) => new() { Action = action, ProtectionLevel = level };
}
