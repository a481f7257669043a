using System.Text;

namespace SecureConversation.Tests.Xml;

public sealed class TokenizerTests
{
    public static TheoryData<string> Accepted { get; } =
    [
        "<a/>",
        "<a />",
        "<a></a>",
        "<a ></a >",
        "<a\n\t\r />",
        "\uFEFF<a/>",
        "<?xml version=\"1.0\"?><a/>",
        "<?xml version='1.0' encoding='utf-8'?><a/>",
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\r\n<a/>",
        "\uFEFF<?xml version='1.0' standalone='no'?><a/>",
        "<?xml\tversion = '1.0'\nencoding\n=\n\"utf-8\"?><a/>",
        "<!-- before --><a/><!-- after -->",
        "<!----><a/>",
        " \n<a/>\n ",
        "<a><!-- - -x --></a>",
        "<a>text</a>",
        "<a>]] > ]]&gt; ]</a>",
        "<a>></a>",
        "<a>&amp;&lt;&gt;&quot;&apos;</a>",
        "<a>&#65;&#x41;&#x10FFFF;&#0000000000000065;&#x9;&#13;</a>",
        "<a>&#xFFFD;&#xE000;&#xD7FF;</a>",
        "<a><![CDATA[]]></a>",
        "<a><![CDATA[<b>&amp;]]]]></a>",
        "<a><![CDATA[x]]><![CDATA[y]]></a>",
        "<a b='1'/>",
        "<a b = \"1\"/>",
        "<a b='\"' c=\"'\"/>",
        "<a b='>'/>",
        "<a b='&lt;&#10;'/>",
        "<a b=''/>",
        "<a b='1\n2'/>",
        "<a xmlns='urn:x'/>",
        "<a xmlns=''/>",
        "<p:a xmlns:p='urn:x'/>",
        "<p:a xmlns:p='urn:x' p:b='1' b='1'/>",
        "<a xmlns:p='urn:x' xmlns:q='urn:y' p:b='1' q:b='1'/>",
        "<a xmlns='urn:x' xmlns:p='urn:x' b='1' p:b='1'/>",
        "<a xml:lang='en'/>",
        "<xml:a/>",
        "<a xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:xmlfoo='urn:x'/>",
        "<p:a xmlns:p='urn:x'><p:b xmlns:p='urn:y'><p:c/></p:b></p:a>",
        "<a xmlns='urn:x'><b xmlns=''><c xmlns='urn:x'/></b></a>",
        "<_a.-1/>",
        "<\u00E9\u4E2D\u00B7/>",
        "<a>\u00E9\u4E2D\U0001F600\uFFFD\uFF21</a>",
        "<a>\u0085\u2028\u007F</a>",
        "<a b1='' b2='' b3='' b4='' b5='' b6='' b7='' b8='' b9='' b10='' b11='' b12='' b13='' b14=''/>",
        "<a><b><c/></b><b><c/></b></a>",
        "<a>\t\r\n</a>",
    ];

