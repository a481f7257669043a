using System.Text;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

public sealed class XmlIndexTests
{
    private static readonly XmlName Body = new("Body", "urn:s");
    private static readonly XmlName Encrypted = new("EncryptedData", "urn:e");

    [Fact]
    public void Elements_KnowTheirNamesRangesAndRelatives()
    {
        const string Xml = "<?xml version='1.0'?><!-- c --><s:a xmlns:s='urn:s'> <b x='1'/><s:c>t<d></d></s:c> </s:a>";
        using XmlIndex index = XmlSupport.Index(Xml);
        XmlElement root = index.Root;
        Assert.True(root.Is(new XmlName("a", "urn:s")));
        Assert.False(root.Is(new XmlName("a", "")));
        Assert.False(default(XmlElement).Is(Body));
        Assert.Equal("s", XmlSupport.Text(root.Prefix));
        Assert.True(root.Parent.IsNull);
        Assert.True(root.NextSibling.IsNull);
        Assert.False(root.HasText);

        XmlElement b = root.FirstChild;
        Assert.Equal("<b x='1'/>", Xml[b.Start..b.End]);
        Assert.True(b.IsEmptyElementTag);
        Assert.Equal(b.ContentStart, b.ContentEnd);
        Assert.True(b.NamespaceUri.IsEmpty);

        XmlElement c = b.NextSibling;
        Assert.Equal("t<d></d>", Xml[c.ContentStart..c.ContentEnd]);
        Assert.Equal(c.ContentStart, c.StartTagEnd);
        Assert.True(c.HasText);
        Assert.True(c.NextSibling.IsNull);
        Assert.True(c.Parent == root && c.Parent.Equals(root) && c != b);
        Assert.True(c.FirstChild.FirstChild.IsNull);
        Assert.False(c.FirstChild.IsEmptyElementTag);

        int children = 0;
        foreach (XmlElement child in root.Children)
        {
            Assert.True(child.Parent == root);
            children++;
        }
        Assert.Equal(2, children);
        Assert.Equal(4, XmlSupport.All(index).Count());
    }

    [Fact]
    public void Positions_CountTheByteOrderMark()
    {
        using XmlIndex index = XmlSupport.Index("\uFEFF<a/>");
        Assert.Equal(3, index.Root.Start);
        Assert.Equal("<a></a>", XmlSupport.Canonical(index.Root, "", CanonicalForm.Recommendation, false, out _));
    }

    [Fact]
    public void Attributes_AreFoundByExpandedNameAndDecoded()
    {
        using XmlIndex index = XmlSupport.Index("<a xmlns='urn:d' xmlns:p='urn:p' x='1 &amp;\t2' p:x='&#xA;' xml:lang='en'/>");
        XmlElement root = index.Root;
        Assert.Equal("1 & 2", root.GetAttribute(new XmlName("x", "")));
        Assert.Equal("\n", root.GetAttribute(new XmlName("x", "urn:p")));
        Assert.Equal("en", root.GetAttribute(new XmlName("lang", "http://www.w3.org/XML/1998/namespace")));
        Assert.Null(root.GetAttribute(new XmlName("x", "urn:d")));
        Assert.Null(root.GetAttribute(new XmlName("xmlns", "")));
        Assert.Null(root.GetAttribute(new XmlName("p", "http://www.w3.org/2000/xmlns/")));

        Assert.True(root.TryGetAttribute(new XmlName("x", ""), out XmlAttributeValue value));
        Assert.Equal("1 &amp;\t2", XmlSupport.Text(index.Bytes[value.RawStart..value.RawEnd]));
        Assert.Equal("x='1 &amp;\t2'", XmlSupport.Text(index.Bytes[value.Start..value.End]));
        Assert.True(value.ValueEquals("1 & 2"u8));

        var attributes = new List<string>();
        foreach (XmlAttributeValue attribute in root.Attributes)
        {
            attributes.Add($"{XmlSupport.Text(attribute.Prefix)}|{XmlSupport.Text(attribute.LocalName)}|{XmlSupport.Text(attribute.NamespaceUri)}");
        }
        Assert.Equal(["|x|", "p|x|urn:p", "xml|lang|http://www.w3.org/XML/1998/namespace"], attributes);

        var declarations = new List<string>();
        foreach (XmlNamespaceDeclaration declaration in root.NamespaceDeclarations)
        {
            declarations.Add($"{XmlSupport.Text(declaration.Prefix)}={XmlSupport.Text(declaration.NamespaceUri)}");
        }
        Assert.Equal(["=urn:d", "p=urn:p"], declarations);
    }

