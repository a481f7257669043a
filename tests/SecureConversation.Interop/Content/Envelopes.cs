using System.Text;
using SecureConversation.Engine.Names;

namespace SecureConversation.Interop.Content;

/// <summary>Envelopes of applications that do unusual but allowed things; SOAP 1.2 and WS-Addressing 1.0.</summary>
internal static class Envelopes
{
    private const string Addressing = """
        <a:Action s:mustUnderstand="1">urn:e/Echo</a:Action><a:MessageID>urn:uuid:7a1bd9a8-0d25-4f37-9a51-d2a6e5b8a3c1</a:MessageID>
        <a:ReplyTo><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">http://localhost/echo</a:To>
        """;

    /// <summary>Bodies that every receiver digests alike.</summary>
    public static readonly IReadOnlyDictionary<string, string> Ordinary = new Dictionary<string, string>
    {
        ["type named by a prefix of the envelope"] = Envelope(
            "<Echo xmlns=\"urn:e\"><v xsi:type=\"xsd:int\">1</v></Echo>",
            " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\""),
        ["types named by prefixes and by the default namespace"] = Envelope(
            "<p:a xmlns:p=\"urn:1\" xmlns:q=\"urn:2\"><p:b xmlns=\"urn:3\" xsi:type=\"x\"><p:c xmlns:q=\"urn:4\" xsi:type=\"q:y\">q:z</p:c></p:b><d xsi:type=\"q:y\"/></p:a>",
            " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:q=\"urn:5\""),
        ["fault"] = Envelope("<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:f=\"urn:f\">f:x</s:Value></s:Subcode></s:Code>"
            + "<s:Reason><s:Text xml:lang=\"en\">r</s:Text></s:Reason></s:Fault>"),
        ["default namespace on and off"] = Envelope("<a xmlns=\"urn:1\"><b xmlns=\"\"><c xmlns=\"urn:1\"/><d/></b></a>"),
        ["the same prefix for two namespaces"] = Envelope("<p:a xmlns:p=\"urn:1\"><p:b xmlns:p=\"urn:2\" p:x=\"1\"><p:c xmlns:p=\"urn:1\"/></p:b></p:a>"),
        ["CDATA"] = Envelope("<t xmlns=\"urn:e\"><![CDATA[<&>]]> and <![CDATA[]]>text</t>"),
        ["comments"] = Envelope("<!-- before --><t xmlns=\"urn:e\">a<!-- <b/> -->b</t><!--after-->"),
        ["carriage returns"] = Envelope("<t xmlns=\"urn:e\" x=\"a&#xD;&#xA;&#x9;b\">a&#xD;b&#13;&#10;c\r\nd\re</t>"),
        ["characters beyond the basic plane"] = Envelope("<t xmlns=\"urn:e\" x=\"\U0001D11E\">\U0001F600 &#x1F600; \u00E9 e\u0301 \uFFFD</t>"),
        ["characters that look like markup"] = Envelope("<t xmlns=\"urn:e\" x='\"&apos;&lt;&gt;'>]]&gt; &amp;lt; ' \"</t>"),
        ["white space around"] = Envelope("\n  <t xmlns=\"urn:e\"  >\n\t<u  x = 'y'\n/>  </t  >\n"),
        ["text alone"] = Envelope("nothing but text"),
        ["two children"] = Envelope("<a xmlns=\"urn:e\"/><b xmlns=\"urn:e\"/>"),
        ["no content"] = Envelope(""),
        ["empty tag"] = Envelope("").Replace("<s:Body></s:Body>", "<s:Body/>", StringComparison.Ordinal),
        ["own Id on the body"] = Envelope("<t xmlns=\"urn:e\"/>").Replace("<s:Body>", $"<s:Body xmlns:w=\"{Ns.Wsu}\" w:Id=\"mine\">", StringComparison.Ordinal),
        ["own Ids that look like ours"] = Envelope("<t xmlns=\"urn:e\"/>")
            .Replace("<s:Body>", $"<s:Body xmlns:w=\"{Ns.Wsu}\" w:Id=\"_1\">", StringComparison.Ordinal)
            .Replace("<a:To ", $"<a:To xmlns:w=\"{Ns.Wsu}\" w:Id=\"_0\" ", StringComparison.Ordinal),
        ["own Ids inside the body"] = Envelope($"<t xmlns=\"urn:e\" xmlns:w=\"{Ns.Wsu}\" w:Id=\"inner\" Id=\"other\"/>"),
        ["prefix u for something else"] = Envelope("<u:t xmlns=\"urn:e\" u:x=\"1\"/>", " xmlns:u=\"urn:other\""),
        ["prefix u for something else on the body"] = Envelope("<u:t/>").Replace("<s:Body>", "<s:Body xmlns:u=\"urn:other\">", StringComparison.Ordinal),
        ["prefixes of ours for something else"] = Envelope("<o:t><e:t/><c:t/><k:t/><m:t/></o:t>",
            " xmlns:o=\"urn:o\" xmlns:e=\"urn:e\" xmlns:c=\"urn:c\" xmlns:k=\"urn:k\" xmlns:m=\"urn:m\" xmlns:h=\"urn:h\" xmlns:ds=\"urn:ds\""),
        ["SOAP as the default namespace"] =
            $"<Envelope xmlns=\"{Ns.Soap12}\" xmlns:s=\"{Ns.Soap12}\" xmlns:a=\"{Ns.Wsa10}\"><Header>{Addressing}</Header><Body><t xmlns=\"urn:e\"><v>1</v></t></Body></Envelope>",
        ["SOAP as the default namespace and an empty body"] =
            $"<Envelope xmlns=\"{Ns.Soap12}\" xmlns:s=\"{Ns.Soap12}\" xmlns:a=\"{Ns.Wsa10}\"><Header>{Addressing}</Header><Body/></Envelope>",
        ["declarations on every level"] =
            $"<x:Envelope xmlns:x=\"{Ns.Soap12}\"><x:Header xmlns:s=\"{Ns.Soap12}\" xmlns:a=\"{Ns.Wsa10}\">{Addressing}</x:Header><y:Body xmlns:y=\"{Ns.Soap12}\"><t xmlns=\"urn:e\"/></y:Body></x:Envelope>",
        ["unsigned header blocks"] = Envelope("<t xmlns=\"urn:e\"/>", "", "<h:x xmlns:h=\"urn:h\">1</h:x><y xmlns=\"urn:h\"/>"),
    };

