using System.Collections.Immutable;

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

    private static long Count(PolicyNode node, int max)
    {
        var count = node switch
        {
            PolicyNode.All all => all.Items.Aggregate(1L, (product, item) => Bounded(product * Count(item, max), max)),
            PolicyNode.One one => one.Items.Aggregate(0L, (sum, item) => Bounded(sum + Count(item, max), max)),
            PolicyNode.Leaf leaf => (leaf.Nested is null ? 1 : Count(leaf.Nested, max)) + (leaf.IsOptional ? 1 : 0),
            _ => throw new InvalidOperationException(),
        };
        return Bounded(count, max);
    }

    private static long Bounded(long count, int max) => count <= max ? count : throw new PolicyException(
        $"The policy has more than {max} alternatives (MaxAlternatives): write fewer, or fewer assertions with wsp:Optional.");

    private static List<List<Assertion>> Alternatives(PolicyNode node) => node switch
    {
        PolicyNode.All all => Product(all.Items),
        PolicyNode.One one => [.. one.Items.SelectMany(Alternatives)],
        PolicyNode.Leaf leaf => Forms(leaf),
        _ => throw new InvalidOperationException(),
    };

    private static List<List<Assertion>> Product(ImmutableArray<PolicyNode> items)
    {
        List<List<Assertion>> product = [[]];
        foreach (var item in items)
        {
            var next = Alternatives(item);
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

    private static List<List<Assertion>> Forms(PolicyNode.Leaf leaf)
    {
        var form = new Assertion { Element = leaf.Element, IsIgnorable = leaf.IsIgnorable };
        List<List<Assertion>> forms = leaf.Nested is null
            ? [[form]]
            : [.. Alternatives(leaf.Nested).Select(nested => (List<Assertion>)[form with { Nested = [.. nested] }])];
        if (leaf.IsOptional)
        {
            forms.Add([]);
        }

        return forms;
    }
}
