using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Tests.Xml;

/// <summary>What bounds the work of canonicalization, piece by piece.</summary>
public sealed class CanonicalBoundsTests
{
    [Fact]
    public void Buffer_TakesItsBudgetAndNoByteMore()
    {
        using var sink = new BufferSink(10_000, 16);
        for (var i = 0; i < 5_000; i++)
        {
            sink.Write((byte)'a');
        }

        sink.Write(new byte[5_000]);
        Assert.Equal(10_000, sink.WrittenSpan.Length);
        Assert.Equal(FailureCode.LimitExceeded, XmlSupport.CodeOf(() => sink.Write((byte)'a')));
        Assert.Equal(FailureCode.LimitExceeded, XmlSupport.CodeOf(() => sink.Write("a"u8)));
        sink.Reset();
        sink.Write(new byte[10_000]);
    }

    [Fact]
    public void Buffer_RefusesBeforeItTakesMemory()
    {
        var bytes = new byte[10_000_000];
        using var sink = new BufferSink(100_000);
        XmlSupport.CodeOf(() => sink.Write(bytes));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(FailureCode.LimitExceeded, XmlSupport.CodeOf(() => sink.Write(bytes)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(50_000)]
    public void Digests_ShareOneBudget(int piece)
    {
        using var sink = new DigestSink(HashAlgorithmName.SHA256, piece * 3);
        for (var i = 0; i < 3; i++)
        {
            sink.Write(new byte[piece]);
            if (i == 0)
            {
                sink.Reset();
            }
            else
            {
                sink.GetHash(new byte[32]);
            }
        }

        Assert.Equal(piece * 3, sink.Spent);
        Assert.Equal(FailureCode.LimitExceeded, XmlSupport.CodeOf(() => sink.Write((byte)'a')));
    }

    [Fact]
    public void RecordedMessages_StayFarBelowTheBudget()
    {
        var most = 0.0;
        foreach (var message in VectorArchive.LoadAll().SelectMany(v => v.Messages))
        {
            most = Math.Max(most, Ratio(message.ReadPlain() ?? message.ReadBytes()));
        }

        Assert.InRange(most, 0.5, 2);
    }

    [Fact]
    public void Uris_HaveTheOrderOfTheirBytes()
    {
        var random = new Random(7);
        var document = new byte[2000];
        for (var i = 0; i < document.Length; i++)
        {
            document[i] = (byte)(random.Next(8) == 0 ? 'b' : 'a');
        }

        var source = new UriSource(document, new DecodedUris(), new DecodedUris());
        var order = new UriOrder(16);
        var live = new List<UriRange>();
        for (var step = 0; step < 3000; step++)
        {
            if (live.Count > 0 && random.Next(3) == 0)
            {
                var count = random.Next(live.Count + 1);
                live.RemoveRange(count, live.Count - count);
                order.Truncate(count);
            }

            for (var i = random.Next(5); i > 0; i--)
            {
                var start = random.Next(document.Length - 40);
                live.Add(new UriRange(start, random.Next(40)));
                Assert.Equal(live.Count - 1, order.Add(live[^1]));
            }

            if (live.Count > 1 && random.Next(2) == 0)
            {
                order.Rank(source);
                var (a, b) = (random.Next(live.Count), random.Next(live.Count));
                Assert.Equal(Math.Sign(source.Get(live[a]).SequenceCompareTo(source.Get(live[b]))), Math.Sign(order.Compare(a, b)));
            }
        }

        order.Dispose();
    }

    [Theory]
    [InlineData("a b cc", "cc", true)]
    [InlineData("a b cc", "c", false)]
    [InlineData("  a\tb\r\n", "b", true)]
    [InlineData("longprefix1 longprefix2", "longprefix2", true)]
    [InlineData("longprefix1 longprefix2", "longprefix", false)]
    [InlineData("#default a", "", true)]
    [InlineData("a", "", false)]
    [InlineData("", "a", false)]
    public void PrefixList_ContainsWhatItNames(string list, string prefix, bool expected) =>
        Assert.Equal(expected, new InclusivePrefixes(Encoding.UTF8.GetBytes(list)).Contains(Encoding.UTF8.GetBytes(prefix)));

    [Fact]
    public void PrefixList_OfTooMany_IsRefused()
    {
        Assert.False(new InclusivePrefixes(List(4096)).IsEmpty);
        Assert.Equal(FailureCode.LimitExceeded, XmlSupport.CodeOf(() => Assert.False(new InclusivePrefixes(List(4097)).IsEmpty)));
        Assert.False(new InclusivePrefixes(Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Repeat("b", 5000)))).IsEmpty);

        static byte[] List(int count) => Encoding.UTF8.GetBytes(string.Join(' ', Enumerable.Range(0, count).Select(i => i.ToString("x", CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(20)]
    public void AttributesOfOneExpandedName_AreRefusedHoweverTheyAreWritten(int others)
    {
        var uri = new string('u', 5000);
        var more = string.Concat(Enumerable.Range(0, others).Select(i => $" xmlns:n{i}=\"{uri}{i}\" n{i}:x=\"\""));
        Assert.Equal(FailureCode.None, XmlSupport.ParseCode(XmlSupport.Utf8($"<a xmlns:p=\"{uri}p\" p:x=\"\" x=\"\"{more}/>")));
        Assert.Equal(FailureCode.NotWellFormed, XmlSupport.ParseCode(XmlSupport.Utf8($"<a xmlns:p=\"{uri}1\" p:x=\"\" x=\"\"{more}/>")));
        Assert.Equal(FailureCode.NotWellFormed, XmlSupport.ParseCode(XmlSupport.Utf8($"<a xmlns:p=\"{uri}&#49;\" p:x=\"\" x=\"\"{more}/>")));
    }

    [Fact]
    public void IndexedAttributes_AreLimited()
    {
        var limits = XmlLimits.Default with { MaxIndexedAttributes = 3 };
        Assert.Equal(FailureCode.None, XmlSupport.ParseCode("<a b=\"\"><c d=\"\" e=\"\"/></a>"u8.ToArray(), limits));
        Assert.Equal(FailureCode.LimitExceeded, XmlSupport.ParseCode("<a b=\"\"><c d=\"\" e=\"\"/><f g=\"\"/></a>"u8.ToArray(), limits));
    }

    [Fact]
    public void DecodedUris_OfTheOpaqueContent_AreNotKept()
    {
        var document = "<a xmlns:p=\"&amp;1\"><b>" + string.Concat(Enumerable.Repeat("<c xmlns:p=\"&amp;&amp;\"><d xmlns:q=\"&lt;\"/></c>", 1000)) + "</b></a>";
        using var index = XmlIndex.Parse(XmlSupport.Utf8(document), XmlLimits.Default, new XmlName("b", ""));
        Assert.InRange(index.DecodedUris.End, 1, 50);
        Assert.Equal("&1", index.Root.LookupNamespace("p"u8));
    }

    /// <summary>The canonical bytes of all header blocks and the body, for each byte of the envelope.</summary>
    private static double Ratio(byte[] message)
    {
        try
        {
            using var index = XmlIndex.Parse(message, XmlLimits.Default with { MaxIndexedNodes = int.MaxValue });
            using var sink = new DigestSink(HashAlgorithmName.SHA1);
            for (var part = index.Root.FirstChild; !part.IsNull; part = part.NextSibling)
            {
                ExclusiveCanonicalizer.Canonicalize(part, default, CanonicalForm.Recommendation, sink);
            }

            sink.Reset();
            return (double)sink.Spent / message.Length;
        }
        catch (SecurityFailureException)
        {
            // A recording of something that is no XML.
            return 0;
        }
    }
}
