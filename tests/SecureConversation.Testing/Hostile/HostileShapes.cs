using System.Globalization;
using System.Text;

namespace SecureConversation.Testing.Hostile;

/// <summary>
/// Shapes of messages that cost more than they weigh in some implementation of XML or of XML Signature: many of one thing, long things, and
/// a long thing that is named many times. The size in bytes is divided between the two where there are two.
/// </summary>
public static class HostileShapes
{
    private const string Wsu = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
    private const string Wsse = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    private const string Xenc = "http://www.w3.org/2001/04/xmlenc#";
    private const string Sc = "http://schemas.xmlsoap.org/ws/2005/02/sc";
    private const int Many = 1 << 20;

    public static IReadOnlyList<HostileShape> All { get; } =
        [.. Bodies(), .. Headers(), .. SecurityItems(), .. SignedInfos(), .. Combined()];

    /// <summary>Content of the body.</summary>
    private static IEnumerable<HostileShape> Bodies() =>
    [
        Body("text", n => new string('x', n)),
        Body("depth", n => Repeat("<a>", n / 2) + Repeat("</a>", n / 2 / 3 * 4)),
        Body("depth 2000 again and again", n => Repeat(Repeat("<a>", 6000) + Repeat("</a>", 8000), n)),
        Body("flat elements", n => Repeat("<a/>", n)),
        Body("attributes on one element", n => "<a " + Count(i => $"a{i}=\"\" ", n) + "/>"),
        Body("500 attributes per element", n => Repeat("<a " + Count(i => $"a{i}=\"\" ", Many, 500) + "/>", n)),
        Body("500 attributes in reverse order", n => Repeat("<a " + Reversed(i => $"a{i:d4}=\"\" ", 500) + "/>", n)),
        Body("500 long attributes of one length", n => Repeat("<a " + Count(i => $"{Long('a', 200)}{i:d4}=\"\" ", Many, 500) + "/>", n)),
        Body("11 long attributes of one length", n => Repeat("<a " + Count(i => $"{Long('a', 1000)}{i:d2}=\"\" ", Many, 11) + "/>", n)),
        Body("namespaces on one element", n => "<a " + Count(i => $"xmlns:a{i}=\"urn:{i}\" ", n) + "/>"),
        Body("240 namespaces per element", n => Repeat("<a " + Count(i => $"xmlns:a{i}=\"u\" ", Many, 240) + "/>", n)),
        Body("200 namespaces, uses of the first", n => "<b " + Namespaces(200, _ => "u") + ">" + Repeat("<p0:a/>", n) + "</b>"),
        Body("200 long prefixes, uses of the first",
            n => "<b " + Count(i => $"xmlns:{Long('p', 300)}{i}=\"u{i}\" ", Many, 200) + ">" + Repeat($"<{Long('p', 300)}0:a/>", n) + "</b>"),
        Body("200 namespaces, one attribute in each", n => "<b " + Namespaces(200, i => $"u{i}") + ">" + Repeat(Tag(200), n) + "</b>"),
        Body("100 namespaces of 2000 bytes, one attribute in each",
            n => "<b " + Namespaces(100, i => Long('u', 2000) + i) + ">" + Repeat(Tag(100), n) + "</b>"),
        Body("100 long namespaces, one attribute in each",
            n => "<b " + Namespaces(100, i => Long('u', n / 200) + i.ToString("d3", null)) + ">" + Repeat(Tag(100), n / 2) + "</b>"),
        Body("8 long namespaces, one attribute in each",
            n => "<b " + Namespaces(8, i => Long('u', n / 16) + i.ToString("d3", null)) + ">" + Repeat(Tag(8), n / 2) + "</b>"),
        Body("long namespaces, one redeclared, two attributes", n => "<b " + Namespaces(8, i => Long('u', n / 16) + i) + ">"
            + Repeat("<a xmlns:p0=\"v\" p0:x=\"\" p1:x=\"\"/>", n / 2) + "</b>"),
        Body("long namespace, redeclared by every second element",
            n => $"<b xmlns:p=\"{Long('u', n / 2)}\">" + Repeat("<p:a/><p:a xmlns:p=\"v\"/>", n / 2) + "</b>"),
        Body("decoded namespaces", n => Repeat("<a xmlns:p=\"&amp;&amp;\"/>", n)),
        Body("decoded namespaces, used", n => Repeat("<p:a xmlns:p=\"&amp;&amp;\"/>", n)),
        Body("decoded namespaces, nested", n => Repeat(Repeat("<a xmlns:p=\"&amp;\">", 20 * 200) + Repeat("</a>", 4 * 200), n)),
        Body("prefix redeclared at every level", n => Repeat(Repeat("<p:a xmlns:p=\"a\">", 17 * 200) + Repeat("</p:a>", 6 * 200), n)),
        Body("prefix redeclared in turns", n => Repeat("<p:a xmlns:p=\"a\"><p:b xmlns:p=\"b\"/></p:a>", n)),
        Body("prefix redeclared and not used", n => Repeat("<p:a xmlns:p=\"u\"><p:e><f xmlns=\"\" xmlns:p=\"v\"/></p:e></p:a>", n)),
        Body("default namespace in turns", n => Repeat("<a xmlns=\"u\"><b xmlns=\"\"/></a>", n)),
        Body("long name", n => $"<{Long('a', n)}/>"),
        Body("names of 1000 bytes", n => Repeat($"<{Long('a', 1000)}/>", n)),
        Body("prefixes of 1000 bytes", n => $"<b xmlns:{Long('p', 1000)}=\"u\">" + Repeat($"<{Long('p', 1000)}:a/>", n) + "</b>"),
        Body("names of 1000 bytes, nested", n => Repeat(Repeat($"<{Long('a', 1000)}>", 100_200) + Repeat($"</{Long('a', 1000)}>", 100_300), n)),
        Body("long attribute value", n => $"<a b=\"{Long('x', n)}\"/>"),
        Body("character references in text", n => Repeat("&#65;", n)),
        Body("character references in an attribute", n => $"<a b=\"{Repeat("&#65;", n)}\"/>"),
        Body("one long character reference", n => "&#" + Long('0', n) + "65;"),
        Body("many long character references", n => Repeat("&#" + Long('0', 1000) + "65;", n)),
        Body("quotes in attributes", n => Repeat($"<a b='{Long('"', 1000)}'/>", n)),
        Body("tabs in attributes", n => Repeat($"<a b=\"{Long('\t', 1000)}\"/>", n)),
        Body("comments", n => Repeat("<!---->", n)),
        Body("comments between letters", n => Repeat("<!---->x", n)),
        Body("one comment of dashes", n => "<!--" + Repeat("- ", n) + "-->"),
        Body("brackets in text", n => Repeat("]]", n)),
        Body("greater-than in text", n => Long('>', n)),
        Body("CDATA sections", n => Repeat("<![CDATA[]]>", n)),
        Body("ampersands in CDATA", n => $"<![CDATA[{Long('&', n)}]]>"),
        Body("carriage returns in CDATA", n => $"<![CDATA[{Long('\r', n)}]]>"),
        Body("carriage returns", n => Long('\r', n)),
        Body("white space in a tag", n => "<a" + Long(' ', n) + "/>"),
        Body("white space in end tags", n => Repeat("<a></a      >", n)),
        Body("white space between attributes", n => Repeat("<a  b = '' />", n)),
        Body("unclosed", n => Repeat("<a>", n)),
        Body("characters that begin with EF", n => Long('\uF8FF', n / 3)),
        Body("characters of 4 bytes", n => Repeat("\U0001F600", n / 2)),
        Body("names of 4 bytes", n => Repeat("<\U00010000/>", n / 2)),
        Body("ciphertext that nothing lists", n => $"<e:EncryptedData xmlns:e=\"{Xenc}\" Id=\"x\" Type=\"{Xenc}Content\"><e:EncryptionMethod "
            + $"Algorithm=\"{Xenc}aes256-cbc\"/><e:CipherData><e:CipherValue>{Base64(n)}</e:CipherValue></e:CipherData></e:EncryptedData>"),
        Body("base64", n => "<a>" + Base64(n) + "</a>"),
        Body("a fault with many details", n => "<s:Fault xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Code><s:Value>s:Sender</s:Value></s:Code>"
            + $"<s:Reason><s:Text xml:lang=\"en\">{Long('x', n / 2)}</s:Text></s:Reason><s:Detail>{Repeat("<a/>", n / 2)}</s:Detail></s:Fault>"),
    ];

    /// <summary>Header blocks beside the security header.</summary>
    private static IEnumerable<HostileShape> Headers() =>
    [
        Header("elements in a header block", n => "<h>" + Repeat("<a/>", n) + "</h>"),
        Header("attributes in a header block", n => "<h>" + Repeat("<a " + Count(i => $"a{i}=\"\" ", Many, 500) + "/>", n) + "</h>"),
        Header("header blocks", n => Repeat("<h/>", n)),
        Header("header blocks with many attributes", n => Repeat("<h " + Count(i => $"a{i}=\"\" ", Many, 500) + "/>", n)),
        Header("250 header blocks with long Ids", n => Count(i => $"<h u:Id=\"{Long('x', Math.Max(1, n / 250))}{i:d3}\"/>", n)),
        Header("250 header blocks with Ids of references", n => Count(i => $"<h u:Id=\"{Repeat("&#120;", Math.Max(6, n / 250))}{i:d3}\"/>", n)),
        Header("Security for other roles", n => Repeat("<o:Security xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" s:role=\"urn:x\"/>", n)),
        Header("long text in an addressing header", n => $"<a:FaultTo xmlns:a=\"http://www.w3.org/2005/08/addressing\">{Long('x', n)}</a:FaultTo>"),
        Header("long From of references", n => $"<a:From xmlns:a=\"http://www.w3.org/2005/08/addressing\">{Repeat("&lt;", n)}</a:From>"),
        Header("comments in a header block", n => $"<h>{Repeat("<!---->x", n)}</h>"),
    ];

    /// <summary>Children of the security header.</summary>
    private static IEnumerable<HostileShape> SecurityItems() =>
    [
        Security("unknown children", n => Repeat("<x/>", n)),
        Security("text", n => Long('x', n)),
        Security("certificates", n => Count(i => $"<o:BinarySecurityToken u:Id=\"{i}\"/>", n)),
        Security("white space in a timestamp", n => $"<u:Timestamp>{Long(' ', n)}</u:Timestamp>"),
        Security("elements in a timestamp", n => $"<u:Timestamp><u:Created/>{Repeat("<a/>", n)}</u:Timestamp>"),
        Security("long context identifier", n => $"<c:SecurityContextToken xmlns:c=\"{Sc}\"><c:Identifier>{Long('x', n)}</c:Identifier></c:SecurityContextToken>"),
        Security("comments in a context identifier",
            n => $"<c:SecurityContextToken xmlns:c=\"{Sc}\"><c:Identifier>{Repeat("<!---->", n)}</c:Identifier></c:SecurityContextToken>"),
        Security("reference list", n => $"<e:ReferenceList xmlns:e=\"{Xenc}\">{Count(i => $"<e:DataReference URI=\"#{i}\"/>", n)}</e:ReferenceList>"),
        Security("32 long references", n => $"<e:ReferenceList xmlns:e=\"{Xenc}\">"
            + Count(i => $"<e:DataReference URI=\"#{Long('x', n / 32)}{i:d2}\"/>", n * 2, 32) + "</e:ReferenceList>"),
        Security("wrapped key", n => $"<e:EncryptedKey xmlns:e=\"{Xenc}\"><e:EncryptionMethod Algorithm=\"x\"/><e:CipherData><e:CipherValue>{Base64(n)}</e:CipherValue></e:CipherData></e:EncryptedKey>"),
        Security("derived keys", n => Repeat($"<c:DerivedKeyToken xmlns:c=\"{Sc}\"/>", n)),
        Security("signatures", n => Repeat("<Signature xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>", n)),
    ];

    /// <summary>Content of ds:SignedInfo, which is canonicalized before anything is authenticated.</summary>
    private static IEnumerable<HostileShape> SignedInfos() =>
    [
        SignedInfo("white space", n => Long(' ', n)),
        SignedInfo("comments", n => Repeat("<!---->", n)),
        SignedInfo("elements", n => Repeat("<x/>", n)),
        SignedInfo("500 attributes", n => Repeat("<a " + Count(i => $"a{i}=\"\" ", Many, 500) + "/>", n)),
        SignedInfo("attributes in reverse order", n => Repeat("<a " + Reversed(i => $"a{i:d4}=\"\" ", 500) + "/>", n)),
        SignedInfo("character references", n => Repeat("&#13;", n)),
        SignedInfo("prefix redeclared", n => Repeat("<p:a xmlns:p=\"a\"><p:b xmlns:p=\"b\"/></p:a>", n)),
        new("SignedInfo: prefixes of a long namespace",
            n => new() { Declarations = $"xmlns:p=\"{Long('A', n / 2)}\"", SignedInfo = Repeat("<p:a/>", Math.Min(n / 2, 42_000)) }),
        new("SignedInfo: 200 namespaces in use", n => new() { Declarations = Namespaces(200, i => $"u{i}"), SignedInfo = Repeat(Tag(200), n) }),
        new("SignedInfo: references", n => new() { References = Repeat(Reference("_9"), n) }),
        new("SignedInfo: prefix list of one prefix", n => new() { PrefixList = Repeat("b ", 1000).Trim(), SignedInfo = Repeat("<x xmlns:a=\"u\"/>", n) }),
        new("SignedInfo: long prefix list", n => new() { PrefixList = Long('b', Math.Min(n, 100_000)), SignedInfo = Repeat("<x xmlns:b=\"u\"/>", n) }),
    ];

    /// <summary>A body that is canonicalized under a signature, beside what stands around it.</summary>
    private static IEnumerable<HostileShape> Combined() =>
    [
        new("signed: prefixes of a long namespace", n => new() { Declarations = $"xmlns:p=\"{Long('A', n / 2)}\"", Body = Repeat("<p:a/>", n / 2) }),
        new("signed: prefixes of a long decoded namespace",
            n => new() { Declarations = $"xmlns:p=\"&amp;{Long('A', n / 2)}\"", Body = Repeat("<p:a/>", n / 2) }),
        new("signed: prefixes of namespaces of 300 bytes", n => new() { Declarations = $"xmlns:p=\"{Long('A', 300)}\"", Body = Repeat("<p:a/>", n) }),
        new("signed: 200 namespaces in use", n => new() { Declarations = Namespaces(200, i => $"u{i}"), Body = Repeat(Tag(200), n) }),
        new("signed: one local name in 100 long namespaces",
            n => new() { Declarations = Namespaces(100, i => Long('u', n / 200) + i.ToString("d3", null)), Body = Repeat(Tag(100), n / 2) }),
        new("signed: inclusive prefixes of long namespaces", n => new()
        {
            Declarations = Namespaces(100, i => Long('u', n / 100) + i),
            PrefixList = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"p{i}")),
        }),
        new("signed: 100 prefixes listed, declared again and again", n => new()
        {
            PrefixList = string.Join(' ', Enumerable.Range(0, 100).Select(i => $"p{i}")),
            Body = Repeat("<a " + Count(i => $"xmlns:p{i}=\"{i}\" ", Many, 100) + "/>", n),
        }),
        new("signed: 4,096 prefixes listed, each declared by a sibling", n => new()
        {
            PrefixList = string.Join(' ', Enumerable.Range(0, 4096).Select(i => $"p{i}")),
            Body = Count(i => $"<a xmlns:p{i % 4096}=\"{i}\"/>", n),
        }),
        new("signed: 99 references, long decoded namespace", n => new()
        {
            Declarations = $"xmlns:p=\"&amp;{Long('A', n)}\"",
            Header = Count(i => $"<h u:Id=\"h{i}\"/>", Many, 99),
            References = Count(i => Reference($"h{i}"), Many, 99),
        }),
        new("signed: 99 references with long Ids", n => new()
        {
            Header = Count(i => $"<h u:Id=\"{Long('x', n / 200)}{i:d3}\"/>", Many * 8, 99),
            References = Count(i => Reference(Long('x', n / 200) + i.ToString("d3", null)), Many * 8, 99),
        }),
        new("signed: 99 references to one block", n => new() { Header = $"<h u:Id=\"h\">{Long('x', n)}</h>", References = Repeat(Reference("h"), Reference("h").Length * 99) }),
        new("body and header of long text", n => new() { Header = $"<h>{Long('x', n / 2)}</h>", Body = Long('x', n / 2) }),
    ];

    private static HostileShape Body(string name, Func<int, string> content) => new("body: " + name, n => new HostileContent { Body = content(n) });

    private static HostileShape Header(string name, Func<int, string> content) =>
        new("header: " + name, n => new HostileContent { Declarations = $"xmlns:u=\"{Wsu}\" xmlns:o=\"{Wsse}\"", Header = content(n) });

    private static HostileShape Security(string name, Func<int, string> content) =>
        new("Security: " + name, n => new HostileContent { Declarations = $"xmlns:u=\"{Wsu}\" xmlns:o=\"{Wsse}\"", Security = content(n) });

    private static HostileShape SignedInfo(string name, Func<int, string> content) =>
        new("SignedInfo: " + name, n => new HostileContent { SignedInfo = content(n) });

    private static string Long(char c, int bytes) => new(c, Math.Max(1, bytes));

    private static string Repeat(string text, int bytes) => new StringBuilder().Insert(0, text, Math.Max(1, bytes / text.Length)).ToString();

    private static string Count(Func<int, string> item, int bytes, int most = int.MaxValue)
    {
        var text = new StringBuilder();
        for (var i = 0; text.Length < bytes && i < most; i++)
        {
            text.Append(item(i));
        }

        return text.ToString();
    }

    private static string Reversed(Func<int, string> item, int count) => string.Concat(Enumerable.Range(0, count).Reverse().Select(item));

    private static string Namespaces(int count, Func<int, string> uri) =>
        string.Concat(Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"xmlns:p{i}=\"{uri(i)}\" ")));

    /// <summary>A tag with one attribute of the same local name in each of the namespaces.</summary>
    private static string Tag(int namespaces) => "<a " + Count(i => $"p{i}:x=\"\" ", Many, namespaces) + "/>";

    private static string Base64(int bytes) => Long('A', Math.Max(4, bytes) & ~3);

    private static string Reference(string id) => $"<Reference URI=\"#{id}\"><Transforms><Transform Algorithm=\"http://www.w3.org/2001/10/xml-exc-c14n#\"/></Transforms>"
        + "<DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><DigestValue>AAAA</DigestValue></Reference>";
}
