using System.Text;
using System.Xml;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// Plaintext of somebody who would like it to reach out of its place. The input is a document in which the octets 1 and 2 stand around
/// each fragment; an octet 3 behind the 1 says that it has to be one element. Where the index accepts, each fragment is content by itself
/// and the rest of the document does not need it.
/// </summary>
internal sealed class FragmentTarget : FuzzTarget
{
    private const byte Open = 1;
    private const byte Close = 2;
    private const byte Single = 3;

    public override string Name => "fragment";

    public override int BoundedRuns => 8000;

    public override IEnumerable<(string Name, byte[] Content)> Seeds() => new[]
    {
        "<e><b>«»</b></e>", "<e><b>before«text»after</b></e>", "<e>«¡<h/>»«¡<h/>»<b>«<x/>»</b></e>", "<e xmlns:p='urn:p'><b>«<p:x p:a='1'/>»</b></e>",
        "<e><b>«</b><x/><b>»</b></e>", "<e><b>«<x>»</x></b></e>", "<e><b>«<x a='»'/></b></e>", "<e><b>&«amp;»</b></e>",
        "<e><b>«<c><!-- »--></c></b></e>", "<e><b>«<![CDATA[»]]></b></e>",
        "<e><b>«</b></e><e><b>»</b></e>", "<e> «¡ <h>text<x/></h>\n» </e>", "<e><b>«text<x>y</x>&amp; ]»]</b></e>",
        "<s:Envelope xmlns:s='urn:s'><s:Header>«¡<h xmlns='urn:h'/>»</s:Header><s:Body>«<Echo xmlns='urn:e'><t>a</t></Echo>»</s:Body></s:Envelope>",
    }.Select((text, i) => ($"marked-{i:00}", Mark(text)));

    public override void Run(byte[] input)
    {
        var (document, boundaries) = Unmark(input);
        try
        {
            using var index = XmlIndex.Parse(document, XmlLimits.Default, boundaries: boundaries);
        }
        catch (SecurityFailureException e)
        {
            Require(e.Code is not FailureCode.None and not FailureCode.Internal, $"refused with {e.Code}");
            return;
        }

        if (document.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)0x7F) >= 0)
        {
            return;
        }

        foreach (var fragment in boundaries)
        {
            RequireClosed(document[fragment.Start..fragment.End], fragment.SingleElement);
        }

        RequireSameWithout(document, boundaries);
    }

    /// <summary>The fragment is content of an element whatever its prefixes mean; where it has to be one element, it is.</summary>
    private static void RequireClosed(byte[] fragment, bool single)
    {
        var settings = new XmlReaderSettings { ConformanceLevel = ConformanceLevel.Fragment, DtdProcessing = DtdProcessing.Prohibit };
        var nameTable = new NameTable();
        var namespaces = new XmlNamespaceManager(nameTable);
        foreach (var prefix in Prefixes(fragment))
        {
            if (prefix is not ("xml" or "xmlns"))
            {
                namespaces.AddNamespace(prefix, "urn:any:" + prefix);
            }
        }

        var elements = 0;
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(fragment), settings, new XmlParserContext(nameTable, namespaces, null, XmlSpace.None));
            while (reader.Read())
            {
                elements += reader.NodeType == XmlNodeType.Element && reader.Depth == 0 ? 1 : 0;
                Require(!single || reader.Depth > 0 || reader.NodeType is XmlNodeType.Element or XmlNodeType.EndElement or XmlNodeType.Whitespace
                    or XmlNodeType.SignificantWhitespace, $"{reader.NodeType} beside the one element");
            }
        }
        catch (XmlException e)
        {
            // Two prefixes that are one namespace in the document may be two here, never the reverse; so only the structure is judged.
            throw new FuzzFindingException("a fragment that is no content by itself", e);
        }

        Require(!single || elements == 1, $"{elements} elements in place of one");
    }

    private static IEnumerable<string> Prefixes(byte[] fragment) =>
        System.Text.RegularExpressions.Regex.Matches(Encoding.UTF8.GetString(fragment), "[A-Za-z_][A-Za-z0-9_.-]*(?=:)").Select(m => m.Value).Distinct();

    /// <summary>With an element in the place of each fragment the document is still well-formed: none of them held a piece of its structure.</summary>
    private static void RequireSameWithout(byte[] document, FragmentBoundary[] boundaries)
    {
        var rest = new List<byte>();
        var copied = 0;
        foreach (var fragment in boundaries)
        {
            rest.AddRange(document[copied..fragment.Start]);
            rest.AddRange("<x/>"u8);
            copied = fragment.End;
        }

        rest.AddRange(document[copied..]);
        try
        {
            using var index = XmlIndex.Parse(rest.ToArray(), XmlLimits.Default);
        }
        catch (SecurityFailureException e)
        {
            throw new FuzzFindingException("the document needs a fragment to be well-formed", e);
        }
    }

    private static byte[] Mark(string text) => Encoding.Latin1.GetBytes(text.Replace('«', (char)Open).Replace('»', (char)Close).Replace('¡', (char)Single));

    private static (byte[] Document, FragmentBoundary[] Boundaries) Unmark(byte[] input)
    {
        var document = new List<byte>(input.Length);
        var boundaries = new List<FragmentBoundary>();
        var (start, single) = (-1, false);
        foreach (var octet in input)
        {
            if (octet == Open && start < 0)
            {
                (start, single) = (document.Count, false);
            }
            else if (octet == Single && start == document.Count)
            {
                single = true;
            }
            else if (octet == Close && start >= 0)
            {
                boundaries.Add(new FragmentBoundary(start, document.Count, single));
                start = -1;
            }
            else
            {
                document.Add(octet);
            }
        }

        return ([.. document], [.. boundaries]);
    }
}
