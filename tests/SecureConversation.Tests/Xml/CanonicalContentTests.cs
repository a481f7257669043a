using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

/// <summary>What is noticed while an opaque element is parsed changes nothing but the time: each short way is compared with the long one.</summary>
public sealed class CanonicalContentTests
{
    private static readonly XmlName Body = new("Body", "urn:s");

    private static readonly string[] Lists =
        ["", "b", "#default", "a b i longer-than-seven long\u00E9 #default", "i #default s", "nothing b"];

    [Theory]
    [InlineData(1, 400)]
    [InlineData(2, 60)]
    [InlineData(3, 20)]
    [InlineData(4, 6)]
    public void CopiedContent_IsTheCanonicalForm(int seed, int oddity)
    {
        var generator = new RandomContent(seed, oddity);
        int copied = 0, read = 0;
        for (var i = 0; i < 400; i++)
        {
            var xml = generator.Envelope();
            using var index = Parse(xml);
            using var full = XmlSupport.Index(xml);
            var (body, expected) = (BodyOf(index), BodyOf(full));
            foreach (var list in Lists)
            {
                foreach (var form in Enum.GetValues<CanonicalForm>())
                {
                    var long1 = LongWay(expected, list, form, out var differs);
                    Assert.Equal(long1, XmlSupport.Canonical(body, list, form, comments: false, out var differsToo));
                    Assert.Equal(differs, differsToo);
                    Assert.Equal(long1, XmlSupport.Canonical(expected, list, form, comments: false, out differsToo));
                    Assert.Equal(differs, differsToo);
                }
            }

            copied += body.Content is null ? 0 : 1;
            read += body.Content is null ? 1 : 0;
        }

        Assert.True(oddity < 10 ? read > 100 : copied > 40, $"{copied} {read}");
    }

    /// <summary>The platform agrees where the content is copied.</summary>
    [Theory]
    [InlineData(11, 100)]
    [InlineData(12, 25)]
    public void CopiedContent_IsThatOfThePlatform(int seed, int oddity)
    {
        var generator = new RandomContent(seed, oddity);
        for (var i = 0; i < 80; i++)
        {
            var xml = generator.Envelope();
            using var index = Parse(xml);
            var oracle = (System.Xml.XmlElement)XmlSupport.Document(xml).DocumentElement!.LastChild!;
            foreach (var list in Lists)
            {
                var actual = XmlSupport.Canonical(BodyOf(index), list, CanonicalForm.Recommendation, comments: false, out _);
                Assert.Equal(XmlSupport.PlatformCanonical(oracle, list, comments: false), actual);
            }
        }
    }

    /// <summary>Of content that is copied, a list of prefixes has all that the survey of all tags finds.</summary>
    [Theory]
    [InlineData(21, 300)]
    [InlineData(22, 50)]
    public void ListOfCopiedContent_HasAllPrefixes(int seed, int oddity)
    {
        var generator = new RandomContent(seed, oddity);
        var lists = 0;
        for (var i = 0; i < 400; i++)
        {
            using var index = Parse(generator.Envelope());
            var body = BodyOf(index);
            using var quick = new PrefixSurvey(PrefixInterest.Values, sealedFrom: body.ContentStart);
            if (!ContentSurvey.TryRead(body, quick))
            {
                continue;
            }

            using var sink = new BufferSink(int.MaxValue);
            using var survey = new PrefixSurvey(PrefixInterest.Values, sealedFrom: body.ContentStart);
            ExclusiveCanonicalizer.Canonicalize(body, default, CanonicalForm.Recommendation, sink, survey: survey);
            string[] found = XmlSupport.Text(quick.ToList()).Split(' ');
            Assert.Subset(new HashSet<string>(found), new HashSet<string>(XmlSupport.Text(survey.ToList()).Split(' ', StringSplitOptions.RemoveEmptyEntries)));
            Assert.DoesNotContain("xml", found);
            Assert.Empty(survey.Repeats);
            lists += survey.IsEmpty ? 0 : 1;
        }

        Assert.True(lists > 50, $"{lists}");
    }

