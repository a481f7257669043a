using System.Text;
using SecureConversation.Binding;
using static SecureConversation.Tests.Encodings.Package;

namespace SecureConversation.Tests.Encodings;

/// <summary>Packages of MTOM, as others than WCF write them, and as attackers do.</summary>
public sealed class MtomReaderTests
{
    private const string Octets = "b2N0ZXRz";

    [Fact]
    public void Parts_AreSplicedInAnyOrder()
    {
        var package = Of($"<e><a>{Include("cid:1")}</a><b>{Include("cid:2")}</b></e>");
        package.Part("2", "two"u8.ToArray()).Part("1", "one"u8.ToArray());
        Assert.Equal("<e><a>b25l</a><b>dHdv</b></e>", package.Read());
    }

    [Fact]
    public void RootPart_MayStandAnywhere() =>
        Assert.Equal($"<e>{Octets}</e>", new Package().Part("1", "octets"u8.ToArray()).Root($"<e>{Include("cid:1")}</e>").Read());

    [Fact]
    public void RootPart_IsTheFirstWithoutStart()
    {
        var package = new Package { ContentType = "Multipart/Related;boundary=b;type=\"application/xop+xml\";start-info=\"text/xml\"" };
        Assert.Equal("<e/>", package.Raw("Content-Type: application/xop+xml\r\n\r\n", "<e/>"u8.ToArray()).Read());
    }

    [Fact]
    public void FirstBoundary_NeedsNoLineEnd() =>
        Assert.Equal($"<e>{Octets}</e>", new Package().Read(Of($"<e>{Include("cid:1")}</e>", "1").ToArray()[2..]));

    [Fact]
    public void LastBoundary_NeedsNoLineEnd() => Assert.Equal("<e/>", new Package().Read(Of("<e/>").ToArray("--")));

    [Theory]
    [InlineData("<e><x:Include {0} href='cid:1'></x:Include></e>")]
    [InlineData("<e {0}><x:Include href='cid:1'/></e>")]
    [InlineData("<e><Include xmlns='http://www.w3.org/2004/08/xop/include' href='cid:1'/></e>")]
    [InlineData("<e><x:Include xmlns:x='&#x68;ttp://www.w3.org/2004/08/xop/include' href='&#99;id:1'/></e>")]
    [InlineData("<e><x:Include {0} href='CID:%31'/></e>")]
    public void Include_IsKnownByItsNamespace(string root)
    {
        var text = Of(root.Replace("{0}", Xop, StringComparison.Ordinal), "1").Read();
        Assert.EndsWith($">{Octets}</e>", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Include ", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<e><x:Include xmlns:x='http://www.w3.org/2004/08/xop/include/' href='cid:1'/></e>")]
    [InlineData("<e><x:include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:1'/></e>")]
    [InlineData("<e><Include href='cid:1'/></e>")]
    [InlineData("<x:e xmlns:x='http://www.w3.org/2004/08/xop/include'><x:f xmlns:x='urn:other'><x:Include href='cid:1'/></x:f></x:e>")]
    [InlineData("<e><!--<x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:1'/>--></e>")]
    [InlineData("<e><![CDATA[<x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:1'/>]]></e>")]
    [InlineData("<e a=\"&lt;x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:1'/>\"/>")]
    public void Lookalike_StaysAsItIs(string root) => Assert.Equal(root, Of(root).Read());

    [Fact]
    public void Scope_EndsWithItsElement()
    {
        var root = $"<e><f {Xop}><g xmlns:x=\"urn:o\"><x:Include/></g>{Include("cid:1")}</f><x:Include xmlns:x=\"urn:o\"/></e>";
        // Within f the prefix is XOP's again, and the Include is not its only content.
        Refused(FailureCode.MalformedPackage, Of(root, "1"));
    }

    [Theory]
    [InlineData("<e>{0} </e>")]
    [InlineData("<e> {0}</e>")]
    [InlineData("<e>QQ{0}</e>")]
    [InlineData("<e><f/>{0}</e>")]
    [InlineData("<e>{0}<f/></e>")]
    [InlineData("<e>{0}<!-- --></e>")]
    [InlineData("<e><![CDATA[]]>{0}</e>")]
    [InlineData("<e><x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:1'> </x:Include></e>")]
    [InlineData("<e><x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:1'>{0}</x:Include></e>")]
    [InlineData("<e><x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:1' a='b'/></e>")]
    [InlineData("<e><x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' x:href='cid:1'/></e>")]
    [InlineData("<e><x:Include xmlns:x='http://www.w3.org/2004/08/xop/include'/></e>")]
    [InlineData("{0}")]
    public void Include_IsTheOnlyContentOfItsElement(string root) =>
        Refused(FailureCode.MalformedPackage, Of(root.Replace("{0}", Include("cid:1"), StringComparison.Ordinal), "1"));

