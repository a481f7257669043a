using System.Xml;
using SecureConversation.Engine.Names;

// XPath of the user needs a DOM. It is read without DTD and within limits, and nothing of it is verified or sent.
#pragma warning disable RS0030

namespace SecureConversation.Cli.Reports;

/// <summary>A text as XML whose values can be taken out.</summary>
internal sealed class RedactedXml
{
    private const int MostCharacters = 16 * 1024 * 1024;
    private const int MostNodes = 200_000;
    private const int Deepest = 128;

    // What messages are told apart by. Everything else of the protocols may hold what a person or an application said.
    private static readonly HashSet<string> KeptElements = new(StringComparer.Ordinal)
    {
        "Action", "MessageID", "RelatesTo", "Created", "Expires", "Identifier", "Instance", "RequestType", "TokenType", "KeySize",
        "KeyType", "Length", "Offset", "Label", "Generation", "Value", "faultcode",
    };

    private static readonly HashSet<string> KeptAttributes = new(StringComparer.Ordinal)
    {
        "Id", "URI", "Algorithm", "ValueType", "EncodingType", "Type", "TokenType", "mustUnderstand", "role", "actor", "relay",
        "Usage", "Context",
    };

    private static readonly HashSet<string> Protocols =
    [
        Ns.Soap11, Ns.Soap12, Ns.Wsa10, Ns.WsaAugust2004, Ns.Wsse, Ns.Wsu, Ns.Wsse11, Ns.Ds, Ns.Xenc, Ns.ScFebruary2005, Ns.Sc13,
        Ns.TrustFebruary2005, Ns.Trust13,
    ];

    private readonly XmlDocument _document;

    private RedactedXml(XmlDocument document) => _document = document;

    public XmlElement Root => _document.DocumentElement!;

    /// <summary>Reads a text; null where it is none, or not readable within the limits.</summary>
    public static RedactedXml? Read(string? text)
    {
        try
        {
            return text is null || !IsWithinLimits(text) ? null : new RedactedXml(Load(text));
        }
        catch (XmlException)
        {
            return null;
        }
    }

    public RedactedXml Copy() => new((XmlDocument)_document.CloneNode(deep: true));

    public override string ToString() => _document.OuterXml;

    /// <summary>Takes out what is selected.</summary>
    /// <param name="paths">What is selected; null for all.</param>
    /// <param name="values">Takes the values that went.</param>
    /// <param name="touched">Takes the Ids of elements that have, or are in, what went.</param>
    /// <param name="readable">Takes the Ids of elements whose content is not under encryption.</param>
    public void Redact(RedactionPaths? paths, HashSet<string> values, HashSet<string> touched, HashSet<string> readable)
    {
        foreach (var element in Elements())
        {
            if (IdOf(element) is { } id && element.GetElementsByTagName("EncryptedData", Ns.Xenc).Count == 0 && !IsCiphertext(element))
            {
                readable.Add(id);
            }
        }

        foreach (var node in Selected(paths))
        {
            Touch(node, touched);
            Redact(node, values);
        }
    }

    /// <summary>Takes out what proves a value to those who guess it, or has it under encryption.</summary>
    /// <param name="mayKeep">Whether the digest of a reference may stay.</param>
    public void RemoveProofs(Func<string?, bool> mayKeep)
    {
        foreach (var element in Elements())
        {
            var isProof = (element.NamespaceURI, element.LocalName) switch
            {
                (Ns.Ds, "SignatureValue") or (Ns.Xenc, "CipherValue") => true,
                (Ns.Ds, "DigestValue") => !mayKeep((element.ParentNode as XmlElement)?.GetAttribute("URI")),
                _ => false,
            };
            if (isProof)
            {
                element.InnerText = Redaction.Mark;
            }
            else if (element is { NamespaceURI: Ns.Wsse11, LocalName: "SignatureConfirmation" } && element.HasAttribute("Value"))
            {
                element.SetAttribute("Value", Redaction.Mark);
            }
        }
    }

    /// <summary>Whether nothing would be selected in an element if it had another form.</summary>
    public bool IsFree(string id, string form, RedactionPaths? paths)
    {
        if (paths is null || Read(form) is not { } other)
        {
            return false;
        }

        var document = (XmlDocument)_document.CloneNode(deep: true);
        foreach (var element in Elements(document).Where(element => IdOf(element) == id))
        {
            var imported = document.ImportNode(other.Root, deep: true);
            element.ParentNode!.ReplaceChild(imported, element);
            return !paths.Select(document).Any(node => IsWithin(node, imported) || IsWithin(imported, node));
        }

        // Another text has it.
        return true;
    }

