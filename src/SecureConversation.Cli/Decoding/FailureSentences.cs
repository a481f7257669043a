using SecureConversation.Cli.Reports;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Cli.Decoding;

/// <summary>What docs/failures.md says of each failure.</summary>
internal static class FailureSentences
{
    private static readonly Lazy<Dictionary<int, string>> Sentences = new(Read);

    public static FailureReport Of(DecodedMessage decoded)
    {
        var (code, advice) = (decoded.Failure, FailureGuide.Of(decoded.Failure));
        var sentence = Sentences.Value.GetValueOrDefault((int)code, code.ToString());
        return new FailureReport
        {
            Code = (int)code,
            Name = code.ToString(),
            Rule = decoded.Detail is { } detail ? $"{sentence} ({detail})" : sentence,
            Clause = advice.Clause,
            Found = decoded.Found,
            Expected = decoded.Expected,
            Cause = advice.Cause,
            Remedy = advice.Remedy,
        };
    }

    // The table of the page: number, name with a link, sentence.
    private static Dictionary<int, string> Read()
    {
        using var reader = new StreamReader(typeof(FailureSentences).Assembly.GetManifestResourceStream("failures.md")!);
        var sentences = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Split('|') is [_, var number, _, var sentence, _]
                && int.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var code))
            {
                sentences.TryAdd(code, sentence.Trim());
            }
        }

        return sentences;
    }
}