    /// <summary>Elements that are read as one token, and those of a body that is known, leave the same index as tag by tag.</summary>
    [Theory]
    [InlineData(31, 200)]
    [InlineData(32, 30)]
    public void OpaqueElement_IsIndexedAsAnyOther(int seed, int oddity)
    {
        var generator = new RandomContent(seed, oddity);
        for (var i = 0; i < 400; i++)
        {
            var xml = generator.Envelope();
            using var index = Parse(xml);
            using var full = XmlSupport.Index(xml);
            var (body, expected) = (BodyOf(index), BodyOf(full));
            AssertSame(expected, body, 0);
            AssertSame(expected.FirstChild, body.FirstChild, 0);
            Assert.Equal(!expected.FirstChild.FirstChild.IsNull, body.FirstChild.HasUnindexedChildren);
            Assert.Equal(!expected.FirstChild.NextSibling.IsNull, body.HasUnindexedChildren);

            var start = xml.IndexOf("<s:Envelope", StringComparison.Ordinal) + "<s:Envelope".Length;
            var changed = xml.Insert(start, " xmlns:u=\"urn:0\" xmlns:new=\"urn:1\"");
            if (changed.LastIndexOf("<s:Body", StringComparison.Ordinal) is var at and > 0)
            {
                changed = changed.Insert(at + "<s:Body".Length, " u:Id=\"_1\"");
            }

            using var known = XmlIndex.Parse(XmlSupport.Utf8(changed), XmlLimits.Default, Body, known: body);
            using var read = XmlIndex.Parse(XmlSupport.Utf8(changed), XmlLimits.Default, Body);
            AssertSame(BodyOf(read), BodyOf(known), 0);
            AssertSame(BodyOf(read).FirstChild, BodyOf(known).FirstChild, 0);
            AssertSame(read.Root, known.Root, 0);
            foreach (var list in Lists)
            {
                Assert.Equal(LongWay(BodyOf(read), list, CanonicalForm.Recommendation, out _),
                    XmlSupport.Canonical(BodyOf(known), list, CanonicalForm.Recommendation, comments: false, out _));
            }
        }
    }

    /// <summary>An octet changed, removed or added is refused for the same reason, whether elements are indexed or not.</summary>
    [Theory]
    [InlineData(41)]
    [InlineData(42)]
    public void BrokenContent_IsRefusedAlike(int seed)
    {
        var generator = new RandomContent(seed, 100);
        var random = new Random(seed);
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var xml = XmlSupport.Utf8(generator.Envelope()).ToList();
            var at = random.Next(xml.Count);
            switch (random.Next(4))
            {
                case 0:
                    xml.RemoveAt(at);
                    break;
                case 1:
                    xml.Insert(at, xml[random.Next(xml.Count)]);
                    break;
                case 2:
                    xml.InsertRange(at, xml.GetRange(random.Next(xml.Count / 2), random.Next(xml.Count / 2)));
                    break;
                default:
                    xml[at] = "<>&]:/ \"'x=!\r-"u8[random.Next(14)];
                    break;
            }

            byte[] document = [.. xml];
            var limits = i % 2 == 0
                ? XmlLimits.Default
                : new XmlLimits { MaxDepth = 5, MaxNameBytes = 12, MaxNamespaceDeclarationsInScope = 6, MaxAttributesPerElement = 4 };
            var expected = XmlSupport.ParseCode(document, limits);
            Assert.Equal(expected, XmlSupport.CodeOf(() => XmlIndex.Parse(document, limits, Body).Dispose()));
            refused += expected == FailureCode.None ? 0 : 1;
        }

