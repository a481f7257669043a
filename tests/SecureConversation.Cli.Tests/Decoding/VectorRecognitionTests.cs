using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Reports;
using SecureConversation.Diagnosis;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>
/// Every recorded conversation is recognised from its bodies, their times, media types and addresses, and private keys alone: no binding, no directions, no name of a key.
/// What has to verify verifies, and what has to be refused is refused.
/// </summary>
public sealed class VectorRecognitionTests(ITestOutputHelper output)
{
    // The rest was refused for what no capture shows: the report names the fault by which the other side refused it.
    private const int Strictly = 427;
    private const int OrNamed = 454;

    [Fact]
    public void Conversations_AreRecognised()
    {
        var results = VectorArchive.Names.AsParallel().WithDegreeOfParallelism(2).Select(Judge).ToList();
        foreach (var (name, differences, _) in results.Where(r => r.Differences.Count > 0).OrderBy(r => r.Name, StringComparer.Ordinal))
        {
            output.WriteLine($"{name}: {string.Join("; ", differences)}");
        }

        var strict = results.Count(r => r.Differences.Count == 0);
        var named = results.Count(r => r.Differences.Count > 0 && r.IsNamed);
        output.WriteLine($"{strict} of {results.Count} strictly, {named} more are named");
        Assert.True(strict >= Strictly, $"{strict} recognised strictly");
        Assert.True(strict + named >= OrNamed, $"{strict + named} recognised, or the refusal is named");
    }

    private static (string Name, IReadOnlyList<string> Differences, bool IsNamed) Judge(string name)
    {
        var vector = VectorArchive.Get(name);
        var address = AddressOf(vector);
        var messages = vector.Messages.Select((m, i) => new WireMessage(i + 1, Captured(m, address), m.ReadBytes())).ToList();
        var recognition = Recognition.Of(messages, Keys(vector), given: null, TestContext.Current.CancellationToken);
        using var run = new ConversationRun(recognition);
        var differences = new List<string>();
        var isNamed = true;
        foreach (var (recorded, message) in vector.Messages.Zip(messages))
        {
            var (decoded, verdict) = run.Next(message);
            using var disposed = decoded;
            if (Difference(recorded, message, decoded, verdict) is { } difference)
            {
                differences.Add($"{recorded.Record.File} {difference}");
                isNamed &= recorded.Record.Expect is VectorExpectation.Rejected && recognition.Refused.ContainsKey(message);
            }
        }

        return (name, differences, isNamed);
    }

    private static string? Difference(VectorMessage recorded, WireMessage message, DecodedMessage decoded, MessageVerdict verdict)
    {
        var result = $"{decoded.Failure} {decoded.Detail}";
        if (message.IsRequest != recorded.IsFromClient)
        {
            return "direction";
        }

        return recorded.Record.Expect switch
        {
            VectorExpectation.Verified => verdict == MessageVerdict.Verified ? null : $"has to verify: {result}",
            VectorExpectation.Unsecured => decoded.Kind == DecodedKind.UnsecuredFault ? null : $"is a fault without security: {decoded.Kind} {result}",
            VectorExpectation.Rejected rejected => verdict == MessageVerdict.Refused && Accepts(rejected, decoded.Failure) ? null
                : $"has to be refused ({rejected.Word}): {decoded.Kind} {result}",
            _ => "is unknown",
        };
    }

    private static bool Accepts(VectorExpectation.Rejected rejected, FailureCode code)
    {
        try
        {
            return rejected.Accepts(VectorWords.Of(code));
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    // Those over a protected transport were recorded behind the end of TLS. A capture before it has an address with https, and says so.
    private static Uri? AddressOf(Vector vector) =>
        vector.Name.Contains("-transport", StringComparison.Ordinal) ? new Uri("https://service.example/echo") : null;

    private static CapturedMessage Captured(VectorMessage message, Uri? address) => new()
    {
        Address = address,
        Source = message.Name,
        Body = message.ReadBytes(),
        Instant = message.Record.Instant,
        ContentType = message.ContentType,
    };

    private static DecodingKeys Keys(Vector vector) => new()
    {
        // In an order that says nothing.
        Certificates = [vector.ClientCertificate, vector.ServiceCertificate],
        Trusted = [vector.ClientCertificate],
        Users = vector.File.Credentials is { } credentials
            ? new Dictionary<string, string> { [credentials.UserName] = credentials.Password, ["bob"] = "secret" }
            : [],
    };
}
