using System.Collections.Immutable;

namespace SecureConversation.Gateway.Settings;

/// <summary>A header that says who the client is comes from the gateway alone, and has one meaning.</summary>
internal static class HeaderChecks
{
    public static IEnumerable<string> Problems(GatewaySettings settings)
    {
        var identity = settings.Identity.Header;
        if (PassedHeaders.IsOfMessages(identity) || PassedHeaders.IsOfEverybody(identity)
            || (PassedHeaders.IsOfIdentities(identity) && !Same(identity, IdentitySettings.DefaultHeader)))
        {
            yield return $"{GatewaySettings.Section}:Identity:Header: found '{identity}', which has another meaning or passes from "
                + "everybody, expected Authorization or a header of its own.";
        }

        foreach (var (name, header) in settings.Inward.Select(route => (route.Key, route.Value.SessionHeader)))
        {
            if (header is not null && (Same(header, identity) || PassedHeaders.IsOfIdentities(header) || PassedHeaders.IsOfMessages(header)
                || PassedHeaders.IsOfEverybody(header)))
            {
                yield return $"{GatewaySettings.Section}:Inward:{name}:SessionHeader: found '{header}', which says who the client is, has "
                    + "another meaning or passes from everybody, expected a header of its own.";
            }
        }

        foreach (var problem in OfLists(settings))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string> OfLists(GatewaySettings settings)
    {
        var ours = settings.Inward.Values.Select(route => route.SessionHeader).OfType<string>().Append(settings.Identity.Header)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        IEnumerable<(string Path, ImmutableArray<string> Headers)> lists =
        [
            .. settings.Inward.Select(route => ($"Inward:{route.Key}", route.Value.RequestHeaders)),
            .. settings.Outward.Select(route => ($"Outward:{route.Key}", route.Value.RequestHeaders)),
        ];
        return
        [
            .. from list in lists
               from header in list.Headers
               where ours.Contains(header) || PassedHeaders.MayNameSomebody(header) || PassedHeaders.IsOfMessages(header)
               select $"{GatewaySettings.Section}:{list.Path}:RequestHeaders: found '{header}', which says who somebody is or how a "
                   + "message is framed: whoever sends it would be believed. Remove it.",
        ];
    }

    private static bool Same(string one, string other) => one.Equals(other, StringComparison.OrdinalIgnoreCase);
}
