using System.Text;
using System.Text.Unicode;
using System.Xml;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;
using SecureConversation.Tests.Xml;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// The tokenizer and the index. What they accept, System.Xml accepts, with the same elements, attributes and text; what System.Xml
/// accepts and they refuse is beyond a limit or one of the differences that are listed here.
/// </summary>
internal sealed class XmlTarget : FuzzTarget
{
    public override string Name => "xml";

    public override int BoundedRuns => 6000;

    public override IEnumerable<(string Name, byte[] Content)> Seeds() => VectorSeeds.Plain();

    public override void Run(byte[] input)
    {
        XmlIndex? index = null;
        var code = XmlSupport.CodeOf(() => index = XmlIndex.Parse(input, XmlLimits.Default));
        using (index)
        {
            if (index is null)
            {
                Require(code is FailureCode.NotWellFormed or FailureCode.ForbiddenConstruct or FailureCode.LimitExceeded, $"refused with {code}");
                Require(code == FailureCode.LimitExceeded || IsStricter(input) || !XmlSupport.PlatformAccepts(input), "refused, but System.Xml accepts it");
                return;
            }

            if (HasNamesOfTheFifthEdition(input))
            {
                return;
            }

            Require(XmlSupport.PlatformAccepts(input), "accepted, but System.Xml refuses it");
            RequireSameInfoset(index, input);
        }
    }

    /// <summary>Documents that the engine refuses though they are XML: SOAP messages are in UTF-8, without processing instructions.</summary>
    private static bool IsStricter(byte[] input) =>
        // Another encoding, by its byte order mark, its declaration or its zeros. The transcoder takes it before the engine.
        input.AsSpan().StartsWith("\xFE\xFF"u8) || input is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] || input.AsSpan().Contains((byte)0)
        || input.AsSpan().IndexOf("<?xml"u8) >= 0
        // System.Xml overlooks a last character that is not complete.
        || !Utf8.IsValid(input);

    /// <summary>The engine takes names as the fifth edition of XML 1.0 does, System.Xml as the fourth.</summary>
    private static bool HasNamesOfTheFifthEdition(byte[] input) => input.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)0x7F) >= 0;

    private static void RequireSameInfoset(XmlIndex index, byte[] input)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };
        using var reader = XmlReader.Create(new MemoryStream(input), settings);
        using var elements = XmlSupport.All(index).GetEnumerator();
        while (reader.Read())
        {
            if (reader.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            Require(elements.MoveNext(), "an element is missing");
            var element = elements.Current;
            Require(Text(element.LocalName) == reader.LocalName && Text(element.NamespaceUri) == reader.NamespaceURI
                && Text(element.Prefix) == reader.Prefix, $"name of {reader.Name}");
            Require(element.IsEmptyElementTag == reader.IsEmptyElement, $"form of {reader.Name}");
            RequireSameAttributes(element, reader);
        }

        Require(!elements.MoveNext(), "an element too many");
    }

    private static void RequireSameAttributes(Engine.Xml.XmlElement element, XmlReader reader)
    {
        var count = 0;
        while (reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI == "http://www.w3.org/2000/xmlns/")
            {
                continue;
            }

            count++;
            Require(element.GetAttribute(new XmlName(reader.LocalName, reader.NamespaceURI)) == reader.Value, $"value of @{reader.Name}");
        }

        var own = 0;
        foreach (var _ in element.Attributes)
        {
            own++;
        }

        Require(own == count, "number of attributes");
        reader.MoveToElement();
    }

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);
}
