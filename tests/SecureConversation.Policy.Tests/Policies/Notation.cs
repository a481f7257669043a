using System.Xml.Linq;

namespace SecureConversation.Policy.Tests.Policies;

/// <summary>
/// Policies in short. <c>A(B C)</c> is assertion A with a nested policy of B and C; <c>A[B C]</c> has the children B and C without a nested
/// policy; <c>A@Never</c> has sp:IncludeToken; <c>A#Name=x</c> has an attribute; <c>A=x</c> has a text; <c>{A | B}</c> is wsp:ExactlyOne, each side one wsp:All;
/// <c>A?</c> is optional, <c>A!</c> ignorable; <c>mssp:A</c> and the like name other namespaces.
/// </summary>
internal sealed class Notation
{
    public static readonly XNamespace Sp11 = "http://schemas.xmlsoap.org/ws/2005/07/securitypolicy";
    public static readonly XNamespace Sp12 = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200702";
    private static readonly XNamespace Wsp12 = "http://schemas.xmlsoap.org/ws/2004/09/policy";
    private static readonly XNamespace Wsp15 = "http://www.w3.org/ns/ws-policy";

    private static readonly Dictionary<string, XNamespace> Prefixes = new()
    {
        ["sp11"] = Sp11,
        ["sp12"] = Sp12,
        ["sp13"] = "http://docs.oasis-open.org/ws-sx/ws-securitypolicy/200802",
        ["wst"] = "http://docs.oasis-open.org/ws-sx/ws-trust/200512",
        ["t"] = "http://schemas.xmlsoap.org/ws/2005/02/trust",
        ["mssp"] = "http://schemas.microsoft.com/ws/2005/07/securitypolicy",
        ["wsaw"] = "http://www.w3.org/2006/05/addressing/wsdl",
        ["wsam"] = "http://www.w3.org/2007/05/addressing/metadata",
        ["wsap"] = "http://schemas.xmlsoap.org/ws/2004/08/addressing/policy",
        ["rm"] = "http://docs.oasis-open.org/ws-rx/wsrmp/200702",
        ["mtom"] = "http://schemas.xmlsoap.org/ws/2004/09/policy/optimizedmimeserialization",
        ["metro"] = "http://schemas.sun.com/2006/03/wss/server",
        ["cxf"] = "http://cxf.apache.org/custom/security-policy",
        ["edelivery"] = "http://e-delivery.eu/custom/security-policy",
        ["oxalis"] = "http://oxalis.difi.no/custom/security-policy",
        ["own"] = "urn:secure-conversation:policy",
        ["other"] = "urn:example:assertions",
    };

    private readonly string _text;
    private readonly XNamespace _sp;
    private readonly XNamespace _wsp;
    private int _at;

    private Notation(string text, XNamespace sp, XNamespace wsp)
    {
        _text = text;
        _sp = sp;
        _wsp = wsp;
    }

    /// <summary>The wsp:Policy of a text.</summary>
    public static XElement Policy(string text, XNamespace? sp = null, PolicyVersion version = PolicyVersion.Policy12)
    {
        var reader = new Notation(text, sp ?? Sp12, version == PolicyVersion.Policy15 ? Wsp15 : Wsp12);
        var policy = new XElement(reader._wsp + "Policy", reader.Items());
        Assert.True(reader.Peek() == '\0', $"'{text}' goes wrong at {reader._at}.");
        return policy;
    }

    private List<XElement> Items()
    {
        var items = new List<XElement>();
        while (Peek() is not ('\0' or ')' or ']' or '}' or '|'))
        {
            items.Add(Peek() == '{' ? Choice() : Assertion());
        }

        return items;
    }

    private XElement Choice()
    {
        var choice = new XElement(_wsp + "ExactlyOne");
        do
        {
            _at++;
            choice.Add(new XElement(_wsp + "All", Items()));
        }
        while (Peek() == '|');
        Expect('}');
        return choice;
    }

    private XElement Assertion()
    {
        var parts = Word().Split('=', 2);
        var name = parts[0];
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        var element = new XElement(colon < 0 ? _sp + name : Prefixes[name[..colon]] + name[(colon + 1)..], parts.Skip(1));
        while (Peek() is '@' or '#' or '?' or '!')
        {
            switch (_text[_at++])
            {
                case '@':
                    element.SetAttributeValue(_sp + "IncludeToken", $"{_sp.NamespaceName}/IncludeToken/{Word()}");
                    break;
                case '#':
                    var pair = Word().Split('=', 2);
                    element.SetAttributeValue(pair[0], pair[1]);
                    break;
                case '?':
                    element.SetAttributeValue(_wsp + "Optional", "true");
                    break;
                default:
                    element.SetAttributeValue(_wsp + "Ignorable", "true");
                    break;
            }
        }

        if (Peek() == '[')
        {
            _at++;
            element.Add(Items());
            Expect(']');
        }

        if (Peek() == '(')
        {
            _at++;
            element.Add(new XElement(_wsp + "Policy", Items()));
            Expect(')');
        }

        return element;
    }

    private string Word()
    {
        var start = _at;
        while (_at < _text.Length && !" ()[]{}|@#?!\n".Contains(_text[_at], StringComparison.Ordinal))
        {
            _at++;
        }

        Assert.True(_at > start, $"'{_text}' has no name at {start}.");
        return _text[start.._at];
    }

    private char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }

    private void Expect(char wanted)
    {
        Assert.True(Peek() == wanted, $"'{_text}' has no {wanted} at {_at}.");
        _at++;
    }
}
