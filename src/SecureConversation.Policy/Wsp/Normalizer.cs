using System.Collections.Immutable;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Wsp;

/// <summary>Expands a policy to its alternatives (WS-Policy 1.5 section 4.3.6), after it has counted that they are few.</summary>
internal static class Normalizer
{
    /// <summary>The alternatives in the order of the policy; that with an optional assertion stands before that without.</summary>
    /// <exception cref="PolicyException">There are more alternatives than the limit.</exception>
    public static ImmutableArray<ImmutableArray<Assertion>> Expand(PolicyNode policy, int maxAlternatives)
    {
        // Nothing is expanded of which any part has too many: what a part grows to is therefore bounded, too.
        Count(policy, maxAlternatives);
        return [.. Alternatives(policy).Select(alternative => alternative.ToImmutableArray())];
    }

    private static long Count(PolicyNode node, int max, bool holdsTokens = false)
    {
        var count = node switch
        {
            PolicyNode.All all => all.Items.Aggregate(1L, (product, item) => Bounded(product * Count(item, max, holdsTokens), max)),
            PolicyNode.One one => one.Items.Aggregate(0L, (sum, item) => Bounded(sum + Count(item, max, holdsTokens), max)),
            PolicyNode.Leaf leaf => (leaf.Nested is null ? 1 : Count(leaf.Nested, max, HoldsTokens(leaf)))
                + (leaf.IsOptional && !(holdsTokens && IsToken(leaf)) ? 1 : 0),
            _ => throw new InvalidOperationException(),
        };
        return Bounded(count, max);
    }

    private static long Bounded(long count, int max) => count <= max ? count : throw new PolicyException(
        $"The policy has more than {max} alternatives (MaxAlternatives): write fewer, or fewer assertions with wsp:Optional.");

    /// <summary>
    /// An optional token in such an assertion says that a message may lack it, as WCF reads it: endpoints have optional tokens.
    /// </summary>
    private static bool HoldsTokens(PolicyNode.Leaf leaf) => Namespaces.IsSecurityPolicy(leaf.Element.Name.Namespace)
        && leaf.Element.Name.LocalName.EndsWith("SupportingTokens", StringComparison.Ordinal);

    private static bool IsToken(PolicyNode.Leaf leaf) => Namespaces.IsSecurityPolicy(leaf.Element.Name.Namespace)
        && leaf.Element.Name.LocalName.EndsWith("Token", StringComparison.Ordinal);

    private static List<List<Assertion>> Alternatives(PolicyNode node, bool holdsTokens = false) => node switch
    {
        PolicyNode.All all => Product(all.Items, holdsTokens),
        PolicyNode.One one => [.. one.Items.SelectMany(item => Alternatives(item, holdsTokens))],
        PolicyNode.Leaf leaf => Forms(leaf, holdsTokens),
        _ => throw new InvalidOperationException(),
    };

    private static List<List<Assertion>> Product(ImmutableArray<PolicyNode> items, bool holdsTokens)
    {
        List<List<Assertion>> product = [[]];
        foreach (var item in items)
        {
            var next = Alternatives(item, holdsTokens);
            if (next is [var only])
            {
                product.ForEach(left => left.AddRange(only));
            }
            else
            {
                product = [.. product.SelectMany(left => next.Select(right => (List<Assertion>)[.. left, .. right]))];
            }
        }

        return product;
    }

    private static List<List<Assertion>> Forms(PolicyNode.Leaf leaf, bool holdsTokens)
    {
        var isOptionalToken = leaf.IsOptional && holdsTokens && IsToken(leaf);
        var form = new Assertion { Element = leaf.Element, IsIgnorable = leaf.IsIgnorable, IsOptionalToken = isOptionalToken };
        List<List<Assertion>> forms = leaf.Nested is null
            ? [[form]]
            : [.. Alternatives(leaf.Nested, HoldsTokens(leaf)).Select(nested => (List<Assertion>)[form with { Nested = [.. nested] }])];
        if (leaf.IsOptional && !isOptionalToken)
        {
            forms.Add([]);
        }

        return forms;
    }
}