    public static TheoryData<string> Refused { get; } =
    [
        "",
        " ",
        "\uFEFF",
        "text",
        "<",
        "<a",
        "<a>",
        "<a/",
        "<a/><",
        "<a></b>",
        "<a></a",
        "<a></ a>",
        "<a></>",
        "</a>",
        "<a></aa>",
        "<aa></a>",
        "<a><b></a></b>",
        "<a></a></a>",
        "<a/><b/>",
        "<a/>text",
        "text<a/>",
        "<a/>&#32;",
        "&#32;<a/>",
        "<a/><![CDATA[]]>",
        "<![CDATA[]]><a/>",
        "< a/>",
        "<a / >",
        "<1a/>",
        "<-a/>",
        "<.a/>",
        "<a*/>",
        "<:a/>",
        "<a:/>",
        "<a:b:c xmlns:a='urn:x'/>",
        "<p:a/>",
        "<a p:b='1'/>",
        "<p:1a xmlns:p='urn:x'/>",
        "<a><p:b xmlns:p='urn:x'/><p:c/></a>",
        "<a xmlns:p=''/>",
        "<a xmlns:='urn:x'/>",
        "<a xmlns:xmlns='urn:x'/>",
        "<a xmlns:xml='urn:x'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<xmlns:a/>",
        "<a b='1' b='2'/>",
        "<a xmlns='urn:x' xmlns='urn:x'/>",
        "<a xmlns:p='urn:x' xmlns:p='urn:y'/>",
        "<a xmlns:p='urn:x' xmlns:q='urn:x' p:b='1' q:b='2'/>",
        "<a xmlns:p='urn:&#120;' xmlns:q='urn:x' p:b='1' q:b='2'/>",
        "<a b1='' b2='' b3='' b4='' b5='' b6='' b7='' b8='' b9='' b10='' b11='' b12='' b13='' b5=''/>",
        "<a b/>",
        "<a b=/>",
        "<a b=1/>",
        "<a b='1/>",
        "<a b='1\"/>",
        "<a b='1'c='2'/>",
        "<a b='<'/>",
        "<a b='&'/>",
        "<a b='&unknown;'/>",
        "<a 'b'/>",
        "<a>&</a>",
        "<a>& amp;</a>",
        "<a>&amp</a>",
        "<a>&nbsp;</a>",
        "<a>&AMP;</a>",
        "<a>&#;</a>",
        "<a>&#x;</a>",
        "<a>&#X41;</a>",
        "<a>&#4A;</a>",
        "<a>&#xG;</a>",
        "<a>&#65</a>",
        "<a>&#0;</a>",
        "<a>&#1;</a>",
        "<a>&#xD800;</a>",
        "<a>&#xFFFE;</a>",
        "<a>&#x110000;</a>",
        "<a>&#99999999999999999999;</a>",
        "<a>]]></a>",
        "<a>x]]]></a>",
        "<a>\u0001</a>",
        "<a>\u0000</a>",
        "<a>\u001F</a>",
        "<a>\uFFFE</a>",
        "<a>\uFFFF</a>",
        "<a b='\u000B'/>",
        "<a><!-- -- --></a>",
        "<a><!-- ---></a>",
        "<a><!--</a>",
        "<a><!-></a>",
        "<a><! -- x --></a>",
        "<a><![CDATA[</a>",
        "<a><![CDATA[]]</a>",
        "<a><![cdata[]]></a>",
        "<a><!ELEMENT a ANY></a>",
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<?pi?><a/>",
        "<a><?pi data?></a>",
        "<a/><?pi?>",
        " <?xml version='1.0'?><a/>",
        "<a><?xml version='1.0'?></a>",
        "<?xml?><a/>",
        "<?xml version='2.0'?><a/>",
        "<?xml encoding='utf-8'?><a/>",
        "<?xml version='1.0' standalone='maybe'?><a/>",
        "<?xml version='1.0' standalone='yes' encoding='utf-8'?><a/>",
        "<?xml version='1.0'encoding='utf-8'?><a/>",
        "<?xml version='1.0' encoding='utf-16'?><a/>",
        "<?xml version='1.0' encoding='iso-8859-1'?><a/>",
        "<?xml version='1.0' ><a/>",
        "<?xml version='1.0'",
    ];

    /// <summary>
    /// The platform reads other encodings, which a message that is UTF-8 by its content type must not claim, and an
    /// element prefix that Namespaces in XML 1.0, section 3, forbids.
    /// </summary>
    private static readonly string[] StricterThanPlatform = ["<?xml version='1.0' encoding='iso-8859-1'?><a/>", "<xmlns:a/>"];