    private static bool IsWithinLimits(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text), Settings());
        for (var nodes = 0; reader.Read(); nodes++)
        {
            nodes += reader.AttributeCount;
            if (nodes > MostNodes || reader.Depth > Deepest)
            {
                return false;
            }
        }

        return true;
    }

    private static XmlDocument Load(string text)
    {
        var document = new XmlDocument { PreserveWhitespace = true, XmlResolver = null };
        using var reader = XmlReader.Create(new StringReader(text), Settings());
        document.Load(reader);
        return document;
    }

    private static XmlReaderSettings Settings() =>
        new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MostCharacters };

    private List<XmlNode> Selected(RedactionPaths? paths) => paths is not null ? [.. paths.Select(_document)]
        : [.. Elements().SelectMany(All), .. _document.SelectNodes("//comment() | //processing-instruction()")!.Cast<XmlNode>()];

    private static IEnumerable<XmlNode> All(XmlElement element)
    {
        var isProtocol = Protocols.Contains(element.NamespaceURI);
        var texts = isProtocol && KeptElements.Contains(element.LocalName) ? []
            : element.ChildNodes.Cast<XmlNode>().Where(node =>
                node is XmlCharacterData and not XmlComment && !string.IsNullOrWhiteSpace(node.Value));
        var attributes = element.Attributes.Cast<XmlAttribute>().Where(attribute =>
            attribute.NamespaceURI != "http://www.w3.org/2000/xmlns/" && attribute.NamespaceURI != Ns.Wsu
            && !(isProtocol && KeptAttributes.Contains(attribute.LocalName)));
        return texts.Concat(attributes);
    }

    private static void Redact(XmlNode node, HashSet<string> values)
    {
        switch (node)
        {
            case XmlDocument { DocumentElement: { } root }:
                Redact(root, values);
                break;
            case XmlElement element:
                Remember(element, values);
                foreach (var attribute in element.Attributes.Cast<XmlAttribute>().Where(IsValue))
                {
                    attribute!.Value = Redaction.Mark;
                }

                element.InnerText = Redaction.Mark;
                break;
            case XmlAttribute one when IsValue(one):
                Add(one.Value, values);
                one.Value = Redaction.Mark;
                break;
            case XmlCharacterData text:
                Add(text.Data, values);
                text.Data = Redaction.Mark;
                break;
            case XmlProcessingInstruction instruction:
                instruction.Data = "";
                break;
        }
    }

    private static bool IsValue(XmlAttribute attribute) =>
        attribute.NamespaceURI != "http://www.w3.org/2000/xmlns/" && attribute.NamespaceURI != Ns.Wsu;

    private static void Remember(XmlElement element, HashSet<string> values)
    {
        foreach (XmlNode node in element.SelectNodes("descendant-or-self::*/@* | descendant::text()")!)
        {
            Add(node.Value, values);
        }
    }

    private static void Add(string? value, HashSet<string> values)
    {
        // What is shorter is found in everything.
        if (value?.Trim() is { Length: > 2 } trimmed && trimmed != Redaction.Mark)
        {
            values.Add(trimmed);
        }
    }

    private static void Touch(XmlNode node, HashSet<string> touched)
    {
        for (var at = Start(node); at is not null; at = at.ParentNode)
        {
            if (at is XmlElement element && IdOf(element) is { } id)
            {
                touched.Add(id);
            }
        }

        foreach (XmlNode inner in node.SelectNodes("descendant::*")!)
        {
            if (IdOf((XmlElement)inner) is { } id)
            {
                touched.Add(id);
            }
        }
    }

    private static bool IsWithin(XmlNode node, XmlNode container)
    {
        for (var at = Start(node); at is not null; at = at.ParentNode)
        {
            if (ReferenceEquals(at, container))
            {
                return true;
            }
        }

        return false;
    }

    private static XmlNode? Start(XmlNode node) => node is XmlAttribute attribute ? attribute.OwnerElement : node;

    private static bool IsCiphertext(XmlElement element) => element is { NamespaceURI: Ns.Xenc, LocalName: "EncryptedData" };

    private static string? IdOf(XmlElement element)
    {
        foreach (var (name, ns) in ((string, string)[])[("Id", Ns.Wsu), ("Id", ""), ("AssertionID", ""), ("ID", "")])
        {
            if (element.GetAttribute(name, ns) is { Length: > 0 } id)
            {
                return id;
            }
        }

        return null;
    }

    private List<XmlElement> Elements() => Elements(_document);

    private static List<XmlElement> Elements(XmlDocument document) => [.. document.SelectNodes("//*")!.Cast<XmlElement>()];
}
