using System.Collections.Immutable;
using System.Xml;
using System.Xml.Linq;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>An element of the schema, and a file in which it stands where it has an effect.</summary>
internal sealed record SchemaDocument(ImmutableArray<ElementSchema> Chain)
{
    public ElementSchema Element => Chain[^1];

    public string Path => string.Join('/', Chain.Select(element => element.Name));

    /// <summary>All elements that a file may hold. A security inside of a security is walked once.</summary>
    public static IEnumerable<SchemaDocument> All => ServiceModelSchema.Sections.SelectMany(section => Walk(new([section])));

    /// <summary>A file with the element, and with one attribute on it.</summary>
    /// <returns>The text, and the line of the element.</returns>
    public (string Text, int Line) Write(string? attribute = null, string? value = null, XElement? child = null)
    {
        XElement? inner = null;
        for (var i = Chain.Length - 1; i >= 0; i--)
        {
            var element = new XElement(Chain[i].Name);
            foreach (var (name, text) in SchemaContext.Attributes(Chain, i, attribute))
            {
                element.SetAttributeValue(name, text);
            }

            if (i == Chain.Length - 1)
            {
                element.SetAttributeValue("target", "");
                if (attribute is not null)
                {
                    element.SetAttributeValue(attribute, value);
                }

                element.Add(child);
            }

            element.Add(inner);
            element.Add(SchemaContext.Siblings(Chain, i));
            inner = element;
        }

        var document = new XElement("configuration", new XElement(ServiceModelSchema.Root, inner, SchemaContext.OtherSections(Chain[0])));
        var written = document.ToString();
        IXmlLineInfo target = XDocument.Parse(written, LoadOptions.SetLineInfo).Descendants()
            .Single(e => e.Attribute("target") is not null);
        return (written.Replace(" target=\"\"", "", StringComparison.Ordinal), target.LineNumber);
    }

    private static IEnumerable<SchemaDocument> Walk(SchemaDocument document)
    {
        yield return document;
        if (document.Element.IsRaw)
        {
            yield break;
        }

        foreach (var child in document.Element.Children())
        {
            // Bootstraps and issuers hold what holds them, and all holders of tokens hold the same.
            var isAgain = document.Chain.Any(outer => outer.Name == child.Name && child.Name is not ("add" or "binding"))
                || (document.Chain.Any(outer => outer.Name is "issuerSecurity" or "secureConversationSecurityTokenParameters")
                    && child.Name is not ("localClientSettings" or "secureConversationBootstrap"))
                || (document.Chain.Any(outer => outer.Name == "secureConversationBootstrap")
                    && child.Name is "endpointSupportingTokenParameters" or "initiatorTokenParameters" or "protectionTokenParameters")
                || (document.Element.Name is "recipientTokenParameters" or "signed" or "signedEndorsing"
                    && child.Name is not "x509SecurityTokenParameters");
            if (!isAgain)
            {
                foreach (var inner in Walk(new(document.Chain.Add(child))))
                {
                    yield return inner;
                }
            }
        }
    }
}
