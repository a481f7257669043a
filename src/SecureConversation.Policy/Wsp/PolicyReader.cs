using System.Collections.Immutable;
using System.Xml.Linq;

namespace SecureConversation.Policy.Wsp;

/// <summary>
/// Reads the policies of one subject into a tree. Counts every element, also those that a reference brings in again, so that references to
/// references cannot grow beyond the limit.
/// </summary>
internal sealed class PolicyReader(PolicyIndex index, WsdlImporterOptions options)
{
    private readonly HashSet<XElement> _open = [];
    private int _nodes;
    private int _depth;

    /// <summary>Reads a wsp:Policy.</summary>
    public PolicyNode Read(XElement policy) => Nested(policy, () =>
    {
        if (!_open.Add(policy))
        {
            throw Locations.Fail(policy, "The policy contains itself through wsp:PolicyReference: take the reference out.");
        }

        var node = new PolicyNode.All(Children(policy));
        _open.Remove(policy);
        return node;
    });

    /// <summary>Reads the policy that a reference names.</summary>
    public PolicyNode ReadReference(XElement reference)
    {
        var uri = reference.Attribute("URI")
            ?? throw Locations.Fail(reference, "wsp:PolicyReference has no URI: add it, as in URI=\"#policy\".");
        RequirePlain(reference);

        return Nested(reference, () => Read(index.Find(uri.Value, uri)));
    }

    // A digest, or what somebody added, says something about the policy that would not be checked (WS-Policy 1.5 section 4.3.5).
    private static void RequirePlain(XElement reference)
    {
        foreach (var attribute in reference.Attributes().Where(a => !a.IsNamespaceDeclaration))
        {
            var (ns, local) = (attribute.Name.Namespace, attribute.Name.LocalName);
            var isKnown = (ns == XNamespace.None && local == "URI") || ns == XNamespace.Xml
                || attribute.Name == Assertions.Namespaces.Wsu + "Id" || attribute.Name == Assertions.Namespaces.Wsdl + "required";
            if (!isKnown)
            {
                throw Locations.Fail(attribute, local is "Digest" or "DigestAlgorithm"
                    ? $"wsp:PolicyReference with a {local} is not offered, as the digest would not be checked: take it out."
                    : $"The attribute {Text.Short(attribute.Name.ToString())} of wsp:PolicyReference is not known: take it out.");
            }
        }

        if (reference.Nodes().FirstOrDefault(n => n is XElement || (n is XText t && !string.IsNullOrWhiteSpace(t.Value))) is { } inner)
        {
            throw Locations.Fail(inner, "wsp:PolicyReference has something inside, which is not read: take it out.");
        }
    }

    private PolicyNode Item(XElement element)
    {
        if (WspNames.Is(element, "PolicyReference"))
        {
            return ReadReference(element);
        }

        if (!Assertions.Namespaces.IsPolicy(element.Name.Namespace))
        {
            return Nested(element, () => Leaf(element));
        }

        return element.Name.LocalName switch
        {
            "Policy" => Read(element),
            "All" => Nested(element, () => new PolicyNode.All(Children(element))),
            "ExactlyOne" => Nested(element, () => new PolicyNode.One(Children(element))),
            var other => throw Locations.Fail(
                element, $"wsp:{Text.Short(other)} is not an operator of WS-Policy: use All, ExactlyOne, Policy or PolicyReference."),
        };
    }

    private PolicyNode.Leaf Leaf(XElement element)
    {
        var policies = element.Elements().Where(WspNames.IsPolicyElement).ToList();
        if (policies.Count > 1)
        {
            throw Locations.Fail(policies[1],
                $"{element.Name.LocalName} has {policies.Count} nested policies: write one (WS-Policy section 4.3.2).");
        }

        return new(
            element,
            policies.Count == 0 ? null : Read(policies[0]),
            WspNames.Flag(element, "Optional"),
            WspNames.Flag(element, "Ignorable", PolicyVersion.Policy15));
    }

    private ImmutableArray<PolicyNode> Children(XElement parent)
    {
        if (parent.Nodes().OfType<XText>().FirstOrDefault(t => !string.IsNullOrWhiteSpace(t.Value)) is { } text)
        {
            throw Locations.Fail(text,
                $"'{Text.Short(text.Value.Trim())}' stands in wsp:{parent.Name.LocalName}, where only elements may stand.");
        }

        return [.. parent.Elements().Select(Item)];
    }

    private PolicyNode Nested(XElement element, Func<PolicyNode> read)
    {
        if (++_nodes > options.MaxPolicyNodes)
        {
            throw Locations.Fail(element, $"The policy has more than {options.MaxPolicyNodes} elements (MaxPolicyNodes).");
        }

        if (++_depth > options.MaxDepth)
        {
            throw Locations.Fail(element, $"The policy is deeper than {options.MaxDepth} elements (MaxDepth).");
        }

        var node = read();
        _depth--;
        return node;
    }
}
