using System.Collections.Immutable;
using System.Xml.Linq;

namespace SecureConversation.Policy.Wsp;

/// <summary>A policy as a tree, with references resolved (WS-Policy 1.5 section 4.3).</summary>
internal abstract record PolicyNode
{
    /// <summary>wsp:Policy and wsp:All.</summary>
    public sealed record All(ImmutableArray<PolicyNode> Items) : PolicyNode;

    /// <summary>wsp:ExactlyOne.</summary>
    public sealed record One(ImmutableArray<PolicyNode> Items) : PolicyNode;

    /// <summary>An assertion.</summary>
    public sealed record Leaf(XElement Element, PolicyNode? Nested, bool IsOptional, bool IsIgnorable) : PolicyNode;
}
