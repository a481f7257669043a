using System.Text.RegularExpressions;
using SecureConversation.Contract.Sides;

namespace SecureConversation.Contract;

// Somebody between client and service changes what passes. Each message has its one attempt, so every attack is on a call of its own.
public abstract partial class ContractSuite<TService, TClient>
{
    private const string NoSecurity = "security header";

    private static readonly Dictionary<string, Func<string, string>> Changes = new()
    {
        ["octet of the body"] = text => Flip(text, text.LastIndexOf("CipherValue>", Between(text), StringComparison.Ordinal) + 40),
        ["octet of the first ciphertext"] = text => Flip(text, text.IndexOf("CipherValue>", StringComparison.Ordinal) + 30),
        ["nonce of a derived key"] = text => Flip(text, text.IndexOf("Nonce>", StringComparison.Ordinal) is >= 0 and var at ? at + 10 : -1),
        ["time"] = text => Regex.Replace(text, "(Created>)20", "${1}21"),
        ["address"] = text => text.Replace("/contract<", "/another<", StringComparison.Ordinal),
        ["relation"] = text => Regex.Replace(text, "<a:MessageID.*?</a:MessageID>", ""),
        [NoSecurity] = text => Regex.Replace(text, "<o:Security .*</o:Security>", "", RegexOptions.Singleline),
    };

    [Theory]
    [MemberData(nameof(Scenarios.Names), MemberType = typeof(Scenarios))]
    public async Task MessagesChangedOnTheWay_ReachNothingAndEndNoSession(string scenario)
    {
        SkipLeftOut(scenario);
        var settings = Scenarios.Get(scenario);
        await using var service = await StartAsync(settings);
        await using var client = Connect(service, settings);
        await client.EchoAsync("confidential");
        var before = service.Probe.Wire.Last();
        var (calls, handshakes) = (1, 1);

        // A client does not go on in a session where something was refused, so each attack has a client of its own.
        async Task<IContractClient> VictimAsync()
        {
            var victim = Connect(service, settings);
            await victim.EchoAsync("confidential");
            (calls, handshakes) = (calls + 1, handshakes + 1);
            return victim;
        }

        foreach (var (name, change) in Changes)
        {
            // Without security a message gets a fault that the session is unknown, which has the client open another.
            if (name == NoSecurity || change(before.RequestText) == before.RequestText)
            {
                continue;
            }

            await using var victim = await VictimAsync();
            service.Probe.ChangeRequest = change;
            await Assert.ThrowsAsync<ContractRefusedException>(() => victim.EchoAsync("confidential"));
            service.Probe.ChangeRequest = null;
            Assert.True(service.Probe.Calls == calls, $"{name}: the service executed it");
        }

        var earlier = before;
        foreach (var (name, change) in Changes.Append(new("earlier reply", _ => earlier.ResponseText)).Append(new("its own request", _ => earlier.RequestText)))
        {
            if (change(before.ResponseText) == before.ResponseText && name != "earlier reply")
            {
                continue;
            }

            // The WCF client cannot read a:ReplyTo of August 2004, and says so in another way.
            await using var victim = await VictimAsync();
            earlier = service.Probe.Wire.Last();
            service.Probe.ChangeReply = change;
            var refusal = await Assert.ThrowsAnyAsync<Exception>(() => victim.EchoAsync("confidential"));
            Assert.True(refusal is ContractRefusedException or PlatformNotSupportedException, $"{name}: {refusal}");
            service.Probe.ChangeReply = null;
            Assert.Equal(++calls, service.Probe.Calls);
        }

        // A stranger sends the reply back, and once more what was accepted.
        foreach (var envelope in (string[])[before.ResponseText, .. settings.HasTimestamp ? [before.RequestText] : Array.Empty<string>()])
        {
            var (status, answer) = await PostAsync(service, before, envelope);
            Assert.True((int)status is 400 or 500, $"{status}");
            Assert.DoesNotContain("confidential", answer, StringComparison.Ordinal);
        }

        Assert.Equal(calls, service.Probe.Calls);
        Assert.Equal("confidential", await client.EchoAsync("confidential"));
        Assert.Equal(settings.InSession ? handshakes : 0, service.Probe.Wire.Count(e => e.RequestText.Contains("/RST/SCT<", StringComparison.Ordinal)));
    }

    private static string Flip(string text, int at) =>
        at < 40 ? text : string.Concat(text.AsSpan(0, at), text[at] == 'A' ? "B" : "A", text.AsSpan(at + 1));

    // The end tag of the last ciphertext, so that the search before it finds the start tag.
    private static int Between(string text) => Math.Max(0, text.LastIndexOf("CipherValue>", StringComparison.Ordinal) - 3);
}
