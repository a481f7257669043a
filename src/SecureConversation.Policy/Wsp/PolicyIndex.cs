using System.Xml.Linq;
using SecureConversation.Policy.Assertions;

namespace SecureConversation.Policy.Wsp;

/// <summary>
/// Finds policies by what a reference says: an Id in its own document, a name, or an Id in another document that was read.
/// </summary>
internal sealed class PolicyIndex
{
    private readonly Dictionary<(XDocument?, string), List<XElement>> _byId = [];
    private readonly Dictionary<string, List<XElement>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, XDocument> _documents = new(StringComparer.Ordinal);

    /// <summary>Adds the policies of a document.</summary>
    /// <param name="root">Its root, or the root of a tree without a document.</param>
    /// <param name="address">Its address; null for none.</param>
    public void Add(XElement root, Uri? address)
    {
        if (root.Document is { } document && address is not null)
        {
            _documents.TryAdd(address.AbsoluteUri, document);
        }

        foreach (var policy in root.DescendantsAndSelf().Where(WspNames.IsPolicyElement))
        {
            foreach (var id in new[] { policy.Attribute(Namespaces.Wsu + "Id"), policy.Attribute(XNamespace.Xml + "id") })
            {
                if (id is not null)
                {
                    Add(_byId, (policy.Document, id.Value.Trim()), policy);
                }
            }

            if (policy.Attribute("Name") is { } name)
            {
                Add(_byName, name.Value.Trim(), policy);
            }
        }
    }

    /// <summary>Finds the policy that a URI refers to (WS-Policy 1.5 section 4.3.5).</summary>
    /// <param name="uri">The value of a reference.</param>
    /// <param name="place">The element or attribute that refers.</param>
    public XElement Find(string uri, XObject place)
    {
        var trimmed = uri.Trim();
        var found = trimmed.StartsWith('#') ? Get(_byId, (place.Document, trimmed[1..])) : Get(_byName, trimmed)
            ?? FindElsewhere(trimmed, place);
        return found switch
        {
            [var one] => one,
            null or [] => throw Locations.Fail(
                place, $"The reference '{Text.Short(trimmed)}' leads to no policy: give the policy this wsu:Id, or correct the reference."),
            _ => throw Locations.Fail(
                place, $"The reference '{Text.Short(trimmed)}' fits {found.Count} policies: give each its own wsu:Id."),
        };
    }

    private List<XElement>? FindElsewhere(string uri, XObject place)
    {
        var hash = uri.IndexOf('#', StringComparison.Ordinal);
        if (hash < 0 || !Addresses.TryResolve(place, uri, out var address))
        {
            return null;
        }

        return _documents.TryGetValue(address.AbsoluteUri, out var target) ? Get(_byId, (target, uri[(hash + 1)..])) : null;
    }

    private static List<XElement>? Get<TKey>(Dictionary<TKey, List<XElement>> all, TKey key)
        where TKey : notnull => all.GetValueOrDefault(key);

    private static void Add<TKey>(Dictionary<TKey, List<XElement>> all, TKey key, XElement policy)
        where TKey : notnull
    {
        if (!all.TryGetValue(key, out var list))
        {
            all.Add(key, list = []);
        }

        list.Add(policy);
    }
}
