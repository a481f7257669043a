using System.Diagnostics;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Attacks;

/// <summary>What is measured: a binding, what the victim sends, and what the attacker does to it.</summary>
/// <param name="Binding">A name of <see cref="Roles.Bindings"/>.</param>
/// <param name="Exchange">What the victim sends.</param>
/// <param name="Attack">What the attacker changes: a name in <see cref="Classes"/>.</param>
internal sealed record TimingPlan(string Binding, TimingExchange Exchange, string Attack)
{
    public static IReadOnlyList<TimingPlan> All { get; } =
    [
        .. from order in new[] { "", "sign-first", "encrypt-first" }
           from exchange in Enum.GetValues<TimingExchange>()
           from attack in new[] { "signature", "signature, costly", "body", "body, costly", "costly signature", "long prefix list" }
           // Only the default order encrypts the signature.
           where order.Length == 0 || !attack.StartsWith("signature", StringComparison.Ordinal)
           select new TimingPlan($"mutualcert/{order}/{(exchange == TimingExchange.Single ? "single" : "session")}", exchange, attack),
        .. from exchange in Enum.GetValues<TimingExchange>()
           from attack in new[] { "body", "body, costly", "costly signature", "long prefix list", "oaep" }
           where attack != "oaep" || exchange != TimingExchange.Session
           select new TimingPlan($"mutualcert/strong/{(exchange == TimingExchange.Single ? "single" : "session")}", exchange, attack),
        .. from exchange in new[] { TimingExchange.Handshake, TimingExchange.Single }
           from attack in new[] { "oaep", "rsa15" }
           select new TimingPlan($"mutualcert//{(exchange == TimingExchange.Single ? "single" : "session")}", exchange, attack),
    ];

    /// <summary>A selection for tests that are to end soon: each exchange, each attack and each order.</summary>
    public static IReadOnlyList<TimingPlan> Few { get; } =
    [
        new("mutualcert//session", TimingExchange.Session, "signature"),
        new("mutualcert//session", TimingExchange.Session, "body, costly"),
        new("mutualcert//session", TimingExchange.Session, "costly signature"),
        new("mutualcert//session", TimingExchange.Handshake, "signature, costly"),
        new("mutualcert//single", TimingExchange.Single, "body"),
        new("mutualcert/sign-first/session", TimingExchange.Session, "body"),
        new("mutualcert/encrypt-first/session", TimingExchange.Session, "body"),
        new("mutualcert/encrypt-first/session", TimingExchange.Session, "long prefix list"),
        new("mutualcert/strong/session", TimingExchange.Session, "body"),
        new("mutualcert/strong/session", TimingExchange.Session, "body, costly"),
        new("mutualcert/strong/session", TimingExchange.Session, "costly signature"),
        new("mutualcert/strong/session", TimingExchange.Session, "long prefix list"),
        new("mutualcert/strong/session", TimingExchange.Handshake, "oaep"),
        new("mutualcert/strong/single", TimingExchange.Single, "oaep"),
        new("mutualcert//session", TimingExchange.Handshake, "oaep"),
        new("mutualcert//single", TimingExchange.Single, "rsa15"),
    ];

    public MessageSecurityBinding CreateBinding() => Roles.Bindings.Create(
        Binding, Attack == "rsa15" ? SecurityAlgorithmSuite.Basic256Sha256Rsa15 : null);

    public IReadOnlyList<TimingClass> Classes(TimingMessages messages) => Attack switch
    {
        "signature" => messages.SignatureClasses(m => m),
        "signature, costly" => messages.SignatureClasses(CostlySignature.Load),
        "body" => messages.BodyClasses(m => m),
        "body, costly" => messages.BodyClasses(CostlySignature.Load),
        "costly signature" => messages.CostlySignatureClasses(),
        "long prefix list" => messages.CostlySignatureClasses(1, 1, prefixes: 4096),
        "oaep" or "rsa15" => messages.WrappedKeyClasses(CreateBinding().Element.DefaultAlgorithmSuite.AsymmetricKeyWrap.Padding),
        _ => throw new ArgumentException($"No such attack: {Attack}."),
    };

    /// <summary>Measures the engine alone, without its schedule.</summary>
    public async Task<TimingRun> MeasureEngineAsync(int samples, Func<int, TimeSpan>? injected = null)
    {
        var binding = CreateBinding();
        using var service = new MessageSecurityService(
            binding, TestCredentials.Service, new MessageSecurityServiceOptions { FailureAnswers = Roles.Loopback.AtOnce });
        using var messages = await TimingMessages.RecordAsync(binding, Roles.Loopback.Address, Exchange, TimingMessages.To(service));
        var run = new TimingRun(Classes(messages)) { Injected = injected ?? (_ => TimeSpan.Zero) };
        await run.MeasureAsync(samples, [async (wire, wait) =>
        {
            var start = Stopwatch.GetTimestamp();
            Spinning.For(wait);
            using var result = await service.ReceiveAsync(wire);
            var time = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
            Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
            return time;
        }]);
        return run;
    }

    /// <summary>Measures a service on Kestrel over several connections.</summary>
    public async Task<TimingRun> MeasureWireAsync(int samples, int connections, FailureAnswerOptions answers, bool isTest = true)
    {
        await using var service = await TimingService.StartAsync(CreateBinding(), answers, isTest: isTest);
        using var messages = await TimingMessages.RecordAsync(service.Binding, service.Address, Exchange, m => service.PostAsync(m));
        var run = new TimingRun(Classes(messages));
        await MeasureWireAsync(run, service, samples, connections);
        return run;
    }

    public static async Task MeasureWireAsync(TimingRun run, TimingService service, int samples, int connections)
    {
        var attackers = new List<WireConnection>();
        try
        {
            for (var i = 0; i < connections; i++)
            {
                attackers.Add(await service.ConnectAsync());
            }

            await run.MeasureAsync(samples, [.. attackers.Select<WireConnection, Func<byte[], TimeSpan, Task<double>>>(attacker => async (wire, wait) =>
            {
                var time = await attacker.TimeAsync(wire, wait);
                Assert.Contains("InvalidSecurity", attacker.Answer, StringComparison.Ordinal);
                return time;
            })]);
        }
        finally
        {
            attackers.ForEach(attacker => attacker.Dispose());
        }
    }
}
