using System.Globalization;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>Reads and writes the values of the elements of WS-ReliableMessaging.</summary>
internal static class RmValue
{
    private const int MaxIdentifier = 256;

    /// <summary>Reads r:Identifier, the first child of each element that names a sequence.</summary>
    public static string Identifier(XmlElement parent, RmNames names)
    {
        var child = parent.FirstChild;
        return !child.IsNull && child.Is(names.Name("Identifier"))
            ? ElementValue.Text(child, MaxIdentifier)
            : Fail.With<string>(FailureCode.InvalidSequence, "wsrm:Identifier", child.Describe());
    }

    /// <summary>Reads the text of an element as a sequence identifier.</summary>
    public static string Text(XmlElement element) => ElementValue.Text(element, MaxIdentifier);

    /// <summary>Reads a message number: 1 to 2^63 - 1 (WS-ReliableMessaging 1.1 section 3.7).</summary>
    public static long Number(XmlElement element) => Number(ElementValue.Text(element, 32), least: 1);

    public static long Number(string? text, long least) =>
        long.TryParse(text?.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least
            ? value
            : Fail.With<long>(FailureCode.InvalidSequence, "number of a message");

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Writes an element with a text.</summary>
    public static void Element(PooledBytes output, string name, string value)
    {
        output.Write("<r:"u8);
        output.WriteText(name);
        output.Write(">"u8);
        output.WriteEscaped(value);
        output.Write("</r:"u8);
        output.WriteText(name);
        output.Write(">"u8);
    }

    /// <summary>Writes a start tag that declares the prefix r.</summary>
    public static void Start(PooledBytes output, RmNames names, string name, SoapNames? mustUnderstand = null)
    {
        output.Write("<r:"u8);
        output.WriteText(name);
        TokenWriter.Attribute(output, "xmlns:r", names.Namespace);
        if (mustUnderstand is not null)
        {
            TokenWriter.Attribute(output, "xmlns:s", mustUnderstand.Soap);
            output.Write(" s:mustUnderstand=\"1\""u8);
        }

        output.Write(">"u8);
    }

    public static void End(PooledBytes output, string name)
    {
        output.Write("</r:"u8);
        output.WriteText(name);
        output.Write(">"u8);
    }
}
