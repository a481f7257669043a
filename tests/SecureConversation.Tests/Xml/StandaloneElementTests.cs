using System.Text;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

public sealed class StandaloneElementTests
{
    [Theory]
    [InlineData("<r xmlns:a='urn:a'><a:e xmlns:a='urn:b' x=\"1\"> <!-- c --><a:f /></a:e></r>", "<a:e xmlns:a='urn:b' x=\"1\"> <!-- c --><a:f /></a:e>")]
    [InlineData("<r xmlns:a='urn:a' xmlns:b='urn:b'><a:e/></r>", "<a:e xmlns:a='urn:a'/>")]
    [InlineData("<r xmlns:a='urn:a'><m xmlns:a='urn:n'><a:e/></m></r>", "<a:e xmlns:a='urn:n'/>")]
    [InlineData("<r xmlns:q='urn:q'><p:e xmlns:p='urn:p' t='q:X'/></r>", "<p:e xmlns:q='urn:q' xmlns:p='urn:p' t='q:X'/>")]
    [InlineData("<r xmlns:q='urn:q'><p:e xmlns:p='urn:p' PrefixList='p q'/></r>", "<p:e xmlns:q='urn:q' xmlns:p='urn:p' PrefixList='p q'/>")]
    [InlineData("<r xmlns:q='urn:q'><p:e xmlns:p='urn:p'>q2 aq q-1</p:e></r>", "<p:e xmlns:p='urn:p'>q2 aq q-1</p:e>")]
    [InlineData("<r xmlns='urn:d'><p:e xmlns:p='urn:p'/></r>", "<p:e xmlns:p='urn:p'/>")]
    [InlineData("<r xmlns='urn:d'><p:e xmlns:p='urn:p'><f/></p:e></r>", "<p:e xmlns='urn:d' xmlns:p='urn:p'><f/></p:e>")]
    [InlineData("<r><p:e xmlns:p='urn:p'><f/></p:e></r>", "<p:e xmlns=\"\" xmlns:p='urn:p'><f/></p:e>")]
    [InlineData("<r xmlns='urn:d'><m xmlns=''><e/></m></r>", "<e xmlns=''/>")]
    [InlineData("<r xmlns='urn:d'><p:e xmlns:p='urn:p'><f xmlns='urn:f'><g/></f></p:e></r>", "<p:e xmlns:p='urn:p'><f xmlns='urn:f'><g/></f></p:e>")]
    public void Element_TakesWithIt_WhatItNeedsAndNoMore(string document, string expected)
    {
        using var index = XmlIndex.Parse(Encoding.UTF8.GetBytes(document), XmlLimits.Default);
        var element = index.Root.FirstChild;
        if (element.LocalName.SequenceEqual("m"u8))
        {
            element = element.FirstChild;
        }

        using var output = new PooledBytes();
        element.WriteOnItsOwn(output, 1024);

        Assert.Equal(expected, Encoding.UTF8.GetString(output.Span));
        using var alone = XmlIndex.Parse(output.Memory, XmlLimits.Default);
        Assert.Equal(Canonical(element), Canonical(alone.Root));
    }

    [Fact]
    public void Element_BeyondTheLimit_IsRefused()
    {
        using var index = XmlIndex.Parse("<r xmlns:q='urn:a-long-name'><q:e>0123456789</q:e></r>"u8.ToArray(), XmlLimits.Default);
        using var output = new PooledBytes();

        var refused = Assert.Throws<SecurityFailureException>(() => index.Root.FirstChild.WriteOnItsOwn(output, 30));

        Assert.Equal(FailureCode.LimitExceeded, refused.Code);
    }

    private static string Canonical(XmlElement element)
    {
        using var sink = new BufferSink(4096);
        ExclusiveCanonicalizer.Canonicalize(element, default, CanonicalForm.Recommendation, sink);
        return Encoding.UTF8.GetString(sink.WrittenSpan);
    }
}
