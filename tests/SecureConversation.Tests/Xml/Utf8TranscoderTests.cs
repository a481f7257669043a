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
}
