using System.Collections.Immutable;
using System.Xml.Linq;
using SecureConversation.Policy.Assertions;
using SecureConversation.Policy.Wsp;

namespace SecureConversation.Policy.Import;

/// <summary>The assertions of an alternative, from which readers take what they understand. What is left refuses the alternative.</summary>
internal sealed class AssertionBag
{
    private readonly List<Assertion> _left;
    private readonly ImportContext _context;
    private readonly string _parent;

    public AssertionBag(ImmutableArray<Assertion> assertions, ImportContext context, string parent)
    {
        _left = [.. assertions];
        _context = context;
        _parent = parent;
    }

    public IReadOnlyList<Assertion> Left => _left;

    /// <summary>Takes one assertion; null when there is none.</summary>
    public Assertion? Take(XName name)
    {
        var index = _left.FindIndex(a => a.Name == name);
        if (index < 0)
        {
            return null;
        }

        var taken = _left[index];
        _left.RemoveAt(index);
        return taken;
    }

    /// <summary>Takes all assertions with a name.</summary>
    public ImmutableArray<Assertion> TakeAll(XName name) => TakeWhere(a => a.Name == name);

    public ImmutableArray<Assertion> TakeWhere(Predicate<Assertion> condition)
    {
        ImmutableArray<Assertion> taken = [.. _left.Where(a => condition(a))];
        _left.RemoveAll(condition);
        return taken;
    }

    /// <summary>Takes an assertion that says something by being there, and has nothing inside.</summary>
    public bool TakeFlag(XName name)
    {
        if (Take(name) is not { } flag)
        {
            return false;
        }

        _context.RequireEmpty(flag);
        return true;
    }

    /// <summary>Refuses all that nobody took.</summary>
    public void RefuseLeft()
    {
        foreach (var assertion in _left)
        {
            if (assertion.IsIgnorable && !Namespaces.IsSecurityPolicy(assertion.Name.Namespace))
            {
                _context.Warn($"{Locations.Of(assertion.Element)} is ignored, as its wsp:Ignorable allows.");
            }
            else
            {
                _context.RefuseUnknown(assertion.Element, _parent);
            }
        }

        _left.Clear();
    }
}

/// <summary>Checks of single assertions.</summary>
internal static class AssertionChecks
{
    /// <summary>The nested alternative as a bag; an empty one where there is no nested policy.</summary>
    public static AssertionBag Open(this ImportContext context, Assertion assertion) =>
        new(assertion.Nested ?? [], context, assertion.Name.LocalName);

    /// <summary>The assertion has no nested assertions, no children and no text.</summary>
    public static void RequireEmpty(this ImportContext context, Assertion assertion, params ReadOnlySpan<XName> attributes)
    {
        context.RequireNoParameters(assertion, attributes);
        context.Open(assertion).RefuseLeft();
    }

    /// <summary>The assertion has nothing but a nested policy.</summary>
    public static void RequireNoParameters(this ImportContext context, Assertion assertion, params ReadOnlySpan<XName> attributes)
    {
        foreach (var parameter in assertion.Parameters)
        {
            context.RefuseUnknown(parameter, assertion.Name.LocalName);
        }

        context.RequireNoText(assertion.Element);
        context.RequireAttributes(assertion.Element, attributes);
    }

    public static void RequireNoText(this ImportContext context, XElement element)
    {
        if (element.Nodes().OfType<XText>().FirstOrDefault(t => !string.IsNullOrWhiteSpace(t.Value)) is { } text)
        {
            context.Refuse(text, $"'{Text.Short(text.Value.Trim())}' stands where no text may stand.", "Take it out.");
        }
    }

    /// <summary>
    /// The assertion has no attributes of its own but these. Those of WS-Policy, of Ids and of foreign namespaces say nothing of security.
    /// </summary>
    public static void RequireAttributes(this ImportContext context, XElement element, params ReadOnlySpan<XName> known)
    {
        foreach (var attribute in element.Attributes())
        {
            var ns = attribute.Name.Namespace;
            var isOwn = !attribute.IsNamespaceDeclaration
                && (ns == XNamespace.None || Namespaces.IsSecurityPolicy(ns) || ns == element.Name.Namespace);
            if (isOwn && !known.Contains(attribute.Name))
            {
                context.Refuse(attribute, $"the attribute is not known in {element.Name.LocalName}.", "Take it out.");
            }
        }
    }
}
