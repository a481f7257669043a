using SecureConversation.Binding;
using SecureConversation.Contract.Sides;

namespace SecureConversation.Contract;

/// <summary>The encodings beside text. One derived class for each pair.</summary>
public abstract class EncodingSuite<TService, TClient>
    where TService : IServiceSide, new()
    where TClient : IClientSide, new()
{
    [Theory]
    [MemberData(nameof(EncodingCases.All), MemberType = typeof(EncodingCases))]
    public async Task Calls_AreAnswered(MessageEncoding encoding, Bootstrap bootstrap, bool inSession, bool isStreamed)
    {
        var scenario = new Scenario { Bootstrap = bootstrap, InSession = inSession, IsStreamed = isStreamed, Encoding = encoding };
        await using var service = await new TService().StartAsync(scenario);
        await using var client = new TClient().Create(service.Address, scenario);

        Assert.Equal(3, await client.AddAsync(1, 2));
        var text = "h\u00e9 \u4f60 <&> \t\n " + new string('x', 100_000);
        Assert.Equal(text, await client.EchoAsync(text));
        Assert.Equal("zero", (await Assert.ThrowsAsync<ContractFaultException>(() => client.DivideAsync(1, 0))).Detail);
        await client.NotifyAsync("news");
        Assert.True(await service.Probe.NotifiedSignal.WaitAsync(TimeSpan.FromMinutes(1)));
        await client.CloseAsync();

        var type = encoding == MessageEncoding.Mtom ? "multipart/related" : "application/soap+msbin1";
        Assert.All(service.Probe.Wire, exchange => Assert.StartsWith(type, exchange.ContentType, StringComparison.Ordinal));
        Assert.All(service.Probe.Wire.Where(exchange => exchange.Response.Length > 0), exchange =>
            Assert.StartsWith(type, exchange.ResponseType!, StringComparison.Ordinal));
        if (encoding == MessageEncoding.Mtom)
        {
            // A stack that streams writes requests as it likes.
            Assert.Contains(service.Probe.Wire, exchange => isStreamed || exchange.Request.AsSpan().IndexOf("xop:Include"u8) >= 0);
            Assert.Contains(service.Probe.Wire, exchange => exchange.Response.AsSpan().IndexOf("xop:Include"u8) >= 0);
        }
    }
}

/// <summary>Both encodings with each bootstrap.</summary>
public static class EncodingCases
{
    public static TheoryData<MessageEncoding, Bootstrap, bool, bool> All
    {
        get
        {
            var data = new TheoryData<MessageEncoding, Bootstrap, bool, bool>();
            foreach (var encoding in new[] { MessageEncoding.Mtom, MessageEncoding.Binary })
            {
                foreach (var bootstrap in Enum.GetValues<Bootstrap>())
                {
                    data.Add(encoding, bootstrap, true, false);
                    data.Add(encoding, bootstrap, false, false);
                    data.Add(encoding, bootstrap, true, true);
                }
            }

            return data;
        }
    }
}
