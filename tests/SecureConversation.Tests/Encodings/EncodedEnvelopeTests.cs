using System.Security.Cryptography;
using System.Text;
using System.Xml;
using SecureConversation.Binding;

namespace SecureConversation.Tests.Encodings;

/// <summary>What we write, read back.</summary>
public sealed class EncodedEnvelopeTests
{
    public static TheoryData<int> Sizes => [0, 1, 767, 768, 769, 770, 65_535, 65_536, 65_537, 200_000];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void LongValue_BecomesAPart(int size)
    {
        var octets = RandomNumberGenerator.GetBytes(size);
        var text = $"<s><CipherValue>{Convert.ToBase64String(octets)}</CipherValue><b>&amp;</b></s>";
        using var encoded = Mtom(text);
        var entity = Entity(encoded);

        Assert.Equal(size >= 768, entity.AsSpan().IndexOf("Include"u8) >= 0);
        Assert.Equal(encoded.Length, entity.Length);
        Assert.Equal(entity, Entity(encoded));
        using var decoded = EnvelopeEncoding.Decode(entity, encoded.ContentType);
        Assert.Equal(text, Encoding.UTF8.GetString(decoded.Envelope.Span));
        Assert.True(decoded.HasOwnBuffer);
    }

    /// <summary>Only what an encoder makes of octets is the same again when the receiver makes it.</summary>
    [Theory]
    [InlineData("<CipherValue>{0} </CipherValue>")]
    [InlineData("<CipherValue>\n{0}</CipherValue>")]
    [InlineData("<CipherValue>{0}AB==</CipherValue>")]
    [InlineData("<CipherValue>{0}AAB=</CipherValue>")]
    [InlineData("<CipherValue>{0}=</CipherValue>")]
    [InlineData("<CipherValue>{0}&#65;AAA</CipherValue>")]
    [InlineData("<CipherValue><![CDATA[{0}]]></CipherValue>")]
    [InlineData("<CipherValue>{0}<!-- --></CipherValue>")]
    [InlineData("<CipherValue>{0}<a/></CipherValue>")]
    [InlineData("<Cipher>{0}</Cipher>")]
    [InlineData("<a>CipherValue>{0}</a>")]
    public void OtherValue_StaysText(string element)
    {
        var text = $"<s>{element.Replace("{0}", new string('A', 2000), StringComparison.Ordinal)}</s>";
        using var mtom = Mtom(text);
        Assert.DoesNotContain("Include", Encoding.UTF8.GetString(Entity(mtom)), StringComparison.Ordinal);

        using var binary = EnvelopeEncoding.Encode(Encoding.UTF8.GetBytes(text), MessageEncoding.Binary, MessageVersion.Default);
        using var decoded = EnvelopeEncoding.Decode(Entity(binary), binary.ContentType);
        Assert.Equal(ValueOf(text), ValueOf(Encoding.UTF8.GetString(decoded.Envelope.Span)));
    }

    /// <summary>One name directly inside the other, and a value after them: each value stays in its place.</summary>
    [Theory]
    [InlineData("<BinarySecurityToken><CipherValue>{0}</CipherValue></BinarySecurityToken><CipherValue>{1}</CipherValue>")]
    [InlineData("<CipherValue> <BinarySecurityToken>{0}</BinarySecurityToken>x</CipherValue><a><CipherValue>{1}</CipherValue></a>")]
    [InlineData("<CipherValue><CipherValue>{0}</CipherValue><CipherValue>{1}</CipherValue></CipherValue>")]
    [InlineData("<CipherValue/><a><CipherValue>{0}</CipherValue></a><CipherValue></CipherValue><CipherValue>{1}</CipherValue>")]
    public void NestedValues_StayInTheirPlaces(string elements)
    {
        var (first, second) = (Convert.ToBase64String(RandomNumberGenerator.GetBytes(300)), Convert.ToBase64String(RandomNumberGenerator.GetBytes(3000)));
        var text = $"<s>{elements.Replace("{0}", first, StringComparison.Ordinal).Replace("{1}", second, StringComparison.Ordinal)}</s>";
        using var binary = EnvelopeEncoding.Encode(Encoding.UTF8.GetBytes(text), MessageEncoding.Binary, MessageVersion.Default);
        using var decoded = EnvelopeEncoding.Decode(Entity(binary), binary.ContentType);
        var (expected, found) = (new XmlDocument { PreserveWhitespace = true }, new XmlDocument { PreserveWhitespace = true });
        expected.LoadXml(text);
        found.LoadXml(Encoding.UTF8.GetString(decoded.Envelope.Span));
        Assert.Equal(expected.OuterXml.Replace("></CipherValue>", " />", StringComparison.Ordinal), found.OuterXml.Replace("></CipherValue>", " />", StringComparison.Ordinal));
    }

    /// <summary>A package of the application in its body is text of it, and stays so.</summary>
    [Fact]
    public void Text_OfTheApplicationStaysWhatItWrote()
    {
        var text = "<s><a>--uuid:x\r</a><b xmlns:x='urn:x' x:i='1'>\u4f60</b></s>";
        using var encoded = Mtom(text);
        using var decoded = EnvelopeEncoding.Decode(Entity(encoded), encoded.ContentType);
        Assert.Equal(text, Encoding.UTF8.GetString(decoded.Envelope.Span));
    }

