using System.Text;
using System.Xml;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

public sealed class Utf8TranscoderTests
{
    private const string Xml = "<a b=\"\u00E9\">\U0001F600</a>";

    [Theory]
    [InlineData(null)]
    [InlineData("utf-8")]
    [InlineData("\"UTF-8\"")]
    public void Utf8_PassesThrough(string? charset)
    {
        byte[] bytes = XmlSupport.Utf8("\uFEFF" + Xml);
        ReadOnlyMemory<byte> result = Utf8Transcoder.ToUtf8(bytes, charset, XmlLimits.Default);
        Assert.True(result.Span == bytes);
    }

    [Theory]
    [InlineData("utf-16", false, false)]
    [InlineData("utf-16", true, false)]
    [InlineData("utf-16LE", false, false)]
    [InlineData("utf-16be", true, false)]
    [InlineData(null, false, true)]
    [InlineData("utf-8", true, true)]
    public void Utf16_IsConvertedAndItsDeclarationDropped(string? charset, bool bigEndian, bool mark)
    {
        var encoding = new UnicodeEncoding(bigEndian, mark);
        foreach (string declaration in new[] { "", "<?xml version=\"1.0\" encoding=\"utf-16\"?>" })
        {
            byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(declaration + Xml)];
            Assert.Equal(Xml, XmlSupport.Text(Utf8Transcoder.ToUtf8(bytes, charset, XmlLimits.Default).Span));
        }
    }

    [Fact]
    public void WhatCannotBeConverted_IsRefused()
    {
        byte[] lone = [0x3C, 0x00, 0x00, 0xD8, 0x3E, 0x00];
        Assert.Equal(FailureCode.NotWellFormed, Code(lone, "utf-16le"));
        Assert.Equal(FailureCode.NotWellFormed, Code(lone.AsSpan(0, 5).ToArray(), "utf-16le"));
        Assert.Equal(FailureCode.ContentTypeMismatch, Code(lone, "iso-8859-1"));
        Assert.Equal(
            FailureCode.LimitExceeded,
            XmlSupport.CodeOf(() => Utf8Transcoder.ToUtf8(lone, "utf-16le", new XmlLimits { MaxBytes = 5 })));
        static FailureCode Code(byte[] bytes, string charset) =>
            XmlSupport.CodeOf(() => Utf8Transcoder.ToUtf8(bytes, charset, XmlLimits.Default));
    }

    [Fact]
    public void ReaderOfBinaryXml_BecomesTheSameDocument()
    {
        var binary = new MemoryStream();
        using (XmlDictionaryWriter writer = XmlDictionaryWriter.CreateBinaryWriter(binary, null, null, ownsStream: false))
        {
            Utf8Transcoder.ToWriter(XmlSupport.Utf8(SampleMessages.Cancel), writer);
        }
        using XmlDictionaryReader reader = XmlDictionaryReader.CreateBinaryReader(binary.ToArray(), XmlDictionaryReaderQuotas.Max);
        string text = XmlSupport.Text(Utf8Transcoder.FromReader(reader).Span);
        Assert.Equal(XmlSupport.Canonical(SampleMessages.Cancel), XmlSupport.Canonical(text));
    }

    /// <summary>Writers of text take the octets as they are: readers find the same as where a document is copied node by node.</summary>
    [Theory]
    [InlineData("<a/>")]
    [InlineData("<a></a>")]
    [InlineData("<a b='>' c=\">\">&gt;&amp;&#xD;\n\t</a>")]
    [InlineData("<s:a xmlns:s=\"urn:s\" s:b=\"1\" xmlns=\"urn:d\"><s:a><x y=\"&#xA;&quot;'\"/></s:a></s:a>")]
    [InlineData("<a><![CDATA[</a><&]]><!-- </a> -->\r\n</a>")]
    [InlineData("<!-- < --><a>1</a>")]
    [InlineData("<a>1</a><!-- </a>-->")]
    [InlineData("<?xml version=\"1.0\" encoding=\"utf-8\"?><a>1</a>")]
    [InlineData(" <a>1</a >\n")]
    [InlineData("<a>\u00E9\u0085\u2028\uFFFD</a>")]
    public void Document_IsTheSameInEveryEncoding(string xml)
    {
        RequireSameInEveryEncoding(xml);
        // Characters of two code units across the pieces that are written.
        for (var shift = 0; shift < 4; shift++)
        {
            RequireSameInEveryEncoding($"<a>{new string('x', shift)}{string.Concat(Enumerable.Repeat("\u00E9\U0001F600", 5000))}</a>");
        }
    }

    private static void RequireSameInEveryEncoding(string xml)
    {
        var utf8 = XmlSupport.Utf8(xml);
        var expected = Nodes(XmlReader.Create(new MemoryStream(utf8), Settings));
        Assert.Equal(expected, Nodes(Written(stream => XmlDictionaryWriter.CreateTextWriter(stream, new UTF8Encoding(false)))));
        Assert.Equal(expected, Nodes(Written(stream => XmlDictionaryWriter.CreateTextWriter(stream, new UnicodeEncoding(false, true)))));
        Assert.Equal(expected, Nodes(Written(stream => XmlDictionaryWriter.CreateDictionaryWriter(XmlWriter.Create(stream, Fragment)))));
        var binary = Bytes(stream => XmlDictionaryWriter.CreateBinaryWriter(stream, null, null, ownsStream: false));
        Assert.Equal(expected, Nodes(XmlDictionaryReader.CreateBinaryReader(binary, XmlDictionaryReaderQuotas.Max)));

        XmlReader Written(Func<Stream, XmlDictionaryWriter> create) => XmlReader.Create(new MemoryStream(Bytes(create)), Settings);

        byte[] Bytes(Func<Stream, XmlDictionaryWriter> create)
        {
            using var stream = new MemoryStream();
            using (var writer = create(stream))
            {
                if (writer is IXmlTextWriterInitializer)
                {
                    writer.WriteStartDocument();
                }

                Utf8Transcoder.ToWriter(utf8, writer);
            }

            return stream.ToArray();
        }
    }

    private static readonly XmlReaderSettings Settings = new() { IgnoreComments = true, IgnoreProcessingInstructions = true };

    private static readonly XmlWriterSettings Fragment = new() { NewLineHandling = NewLineHandling.Entitize };

    /// <summary>Names, attributes and text of a document. CDATA is text.</summary>
    private static string Nodes(XmlReader reader)
    {
        using (reader)
        {
            var document = System.Xml.Linq.XDocument.Load(reader, System.Xml.Linq.LoadOptions.PreserveWhitespace);
            var text = new StringBuilder();
            foreach (var element in document.Descendants())
            {
                var attributes = element.Attributes().Where(a => !a.IsNamespaceDeclaration).Select(a => $"{a.Name}={a.Value}").Order();
                text.Append(element.Name).Append('[').AppendJoin(' ', attributes).Append(']').Append(element.Value).Append('|');
            }

            return text.ToString();
        }
    }
}