    [Fact]
    public void Prefixes_AreLookedUpInTheScopeOfEachElement()
    {
        using XmlIndex index = XmlSupport.Index(
            "<a xmlns='urn:1' xmlns:p='urn:a&amp;b'><b xmlns='' xmlns:p='urn:2'><c/></b><d/></a>");
        XmlElement c = index.Root.FirstChild.FirstChild;
        XmlElement d = index.Root.FirstChild.NextSibling;
        Assert.Equal("urn:2", c.LookupNamespace("p"u8));
        Assert.Null(c.LookupNamespace(""u8));
        Assert.Equal("urn:a&b", d.LookupNamespace("p"u8));
        Assert.Equal("urn:1", d.LookupNamespace(""u8));
        Assert.Null(d.LookupNamespace("q"u8));
        Assert.Equal("http://www.w3.org/XML/1998/namespace", d.LookupNamespace("xml"u8));
        Assert.Equal("urn:1", XmlSupport.Text(d.NamespaceUri));
        Assert.True(c.NamespaceUri.IsEmpty);
    }

    [Theory]
    [InlineData("<a>plain</a>", "plain")]
    [InlineData("<a/>", "")]
    [InlineData("<a></a>", "")]
    [InlineData("<a>&lt;&#65;&gt;</a>", "<A>")]
    [InlineData("<a>one<!-- two -->three<![CDATA[<four>&amp;]]></a>", "onethree<four>&amp;")]
    [InlineData("<a>1<b>2</b>3<b/>4</a>", "134")]
    [InlineData("<a>1\r\n2\r3&#13;</a>", "1\n2\n3\r")]
    [InlineData("<a>\u00E9\U0001F600</a>", "\u00E9\U0001F600")]
    public void Text_IsDecoded(string xml, string expected)
    {
        using XmlIndex index = XmlSupport.Index(xml);
        Assert.Equal(expected, index.Root.GetText());
        Assert.Equal(expected, XmlSupport.Text(index.Root.RawText));
        Assert.Equal(expected.Length != 0, index.Root.HasText);
    }

    [Theory]
    [InlineData("<a>AQID</a>", "010203")]
    [InlineData("<a> AQ\r\nID\t</a>", "010203")]
    [InlineData("<a>AQ<!-- c -->I<![CDATA[D]]></a>", "010203")]
    [InlineData("<a>AQ&#x49;D</a>", "010203")]
    [InlineData("<a/>", "")]
    [InlineData("<a>AQI</a>", null)]
    [InlineData("<a>AQI*</a>", null)]
    [InlineData("<a>AQ==AQ==</a>", null)]
    public void Base64_IsDecoded(string xml, string? expected)
    {
        using XmlIndex index = XmlSupport.Index(xml);
        Span<byte> bytes = stackalloc byte[16];
        bool decoded = index.Root.TryDecodeBase64(bytes, out int written);
        Assert.Equal(expected, decoded ? Convert.ToHexString(bytes[..written]) : null);
    }

    [Fact]
    public void Base64LongerThanItsDestination_IsRefused()
    {
        using XmlIndex index = XmlSupport.Index("<a>AQIDBA==</a>");
        Assert.False(index.Root.TryDecodeBase64(new byte[3], out int written));
        Assert.Equal(0, written);
    }

    [Fact]
    public void ContentOfAnOpaqueElement_IsCheckedButOnlyItsFirstChildHasANode()
    {
        const string Xml = "<s:E xmlns:s='urn:s'><s:H><s:Body><x/></s:Body></s:H><s:Body><p:x xmlns:p='urn:p'><p:y/></p:x>t</s:Body></s:E>";
        using XmlIndex index = XmlIndex.Parse(XmlSupport.Utf8(Xml), XmlLimits.Default, Body, Encrypted);
        XmlElement header = index.Root.FirstChild;
        XmlElement body = header.NextSibling;
        Assert.False(header.FirstChild.FirstChild.IsNull);
        Assert.False(header.FirstChild.HasUnindexedChildren);
        Assert.True(body.FirstChild.FirstChild.IsNull);
        Assert.False(body.HasUnindexedChildren);
        Assert.True(body.FirstChild.HasUnindexedChildren);
        Assert.True(body.HasText);
        Assert.Equal("t", body.GetText());
        Assert.Equal(
            "<s:Body xmlns:s=\"urn:s\"><p:x xmlns:p=\"urn:p\"><p:y></p:y></p:x>t</s:Body>",
            XmlSupport.Canonical(body, "", CanonicalForm.Recommendation, false, out _));
        byte[] broken = XmlSupport.Utf8(Xml.Replace("<p:y/>", "<q:y/>"));
        Assert.Equal(
            FailureCode.NotWellFormed,
            XmlSupport.CodeOf(() => XmlIndex.Parse(broken, XmlLimits.Default, Body, Encrypted)));
    }