    /// <summary>Where WCF computes another digest than the recommendation.</summary>
    public static readonly IReadOnlyDictionary<string, string> Deviating = new Dictionary<string, string>
    {
        ["default namespace declared unused"] = Envelope("<p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\"><p:e><f xmlns=\"\"/></p:e></p:a>"),
        ["prefix redeclared unused"] = Envelope("<p:a xmlns:p=\"urn:1\"><b xmlns=\"urn:e\" xmlns:p=\"urn:2\"><p:c xmlns:p=\"urn:1\"/></b></p:a>"),
        ["default namespace of the envelope taken away"] = Envelope("<p:a xmlns:p=\"urn:p\"><f xmlns=\"\"><g/></f></p:a>", " xmlns=\"urn:d\""),
        ["SOAP by default and by prefix"] =
            $"<Envelope xmlns=\"{Ns.Soap12}\" xmlns:s=\"{Ns.Soap12}\" xmlns:a=\"{Ns.Wsa10}\"><Header>{Addressing}</Header><s:Body><f xmlns=\"\"><g/></f></s:Body></Envelope>",
        ["prefix redeclared where a value refers to it"] = Envelope(
            "<p:a xmlns:p=\"urn:1\"><b xmlns=\"urn:e\" xmlns:p=\"urn:2\"><p:c xmlns:p=\"urn:1\">q:x</p:c></b></p:a>", " xmlns:q=\"urn:q\" xmlns=\"urn:d\""),
        ["default namespace declared unused where a type needs it"] = Envelope(
            "<p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\"><p:e xsi:type=\"t\"><f xmlns=\"\"/></p:e><![CDATA[\r\n]]></p:a>", " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""),
        ["carriage returns in CDATA"] = Envelope("<t xmlns=\"urn:e\"><![CDATA[a\r\nb\rc]]><!--\r\n--></t>"),
        ["inside a header"] = Envelope("<t xmlns=\"urn:e\"/>").Replace("</a:Address>",
            "</a:Address><a:ReferenceParameters><p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\"><p:e><f xmlns=\"\"/></p:e></p:a></a:ReferenceParameters>", StringComparison.Ordinal),
        ["inside a header and the body"] = Envelope("<p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\"><p:e><f xmlns=\"\">&#xD;</f></p:e></p:a>").Replace("</a:Address>",
            "</a:Address><a:ReferenceParameters><p:a xmlns:p=\"urn:p\" xmlns=\"urn:d\"><p:e><f xmlns=\"\"/></p:e></p:a></a:ReferenceParameters>", StringComparison.Ordinal),
    };

    /// <summary>
    /// What the platform's SignedXml and EncryptedXml can process: they write a carriage return as it is before they read again, which makes
    /// a line feed of it.
    /// </summary>
    public static IEnumerable<string> ForThePlatform =>
        Ordinary.Concat(Deviating).Where(e => !e.Value.Contains("&#xD;", StringComparison.Ordinal)).Select(e => e.Key);

    public static byte[] Get(string name) => Encoding.UTF8.GetBytes(Ordinary.GetValueOrDefault(name) ?? Deviating[name]);

    private static string Envelope(string body, string declarations = "", string headers = "") =>
        $"<s:Envelope xmlns:s=\"{Ns.Soap12}\" xmlns:a=\"{Ns.Wsa10}\"{declarations}><s:Header>{Addressing}{headers}</s:Header><s:Body>{body}</s:Body></s:Envelope>";
}
