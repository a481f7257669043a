using System.Text;
using SecureConversation.Testing;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Two attacks that once worked: a stranger decrypted a recorded request, and the keys of a recorded handshake, by the time of refusals.
/// Now his guesses are right as often as those of somebody who does not ask.
/// </summary>
[Collection(nameof(TimingTests))]
public sealed class OracleTests(ITestOutputHelper output)
{
    private const int Connections = 8;
    private const int Lessons = 100;
    private const int Guesses = 200;

    /// <summary>By chance half of them are right, with a deviation of half the root of their number; five deviations are put down to chance.</summary>
    private static readonly double MostByChance = (Guesses / 2) + (5 * Math.Sqrt(Guesses) / 2);

    [Fact]
    public async Task RecordedRequest_IsNotDecryptedByTheTimeOfRefusals()
    {
        await using var service = await TimingService.StartAsync(Roles.Bindings.Create(Attack.Session), TimingService.Unlimited);
        using var messages = await TimingMessages.RecordAsync(service.Binding, service.Address, TimingExchange.Session, m => service.PostAsync(m));
        var part = messages.Open().BodyPart;
        var evil = messages.Amplified(uriKilobytes: 16, elements: 300);
        await GivesUpAsync(service, cipher => TimingMessages.With(evil, part, cipher), part.Cipher);
    }

    /// <summary>The key that a session will have is in the handshake: one half in the request, one in the response.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RecordedHandshake_GivesItsEntropyToNobody(bool ofTheService)
    {
        await using var service = await TimingService.StartAsync(Roles.Bindings.Create(Attack.Session), TimingService.Unlimited);
        byte[] response = [];
        using var messages = await TimingMessages.RecordAsync(service.Binding, service.Address, TimingExchange.Handshake, m => service.PostAsync(m));
        if (ofTheService)
        {
            response = await service.PostAsync(messages.Wire);
        }

        var part = messages.Open().BodyPart;
        var evil = Encoding.UTF8.GetString(messages.Amplified(uriKilobytes: 16, elements: 300));
        var cipher = part.Cipher;
        if (ofTheService)
        {
            // The key of the response comes from the same wrapped key, by a nonce that stands in clear.
            var (asked, answered) = (Facts(messages.Wire), Facts(response));
            evil = evil.Replace(asked.Nonce, answered.Nonce, StringComparison.Ordinal);
            cipher = answered.Cipher;
        }

        await GivesUpAsync(service, c => TimingMessages.With(Encoding.UTF8.GetBytes(evil), part, c), cipher);
    }

    /// <summary>The attacker of these tests is good enough: where the work differs and nothing hides it, he is right.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Attacker_OfUnevenWork_IsRightOnlyWithoutTheSchedule(bool isScheduled)
    {
        var store = new UnevenStore();
        await using var service = await TimingService.StartAsync(
            Roles.Bindings.Create(Attack.Session), isScheduled ? TimingService.Unlimited : Roles.Loopback.AtOnce, store);
        using var fast = await TimingMessages.RecordAsync(service.Binding, service.Address, TimingExchange.Session, m => service.PostAsync(m));
        using var slow = await TimingMessages.RecordAsync(service.Binding, service.Address, TimingExchange.Session, m => service.PostAsync(m));
        store.Slow = store.Last!;
        var (fastWire, slowWire) = (fast.SignatureClasses(m => m)[0].Next(), slow.SignatureClasses(m => m)[0].Next());
        var inOrder = new byte[64];
        var attacker = new TimingAttacker(service, cipher => ReferenceEquals(cipher, inOrder) ? slowWire : fastWire, connections: 2);
        var right = await attacker.GuessAsync(inOrder, Lessons, Guesses);
        output.WriteLine($"{right} of {Guesses} guesses were right.");
        Assert.Equal(isScheduled, right <= MostByChance);
    }

    /// <summary>With the budgets as they are by default, the attacker is named after his seventeenth query and soon waits a second for each.</summary>
    [Fact]
    public async Task Attacker_IsNamedInTheLogAndSlowedDown()
    {
        await using var service = await TimingService.StartAsync(Roles.Bindings.Create(Attack.Session), new FailureAnswerOptions());
        using var messages = await TimingMessages.RecordAsync(service.Binding, service.Address, TimingExchange.Session, m => service.PostAsync(m));
        var wire = messages.SignatureClasses(m => m)[0].Next();
        var attackers = await Task.WhenAll(Enumerable.Range(0, 120).Select(_ => service.ConnectAsync()));
        await Task.WhenAll(attackers.Select(a => a.TimeAsync(wire)));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 20 && e.Text.Contains("session ", StringComparison.Ordinal));
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 20 && e.Text.Contains("127.0.0.1", StringComparison.Ordinal));
        // Seven budgets are spent: the next step is the longest one, a second.
        Assert.InRange(await attackers[0].TimeAsync(wire), 1_000_000, double.MaxValue);
        Array.ForEach(attackers, a => a.Dispose());
    }

    private async Task GivesUpAsync(TimingService service, Func<byte[], byte[]> query, byte[] cipher)
    {
        var attacker = new TimingAttacker(service, query, Connections);
        var right = await attacker.GuessAsync(cipher, Lessons, Guesses);
        output.WriteLine($"{right} of {Guesses} guesses were right, after {attacker.Queries} queries.");
        Assert.InRange(right, 0, MostByChance);
    }

    private static (string Nonce, byte[] Cipher) Facts(byte[] wire)
    {
        var document = Forgery.Load(wire);
        var data = (XmlElement)((XmlElement)document.DocumentElement!.LastChild!).FirstChild!;
        var id = Forgery.Descendant(data, "Reference").GetAttribute("URI").TrimStart('#');
        var token = document.GetElementsByTagName("*").OfType<XmlElement>().First(e => e.LocalName == "DerivedKeyToken" && Forgery.IdOf(e) == id);
        return (Forgery.Child(token, "Nonce").InnerText, Convert.FromBase64String(Forgery.Descendant(data, "CipherValue").InnerText));
    }
}
