namespace SecureConversation.Gateway.Settings;

/// <summary>What routes say that would count for one of two, or for none.</summary>
internal static class RouteChecks
{
    private const string Health = "/health/";

    public static IEnumerable<string> Problems(GatewaySettings settings) =>
    [
        .. OfHealth("Outward", settings.Outward.Select(route => (route.Key, route.Value.Path))),
        .. OfHealth("Inward", settings.Inward.Select(route => (route.Key, route.Value.Path))),
        .. settings.Inward.SelectMany(route => OfUsers(route.Key, route.Value)),
        .. OfEndpointNames(settings),
    ];

    private static IEnumerable<string> OfHealth(string direction, IEnumerable<(string Name, string Path)> routes) =>
        routes.Where(route => route.Path.StartsWith(Health, StringComparison.OrdinalIgnoreCase))
            .Select(route => $"{GatewaySettings.Section}:{direction}:{route.Name}:Path: found '{route.Path}', expected one that does not "
                + $"begin with {Health}: the gateway itself answers there.");

    private static IEnumerable<string> OfUsers(string name, InwardSettings route) =>
        route.Users.GroupBy(user => user.Name, StringComparer.Ordinal).Where(same => same.Count() > 1)
            .Select(same => $"{GatewaySettings.Section}:Inward:{name}:Users: found the user '{Headers.Printable(same.Key)}' "
                + $"{same.Count()} times, expected each user once: nobody could tell which password counts.");

    // A cookie or a session in the store belongs to the endpoint of that name, and with it the client that it names.
    private static IEnumerable<string> OfEndpointNames(GatewaySettings settings) =>
        settings.Inward.Select(route => (route.Key, Endpoint: route.Value.Security?["EndpointName"]))
            .Where(route => !string.IsNullOrEmpty(route.Endpoint)).GroupBy(route => route.Endpoint, StringComparer.Ordinal)
            .Where(same => same.Count() > 1)
            .Select(same => $"{GatewaySettings.Section}:Inward:{same.Last().Key}:Security:EndpointName: found '{same.Key}', which another "
                + "route has, expected a name of its own: who has a session on one of the two would have it on the other.");
}
