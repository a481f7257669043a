using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Benchmarks.Performance;

/// <summary>
/// `floor`: what it costs to secure and to verify one session message, beside the bare primitives over its bytes, SignedXml and
/// EncryptedXml of .NET, and WSS4J. Options: --quick leaves out what takes long: the large bodies and the peers.
/// </summary>
internal static class FloorCommand
{
    private const int KiB = 1024;

    // The largest sizes at which the peers are measured: a DOM of more takes minutes.
    private const int LargestOfDom = 4 * KiB * KiB, LargestOfWss4j = 256 * KiB;

    private static readonly int[] Sizes = [100, KiB, 16 * KiB, 256 * KiB, 4 * KiB * KiB, 64 * KiB * KiB];

    public static int Run(string[] options, string results)
    {
        var isQuick = options.Contains("--quick");
        var table = new ResultTable("floor", "Secure and verify one session message: µs of processor time, times the bare primitives, and bytes allocated",
            ["message", "secure", "verify", "floor", "× floor", "secure B", "verify B", ".NET DOM", "DOM / ours", "our B / DOM's", "WSS4J", "WSS4J / ours"]);
        foreach (var suite in new[] { SecurityAlgorithmSuite.Basic256, SecurityAlgorithmSuite.Basic256Sha256 })
        {
            using var conversation = new Conversation(Conversation.SecureSession(suite));
            var peer = new DomPeer(conversation);
            Check(conversation, peer);
            WarmUp(conversation, peer);
            foreach (var records in new[] { false, true })
            {
                // The other suite differs in its digest alone.
                var isMain = suite == SecurityAlgorithmSuite.Basic256;
                foreach (var size in Sizes.Where(size => size is >= KiB and <= 256 * KiB || (isMain && !isQuick)))
                {
                    Measure(table, conversation, peer, size, records, withPeers: isMain && !isQuick && size <= LargestOfDom);
                }
            }
        }

        table.Finish(results);
        return 0;
    }

    /// <summary>The name of a row: a suite, a size and a shape.</summary>
    public static string Name(SecurityAlgorithmSuite suite, int size, bool records) => $"{suite.Name} {Size(size)} {(records ? "records" : "text")}";

    public static string Size(long bytes) =>
        bytes < KiB ? $"{bytes} B" : bytes < KiB * KiB ? $"{bytes / KiB} KB" : $"{bytes / (KiB * KiB)} MB";

    private static void Measure(ResultTable table, Conversation conversation, DomPeer peer, int size, bool records, bool withPeers)
    {
        var suite = conversation.Binding.Element.DefaultAlgorithmSuite;
        var envelope = Conversation.Envelope(size, records);
        using var request = peer.Session.Secure(envelope);
        var secured = request.Envelope.ToArray();
        using var floor = new Floor(peer.PartsOf(envelope, secured));

        // What the peer left behind is not collected in the turns of others.
        Memory.Managed();
        var actions = new List<Action>
        {
            floor.Secure,
            floor.Verify,
            () => peer.Session.Secure(envelope).Dispose(),
            () =>
            {
                using var accepted = conversation.Accept(secured);
                _ = accepted.Request.Envelope.Length;
            },
        };
        if (withPeers)
        {
            actions.Add(() => peer.Secure(envelope));
            actions.Add(() => peer.Verify(secured));
        }

        var large = size > 256 * KiB;
        var series = Rounds.Measure(large ? 3 : 7, TimeSpan.FromMilliseconds(large ? 200 : 100), actions);
        var bare = series[0].And(series[1]);
        var ours = series[2].And(series[3]);
        var dom = withPeers ? series[4].And(series[5]) : null;
        var wss4j = withPeers && size <= LargestOfWss4j && Wss4jPeer.MissingReason is null ? Wss4j(conversation, peer, envelope, secured) : (double?)null;
        table.Add(Name(suite, size, records), series[2].Time, series[3].Time, bare.Time, ours.Over(bare), series[2].Allocated, series[3].Allocated,
            dom?.Time, dom?.Over(ours), ours.Allocated / dom?.Allocated, wss4j, wss4j / ours.Time);
    }

    /// <summary>Microseconds to make and to verify the message, measured by the peer in its own process when it is warm.</summary>
    private static double Wss4j(Conversation conversation, DomPeer peer, byte[] envelope, byte[] secured)
    {
        var keys = PeerKeys.None.WithSecret(peer.Session.Id, peer.Secret);
        var times = Math.Clamp(20_000_000 / secured.Length, 20, 2000);
        KeyValuePair<string, string> repeat = new("repeat", $"{times}");
        var made = Wss4jPeer.Make("sct", envelope, keys,
        [
            new("suite", conversation.Binding.Element.DefaultAlgorithmSuite.Name), new("encryptSignature", "true"), new("context", peer.Session.Id),
            new("contextSecret", Convert.ToBase64String(peer.Secret)), repeat,
        ]);
        var verified = Wss4jPeer.Verify(secured, keys, repeat);
        Require(made.Ok && verified.Ok, made.Reason + verified.Reason);
        Require(verified.All("decrypted").Count() == 2, "WSS4J did not decrypt the same parts.");
        return Elapsed(made) + Elapsed(verified);
    }

    private static double Elapsed(PeerResult result) => double.Parse(result.Single("elapsed")["microseconds"], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The peer does the same work: it opens our messages and no forged ones, and our service accepts its own with as many signed parts.</summary>
    private static void Check(Conversation conversation, DomPeer peer)
    {
        var envelope = Conversation.Envelope(1000, records: true);
        using var request = peer.Session.Secure(envelope);
        var secured = request.Envelope.ToArray();
        var body = peer.Verify(secured) ?? throw new InvalidOperationException("The peer refuses our message.");
        Require(Encoding.UTF8.GetString(envelope).Contains(body.InnerXml, StringComparison.Ordinal), "The peer read another body.");
        var made = peer.Secure(envelope);
        Require(peer.PartsOf(envelope, made).Signed.Length == peer.PartsOf(envelope, secured).Signed.Length, "The peer signed other parts.");
        using var accepted = conversation.Accept(made);
        var forged = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(secured).Replace("urn:e/Echo", "urn:e/Ecco", StringComparison.Ordinal));
        Require(peer.Verify(forged) is null, "The peer takes a forged message.");
    }

    /// <summary>The compiler of the runtime works in the background, and has to be done before the first row.</summary>
    private static void WarmUp(Conversation conversation, DomPeer peer)
    {
        var envelope = Conversation.Envelope(KiB, records: true);
        Rounds.Run(() =>
        {
            using var request = peer.Session.Secure(envelope);
            using var accepted = conversation.Accept(request.Envelope);
            _ = accepted.Request.Envelope.Length;
        }, 20_000);
    }

    private static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