    [Theory]
    [InlineData("http://example.org/1")]
    [InlineData("file:///etc/passwd")]
    [InlineData("1")]
    [InlineData("cid:")]
    [InlineData("cid:2")]
    [InlineData("cid:root")]
    [InlineData("cid:%")]
    [InlineData("cid:%3")]
    [InlineData("cid:%3g")]
    [InlineData("cid:%2531")]
    [InlineData("cid:1%00")]
    [InlineData("cid:1%0d%0a")]
    [InlineData("cid:%c4%b1")]
    [InlineData(" cid:1")]
    [InlineData("cid:&#x131;")]
    public void Reference_StaysInThePackage(string href) => Refused(FailureCode.MalformedPackage, Of($"<e>{Include(href)}</e>", "1"));

    [Fact]
    public void Part_IsReferredToOnce()
    {
        Refused(FailureCode.MalformedPackage, Of($"<e><a>{Include("cid:1")}</a><b>{Include("cid:1")}</b></e>", "1"));
        Refused(FailureCode.MalformedPackage, Of($"<e><a>{Include("cid:1")}</a><b>{Include("cid:%31")}</b></e>", "1"));
        Refused(FailureCode.MalformedPackage, Of($"<e>{Include("cid:1")}</e>", "1", "2"));
        Refused(FailureCode.MalformedPackage, Of($"<e>{Include("cid:1")}</e>", "1", "1"));
        Refused(FailureCode.MalformedPackage, Of($"<e>{Include("cid:1")}</e>", "1", "root"));
        Refused(FailureCode.MalformedPackage, Of($"<e>{Include("cid:1")}</e>", "1").Raw("\r\n", []));
    }

    /// <summary>An Include in a part is octets: nothing follows references from part to part.</summary>
    [Fact]
    public void Part_IsNotXml()
    {
        var package = Of($"<e>{Include("cid:1")}</e>").Part("1", Encoding.ASCII.GetBytes(Include("cid:1")));
        Assert.Equal($"<e>{Convert.ToBase64String(Encoding.ASCII.GetBytes(Include("cid:1")))}</e>", package.Read());
    }

    [Theory]
    [InlineData("Content-ID: <1>\r\nContent-ID: <2>\r\n\r\n")]
    [InlineData("Content-ID:\r\n <1>\r\n\r\n")]
    [InlineData("Content-ID: <1>\r\n X: folded\r\n\r\n")]
    [InlineData("Content-ID: <1>\r\nnothing\r\n\r\n")]
    [InlineData("Content-ID: <1>\r\n: value\r\n\r\n")]
    [InlineData("Content-ID : <1>\r\n\r\n")]
    [InlineData("Content-ID: <1>\r\nX: a\nY: b\r\n\r\n")]
    [InlineData("Content-ID: <1>\r\nX: \u00e9\r\n\r\n")]
    [InlineData("Content-ID: <1>\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n")]
    [InlineData("Content-ID: <1>\r\nContent-Type: message/rfc822\r\n\r\n")]
    [InlineData("Content-ID: <1>\r\nContent-Transfer-Encoding: base64\r\n\r\n")]
    [InlineData("Content-ID: <1>\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")]
    [InlineData("Content-ID: <1>\n\n")]
    public void HeaderOfPart_IsReadInOneWayOnly(string headers) =>
        Refused(FailureCode.MalformedPackage, Of($"<e>{Include("cid:1")}</e>").Raw(headers, "octets"u8.ToArray()));

    [Fact]
    public void HeadersOfPart_HaveALimit()
    {
        Refused(FailureCode.LimitExceeded, Of("<e/>").Raw($"X: {new string('x', 5000)}\r\n\r\n", []));
        Refused(FailureCode.LimitExceeded, Of("<e/>").Raw(string.Concat(Enumerable.Repeat("X: y\r\n", 17)) + "\r\n", []));
    }

    [Fact]
    public void Parts_HaveALimit()
    {
        var ids = Enumerable.Range(1, 10_000).Select(i => $"{i}").ToArray();
        var root = $"<e>{string.Concat(ids.Select(id => $"<a>{Include($"cid:{id}")}</a>"))}</e>";
        Refused(FailureCode.LimitExceeded, Of(root, ids));
        // The root counts.
        Assert.Equal(999, Of(string.Concat(["<e>", .. ids[..999].Select(id => $"<a>{Include($"cid:{id}")}</a>"), "</e>"]), ids[..999])
            .Read().Split(Octets).Length - 1);
    }

