using System.Text;
using SecureConversation.Binding;

namespace SecureConversation.Tests.Roles;

/// <summary>Our client and our service understand each other in every binding.</summary>
public sealed class RoundTripTests
{
    public static TheoryData<string> AllBindings => [.. Bindings.Names, .. Bindings.BoundNames, .. Bindings.NamesWithoutTimestamp];

    public static TheoryData<string> AllSuites => [.. SecurityAlgorithmSuite.Known.Select(s => s.Name)];

    public static TheoryData<string> AllVersions => [.. MessageVersion.All.Select(v => v.Name)];

    [Theory]
    [MemberData(nameof(AllBindings))]
    public async Task Binding_CarriesRequestAndReply(string name)
    {
        using var loopback = new Loopback(Bindings.Create(name));
        await ExchangeAsync(loopback);
    }

    [Theory]
    [MemberData(nameof(AllSuites))]
    public async Task Suite_CarriesRequestAndReply(string name)
    {
        using var session = new Loopback(Bindings.Create("mutualcert//session", SecurityAlgorithmSuite.Parse(name)));
        await ExchangeAsync(session);
        using var bound = new Loopback(Bindings.Create("username/bound/session", SecurityAlgorithmSuite.Parse(name)));
        await ExchangeAsync(bound);
        using var plain = new Loopback(Bindings.Create("anonymous/no-derived/single", SecurityAlgorithmSuite.Parse(name)));
        await ExchangeAsync(plain);
        using var duplex = new Loopback(Bindings.Create("duplex//single", SecurityAlgorithmSuite.Parse(name)));
        await ExchangeAsync(duplex);
    }

    [Theory]
    [MemberData(nameof(AllVersions))]
    public async Task MessageVersion_CarriesRequestAndReply(string name)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        using var single = new Loopback(Bindings.Create("mutualcert-2007//single", version: version));
        await ExchangeAsync(single);
        if (version.Addressing != AddressingVersion.None)
        {
            using var session = new Loopback(Bindings.Create("mutualcert-2007//session", version: version));
            await ExchangeAsync(session);
        }
    }

    private static async Task ExchangeAsync(Loopback loopback)
    {
        using var session = loopback.Binding.EstablishesSession ? await loopback.OpenAsync() : null;
        for (var i = 0; i < 3; i++)
        {
            var plain = Loopback.Request(loopback.Binding.MessageVersion);
            using var request = session?.Secure(plain) ?? loopback.Client.Secure(plain, Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
            Assert.Equal(loopback.Binding.MessageVersion.Addressing == AddressingVersion.None ? null : "urn:e/Echo", dispatch.Request.Action);
            Assert.Contains("<Echo xmlns=\"urn:e\"><text>h&amp;i é</text></Echo>", Encoding.UTF8.GetString(dispatch.Request.Envelope.Span), StringComparison.Ordinal);
            Assert.DoesNotContain("h&amp;i", Encoding.UTF8.GetString(request.Envelope.Span), StringComparison.Ordinal);

            using var reply = dispatch.Secure(Loopback.Reply(loopback.Binding.MessageVersion));
            using var verified = request.VerifyReply(reply.Envelope);
            Assert.Contains("<EchoResponse xmlns=\"urn:e\"/>", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
            Assert.Equal(dispatch.Request.MessageId, verified.RelatesTo);
        }

        if (session is not null)
        {
            using var cancel = session.StartCancel();
            using var result = await loopback.Service.ReceiveAsync(cancel.Envelope);
            cancel.Complete(Assert.IsType<ServiceResult.Respond>(result).Envelope);
            Assert.Equal(0, loopback.Service.SessionCount);
        }
    }
}