    /// <summary>A package cannot stand for an envelope that has an Include of its own, and its receiver would refuse it (XOP 1.0 section 3.1).</summary>
    [Theory]
    [InlineData("<b><x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:1'/></b>", true)]
    [InlineData("<b>beside<x:Include xmlns:x='http://www.w3.org/2004/08/xop/include'/></b>", true)]
    [InlineData("<b><x:Include xmlns:x='urn:x' href='cid:1'/></b>", false)]
    public void EnvelopeWithAnInclude_IsText(string element, bool isText)
    {
        var text = $"<s><CipherValue>{new string('A', 2000)}</CipherValue>{element}</s>";
        using var encoded = Mtom(text);
        Assert.StartsWith(isText ? "application/soap+xml" : "multipart/related", encoded.ContentType, StringComparison.Ordinal);
        Assert.True(EnvelopeEncoding.IsContentTypeOf(encoded.ContentType, MessageEncoding.Mtom, MessageVersion.Default));
        using var decoded = EnvelopeEncoding.Decode(Entity(encoded), encoded.ContentType);
        Assert.Equal(text, Encoding.UTF8.GetString(decoded.Envelope.Span));
    }

    [Theory]
    [InlineData("utf-8", false)]
    [InlineData("utf-16", true)]
    public void Text_OfAnotherCharset_HasABufferOfItsOwn(string charset, bool isOwn)
    {
        using var decoded = EnvelopeEncoding.Decode(Encoding.GetEncoding(charset).GetBytes("<s/>"), $"application/soap+xml; charset={charset}");
        Assert.Equal("<s/>", Encoding.UTF8.GetString(decoded.Envelope.Span));
        Assert.Equal(isOwn, decoded.HasOwnBuffer);
    }

    [Fact]
    public void Binary_HasSoap12Only()
    {
        Assert.Throws<ArgumentException>(() => EnvelopeEncoding.Encode("<a/>"u8.ToArray(), MessageEncoding.Binary, MessageVersion.Soap11WSAddressing10));
        Assert.Throws<ArgumentOutOfRangeException>(() => EnvelopeEncoding.Encode("<a/>"u8.ToArray(), (MessageEncoding)9, MessageVersion.Default));
    }

    [Fact]
    public void Action_StandsInTheContentType()
    {
        using var mtom = EnvelopeEncoding.Encode("<a/>"u8.ToArray(), MessageEncoding.Mtom, MessageVersion.Soap12, "urn:a");
        Assert.EndsWith(";action=\"urn:a\"", mtom.ContentType, StringComparison.Ordinal);
        using var text = EnvelopeEncoding.Encode("<a/>"u8.ToArray(), MessageEncoding.Text, MessageVersion.Soap12, "urn:a");
        Assert.Equal("application/soap+xml; charset=utf-8; action=\"urn:a\"", text.ContentType);
    }

    /// <summary>Records of two octets, of each of which the reader of the platform would make an object or more.</summary>
    [Theory]
    [InlineData("4202", "", 3000, "depth")]
    [InlineData("0606A8", "4202", 600, "attributes")]
    [InlineData("0A06", "4202", 300, "declarations")]
    [InlineData("80", "4202A4", 4097, "list")]
    [InlineData("80", "42020606A4", 4097, "list")]
    public void Binary_HasTheLimitsOfTheEnvelope(string record, string before, int count, string what)
    {
        byte[] body = [.. Convert.FromHexString(before), .. Enumerable.Repeat(Convert.FromHexString(record), count).SelectMany(r => r), 0x01];
        var e = Assert.Throws<SecureConversationException>(() => EnvelopeEncoding.Decode(body, "application/soap+msbin1"));
        Assert.Equal(FailureCode.LimitExceeded, e.Code);
        Assert.Contains(what, e.Message, StringComparison.Ordinal);
    }

    /// <summary>Two octets of a record stand for a hundred of text.</summary>
    [Fact]
    public void Binary_HasALimitAsText()
    {
        using var encoded = EnvelopeEncoding.Encode(
            Encoding.UTF8.GetBytes($"<e>{string.Concat(Enumerable.Repeat("<mustUnderstand/>", 10_000))}</e>"),
            MessageEncoding.Binary, MessageVersion.Default);
        var entity = Entity(encoded);
        Assert.True(entity.Length < 50_000);
        var refusal = Assert.Throws<SecureConversationException>(() => EnvelopeEncoding.Decode(entity, encoded.ContentType, 100_000));
        Assert.Equal(FailureCode.LimitExceeded, refusal.Code);
    }

    [Theory]
    [InlineData("")]
    [InlineData("56")]
    [InlineData("5602")]
    [InlineData("FF")]
    [InlineData("5602FFFFFFFF7F01")]
    [InlineData("42FE7F01")]
    [InlineData("4001610140016201")]
    public void BrokenBinary_IsRefused(string hex)
    {
        var entity = Convert.FromHexString(hex);
        var refusal = Assert.Throws<SecureConversationException>(() => EnvelopeEncoding.Decode(entity, "application/soap+msbin1"));
        Assert.Equal(FailureCode.NotWellFormed, refusal.Code);
    }

    private static string ValueOf(string xml)
    {
        using var reader = XmlReader.Create(new StringReader(xml));
        reader.ReadToDescendant("s");
        return reader.ReadInnerXml().Replace("<![CDATA[", "", StringComparison.Ordinal).Replace("]]>", "", StringComparison.Ordinal)
            .Replace(" />", "/>", StringComparison.Ordinal);
    }

    private static EncodedEnvelope Mtom(string text) =>
        EnvelopeEncoding.Encode(Encoding.UTF8.GetBytes(text), MessageEncoding.Mtom, MessageVersion.Default);

    private static byte[] Entity(EncodedEnvelope encoded) => encoded.ReadChunks().SelectMany(chunk => chunk.ToArray()).ToArray();
}
