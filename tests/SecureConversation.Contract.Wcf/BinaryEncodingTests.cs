using System.Net.Mime;
using System.Xml;
using SecureConversation.Contract.Wcf.CoreWcf;
using SecureConversation.Contract.Wcf.ServiceModel;

namespace SecureConversation.Contract.Wcf;

/// <summary>WCF's binary encoding, which only its two stacks speak.</summary>
public sealed class BinaryEncodingTests
{
    public static TheoryData<Bootstrap, bool, bool> Cases
    {
        get
        {
            var data = new TheoryData<Bootstrap, bool, bool>();
            foreach (var bootstrap in Enum.GetValues<Bootstrap>())
            {
                data.Add(bootstrap, true, false);
                data.Add(bootstrap, false, false);
                data.Add(bootstrap, true, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Calls_AreAnswered(Bootstrap bootstrap, bool inSession, bool isStreamed)
    {
        var scenario = new Scenario { Bootstrap = bootstrap, InSession = inSession, IsStreamed = isStreamed };
        await using var service = await new Service().StartAsync(scenario);
        await using var client = new Client().Create(service.Address, scenario);

        Assert.Equal(3, await client.AddAsync(1, 2));
        var text = "h\u00e9 \u4f60 <&> \t\n " + new string('x', 100_000);
        Assert.Equal(text, await client.EchoAsync(text));
        Assert.Equal("zero", (await Assert.ThrowsAsync<ContractFaultException>(() => client.DivideAsync(1, 0))).Detail);
        await client.NotifyAsync("news");
        Assert.True(await service.Probe.NotifiedSignal.WaitAsync(TimeSpan.FromMinutes(1)));
        await client.CloseAsync();

        Assert.All(service.Probe.Wire, exchange => Assert.Equal("application/soap+msbin1", new ContentType(exchange.ContentType).MediaType));
    }

    private sealed class Service : CoreWcfSide
    {
        protected override global::CoreWCF.Channels.MessageEncodingBindingElement Encoder(Scenario scenario) =>
            new global::CoreWCF.Channels.BinaryMessageEncodingBindingElement { ReaderQuotas = XmlDictionaryReaderQuotas.Max };
    }

    private sealed class Client : ServiceModelSide
    {
        protected override System.ServiceModel.Channels.MessageEncodingBindingElement Encoder(Scenario scenario)
        {
            var binary = new System.ServiceModel.Channels.BinaryMessageEncodingBindingElement();
            XmlDictionaryReaderQuotas.Max.CopyTo(binary.ReaderQuotas);
            return binary;
        }
    }
}