    [Theory]
    [InlineData("<e:EncryptedData xmlns:e='urn:e'><k/></e:EncryptedData>", 2, false)]
    [InlineData(" <EncryptedData xmlns='urn:e'><k/></EncryptedData><other/>", 2, true)]
    [InlineData("<other/><e:EncryptedData xmlns:e='urn:e'><k/></e:EncryptedData>", 1, true)]
    [InlineData("<EncryptedData><k/></EncryptedData>", 1, false)]
    [InlineData("<x><e:EncryptedData xmlns:e='urn:e'><k/></e:EncryptedData></x>", 1, false)]
    public void OnlyTheFirstChildOfAnOpaqueElement_IsIndexed(string content, int nodes, bool unindexed)
    {
        byte[] xml = XmlSupport.Utf8($"<s:E xmlns:s='urn:s'><s:Body>{content}</s:Body><after a='1'/></s:E>");
        using XmlIndex index = XmlIndex.Parse(xml, XmlLimits.Default, Body, Encrypted);
        XmlElement body = index.Root.FirstChild;
        Assert.Equal(3 + nodes, XmlSupport.All(index).Count());
        Assert.Equal(unindexed, body.HasUnindexedChildren);
        Assert.True(body.FirstChild.NextSibling.IsNull);
        Assert.Equal("1", body.NextSibling.GetAttribute(new XmlName("a", "")));
    }

    [Fact]
    public void FifteenHundredLevels_AreReadAndCanonicalized()
    {
        var xml = new StringBuilder();
        for (int i = 0; i < 1500; i++)
        {
            xml.Append("<p:e xmlns:p='urn:").Append(i % 3).Append("'>");
        }
        for (int i = 0; i < 1500; i++)
        {
            xml.Append("</p:e>");
        }
        var limits = XmlLimits.Default with { MaxNamespaceDeclarationsInScope = 1500 };
        using XmlIndex index = XmlIndex.Parse(XmlSupport.Utf8(xml.ToString()), limits);
        Assert.Equal(1500, XmlSupport.All(index).Count());
        string canonical = XmlSupport.Canonical(index.Root, "", CanonicalForm.Recommendation, false, out _);
        Assert.Equal(xml.Replace('\'', '"').ToString(), canonical);
    }

    [Fact]
    public void TenMegabytesOfText_AreOneToken()
    {
        string text = new('A', 10 * 1024 * 1024);
        using XmlIndex index = XmlSupport.Index($"<a>{text}</a>");
        Assert.Equal(text.Length, index.Root.RawText.Length);
        using var sink = new BufferSink(int.MaxValue);
        ExclusiveCanonicalizer.Canonicalize(index.Root, default, CanonicalForm.Recommendation, sink);
        Assert.True(sink.WrittenSpan.SequenceEqual(index.Bytes));
    }

    [Fact]
    public void Limits_Hold()
    {
        var limits = new XmlLimits
        {
            MaxBytes = 200,
            MaxDepth = 3,
            MaxAttributesPerElement = 2,
            MaxNameBytes = 7,
            MaxIndexedNodes = 6,
            MaxNamespaceDeclarationsInScope = 3,
        };
        (string Within, string Beyond)[] pairs =
        [
            ($"<a>{new string('x', 193)}</a>", $"<a>{new string('x', 194)}</a>"),
            ("<a><a><a/></a></a>", "<a><a><a><a/></a></a></a>"),
            ("<a x='' y=''/>", "<a x='' y='' z=''/>"),
            ("<abcdefg/>", "<abcdefgh/>"),
            ("<a><b/><b/><b/><b/><b/></a>", "<a><b/><b/><b/><b/><b/><b/></a>"),
            (
                "<a xmlns='urn:1' xmlns:b='urn:1'><a xmlns=''/><a xmlns=''/></a>",
                "<a xmlns='urn:1' xmlns:b='urn:1'><a xmlns=''><a xmlns=''/></a></a>"),
        ];
        foreach ((string within, string beyond) in pairs)
        {
            Assert.Equal(FailureCode.None, XmlSupport.ParseCode(XmlSupport.Utf8(within), limits));
            Assert.Equal(FailureCode.LimitExceeded, XmlSupport.ParseCode(XmlSupport.Utf8(beyond), limits));
        }
    }
}