    [Theory]
    [InlineData("\r\n--b\r\n")]
    [InlineData("\r\n--b--\r\n")]
    [InlineData("")]
    [InlineData("--b")]
    [InlineData("preamble\r\n--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml\r\n\r\n<e/>\r\n--b--\r\n")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml\r\n\r\n<e/>\r\n--b--\r\nepilogue")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml\r\n\r\n<e/>\r\n--b--\r\n\r\n--b--\r\n")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml\r\n\r\n<e/>\r\n--bc--\r\n")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml\r\n\r\n<e/>\r\n--b \r\n--b--\r\n")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml\r\n\r\n<e/>\n--b--\r\n")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml\r\n\r\n<e/>")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml")]
    [InlineData("\r\n--b\r\nContent-ID: <other>\r\nContent-Type: application/xop+xml\r\n\r\n<e/>\r\n--b--\r\n")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\n\r\n<e/>\r\n--b--\r\n")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\nContent-Type: text/xml\r\n\r\n<e/>\r\n--b--\r\n")]
    [InlineData("\r\n--b\r\nContent-ID: <root>\r\nContent-Type: application/xop+xml;type=\"text/xml\"\r\n\r\n<e/>\r\n--b--\r\n")]
    public void BrokenPackage_IsRefused(string entity) =>
        Assert.Equal(FailureCode.MalformedPackage, Refusal(() => new Package().Read(Encoding.Latin1.GetBytes(entity))).Code);

    [Theory]
    [InlineData("multipart/related")]
    [InlineData("multipart/related; boundary=b")]
    [InlineData("multipart/related; boundary=b; type=\"text/xml\"")]
    [InlineData("multipart/related; boundary=b; boundary=c; type=\"application/xop+xml\"")]
    [InlineData("multipart/related; boundary=\"\"; type=\"application/xop+xml\"")]
    [InlineData("multipart/related; boundary=\"b \"; type=\"application/xop+xml\"")]
    [InlineData("multipart/related; boundary=bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb; type=\"application/xop+xml\"")]
    public void OtherPackage_IsNotTheEncoding(string contentType)
    {
        var package = new Package { ContentType = contentType }.Root("<e/>");
        Assert.Equal(FailureCode.ContentTypeMismatch, Refusal(() => package.Read()).Code);
        Assert.False(EnvelopeEncoding.IsContentTypeOf(contentType, MessageEncoding.Mtom, MessageVersion.Default));
    }

    [Fact]
    public void Size_HasALimitAsText()
    {
        var package = Of($"<e>{Include("cid:1")}</e>").Part("1", new byte[3000]);
        Assert.Equal(4007, package.Read(4007).Length);
        Assert.Equal(FailureCode.LimitExceeded, Refusal(() => package.Read(4006)).Code);
    }

    /// <summary>As many lookalikes as fit, each with as many declarations around it as there may be: the cost is that of the octets.</summary>
    [Fact]
    public void Lookalikes_AreCheap()
    {
        var declarations = string.Concat(Enumerable.Range(0, 250).Select(i => $" xmlns:p{i}='http://www.w3.org/2004/08/xop/include'"));
        var root = $"<e{declarations} xmlns:q='urn:q'>{string.Concat(Enumerable.Repeat("<q:Include/>", 200_000))}</e>";
        Assert.Equal(root.Length, Of(root).Read().Length);
    }

    [Theory]
    [InlineData("application/soap+xml; charset=utf-8", MessageEncoding.Text, true)]
    [InlineData("application/soap+xml; charset=utf-8", MessageEncoding.Mtom, true)]
    [InlineData("application/soap+xml; charset=utf-8", MessageEncoding.Binary, false)]
    [InlineData("application/soap+msbin1", MessageEncoding.Binary, true)]
    [InlineData("application/soap+msbin1", MessageEncoding.Mtom, false)]
    [InlineData("application/soap+msbin1", MessageEncoding.Text, false)]
    [InlineData("multipart/related; boundary=b; type=\"application/xop+xml\"; start-info=\"application/soap+xml\"", MessageEncoding.Mtom, true)]
    [InlineData("multipart/related; boundary=b; type=\"application/xop+xml\"; start-info=\"application/soap+xml; action=urn:a\"", MessageEncoding.Mtom, true)]
    [InlineData("multipart/related; boundary=b; type=\"application/xop+xml\"; start-info=\"text/xml\"", MessageEncoding.Mtom, false)]
    [InlineData("multipart/related; boundary=b; type=\"application/xop+xml\"; start-info=\"application/soap+xml\"", MessageEncoding.Text, false)]
    public void Endpoint_ReadsItsOwnEncoding(string contentType, MessageEncoding encoding, bool isRead) =>
        Assert.Equal(isRead, EnvelopeEncoding.IsContentTypeOf(contentType, encoding, MessageVersion.Default));

    private static SecureConversationException Refusal(Func<object> read) => Assert.Throws<SecureConversationException>(() => read());

    private static void Refused(FailureCode code, Package package) => Assert.Equal(code, Refusal(() => package.Read()).Code);
}
