using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SecureConversation.Gateway.Routing;

/// <summary>The side of the gateway that a connection came to.</summary>
internal enum Side
{
    Inner,
    Outer,
}

/// <summary>Connections know their side from their listener, and not from anything that a request says.</summary>
internal static class Sides
{
    private static readonly object Key = new();

    public static void Mark(ListenOptions listener, Side side) => listener.Use(next => connection =>
    {
        connection.Items[Key] = side;
        return next(connection);
    });

    public static Side? Of(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Key, out var side) == true ? (Side?)side : null;
}
