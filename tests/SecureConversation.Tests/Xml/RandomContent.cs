using System.Text;

namespace SecureConversation.Tests.Xml;

/// <summary>
/// Random envelopes whose body is as serializers write it, and now and then is not: prefixes bound again, unused, out of order, white space
/// in tags, other quotes, references, carriage returns, comments, CDATA.
/// </summary>
/// <param name="seed">Of the random numbers.</param>
/// <param name="oddity">One of so many constructs is odd.</param>
internal sealed class RandomContent(int seed, int oddity)
{
    private static readonly string[] Prefixes = ["", "a", "b", "i", "longer-than-seven", "long\u00E9"];
    private static readonly string[] Texts = ["", "1", "a longer run of text ", "12:00:00", "b:x", "nothing:x", "\u00E9\U0001F600", "]] ", "x &amp; &lt;y", "\n  "];
    private static readonly string[] OddTexts = [">", "\r\n", "&#65;", "&quot;", "&#x3A;", "&#xD;", "<!-- c -->", "<![CDATA[ <x> ]]>", "&gt;\r"];
    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();

    public string Envelope()
    {
        _text.Clear();
        var scope = new Dictionary<string, string>(StringComparer.Ordinal) { [""] = "", ["s"] = "urn:s" };
        _text.Append("<s:Envelope xmlns:s=\"urn:s\"");
        foreach (var prefix in Prefixes.Where(_ => _random.Next(6) == 0))
        {
            Declare(scope, prefix, $"urn:{_random.Next(2)}");
        }

        _text.Append("><s:Header><a.b x=\"1\">t</a.b></s:Header><s:Body");
        foreach (var prefix in Prefixes.Where(_ => _random.Next(8) == 0))
        {
            Declare(scope, prefix, $"urn:{_random.Next(2)}");
        }

        _text.Append(Odd() ? "  Id='x'>" : ">");
        for (var i = _random.Next(8) == 0 ? 2 : 1; i > 0; i--)
        {
            Element(scope, 0);
        }

        return _text.Append(Odd() ? "</s:Body >" : "</s:Body>").Append("</s:Envelope>").ToString();
    }

    private bool Odd() => _random.Next(oddity) == 0;

    private void Declare(Dictionary<string, string> scope, string prefix, string uri)
    {
        scope[prefix] = uri;
        _text.Append(prefix.Length == 0 ? " xmlns=\"" : $" xmlns:{prefix}=\"").Append(uri).Append('"');
    }

    private void Element(Dictionary<string, string> outer, int depth)
    {
        var scope = new Dictionary<string, string>(outer, StringComparer.Ordinal);
        var declared = new List<string>();
        foreach (var prefix in Prefixes.Where(_ => _random.Next(depth == 0 ? 3 : 12) == 0))
        {
            var uri = $"urn:{_random.Next(3)}";
            if (Odd())
            {
                uri = prefix.Length == 0 ? "" : "urn:x&amp;y";
            }

            if (scope.GetValueOrDefault(prefix) != uri || Odd())
            {
                scope[prefix] = uri;
                declared.Add(prefix);
            }
        }

        string[] known = [.. scope.Keys.Where(k => k != "s" || Odd())];
        var used = declared.Count > 0 && !Odd() ? declared[0] : known[_random.Next(known.Length)];
        var name = Qualified(used, $"e{_random.Next(3)}");
        var parts = declared.Select(p => (p.Length == 0 ? "xmlns" : $"xmlns:{p}") + Value(scope[p])).ToList();
        var attributes = new List<string>();
        var prefixed = known.Where(k => k.Length > 0).DefaultIfEmpty("xml").ElementAt(_random.Next(Math.Max(1, known.Count(k => k.Length > 0))));
        foreach (var declaredToo in declared.Skip(1).Where(p => p.Length > 0 && !Odd()).Take(1))
        {
            prefixed = declaredToo;
        }

        for (var i = 0; i < 3; i++)
        {
            if (_random.Next(4) == 0)
            {
                attributes.Add($"n{i}" + Value(_random.Next(3) == 0 ? "a:b > \u00E9'" : "1"));
            }
        }

        if (_random.Next(3) == 0 || (declared.Count > 1 && !Odd()))
        {
            attributes.Add($"{prefixed}:nil" + Value("true"));
            if (_random.Next(2) == 0)
            {
                attributes.Add($"{prefixed}:type" + Value(_random.Next(2) == 0 ? "b:X" : "X"));
            }
        }

        if (Odd())
        {
            attributes.Add("xml:lang" + Value("en"));
        }

        parts.AddRange(attributes);
        if (Odd())
        {
            _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(parts));
        }

        _text.Append('<').Append(name);
        parts.ForEach(part => _text.Append(Odd() ? "\n  " : " ").Append(part));
        _text.Append(Odd() ? " " : "");
        if (_random.Next(6) == 0)
        {
            _text.Append("/>");
            return;
        }

        _text.Append('>');
        for (var i = _random.Next(4); i >= 0; i--)
        {
            _text.Append(Odd() ? OddTexts[_random.Next(OddTexts.Length)] : Texts[_random.Next(Texts.Length)]);
            if (i > 0 && depth < 5)
            {
                Element(scope, depth + 1);
            }
        }

        _text.Append("</").Append(name).Append(Odd() ? " >" : ">");
    }

    private string Value(string value) => Odd() ? $" = '{value.Replace("'", "&apos;", StringComparison.Ordinal)}'" : $"=\"{value}\"";

    private static string Qualified(string prefix, string local) => prefix.Length == 0 ? local : $"{prefix}:{local}";
}
