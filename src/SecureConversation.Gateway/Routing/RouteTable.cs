using System.Collections.Frozen;
using SecureConversation.Gateway.Inward;
using SecureConversation.Gateway.Outward;

namespace SecureConversation.Gateway.Routing;

/// <summary>The routes of one state of the settings, by path.</summary>
internal sealed class RouteTable(IReadOnlyList<OutwardRoute> outward, IReadOnlyList<InwardRoute> inward)
{
    private readonly FrozenDictionary<string, OutwardRoute> _outward =
        outward.ToFrozenDictionary(route => route.Settings.Path, StringComparer.OrdinalIgnoreCase);

    private readonly FrozenDictionary<string, InwardRoute> _inward =
        inward.ToFrozenDictionary(route => route.Settings.Path, StringComparer.OrdinalIgnoreCase);

    public static RouteTable Empty { get; } = new([], []);

    public IReadOnlyList<OutwardRoute> Outward => outward;

    public IReadOnlyList<InwardRoute> Inward => inward;

    public IEnumerable<GatewayRoute> All => [.. outward, .. inward];

    /// <summary>The route for the very path; nothing below it, and nothing of the other side.</summary>
    public GatewayRoute? Find(Side side, string path) =>
        side == Side.Inner ? _outward.GetValueOrDefault(path) : _inward.GetValueOrDefault(path);
}
