using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

public sealed class ExclusiveCanonicalizerTests
{
    public static TheoryData<string> Documents { get; } =
    [
        "<a/>",
        "<a><b/></a>",
        "<a xmlns='urn:d'/>",
        "<a xmlns=\"urn:d\"><b xmlns=\"\"/></a>",
        "<a xmlns='urn:d' xmlns:p='urn:p'><p:b/><p:c/></a>",
        "<p:a xmlns:p='urn:p' xmlns:q='urn:q'><p:b q:x='1'/><q:c p:y='2' q:y='3' y='1'/></p:a>",
        "<s:e xmlns:s='urn:s' xmlns:u='urn:u'><s:h><h1 u:id='_1' xmlns='urn:h'>t</h1></s:h><s:b u:id='_2'><x xmlns='urn:x'><y xmlns=''/></x></s:b></s:e>",
        "<p:a xmlns:p='urn:1'><p:b xmlns:p='urn:2'><p:c xmlns:p='urn:1'/></p:b></p:a>",
        "<p:a xmlns:p='urn:1'><b xmlns:p='urn:2'><p:c xmlns:p='urn:1'/></b></p:a>",
        "<p:a xmlns='urn:d' xmlns:p='urn:p'><p:e><f xmlns=''/></p:e></p:a>",
        "<a xmlns='urn:d'><b xmlns='urn:e'><c xmlns='urn:d'><d xmlns=''><e xmlns='urn:d'/></d></c></b></a>",
        "<a b='x &amp; y' c=\"&quot;&apos;&lt;&gt;>'\" d='\"'/>",
        "<a b='tab\there\r\nline\rcr\nlf' c='&#9;&#10;&#13;&#32;'/>",
        "<a>text &amp; &lt; &gt; > &quot; \" ' &apos; &#65; &#x1F600;</a>",
        "<a>line\r\nnext\rmore&#13;&#xD;&#10;</a>",
        "<a><![CDATA[<x> & ]] > \r\n y]]></a>",
        "<a><!-- one --><b/><!-- \r\n two --></a>",
        "<a   b = '1'\n c='2'  ><b   /></a  >",
        "<a z='1' y='2' x='3' m:b='4' n:a='5' m:a='6' xmlns:n='urn:a' xmlns:m='urn:b'/>",
        "<a xml:lang='en' xml:space='preserve' b='1' p:c='2' xmlns:p='urn:p'/>",
        "<a xmlns:p='urn:a&amp;b&quot;'><p:b/></a>",
        "<a xmlns:p='urn:p' xmlns:unused='urn:unused'><b type='p:x'>p:y</b></a>",
        "<long:prefix-name.1 xmlns:long='urn:l' xmlns:prefixes-longer-than-eight='urn:8' xmlns:prefixes-longer-than-ate='urn:9'><prefixes-longer-than-eight:x prefixes-longer-than-ate:a='1' prefixes-longer-than-eight:a='2'/></long:prefix-name.1>",
        "<a>\u00E9\u4E2D\U0001F600<b c='\u00E9'/></a>",
        "<pp:a xmlns:pp='urn:pp' xmlns:p='urn:p'><b xmlns:p='urn:p2'><p:c/></b></pp:a>",
    ];

    private static readonly string[] PrefixLists =
        ["", "p", "#default", "p #default", " q\t unused  p ", "none", "prefixes-longer-than-eight", "m n s u"];

    private static readonly string[] RandomLists = ["", "p", "#default", "q pp", "#default p q pp"];

    [Theory]
    [MemberData(nameof(Documents))]
    public void EveryElement_AgreesWithThePlatformsSignatureTransform(string xml) => CompareWithTransform(xml, PrefixLists);

    [Theory]
    [MemberData(nameof(Documents))]
    public void FormOfWcf_AgreesWithThePlatformsDictionaryReader(string xml) => CompareWithReader(xml, PrefixLists);

