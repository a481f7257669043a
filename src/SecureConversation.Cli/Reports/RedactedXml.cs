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

    /// <summary>Whether a certificate was taken out.</summary>
    public bool LacksCertificate => Elements().Exists(element =>
        element.LocalName is "BinarySecurityToken" or "X509Certificate" && element.InnerText == Redaction.Mark);

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
    public void Redact(RedactionPaths? paths, RedactedValues values, HashSet<string> touched, HashSet<string> readable)
    {
        var clear = new HashSet<string>(StringComparer.Ordinal);
        var hidden = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in Elements())
        {
            (element.GetElementsByTagName("EncryptedData", Ns.Xenc).Count == 0 && !IsCiphertext(element) ? clear : hidden)
                .UnionWith(IdsOf(element));
            if (IsOverToken(element) && element.GetAttribute("URI") is ['#', .. var id])
            {
                touched.Add(id);
            }
        }

        readable.UnionWith(clear.Except(hidden));
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

    /// <summary>Takes passwords and secrets of keys out.</summary>
    /// <param name="values">Takes the values that went.</param>
    /// <param name="guessable">Takes the Ids of elements whose digest tells a password to those who guess it.</param>
    /// <returns>Whether it had any.</returns>
    public bool TakeSecrets(RedactedValues values, HashSet<string> guessable)
    {
        var secrets = Elements().Where(IsSecret).ToList();
        foreach (var secret in secrets)
        {
            values.Add(secret.InnerText);
            if (secret.LocalName != "BinarySecret")
            {
                Touch(secret, guessable);
            }

            secret.InnerText = Secrets.Mark;
        }

        return secrets.Count > 0;
    }

    /// <summary>Takes the digests over parts with passwords out, and the signature values over such digests.</summary>
    /// <returns>Whether it had any.</returns>
    public bool TakeGuesses(HashSet<string> guessable)
    {
        var signatures = new HashSet<XmlNode>();
        foreach (var reference in Elements().Where(element => element is { NamespaceURI: Ns.Ds, LocalName: "Reference" }
            && (IsOverToken(element) || (element.GetAttribute("URI") is ['#', .. var id] && guessable.Contains(id)))))
        {
            foreach (XmlElement digest in reference.GetElementsByTagName("DigestValue", Ns.Ds))
            {
                digest.InnerText = Secrets.Mark;
            }

            signatures.Add(reference.ParentNode?.ParentNode ?? reference);
        }

        foreach (var value in signatures.SelectMany(signature => signature.ChildNodes.OfType<XmlElement>())
            .Where(child => child is { NamespaceURI: Ns.Ds, LocalName: "SignatureValue" }))
        {
            value.InnerText = Secrets.Mark;
        }

        return signatures.Count > 0;
    }

    /// <summary>Whether nothing would be selected in an element if it had another form.</summary>
    public bool IsFree(string id, string form, RedactionPaths? paths)
    {
        if (paths is null || Read(form) is not { } other)
        {
            return false;
        }

        var document = (XmlDocument)_document.CloneNode(deep: true);
        foreach (var element in Elements(document).Where(element => IdsOf(element).Contains(id)))
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

    private static void Redact(XmlNode node, RedactedValues values)
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
                values.Add(one.Value);
                one.Value = Redaction.Mark;
                break;
            case XmlCharacterData text:
                values.Add(text.Data);
                if (text.ParentNode is XmlElement parent)
                {
                    RememberWhole(parent, values);
                }

                text.Data = Redaction.Mark;
                break;
            case XmlProcessingInstruction instruction:
                instruction.Data = "";
                break;
        }
    }

    private static bool IsValue(XmlAttribute attribute) =>
        attribute.NamespaceURI != "http://www.w3.org/2000/xmlns/" && attribute.NamespaceURI != Ns.Wsu;

    private static void Remember(XmlElement element, RedactedValues values)
    {
        foreach (XmlNode node in element.SelectNodes("descendant-or-self::*/@* | descendant::text()")!)
        {
            values.Add(node.Value);
        }

        foreach (XmlElement inner in element.SelectNodes("descendant-or-self::*")!)
        {
            RememberWhole(inner, values);
        }
    }

    // A comment cuts a value, and other fields have it whole.
    private static void RememberWhole(XmlElement element, RedactedValues values)
    {
        if (element.ChildNodes.Cast<XmlNode>().Count(node => node is XmlText or XmlCDataSection) > 1)
        {
            values.Add(element.InnerText);
        }
    }

    private static void Touch(XmlNode node, HashSet<string> touched)
    {
        for (var at = Start(node); at is not null; at = at.ParentNode)
        {
            if (at is XmlElement element)
            {
                touched.UnionWith(IdsOf(element));
            }
        }

        foreach (XmlElement inner in node.SelectNodes("descendant::*")!)
        {
            touched.UnionWith(IdsOf(inner));
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

    // A nonce stays where it is no part of what a password can be guessed from.
    private static bool IsSecret(XmlElement element) => element.InnerText is not (Secrets.Mark or Redaction.Mark or "")
        && element.LocalName switch
        {
            "Password" => element.NamespaceURI == Ns.Wsse || element.ParentNode?.LocalName == "UsernameToken",
            "BinarySecret" => true,
            "Nonce" => element.ParentNode?.ChildNodes.OfType<XmlElement>()
                .Any(other => other.LocalName == "Password" && other.GetAttribute("Type") == Uris.PasswordDigest) == true,
            _ => false,
        };

    private static bool IsCiphertext(XmlElement element) => element is { NamespaceURI: Ns.Xenc, LocalName: "EncryptedData" };

    // All that could be an Id: to take more for one than a receiver does hides more, and never less.
    private static IEnumerable<string> IdsOf(XmlElement element) =>
        new[] { ("Id", Ns.Wsu), ("Id", ""), ("AssertionID", ""), ("ID", "") }
            .Select(name => element.GetAttribute(name.Item1, name.Item2)).Where(id => id.Length > 0);

    // The digest of such a reference is over a token elsewhere.
    private static bool IsOverToken(XmlElement reference) => reference is { NamespaceURI: Ns.Ds, LocalName: "Reference" }
        && reference.GetElementsByTagName("Transform", Ns.Ds).Cast<XmlElement>()
            .Any(transform => transform.GetAttribute("Algorithm") == Uris.StrTransform);

    private List<XmlElement> Elements() => Elements(_document);

    private static List<XmlElement> Elements(XmlDocument document) => [.. document.SelectNodes("//*")!.Cast<XmlElement>()];
}
