using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

/// <summary>Decrypted content must not change the structure around it. The brackets mark the fragments.</summary>
public sealed class FragmentBoundaryTests
{
    [Theory]
    [InlineData("<e><b>[]</b></e>")]
    [InlineData("<e><b>[<x/>]</b></e>")]
    [InlineData("<e><b>[text]</b></e>")]
    [InlineData("<e><b>before[text]after</b></e>")]
    [InlineData("<e><b>[text<x>y</x>&amp;<!-- c --><![CDATA[d]]><x/> ]</b></e>")]
    [InlineData("<e>[<h/>][<h/>]<b>[<x/>]</b></e>")]
    [InlineData("<e><b>]] [] &gt;</b></e>")]
    [InlineData("<e xmlns:p='urn:p'><b>[<p:x/>]</b></e>")]
    public void FragmentsThatAreClosedInThemselves_AreAccepted(string marked) =>
        Assert.Equal(FailureCode.None, Parse(marked, single: false));

    [Theory]
    [InlineData("<e><b>[</b><x/><b>]</b></e>")]
    [InlineData("<s:e xmlns:s='urn:s'><s:Body>[</s:Body><x/><s:Body>]</s:Body></s:e>")]
    [InlineData("<e><b>[</b><b>]</b></e>")]
    [InlineData("<e><b>[<x>]</x></b></e>")]
    [InlineData("<e><b><x>[</x>]</b></e>")]
    [InlineData("<e><b>[<!-- ]<x/> --></b></e>")]
    [InlineData("<e><b><!-- [ -->]</b></e>")]
    [InlineData("<e><b>[<![CDATA[ ]<x/>]]></b></e>")]
    [InlineData("<e><b>[<x a=']'/></b></e>")]
    [InlineData("<e><b a='[]'/></e>")]
    [InlineData("<e><b a='[x]'/></e>")]
    [InlineData("<e><[b]/></e>")]
    [InlineData("<e>[<b]/></e>")]
    [InlineData("<e><b>&[amp;]</b></e>")]
    [InlineData("<e><b>[&am]p;</b></e>")]
    [InlineData("<e><b>[<x></y>]</b></e>")]
    [InlineData("<e><b>[<p:x/>]</b></e>")]
    [InlineData("<e><b>[<?pi?>]</b></e>")]
    [InlineData("<e><b>[<!DOCTYPE x>]</b></e>")]
    [InlineData("<e><b>[&undefined;]</b></e>")]
    [InlineData("<e><b>[\u0001]</b></e>")]
    [InlineData("<e><b>[</b></e><e><b>]</b></e>")]
    [InlineData("<e><b>[</b></e>]")]
    [InlineData("[<e/>]")]
    [InlineData("<e/>[ ]")]
    public void FragmentsThatReachIntoTheirSurroundings_AreRefused(string marked) =>
        Assert.Equal(FailureCode.DecryptionFailed, Parse(marked, single: false));

    [Theory]
    [InlineData("<e>[<h/>]</e>")]
    [InlineData("<e> [ <h>text<x/></h>\n] </e>")]
    [InlineData("<e>[<h/>][<h></h>]</e>")]
    public void OneElement_IsOneElement(string marked) => Assert.Equal(FailureCode.None, Parse(marked, single: true));

    [Theory]
    [InlineData("<e>[]</e>")]
    [InlineData("<e>[ ]</e>")]
    [InlineData("<e>[text]</e>")]
    [InlineData("<e>[<h/>text]</e>")]
    [InlineData("<e>[<h/>&#32;]</e>")]
    [InlineData("<e>[<h/><h/>]</e>")]
    [InlineData("<e>[<h/><!-- c -->]</e>")]
    [InlineData("<e>[<![CDATA[]]><h/>]</e>")]
    [InlineData("<e>[<h>][</h>]</e>")]
    public void AnythingElse_IsNotOneElement(string marked) =>
        Assert.Equal(FailureCode.DecryptionFailed, Parse(marked, single: true));