    [Theory]
    [MemberData(nameof(Documents))]
    public void CanonicalForm_IsItsOwnCanonicalForm(string xml)
    {
        string once = XmlSupport.Canonical(xml);
        Assert.Equal(once, XmlSupport.Canonical(once));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomDocuments_AgreeWithBothImplementationsOfThePlatform(int seed)
    {
        var generator = new RandomXml(seed);
        for (int i = 0; i < 60; i++)
        {
            string xml = generator.Document();
            CompareWithTransform(xml, RandomLists);
            CompareWithReader(xml, RandomLists);
        }
    }

    [Fact]
    public void Result_TellsWhetherTheFormsDiffer()
    {
        var generator = new RandomXml(77);
        int differing = 0;
        for (int i = 0; i < 300; i++)
        {
            using XmlIndex index = XmlSupport.Index(generator.Document());
            foreach (XmlElement element in XmlSupport.All(index))
            {
                string one = XmlSupport.Canonical(element, "p", CanonicalForm.Recommendation, true, out bool differs);
                string other = XmlSupport.Canonical(element, "p", CanonicalForm.Wcf, true, out bool differsToo);
                Assert.Equal(differs, differsToo);
                Assert.Equal(differs, one != other);
                differing += differs ? 1 : 0;
            }
        }
        Assert.True(differing > 100);
    }

    [Fact]
    public void TagFullOfDeclarationsAndAttributes_IsSorted()
    {
        var random = new Random(5);
        int[] numbers = [.. Enumerable.Range(0, 200)];
        random.Shuffle(numbers);
        string declarations = string.Concat(numbers.Select(n => $" xmlns:p{n}='urn:{n * 7 % 200}'"));
        random.Shuffle(numbers);
        string attributes = string.Concat(numbers.Select(n => $" p{n}:a{n % 3}='{n}'"));
        string xml = $"<a{declarations}><b{attributes}/></a>";
        CompareWithTransform(xml, ["", "p1 p2"]);
        CompareWithReader(xml, ["", "p1 p2"]);
    }

    [Fact]
    public void PrefixListBeyondAllMeasure_IsRefused()
    {
        using XmlIndex index = XmlSupport.Index("<a/>");
        using var sink = new BufferSink(int.MaxValue);
        XmlElement root = index.Root;
        byte[] list = XmlSupport.Utf8(string.Concat(Enumerable.Repeat("p ", 16_385)));
        Assert.Equal(
            FailureCode.LimitExceeded,
            XmlSupport.CodeOf(() => ExclusiveCanonicalizer.Canonicalize(root, list, CanonicalForm.Wcf, sink)));
    }

    private static void CompareWithTransform(string xml, string[] prefixLists)
    {
        using XmlIndex index = XmlSupport.Index(xml);
        System.Xml.XmlNodeList oracle = XmlSupport.Document(xml).SelectNodes("//*")!;
        int number = 0;
        foreach (XmlElement element in XmlSupport.All(index))
        {
            var node = (System.Xml.XmlElement)oracle[number++]!;
            foreach (string prefixes in prefixLists)
            {
                foreach (bool comments in new[] { false, true })
                {
                    Assert.Equal(
                        XmlSupport.PlatformCanonical(node, prefixes, comments),
                        XmlSupport.Canonical(element, prefixes, CanonicalForm.Recommendation, comments, out _));
                }
            }
        }
        Assert.Equal(oracle.Count, number);
    }

    private static void CompareWithReader(string xml, string[] prefixLists)
    {
        using XmlIndex index = XmlSupport.Index(xml);
        int number = 0;
        foreach (XmlElement element in XmlSupport.All(index))
        {
            foreach (string prefixes in prefixLists)
            {
                foreach (bool comments in new[] { false, true })
                {
                    string expected = XmlSupport.WcfCanonical(xml, number, prefixes, comments);
                    string actual = XmlSupport.Canonical(element, prefixes, CanonicalForm.Wcf, comments, out _);
                    Assert.True(expected == actual, $"{xml}\n#{number} [{prefixes}]\n{expected}\n{actual}");
                }
            }
            number++;
        }
    }
}
