using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>What nobody has authenticated costs little, whatever it looks like.</summary>
public sealed class LimitTests
{
    private static string Envelope(string header, string body = "") =>
        $"<s:Envelope xmlns:s=\"{Forgery.Soap}\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>";

    [Fact]
    public Task DocumentType_IsNoMessage() => BadAsync("<!DOCTYPE s [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>" + Envelope("<x>&b;</x>"), FailureCode.ForbiddenConstruct);

    [Fact]
    public Task ProcessingInstruction_IsNoMessage() => BadAsync(Envelope("<?x y?>"), FailureCode.ForbiddenConstruct);

    [Fact]
    public Task UndeclaredEntity_IsNoMessage() => BadAsync(Envelope("<x>&evil;</x>"), FailureCode.NotWellFormed, FailureCode.ForbiddenConstruct);

    [Fact]
    public Task DeepNesting_IsNoMessage() => BadAsync(Envelope("", string.Concat(Enumerable.Repeat("<x>", 2100)) + string.Concat(Enumerable.Repeat("</x>", 2100))), FailureCode.LimitExceeded);

    [Fact]
    public Task ManyAttributes_AreNoMessage() => BadAsync(Envelope($"<x {string.Join(' ', Enumerable.Range(0, 1000).Select(i => $"a{i}=\"\""))}/>"), FailureCode.LimitExceeded);

    [Fact]
    public Task ManyHeaders_AreNoMessage() => BadAsync(Envelope(string.Concat(Enumerable.Repeat("<x/>", 300))), FailureCode.LimitExceeded);

    [Fact]
    public Task LongName_IsNoMessage() => BadAsync(Envelope($"<{new string('x', 5000)}/>"), FailureCode.LimitExceeded);

    [Fact]
    public async Task LargeMessage_IsNoMessage()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session), options: new MessageSecurityServiceOptions { MaxEnvelopeBytes = 4096 });
        await BadAsync(loopback, Encoding.UTF8.GetBytes(Envelope("", new string('x', 5000))), FailureCode.LimitExceeded);
    }

    [Fact]
    public async Task Garbage_IsNoMessage()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session));
        for (var length = 0; length < 200; length++)
        {
            var bytes = new byte[length];
            new Random(length).NextBytes(bytes);
            using var result = await loopback.Service.ReceiveAsync(bytes);
            Assert.Equal(400, Assert.IsType<ServiceResult.Respond>(result).StatusCode);
        }
    }

    [Fact]
    public async Task MessageIdWithMarkup_IsEchoedAsText()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session));
        var wire = Envelope("<a:MessageID>&lt;/a:RelatesTo&gt;&lt;evil/&gt;&amp;\"'</a:MessageID>");
        using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(wire));
        var fault = Forgery.Load(Assert.IsType<ServiceResult.Respond>(result).Envelope);
        Assert.Equal("</a:RelatesTo><evil/>&\"'", fault.GetElementsByTagName("RelatesTo", "http://www.w3.org/2005/08/addressing")[0]!.InnerText);
    }

    [Fact]
    public async Task PendingSessions_BeyondTheQuota_AreRefusedUnderProtection()
    {
        var binding = Bindings.Create(Attack.Session);
        binding = MessageSecurityBinding.Create(binding.Element with { LocalServiceSettings = new LocalServiceSecuritySettings { MaxPendingSessions = 2 } });
        using var loopback = new Loopback(binding);
        using var first = await loopback.OpenAsync();
        using var second = await loopback.OpenAsync();
        using var request = loopback.Client.StartSession(Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.ServiceTooBusy, respond.Code);
        Assert.Equal(SecureConversationFailure.ServerTooBusy, Assert.Throws<SecureConversationException>(() => request.Complete(respond.Envelope)).Failure);

        // Whoever uses a session makes room.
        using var use = first.Secure(Loopback.Request(binding.MessageVersion));
        using var used = await loopback.Service.ReceiveAsync(use.Envelope);
        using var third = await loopback.OpenAsync();
        Assert.Equal(3, loopback.Service.SessionCount);
    }

    [Fact]
    public async Task BrokenCertificate_IsRefusedLikeAnyOther()
    {
        using var scene = await Scene.OpenAsync("mutualcert/sign-first/single");
        using var request = scene.Request();
        for (var position = 0; position < 700; position += 13)
        {
            var forged = scene.Forge(request.Envelope);
            var token = Forgery.Child(forged.Security, "BinarySecurityToken");
            var raw = Convert.FromBase64String(token.InnerText);
            raw[position % raw.Length] ^= 0x21;
            token.InnerText = Convert.ToBase64String(raw);
            using var result = await scene.ReceiveAsync(forged.Seal());
            var respond = Assert.IsType<ServiceResult.Respond>(result);
            Assert.NotEqual(FailureCode.Internal, respond.Code);
        }
    }

    private static async Task BadAsync(string wire, params FailureCode[] codes)
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session));
        await BadAsync(loopback, Encoding.UTF8.GetBytes(wire), codes);
    }

    private static async Task BadAsync(Loopback loopback, byte[] wire, params FailureCode[] codes)
    {
        using var result = await loopback.Service.ReceiveAsync(wire);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Contains(respond.Code, codes);
        Assert.Equal((400, 0), (respond.StatusCode, respond.Envelope.Length));
    }
}
