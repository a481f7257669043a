using System.Security.Cryptography;
using System.Text;
using System.Xml;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Tests.Xml;

/// <summary>The list that a survey makes covers what values refer to: no other declaration leaves the digest as it is.</summary>
public sealed class PrefixSurveyTests
{
    private static readonly string[] Prefixes = ["", "p", "q", "r"];

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public void DigestWithTheList_HoldsNamesInValues(int seed)
    {
        var random = new Random(seed);
        var kept = 0;
        for (var i = 0; i < 120; i++)
        {
            var root = Node.Root(random);
            var list = Survey(root.ToString());
            var (digest, names) = (Digest(root.ToString(), list), NamesInValues(root.ToString()));
            foreach (var node in root.All())
            {
                foreach (var prefix in Prefixes)
                {
                    var before = node.Declarations.GetValueOrDefault(prefix);
                    node.Declarations[prefix] = "urn:evil";
                    var forged = root.ToString();
                    if (Digest(forged, list).SequenceEqual(digest))
                    {
                        kept++;
                        Assert.True(names.SequenceEqual(NamesInValues(forged)), $"{list}\n{forged}");
                    }

                    node.Restore(prefix, before);
                }
            }
        }

        Assert.True(kept > 500, $"{kept}");
    }

    /// <summary>A part that both implementations of the platform canonicalize with the list that a survey made.</summary>
    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public void CanonicalFormWithTheList_IsThatOfThePlatform(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 60; i++)
        {
            var xml = Node.Root(random).ToString();
            var list = Survey(xml);
            using var index = XmlSupport.Index(xml);
            var part = index.Root.FirstChild;
            var oracle = (System.Xml.XmlElement)XmlSupport.Document(xml).DocumentElement!.FirstChild!;
            Assert.Equal(XmlSupport.PlatformCanonical(oracle, list, false), XmlSupport.Canonical(part, list, CanonicalForm.Recommendation, false, out _));
            Assert.Equal(XmlSupport.WcfCanonical(xml, 1, list, false), XmlSupport.Canonical(part, list, CanonicalForm.Wcf, false, out _));
        }
    }

    [Theory]
    [InlineData("<a xmlns:q='urn:q'><b>q:x</b></a>", "q")]
    [InlineData("<a xmlns:q='urn:q'><b x='one q:x'/></a>", "q")]
    [InlineData("<a xmlns:q='urn:q'><b>http://q:80</b></a>", "q")]
    [InlineData("<a xmlns:q='urn:q'><b>qq:x x-q:y q :z r:q</b></a>", "")]
    [InlineData("<a xmlns:q='urn:q' xmlns:r='urn:r'><b>q&#58;x</b></a>", "#default q r")]
    [InlineData("<a xmlns:q='urn:q'><b>q<!-- -->:x</b></a>", "#default q")]
    [InlineData("<a xmlns:q='urn:q'><b>one&#xD;&#10;two</b></a>", "")]
    [InlineData("<a xmlns:q='urn:q'><!-- q:x --><b/></a>", "")]
    [InlineData("<a xmlns:i='urn:i'><b i:type='x'/></a>", "")]
    [InlineData("<a xmlns:i='urn:i'><i:b i:type='x'/></a>", "#default")]
    [InlineData("<a xmlns='urn:d' xmlns:i='urn:i'><i:b>1</i:b></a>", "")]
    [InlineData("<i:a xmlns='urn:d' xmlns:i='urn:i'><i:b>1</i:b></i:a>", "#default")]
    [InlineData("<a xmlns:é='urn:q' xmlns:q='urn:q'><b>é:x q:x</b></a>", "q")]
    public void Values_AreReadForPrefixes(string part, string expected) =>
        Assert.Equal(expected, string.Join(' ', Survey($"<w>{part}</w>").Split(' ').Order(StringComparer.Ordinal)));

    private static string Survey(string xml)
    {
        using var index = XmlSupport.Index(xml);
        using var sink = new BufferSink(int.MaxValue);
        using var survey = new PrefixSurvey(PrefixInterest.Values);
        ExclusiveCanonicalizer.Canonicalize(index.Root.FirstChild, default, CanonicalForm.Recommendation, sink, survey: survey);
        return XmlSupport.Text(survey.ToList());
    }

    private static byte[] Digest(string xml, string list)
    {
        using var index = XmlSupport.Index(xml);
        return SHA256.HashData(XmlSupport.Utf8(XmlSupport.Canonical(index.Root.FirstChild, list, CanonicalForm.Recommendation, false, out _)));
    }

    /// <summary>The expanded names that an application reads in xsi:type and in text of the part.</summary>
    private static List<string> NamesInValues(string xml)
    {
        var names = new List<string>();
        foreach (var element in XmlSupport.Document(xml).SelectNodes("/*/*/descendant-or-self::*")!.Cast<System.Xml.XmlElement>())
        {
            foreach (var value in element.Attributes.Cast<XmlAttribute>().Where(a => a.LocalName == "type").Select(a => a.Value)
                .Concat(element.ChildNodes.OfType<XmlText>().Select(t => t.Value!)))
            {
                var parts = value.Split(':');
                var isText = parts.Length == 1 && !element.HasAttribute("type", "urn:i");
                names.Add(isText ? value : $"{{{element.GetNamespaceOfPrefix(parts.Length == 1 ? "" : parts[0])}}}{parts[^1]}");
            }
        }

        return names;
    }

    private sealed class Node
    {
        private readonly string _prefix;
        private readonly string _content;
        private readonly List<Node> _children = [];

        private Node(string prefix, string content)
        {
            _prefix = prefix;
            _content = content;
        }

        public SortedDictionary<string, string?> Declarations { get; } = new(StringComparer.Ordinal);

        /// <summary>A document whose one child is the part. All prefixes are declared at the root.</summary>
        public static Node Root(Random random)
        {
            var root = new Node("p", "");
            foreach (var prefix in Prefixes.Skip(1).Append("i"))
            {
                root.Declarations[prefix] = $"urn:{prefix}";
            }

            root._children.Add(Make(random, 0));
            return root;
        }

        public IEnumerable<Node> All() => _children.SelectMany(c => c.All()).Prepend(this);

        public void Restore(string prefix, string? before)
        {
            if (before is null)
            {
                Declarations.Remove(prefix);
            }
            else
            {
                Declarations[prefix] = before;
            }
        }

        public override string ToString()
        {
            var name = _prefix.Length == 0 ? "e" : $"{_prefix}:e";
            var text = new StringBuilder().Append('<').Append(name);
            foreach (var (prefix, uri) in Declarations)
            {
                text.Append(prefix.Length == 0 ? $" xmlns='{uri}'" : $" xmlns:{prefix}='{uri}'");
            }

            var isType = _content.StartsWith('@');
            text.Append(isType ? $" i:type='{_content[1..]}'>" : ">").Append(isType ? "" : _content);
            _children.ForEach(c => text.Append(c));
            return text.Append("</").Append(name).Append('>').ToString();
        }

        private static Node Make(Random random, int depth)
        {
            var reference = random.Next(3) == 0 ? "" : Prefixes[random.Next(1, 4)] + ":";
            var content = random.Next(4) switch { 0 => $"@{reference}t", 1 when reference.Length > 0 => $"{reference}t", 2 => "12", _ => "" };
            var node = new Node(Prefixes[random.Next(4)], content);
            foreach (var prefix in Prefixes.Where(_ => random.Next(6) == 0))
            {
                node.Declarations[prefix] = $"urn:{random.Next(3)}";
            }

            for (var i = 0; depth < 4 && i < random.Next(3); i++)
            {
                node._children.Add(Make(random, depth + 1));
            }

            return node;
        }
    }
}