    [Fact]
    public void EndOfACdataSection_IsFoundAcrossBoundaries()
    {
        byte[] xml = "<e>]]></e>"u8.ToArray();
        for (int at = 3; at <= 6; at++)
        {
            FragmentBoundary[] boundaries = [new(at, 6, false)];
            Assert.Equal(
                FailureCode.DecryptionFailed,
                XmlSupport.CodeOf(() => XmlIndex.Parse(xml, XmlLimits.Default, boundaries: boundaries)));
        }
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(3, 400)]
    [InlineData(400, 400)]
    [InlineData(-1, 3)]
    public void RangesOutsideTheDocument_AreRefused(int start, int end)
    {
        FragmentBoundary[] boundaries = [new(start, end, false)];
        Assert.Equal(
            FailureCode.DecryptionFailed,
            XmlSupport.CodeOf(() => XmlIndex.Parse("<e>  </e>"u8.ToArray(), XmlLimits.Default, boundaries: boundaries)));
    }

    [Fact]
    public void WhatSurroundsAnAcceptedFragment_IsWellFormedWithoutIt()
    {
        const string Xml = "<e a='1'>t<b><!-- c --><c>]]<d/>&amp;</c><![CDATA[x]]></b> <f></f>u<g/></e>";
        byte[] bytes = XmlSupport.Utf8(Xml);
        int accepted = 0;
        for (int start = 0; start <= Xml.Length; start++)
        {
            for (int end = start; end <= Xml.Length; end++)
            {
                FragmentBoundary[] boundaries = [new(start, end, false)];
                FailureCode code = XmlSupport.CodeOf(() => XmlIndex.Parse(bytes, XmlLimits.Default, boundaries: boundaries).Dispose());
                string rest = Xml.Remove(start, end - start);
                string wrapped = $"<w>{Xml[start..end]}</w>";
                bool closed = new[] { rest, wrapped, rest.Insert(start, "<w/>") }
                    .All(part => XmlSupport.ParseCode(XmlSupport.Utf8(part)) == FailureCode.None);
                // Only comments and CDATA sections take a start tag alone.
                closed &= XmlSupport.ParseCode(XmlSupport.Utf8(rest.Insert(start, "<w>"))) != FailureCode.None;
                bool inside = start >= Xml.IndexOf('>') + 1 && end <= Xml.LastIndexOf('<');
                Assert.True((code == FailureCode.None) == (closed && inside), $"{start}..{end} {code}: {Xml[start..end]}");
                accepted += code == FailureCode.None ? 1 : 0;
            }
        }
        Assert.True(accepted > 50);
    }

    /// <summary>A closing bracket ends a fragment only when one is open, and not where the content has a CDATA section.</summary>
    private static FailureCode Parse(string marked, bool single)
    {
        var boundaries = new List<FragmentBoundary>();
        var xml = new List<byte>();
        int start = -1;
        for (int i = 0; i < marked.Length; i++)
        {
            bool cdata = string.CompareOrdinal(marked, i, "<![CDATA[", 0, 9) == 0;
            if (cdata || string.CompareOrdinal(marked, i, "]]>", 0, 3) == 0)
            {
                int length = cdata ? 9 : 3;
                xml.AddRange(XmlSupport.Utf8(marked.Substring(i, length)));
                i += length - 1;
            }
            else if (marked[i] == '[')
            {
                start = xml.Count;
            }
            else if (marked[i] == ']' && start >= 0)
            {
                boundaries.Add(new FragmentBoundary(start, xml.Count, single));
                start = -1;
            }
            else
            {
                xml.Add((byte)marked[i]);
            }
        }
        Assert.NotEmpty(boundaries);
        return XmlSupport.CodeOf(
            () => XmlIndex.Parse(xml.ToArray(), XmlLimits.Default, boundaries: boundaries.ToArray()).Dispose());
    }
}
