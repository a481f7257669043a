using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

/// <summary>A decrypted envelope of which only the fragments are read is indexed and refused as one of which everything is read.</summary>
public sealed class KnownSurroundingsTests
{
    private const string Cipher = "<x:EncryptedData xmlns:x=\"urn:x\"><x:y>a</x:y></x:EncryptedData>";
    private static readonly XmlName Body = new("Body", "urn:s");
    private static readonly XmlName Unless = new("EncryptedData", "urn:x");

    private static readonly string[] Fragments =
    [
        "", " ", "text", "<a/>", " <a>1</a> ", "<a/><b/>", "</s:Body><s:Body>", "</a>", "<a>", "<!-- c -->", "<!-- ", "<![CDATA[a]]>", "<![CDATA[",
        "]]", "]]>", ">", "&amp;", "&am", "<p:a/>", "<s:a s:b=\"1\" b=\"2\"/>", "<a b=\"", "<?pi?>", "<!DOCTYPE a>", "<a xmlns:q=\"urn:q\"><q:b q:c=\"1\"/></a>",
        "<x:EncryptedData xmlns:x=\"urn:x\"><a><b/></a></x:EncryptedData>", "<h:a/>", "\u0001", "<a>&#0;</a>", "<xmlns:a/>", "<a a=\"1\" a=\"2\"/>",
        "<a>1</a ><b c='1'>2</b>", "<a><b><c><d><e><f/></e></d></c></b></a>", "<longname1234567/>", "<a n0=\"\" n1=\"\" n2=\"\" n3=\"\" n4=\"\"/>", "</s:Header>", "<s:Body>",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fragments_AreReadAsInTheWholeDocument(int seed)
    {
        var random = new Random(seed);
        var generator = new RandomContent(seed, 40);
        int accepted = 0, refused = 0;
        for (var i = 0; i < 2000; i++)
        {
            var inner = generator.Envelope();
            inner = inner[(inner.IndexOf('>', inner.IndexOf("<s:Body", StringComparison.Ordinal)) + 1)..inner.LastIndexOf("</s:Body", StringComparison.Ordinal)];
            var (around, plain, fragments) = Pair(random, inner);
            var expected = Parse(plain, fragments, null, out var code);
            using var wire = XmlIndex.Parse(around, XmlLimits.Default, Body, Unless);
            var actual = Parse(plain, fragments, wire, out var codeToo);
            Assert.True(code == codeToo, $"{code} {codeToo} {XmlSupport.Text(plain)}");
            if (expected is not null)
            {
                AssertSame(expected, actual!);
                accepted++;
            }
            else
            {
                refused++;
            }

            expected?.Dispose();
            actual?.Dispose();
        }

        Assert.True(accepted > 300 && refused > 300, $"{accepted} {refused}");
    }

    /// <summary>An envelope with ciphertext in some places, and the same with fragments there.</summary>
    private static (byte[] Around, byte[] Plain, FragmentBoundary[] Fragments) Pair(Random random, string inner)
    {
        var around = new List<byte>();
        var plain = new List<byte>();
        var fragments = new List<FragmentBoundary>();
        Both("<s:Envelope xmlns:s=\"urn:s\" xmlns:h='urn:h&amp;1'><s:Header>");
        for (var i = random.Next(4); i > 0; i--)
        {
            Both(random.Next(3) == 0 ? "\n <!-- c --> " : "<h:b a=\"1\" h:a='2'>t<h:c/></h:b><d xmlns:q=\"urn:q\" q:r=\"1\"/>");
            for (var j = random.Next(3); j > 0; j--)
            {
                Either(random.Next(2) == 0 ? "<h:b>1</h:b>" : Fragments[random.Next(Fragments.Length)], single: true);
            }
        }

        Both("</s:Header> <s:Body xmlns=\"urn:d\">");
        var isAll = random.Next(4) > 0;
        if (isAll)
        {
            Either(random.Next(2) == 0 ? inner : Fragments[random.Next(Fragments.Length)], single: false);
        }
        else
        {
            Both("<k><l>1</l></k>text<m/>");
        }

        Both("</s:Body></s:Envelope> ");
        return ([.. around], [.. plain], [.. fragments]);

        void Both(string text)
        {
            around.AddRange(XmlSupport.Utf8(text));
            plain.AddRange(XmlSupport.Utf8(text));
        }

        void Either(string fragment, bool single)
        {
            around.AddRange(XmlSupport.Utf8(Cipher));
            var start = plain.Count;
            plain.AddRange(XmlSupport.Utf8(fragment));
            fragments.Add(new FragmentBoundary(start, plain.Count, single));
        }
    }

    private static XmlIndex? Parse(byte[] plain, FragmentBoundary[] fragments, XmlIndex? around, out FailureCode code)
    {
        var limits = new XmlLimits { MaxDepth = 7, MaxNameBytes = 14, MaxNamespaceDeclarationsInScope = 8, MaxAttributesPerElement = 4, MaxIndexedNodes = 24 };
        XmlIndex? index = null;
        code = XmlSupport.CodeOf(() => index = around is null
            ? XmlIndex.Parse(plain, limits, Body, Unless, fragments)
            : XmlIndex.Parse(plain, limits, Body, Unless, fragments, around));
        return index;
    }

    private static void AssertSame(XmlIndex expected, XmlIndex actual)
    {
        var (left, right) = (XmlSupport.All(expected).ToList(), XmlSupport.All(actual).ToList());
        Assert.Equal(left.Count, right.Count);
        for (var i = 0; i < left.Count; i++)
        {
            var (a, b) = (left[i], right[i]);
            Assert.Equal((a.Start, a.ContentStart, a.ContentEnd, a.End, a.Number), (b.Start, b.ContentStart, b.ContentEnd, b.End, b.Number));
            Assert.Equal(XmlSupport.Text(a.NamespaceUri), XmlSupport.Text(b.NamespaceUri));
            Assert.Equal(a.Node.Flags, b.Node.Flags);
            Assert.Equal(a.Parent.IsNull ? -1 : a.Parent.Number, b.Parent.IsNull ? -1 : b.Parent.Number);
            Assert.Equal(a.Content is null, b.Content is null);
            Assert.Equal(Attributes(a), Attributes(b));
            Assert.Equal(XmlSupport.Canonical(a, "h", CanonicalForm.Recommendation, comments: false, out _),
                XmlSupport.Canonical(b, "h", CanonicalForm.Recommendation, comments: false, out _));
        }
    }

    private static List<string> Attributes(XmlElement element)
    {
        var all = new List<string>();
        foreach (var attribute in element.Attributes)
        {
            all.Add($"{{{XmlSupport.Text(attribute.NamespaceUri)}}}{XmlSupport.Text(attribute.LocalName)}={attribute.GetString()}");
        }

        return all;
    }
}
