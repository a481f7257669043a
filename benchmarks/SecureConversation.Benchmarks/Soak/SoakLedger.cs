using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SecureConversation.Benchmarks.Soak;

/// <summary>
/// What the applications of all hosts executed. Each caller numbers its calls and makes one at a time, and each call says where it was
/// sent to and bears a check value that only this process can make. So a call that runs twice, elsewhere or with other content is seen,
/// however it got past the library.
/// </summary>
internal sealed class SoakLedger
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<int, long> _last = new();
    private readonly ConcurrentQueue<string> _problems = new();
    private long _executed;

    public long Executed => Volatile.Read(ref _executed);

    /// <summary>Replays and forgeries that were executed, and all else that must not happen; empty when all is well.</summary>
    public IReadOnlyCollection<string> Problems => _problems;

    /// <summary>Whether a ledger sees a replay, a forgery and a call that ran elsewhere. One that sees nothing would let every run pass.</summary>
    public static bool SeesAll()
    {
        var ledger = new SoakLedger();
        var text = ledger.Body(1, 1, "a/session")["<Do xmlns=\"urn:soak\">".Length..^"</Do>".Length];
        ledger.Execute(text, "a/session");
        var honest = ledger.Problems.Count;
        ledger.Execute(text, "a/session");
        var replay = ledger.Problems.Count;
        ledger.Execute(text.Replace("1 1 ", "1 2 ", StringComparison.Ordinal), "a/session");
        var forgery = ledger.Problems.Count;
        ledger.Execute(ledger.Body(2, 1, "a/session")["<Do xmlns=\"urn:soak\">".Length..^"</Do>".Length], "b/session");
        return (honest, replay, forgery, ledger.Problems.Count) == (0, 1, 2, 3);
    }

    /// <summary>The body of a call.</summary>
    public string Body(int caller, long number, string endpoint) =>
        string.Create(CultureInfo.InvariantCulture, $"<Do xmlns=\"urn:soak\">{caller} {number} {endpoint} {Check(caller, number, endpoint)}</Do>");

    /// <summary>The application: executes a call and answers with what it was told.</summary>
    public string Execute(string text, string endpoint)
    {
        Interlocked.Increment(ref _executed);
        var words = text.Split(' ');
        if (words.Length != 4 || !int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var caller)
            || !long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || words[3] != Check(caller, number, words[2]))
        {
            Report("forgery executed: " + text);
            return text;
        }

        if (words[2] != endpoint)
        {
            Report($"executed at {endpoint}: {text}");
        }

        var isFirst = false;
        _last.AddOrUpdate(caller, _ => Accept(number), (_, last) => number > last ? Accept(number) : Refuse(last));
        if (!isFirst)
        {
            Report("replay executed: " + text);
        }

        return text;

        long Accept(long accepted)
        {
            isFirst = true;
            return accepted;
        }

        long Refuse(long last)
        {
            isFirst = false;
            return last;
        }
    }

    public void Report(string problem)
    {
        // A defect may show in every call; the first ones are enough.
        if (_problems.Count < 100)
        {
            _problems.Enqueue(problem);
        }
    }

    private string Check(int caller, long number, string endpoint) => Convert.ToHexString(
        HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{caller} {number} {endpoint}"))), 0, 8);
}