    [Theory]
    [MemberData(nameof(Accepted))]
    public void WellFormedDocuments_AreAccepted(string xml)
    {
        byte[] bytes = XmlSupport.Utf8(xml);
        Assert.Equal(FailureCode.None, XmlSupport.ParseCode(bytes));
        Assert.True(XmlSupport.PlatformAccepts(bytes));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void OtherDocuments_AreRefused(string xml)
    {
        byte[] bytes = XmlSupport.Utf8(xml);
        FailureCode code = XmlSupport.ParseCode(bytes);
        Assert.True(code is FailureCode.NotWellFormed or FailureCode.ForbiddenConstruct, code.ToString());
        Assert.Equal(StricterThanPlatform.Contains(xml), XmlSupport.PlatformAccepts(bytes));
    }

    [Theory]
    [InlineData("<!DOCTYPE a><a/>")]
    [InlineData("<?pi?><a/>")]
    [InlineData("<a><?pi?></a>")]
    public void DocumentTypesAndProcessingInstructions_HaveTheirOwnCode(string xml) =>
        Assert.Equal(FailureCode.ForbiddenConstruct, XmlSupport.ParseCode(XmlSupport.Utf8(xml)));

    [Theory]
    [InlineData("C3")]
    [InlineData("C328")]
    [InlineData("C080")]
    [InlineData("EDA080")]
    [InlineData("F4908080")]
    [InlineData("FF")]
    [InlineData("80")]
    [InlineData("EFBFBE")]
    [InlineData("EFBFBF")]
    public void BytesThatAreNoCharacters_AreRefusedWhereverTheyAre(string hex)
    {
        byte[] bad = Convert.FromHexString(hex);
        foreach (string frame in new[] { "<a>|</a>", "<a b='|'/>", "<a|/>", "<a><!--|--></a>", "<a><![CDATA[|]]></a>", "<a/>|" })
        {
            string[] parts = frame.Split('|');
            byte[] bytes = [.. XmlSupport.Utf8(parts[0]), .. bad, .. XmlSupport.Utf8(parts[1])];
            Assert.Equal(FailureCode.NotWellFormed, XmlSupport.ParseCode(bytes));
        }
    }

    [Fact]
    public void Names_FollowTheFifthEdition()
    {
        // Characters that the fourth edition, and with it the platform, does not know as name characters.
        Assert.Equal(FailureCode.None, XmlSupport.ParseCode(XmlSupport.Utf8("<\U00010000\u218F/>")));
        foreach (string name in new[] { "\u00D7", "\u00F7", "\u037E", "\u2000", "\u2190", "\u3000", "\uFFFD\uFDD0", "\u0300", "\u00B7", "\U000F0000" })
        {
            Assert.Equal(FailureCode.NotWellFormed, XmlSupport.ParseCode(XmlSupport.Utf8($"<{name}/>")));
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void MutatedMessages_GetTheVerdictOfThePlatform(int seed)
    {
        var random = new Random(seed);
        string[] fragments =
        [
            "<", ">", "/", "&", ";", "\"", "'", "=", " ", "\n", ":", "xmlns", "xml", "xmlns:o=''", "<!--", "-->", "--", "<![CDATA[", "]]>",
            "&amp;", "&#x41;", "&#0;", "</s:Body>", "<x/>", "<?x?>", "<!DOCTYPE", "u:Id=\"_1\"", " a='' ", " a=''", "1", "-", "\0", "\u00E9", "\uFFFF", "]",
        ];
        int accepted = 0;
        for (int i = 0; i < 4000; i++)
        {
            byte[] bytes = Mutate(XmlSupport.Utf8(SampleMessages.Cancel), random, fragments);
            bool expected = XmlSupport.PlatformAccepts(bytes);
            bool actual = XmlSupport.ParseCode(bytes) == FailureCode.None;
            Assert.True(expected == actual, $"platform {expected}, here {actual}: {Encoding.UTF8.GetString(bytes)}");
            accepted += actual ? 1 : 0;
        }
        Assert.InRange(accepted, 400, 3600);
    }

    private static byte[] Mutate(byte[] message, Random random, string[] fragments)
    {
        var bytes = new List<byte>(message);
        for (int i = 1 + random.Next(2); i > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes.RemoveRange(at, Math.Min(1 + random.Next(3), bytes.Count - at));
                    break;
                case 1:
                    bytes.InsertRange(at, XmlSupport.Utf8(fragments[random.Next(fragments.Length)]));
                    break;
                case 2:
                    bytes[at] = bytes[random.Next(bytes.Count)];
                    break;
                default:
                    int length = Math.Min(random.Next(40), bytes.Count - at);
                    bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length));
                    break;
            }
        }
        return [.. bytes];
    }
}
