using System.Globalization;
using System.Text;
using SecureConversation.Shared;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Tests that look at the memory of the whole process: no other test may run beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class WholeProcess
{
    public const string Name = "whole process";
}

/// <summary>What nobody has authenticated leaves nothing behind.</summary>
[Collection(WholeProcess.Name)]
public sealed class MemoryTests
{
    [Fact]
    public async Task LongActions_AreNotRemembered()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Single));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 100; i++)
        {
            var action = i.ToString(CultureInfo.InvariantCulture) + new string('x', 200_000);
            var wire = $"<s:Envelope xmlns:s=\"{Forgery.Soap}\" xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>"
                + $"<a:Action>{action}</a:Action></s:Header><s:Body/></s:Envelope>";
            using var result = await loopback.Service.ReceiveAsync(Encoding.UTF8.GetBytes(wire), TestContext.Current.CancellationToken);
        }

        Assert.True(GC.GetTotalMemory(forceFullCollection: true) - before < 30_000_000);
    }

    /// <summary>Buffers wait some seconds for the next message. The shared pool would keep several of 64 MiB for each processor, for good.</summary>
    [Fact]
    public async Task LargeMessage_LeavesNoBuffersBehind()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.Session));
        using var session = await loopback.OpenAsync();
        await ExchangeAsync(loopback, session, 1000);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await ExchangeAsync(loopback, session, 40_000_000);
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (LargeBuffers.Shared.Bytes > 0)
        {
            await Task.Delay(100, limit.Token);
        }

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, int.MinValue, 8_000_000);
    }

    private static async Task ExchangeAsync(Loopback loopback, ClientSession session, int size)
    {
        var version = loopback.Binding.MessageVersion;
        // Interpolated strings come from a pool of their own, so the envelopes are made of bytes.
        using var request = session.Secure(Enlarge(Loopback.Request(version, "<Echo xmlns=\"urn:e\">@</Echo>"), size));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.InRange(dispatch.Request.Envelope.Length, size, size + 2000);
        using var reply = dispatch.Secure(Enlarge(Loopback.Reply(version, "<EchoResponse xmlns=\"urn:e\">@</EchoResponse>"), size));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.InRange(verified.Envelope.Length, size, size + 2000);
    }

    private static byte[] Enlarge(byte[] envelope, int size)
    {
        var at = envelope.AsSpan().IndexOf((byte)'@');
        var enlarged = new byte[envelope.Length + size];
        enlarged.AsSpan().Fill((byte)'x');
        envelope.AsSpan(0, at).CopyTo(enlarged);
        envelope.AsSpan(at + 1).CopyTo(enlarged.AsSpan(at + 1 + size));
        return enlarged;
    }
}
