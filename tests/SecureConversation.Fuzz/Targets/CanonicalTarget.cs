using System.Security.Cryptography;
using System.Text;
using System.Xml;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;
using SecureConversation.Tests.Xml;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// The canonicalizer beside the two of the platform: that of XML signatures for the recommendation, that of the dictionary reader for the
/// form of WCF; its counted work is bounded. The first octet chooses the prefix list and whether comments stay, the rest is the document.
/// </summary>
internal sealed class CanonicalTarget : FuzzTarget
{
    // The judges take quadratic time.
    private const int MaxDocument = 4096;
    private const int MaxElements = 12;

    private static readonly string[] Lists = ["", "p", "#default", "p #default", " q\ts  p ", "none", "a s u o e c", "xml"];

    public override string Name => "canonical";

    public override int BoundedRuns => 2500;

    public override IEnumerable<(string Name, byte[] Content)> Seeds() =>
        VectorSeeds.Plain().Where(s => s.Content.Length < MaxDocument).Select(s => (s.Name, (byte[])[(byte)(s.Name.Length & 15), .. s.Content]))
            .Concat(Written.Select((xml, i) => ($"written-{i}", (byte[])[(byte)i, .. Encoding.UTF8.GetBytes(xml)])));

    private static IEnumerable<string> Written =>
    [
        "<p:a xmlns='urn:d' xmlns:p='urn:p'><p:e><f xmlns=''/></p:e></p:a>",
        "<a z='1' y='2' m:b='4' n:a='5' m:a='6' xmlns:n='urn:a' xmlns:m='urn:b' xml:lang='en'/>",
        "<a xmlns='urn:d'><b xmlns='urn:e'><c xmlns='urn:d'><d xmlns=''><e xmlns='urn:d'/></d></c></b></a>",
        "<p:a xmlns:p='urn:1'><b xmlns:p='urn:2'><p:c xmlns:p='urn:1'/></b><!-- c --><![CDATA[<&>]]></p:a>",
        "<a b='tab\there\r\nline' c='&#9;&#10;&#13;&quot;&lt;&gt;'>text &amp; &lt; > \r\n &#xD;</a>",
        "<a xmlns:p='urn:a&amp;b&quot;'><p:b xmlns:q='urn:q' q:x='1'><q:c p:y='2'/></p:b></a>",
    ];

    public override void Run(byte[] input)
    {
        if (input.Length == 0)
        {
            return;
        }

        XmlIndex? index = null;
        XmlSupport.CodeOf(() => index = XmlIndex.Parse(input.AsMemory(1), XmlLimits.Default with { MaxDepth = 64 }));
        using (index)
        {
            // The judges know the names of the fourth edition only.
            var isJudged = input.Length <= MaxDocument && input.AsSpan(1).IndexOfAnyExceptInRange((byte)0, (byte)0x7F) < 0;
            if (index is not null && isJudged && XmlSupport.PlatformAccepts(input[1..]))
            {
                Compare(index, Encoding.ASCII.GetString(input, 1, input.Length - 1), Lists[input[0] & 7], (input[0] & 8) != 0);
                RequireBoundedWork(index);
            }
        }
    }

    private static void Compare(XmlIndex index, string xml, string prefixes, bool comments)
    {
        var nodes = XmlSupport.Document(xml).SelectNodes("//*")!;
        var number = 0;
        foreach (var element in XmlSupport.All(index).Take(MaxElements))
        {
            var ours = XmlSupport.Canonical(element, prefixes, CanonicalForm.Recommendation, comments, out var differs);
            var platform = XmlSupport.PlatformCanonical((System.Xml.XmlElement)nodes[number]!, prefixes, comments);
            Require(ours == platform, $"element {number} by the recommendation\n{platform}\n{ours}");
            var form = XmlSupport.Canonical(element, prefixes, CanonicalForm.Wcf, comments, out var differsToo);
            Require(differs == differsToo && differs == (ours != form), "whether the forms differ");
            if (Wcf(xml, number, prefixes, comments) is { } wcf)
            {
                Require(form == wcf, $"element {number} as WCF\n{wcf}\n{form}");
            }

            if (!comments && index.Bytes.Length < 1024)
            {
                using var again = XmlIndex.Parse(Encoding.UTF8.GetBytes(ours), XmlLimits.Default);
                var twice = XmlSupport.Canonical(again.Root, prefixes, CanonicalForm.Recommendation, comments, out _);
                Require(twice == ours, "the canonical form is not its own canonical form");
            }

            number++;
        }
    }

    /// <summary>The work that is counted stays below a multiple of the size, whatever the names and namespaces are.</summary>
    private static void RequireBoundedWork(XmlIndex index)
    {
        var size = index.Bytes.Length;
        using var sink = new DigestSink(HashAlgorithmName.SHA1, CanonicalBudget.Of(size));
        var run = new CanonicalizerRun(index.Root, default, CanonicalForm.Recommendation, sink, withComments: false);
        try
        {
            run.Execute();
        }
        catch (SecurityFailureException e)
        {
            Require(e.Code == FailureCode.LimitExceeded, $"refused with {e.Code}");
        }

        var compared = run.ComparedUriBytes;
        run.Dispose();
        Require(sink.Spent <= CanonicalBudget.Of(size), $"{sink.Spent} canonical octets for {size}");
        Require(compared <= size * 16L, $"{compared} octets of namespaces compared for {size}");
    }

    /// <summary>Null where the dictionary reader refuses the document.</summary>
    private static string? Wcf(string xml, int number, string prefixes, bool comments)
    {
        try
        {
            return XmlSupport.WcfCanonical(xml, number, prefixes, comments);
        }
        catch (XmlException)
        {
            return null;
        }
    }
}
