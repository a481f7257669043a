using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// `refusals`: what it costs the engine to refuse a message, beside one of the same size that it accepts. Each message is sent once, or
/// twice where the second time is the failure. What a service does under a flood of them is `flood`.
/// </summary>
internal static partial class RefusalsCommand
{
    private const int Rounds = 7, WarmUps = 4;

    public static int Run(string results)
    {
        var table = new ResultTable("refusals", "Refusing a message beside accepting one of its size: µs of processor time, times the accepted message, bytes allocated",
            ["message", "µs", "× accepted", "B allocated"]);
        using var stranger = SessionsCommand.Issue("Stranger", 2048, isTrusted: false);
        using var conversation = new Conversation(Conversation.SecureSession(SecurityAlgorithmSuite.Basic256), detectReplays: true);
        var strangers = new MessageSecurityClient(conversation.Binding, Conversation.Credentials(stranger, TestCertificates.Service));
        foreach (var size in new[] { 1024, 256 * 1024 })
        {
            var envelope = Conversation.Envelope(size);
            byte[] Secured()
            {
                using var request = conversation.Secure(envelope);
                return request.Envelope.ToArray();
            }

            Measure(table, conversation, FloorCommand.Size(size), size > 1024 ? 12 : 300,
                ("accepted", Secured),
                ("garbage bytes", () => RandomNumberGenerator.GetBytes(size)),
                ("unknown context", () => Change(Secured(), text => text.Replace(conversation.Session!.Id, $"urn:uuid:{Guid.NewGuid()}", StringComparison.Ordinal))),
                ("changed ciphertext", () => Change(Secured(), text => WithOtherCharacter(text, Cipher().Matches(text)[^1].Index + 40))),
                ("changed encrypted signature", () => Change(Secured(), text => WithOtherCharacter(text, Cipher().Matches(text)[0].Index + 40))),
                ("changed signed part", () => Change(Secured(), text => text.Replace("urn:e/Echo<", "urn:e/Ecco<", StringComparison.Ordinal))),
                ("replayed", () => Sent(conversation, Secured())),
                ("many elements without security", () => Change(Conversation.Envelope(0), text =>
                    text.Replace("<text></text>", Elements(size), StringComparison.Ordinal))),
                ("many elements, unknown context", () => Change(Secured(), text => WithElements(
                    text.Replace(conversation.Session!.Id, $"urn:uuid:{Guid.NewGuid()}", StringComparison.Ordinal), size))),
                ("many elements, open session", () => Change(Secured(), text => WithElements(text, size))));
        }

        Measure(table, conversation, "handshake", 40,
            ("accepted", () => conversation.Handshake()),
            ("garbage key", () => Change(conversation.Handshake(), text => WithOtherCharacter(text, Cipher().Matches(text)[0].Index + 40))),
            ("many elements", () => Change(conversation.Handshake(), text => WithElements(text, 256 * 1024))),
            ("of a stranger", () => conversation.Handshake(strangers)));
        table.Finish(results);
        return 0;
    }

    private static void Measure(ResultTable table, Conversation conversation, string size, int count, params (string Name, Func<byte[]> Create)[] cases)
    {
        var series = cases.Select(_ => new Series([], [])).ToArray();
        for (var round = -WarmUps; round < Rounds; round++)
        {
            for (var i = 0; i < cases.Length; i++)
            {
                var messages = Enumerable.Range(0, count).Select(_ => cases[i].Create()).ToArray();
                var next = 0;
                var cost = Performance.Rounds.Run(() => Receive(conversation, messages[next++], isAccepted: i == 0), count);
                if (round >= 0)
                {
                    series[i].Add(cost);
                }
            }
        }

        for (var i = 0; i < cases.Length; i++)
        {
            table.Add($"{size}: {cases[i].Name}", series[i].Time, series[i].Over(series[0]), series[i].Allocated);
        }
    }

    private static void Receive(Conversation conversation, byte[] message, bool isAccepted)
    {
        using var result = conversation.Receive(message);
        if (result is ServiceResult.Dispatch accepted)
        {
            _ = accepted.Request.Envelope.Length;
        }

        if (isAccepted != (result is ServiceResult.Dispatch or ServiceResult.Respond { Kind: ServiceResponseKind.Handshake }))
        {
            throw new InvalidOperationException($"Expected {(isAccepted ? "acceptance" : "refusal")}: {(result as ServiceResult.Respond)?.Code}.");
        }
    }

    private static byte[] Sent(Conversation conversation, byte[] message)
    {
        conversation.Accept(message).Dispose();
        return message;
    }

    private static byte[] Change(byte[] message, Func<string, string> change) => Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(message)));

    private static string Elements(int size) => string.Concat(Enumerable.Repeat("<a/>", size / 4));

    /// <summary>The same message with many elements in clear in its body.</summary>
    private static string WithElements(string text, int size)
    {
        var start = text.IndexOf('>', text.IndexOf("<s:Body", StringComparison.Ordinal)) + 1;
        return $"{text.AsSpan(0, start)}<a>{Elements(size)}</a></s:Body></s:Envelope>";
    }

    private static string WithOtherCharacter(string text, int index) => $"{text.AsSpan(0, index)}{(text[index] == 'A' ? 'B' : 'A')}{text.AsSpan(index + 1)}";

    [GeneratedRegex("(?<=CipherValue[^>]*>)[^<]+")]
    private static partial Regex Cipher();
}
