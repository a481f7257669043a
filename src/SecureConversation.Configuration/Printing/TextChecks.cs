using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using SecureConversation.Binding;

namespace SecureConversation.Configuration.Printing;

/// <summary>What a text cannot say so that its reader gets the same.</summary>
internal static class TextChecks
{
    // Line ends in values are written as references: a reader would take them for spaces or for another line end.
    private static readonly XmlWriterSettings Format =
        new() { OmitXmlDeclaration = true, Indent = true, NewLineChars = "\n", NewLineHandling = NewLineHandling.Entitize };

    /// <summary>A session that is opened in a session is no binding of WCF, and its factories do not make it.</summary>
    /// <exception cref="ArgumentException">The element is one.</exception>
    public static void RequirePlainBootstrap(SecurityBindingElement element)
    {
        if (Sessions(element).Any(bootstrap => Sessions(bootstrap).Any()))
        {
            throw new ArgumentException(
                "A session whose bootstrap is a session is not written: open the session with certificates or user names.",
                nameof(element));
        }
    }

    /// <summary>Writes XML, with line ends of one kind.</summary>
    /// <exception cref="ArgumentException">A text has a character that XML does not have.</exception>
    public static string Write(XElement xml)
    {
        foreach (var attribute in xml.DescendantsAndSelf().Attributes())
        {
            Require(attribute.Value, attribute.Name.LocalName);
        }

        foreach (var text in xml.DescendantNodes().OfType<XText>())
        {
            Require(text.Value, text.Parent!.Name.LocalName);
        }

        var output = new StringBuilder();
        using (var writer = XmlWriter.Create(output, Format))
        {
            xml.Save(writer);
        }

        return output.ToString();
    }

    /// <summary>JSON would turn half a character into another one.</summary>
    /// <exception cref="ArgumentException">A text has a lone surrogate.</exception>
    public static void RequireWholeCharacters(JsonNode? node, string name = "")
    {
        switch (node)
        {
            case JsonObject all:
                foreach (var (key, value) in all)
                {
                    RequireWholeCharacters(value, key);
                }

                break;
            case JsonArray list:
                foreach (var item in list)
                {
                    RequireWholeCharacters(item, name);
                }

                break;
            case JsonValue value when value.TryGetValue<string>(out var text) && HasLoneSurrogate(text):
                throw new ArgumentException($"{name} has half a character (a lone surrogate), which JSON does not say: correct it.");
            default:
                break;
        }
    }

    private static void Require(string text, string name)
    {
        try
        {
            XmlConvert.VerifyXmlChars(text);
        }
        catch (XmlException e)
        {
            throw new ArgumentException($"{name} has a character that XML does not have: correct it, or use JSON or code. {e.Message}", e);
        }
    }

    private static bool HasLoneSurrogate(string text)
    {
        for (var rest = text.AsSpan(); !rest.IsEmpty;)
        {
            if (Rune.DecodeFromUtf16(rest, out _, out var count) != System.Buffers.OperationStatus.Done)
            {
                return true;
            }

            rest = rest[count..];
        }

        return false;
    }

    // The bootstraps of the sessions of an element.
    private static IEnumerable<SecurityBindingElement> Sessions(SecurityBindingElement element)
    {
        IEnumerable<SecurityTokenParameters?> all =
        [
            (element as SymmetricSecurityBindingElement)?.ProtectionTokenParameters,
            .. element.GetSupportingTokenParameters(),
        ];
        return all.OfType<SecureConversationSecurityTokenParameters>()
            .Select(token => token.BootstrapSecurityBindingElement).OfType<SecurityBindingElement>();
    }
}