        Assert.True(refused is > 500 and < 2950, $"{refused}");
    }

    /// <summary>A fragment anywhere in the document is refused for the same reason, whether the elements around it are indexed or not.</summary>
    [Theory]
    [InlineData(51)]
    [InlineData(52)]
    public void Fragments_AreRefusedAlike(int seed)
    {
        var generator = new RandomContent(seed, 200);
        var random = new Random(seed);
        var accepted = 0;
        for (var i = 0; i < 200; i++)
        {
            var document = XmlSupport.Utf8(generator.Envelope());
            int[] borders = [.. Enumerable.Range(0, document.Length).Where(at => document[at] == '<' || (at > 0 && document[at - 1] == '>'))];
            for (var j = 0; j < 40; j++)
            {
                var start = borders[random.Next(borders.Length)];
                var end = borders[random.Next(borders.Length)];
                FragmentBoundary[] boundaries = [new(Math.Min(start, end), Math.Max(start, end), random.Next(2) == 0)];
                var expected = XmlSupport.CodeOf(() => XmlIndex.Parse(document, XmlLimits.Default, boundaries: boundaries).Dispose());
                var actual = XmlSupport.CodeOf(() => XmlIndex.Parse(document, XmlLimits.Default, Body, boundaries: boundaries).Dispose());
                Assert.Equal(expected, actual);
                accepted += expected == FailureCode.None ? 1 : 0;
            }
        }

        Assert.True(accepted > 200, $"{accepted}");
    }

    /// <summary>Short and long names, with prefixes, other characters and too many colons, are names for the platform, too.</summary>
    [Theory]
    [InlineData("ab:.-_0", 61)]
    [InlineData("abcdefghijklmnopqrstuvwxyz:\u00E9", 62)]
    [InlineData("aZ9:[@`{/^", 63)]
    public void Names_AreThoseOfThePlatform(string alphabet, int seed)
    {
        var random = new Random(seed);
        var accepted = 0;
        for (var i = 0; i < 3000; i++)
        {
            var name = string.Concat(Enumerable.Range(0, random.Next(1, 22)).Select(_ => alphabet[random.Next(random.Next(1, alphabet.Length + 1))]));
            name = random.Next(3) == 0 ? "a:" + name : name;
            foreach (var xml in new[] { $"<w xmlns:a=\"urn:a\"><{name}>t</{name}></w>", $"<w xmlns:a=\"urn:a\"><x {name}=\"1\"/></w>", $"<{name}/>" })
            {
                var octets = XmlSupport.Utf8(xml);
                var isAccepted = XmlSupport.ParseCode(octets) == FailureCode.None;
                Assert.True(XmlSupport.PlatformAccepts(octets) == isAccepted, xml);
                accepted += isAccepted ? 1 : 0;
            }
        }

        Assert.True(accepted > 300, $"{accepted}");
    }

    [Theory]
    [InlineData("<x xmlns=\"urn:x\"><y>1</y></x>", true)]
    [InlineData("<x><y a=\"1\" b=\"2\"></y></x>", true)]
    [InlineData("<x><y/></x>", true)]
    [InlineData("<x>a &amp; b &lt; c &gt; d&#xD;</x>", true)]
    [InlineData("text", true)]
    [InlineData("", true)]
    [InlineData("<x>a > b</x>", false)]
    [InlineData("<x>&#65;</x>", false)]
    [InlineData("<x>&#xd;</x>", false)]
    [InlineData("<x>&quot;</x>", false)]
    [InlineData("<x>\r\n</x>", false)]
    [InlineData("<x><![CDATA[a]]></x>", false)]
    [InlineData("<x><!-- a --></x>", false)]
    [InlineData("<x a='1'></x>", false)]
    [InlineData("<x  a=\"1\"></x>", false)]
    [InlineData("<x a=\"1\" ></x>", false)]
    [InlineData("<x a =\"1\"></x>", false)]
    [InlineData("<x a=\"&amp;\"></x>", false)]
    [InlineData("<x b=\"1\" a=\"1\"></x>", false)]
    [InlineData("<x></x >", false)]
    [InlineData("<x xmlns=\"\"></x>", false)]
    [InlineData("<s:x xmlns:s=\"urn:s\"></s:x>", false)]
    [InlineData("<p:x xmlns:p=\"urn:p\" xmlns=\"urn:d\"></p:x>", false)]
    [InlineData("<x xmlns:xml=\"http://www.w3.org/XML/1998/namespace\"></x>", false)]
    public void OnlyCanonicalContent_IsNoticed(string content, bool expected)
    {
        using var index = Parse($"<s:Envelope xmlns:s=\"urn:s\"><s:Body>{content}</s:Body></s:Envelope>");
        Assert.Equal(expected, BodyOf(index).Content is not null);
    }

    private static XmlIndex Parse(string xml) => XmlIndex.Parse(XmlSupport.Utf8(xml), XmlLimits.Default, Body);

    private static XmlElement BodyOf(XmlIndex index) => index.Root.FirstChild.NextSibling.IsNull ? index.Root.FirstChild : index.Root.FirstChild.NextSibling;

    /// <summary>A survey reads all tags one by one.</summary>
    private static string LongWay(XmlElement element, string list, CanonicalForm form, out bool differs)
    {
        using var sink = new BufferSink(int.MaxValue);
        using var survey = new PrefixSurvey(PrefixInterest.Values);
        differs = ExclusiveCanonicalizer.Canonicalize(element, XmlSupport.Utf8(list), form, sink, survey: survey);
        return XmlSupport.Text(sink.WrittenSpan);
    }

    private static void AssertSame(XmlElement expected, XmlElement actual, int moved)
    {
        Assert.Equal(expected.IsNull, actual.IsNull);
        if (expected.IsNull)
        {
            return;
        }

        Assert.Equal((expected.Start, expected.ContentStart, expected.ContentEnd, expected.End),
            (actual.Start - moved, actual.ContentStart - moved, actual.ContentEnd - moved, actual.End - moved));
        Assert.Equal(XmlSupport.Text(expected.NamespaceUri), XmlSupport.Text(actual.NamespaceUri));
        Assert.Equal(expected.HasText, actual.HasText);
        Assert.Equal(expected.AttributeCount, actual.AttributeCount);
        Assert.Equal(expected.Node.Flags & ~XmlNodeFlags.HasUnindexed, actual.Node.Flags & ~XmlNodeFlags.HasUnindexed);
    }
}
