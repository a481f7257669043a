using System.Text;

namespace SecureConversation.Tests.Xml;

/// <summary>Small random documents, dense in what canonicalization is about: prefixes bound, rebound, unused.</summary>
internal sealed class RandomXml(int seed)
{
    private static readonly string[] Prefixes = ["", "p", "q", "pp"];
    private static readonly string[] Uris = ["urn:1", "urn:2", "urn:3", "urn:a&amp;b"];
    private static readonly string[] Pieces =
        ["text", " ", "\n", "\r\n", "&amp;", "&lt;", " >", "&#xD;", "&#9;", "\"", "'", "\u00E9", "\U0001F600", "]]", "&quot;", "a longer run of text "];

    private readonly Random random = new(seed);
    private readonly StringBuilder text = new();

    public string Document()
    {
        text.Clear();
        Element(new Dictionary<string, string> { [""] = "" }, 0);
        return text.ToString();
    }

    private void Element(Dictionary<string, string> outer, int depth)
    {
        var scope = new Dictionary<string, string>(outer);
        var attributes = new List<string>();
        foreach (string prefix in Prefixes)
        {
            if (random.Next(depth == 0 ? 2 : 4) == 0)
            {
                string uri = prefix.Length == 0 && random.Next(2) == 0 ? "" : Uris[random.Next(Uris.Length)];
                scope[prefix] = uri;
                attributes.Add((prefix.Length == 0 ? "xmlns" : "xmlns:" + prefix) + "=" + Quoted(uri));
            }
        }
        string[] known = [.. scope.Keys];
        string name = Qualified(known[random.Next(known.Length)], "e" + random.Next(3));
        var used = new HashSet<string>();
        for (int i = random.Next(4); i > 0; i--)
        {
            string prefix = known[random.Next(known.Length)];
            string local = "a" + random.Next(4);
            if (used.Add(local + "|" + (prefix.Length == 0 ? "" : scope[prefix])))
            {
                attributes.Insert(random.Next(attributes.Count + 1), Qualified(prefix, local) + "=" + Quoted(Value()));
            }
        }
        text.Append('<').Append(name);
        foreach (string attribute in attributes)
        {
            text.Append(random.Next(8) == 0 ? "\n " : " ").Append(attribute);
        }
        if (random.Next(5) == 0)
        {
            text.Append("/>");
            return;
        }
        text.Append('>');
        for (int i = random.Next(5); i > 0; i--)
        {
            Content(scope, depth);
        }
        text.Append("</").Append(name).Append(random.Next(8) == 0 ? " >" : ">");
    }

    private void Content(Dictionary<string, string> scope, int depth)
    {
        int choice = random.Next(10);
        if (choice < 6 && depth < 6)
        {
            Element(scope, depth + 1);
        }
        else if (choice < 8)
        {
            text.Append(Value().Replace('<', ' '));
        }
        else if (choice == 8)
        {
            text.Append("<![CDATA[ <&> \r\n ]]>");
        }
        else
        {
            text.Append("<!-- - \rc -->");
        }
    }

    private string Value()
    {
        var value = new StringBuilder();
        for (int i = random.Next(4); i > 0; i--)
        {
            value.Append(Pieces[random.Next(Pieces.Length)]);
        }
        return value.ToString();
    }

    private string Quoted(string value) => random.Next(3) == 0
        ? "'" + value.Replace("'", "&apos;") + "'"
        : "\"" + value.Replace("\"", "&quot;") + "\"";

    private static string Qualified(string prefix, string local) => prefix.Length == 0 ? local : prefix + ":" + local;
}
