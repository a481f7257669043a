using System.Xml;
using System.Xml.XPath;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Reports;

/// <summary>
/// The expressions of a redaction. They are those of the user, but run over documents of strangers: what could take long on a large one is
/// refused beforehand, since a running expression cannot be stopped.
/// </summary>
internal sealed class RedactionPaths
{
    private const int MostExpressions = 100;
    private const int LongestExpression = 1000;

    // Those with two namespaces mean the one that a document uses.
    private static readonly (string Prefix, string[] Namespaces)[] Known =
    [
        ("s", [Ns.Soap12, Ns.Soap11]), ("a", [Ns.Wsa10, Ns.WsaAugust2004]), ("c", [Ns.Sc13, Ns.ScFebruary2005]),
        ("t", [Ns.Trust13, Ns.TrustFebruary2005]), ("o", [Ns.Wsse]), ("u", [Ns.Wsu]), ("k", [Ns.Wsse11]), ("ds", [Ns.Ds]), ("e", [Ns.Xenc]),
    ];

    private readonly IReadOnlyList<string> _expressions;
    private readonly List<(string Prefix, string[] Namespaces)> _prefixes;

    private RedactionPaths(IReadOnlyList<string> expressions, List<(string Prefix, string[] Namespaces)> prefixes)
    {
        _expressions = expressions;
        _prefixes = prefixes;
    }

    /// <exception cref="FormatException">One of them cannot be used.</exception>
    public static RedactionPaths Parse(IReadOnlyList<string> expressions, IReadOnlyList<string> prefixes)
    {
        if (expressions.Count is 0 or > MostExpressions)
        {
            throw new FormatException($"A redaction needs 1 to {MostExpressions} expressions, or the word all.");
        }

        var paths = new RedactionPaths(expressions, [.. prefixes.Select(ParsePrefix), .. Known]);
        var manager = paths.Managers(new HashSet<string>()).First();
        foreach (var expression in expressions)
        {
            RequireShort(expression);
            RequireNodes(expression, manager);
        }

        return paths;
    }

    /// <summary>The nodes that are selected in a document.</summary>
    public IEnumerable<XmlNode> Select(XmlNode document)
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (XmlNode node in document.SelectNodes("//*")!)
        {
            used.Add(node.NamespaceURI);
        }

        foreach (var manager in Managers(used))
        {
            foreach (var expression in _expressions)
            {
                foreach (XmlNode node in document.SelectNodes(expression, manager)!)
                {
                    yield return node;
                }
            }
        }
    }

    private static (string, string[]) ParsePrefix(string text)
    {
        var at = text.IndexOf('=', StringComparison.Ordinal);
        return at > 0 && at < text.Length - 1 && XmlReader.IsName(text[..at])
            ? (text[..at], [text[(at + 1)..]])
            : throw new FormatException($"'{Plain.Text(text)}' is not prefix=namespace.");
    }

    private static void RequireShort(string expression)
    {
        if (expression.Length > LongestExpression || Cost(expression) > 2)
        {
            throw new FormatException(
                $"'{Plain.Text(expression)}' is too costly: use at most two of // and axes, and none within brackets.");
        }
    }

    // What looks beyond the children of a node; within brackets it would be done for each node.
    private static int Cost(string expression)
    {
        var (cost, depth, quote) = (0, 0, '\0');
        for (var i = 0; i < expression.Length; i++)
        {
            var c = expression[i];
            var pair = i + 1 < expression.Length ? expression.AsSpan(i, 2) : default;
            if (quote != '\0')
            {
                quote = c == quote ? '\0' : quote;
            }
            else if (c is '"' or '\'')
            {
                quote = c;
            }
            else if (c is '[' or ']')
            {
                depth += c == '[' ? 1 : -1;
            }
            else if (pair is "//" or "::" or "..")
            {
                cost += depth > 0 ? 10 : 1;
                i++;
            }
        }

        return cost;
    }

    private static void RequireNodes(string expression, XmlNamespaceManager manager)
    {
        try
        {
            if (XPathExpression.Compile(expression, manager).ReturnType != XPathResultType.NodeSet)
            {
                throw new FormatException($"'{Plain.Text(expression)}' selects no nodes.");
            }

            using var reader = XmlReader.Create(new StringReader("<a/>"));
            _ = new XPathDocument(reader).CreateNavigator().Select(expression, manager).Count;
        }
        catch (Exception e) when (e is XPathException or ArgumentException or InvalidOperationException)
        {
            throw new FormatException($"'{Plain.Text(expression)}' is no XPath: {Plain.Text(e.Message)}", e);
        }
    }

    // One for each choice of namespaces; a document that mixes versions has more than one.
    private IEnumerable<XmlNamespaceManager> Managers(HashSet<string> used)
    {
        IEnumerable<(string Prefix, string Namespace)[]> choices = [[]];
        foreach (var (prefix, namespaces) in _prefixes)
        {
            var present = namespaces.Where(used.Contains).DefaultIfEmpty(namespaces[0]).ToList();
            choices = choices.SelectMany(choice => present.Select(ns => ((string, string)[])[.. choice, (prefix, ns)]));
        }

        foreach (var choice in choices)
        {
            var manager = new XmlNamespaceManager(new NameTable());
            // In reverse, so that a prefix of the user counts more than one of ours.
            foreach (var (prefix, ns) in choice.Reverse())
            {
                manager.AddNamespace(prefix, ns);
            }

            yield return manager;
        }
    }
}
