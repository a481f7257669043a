using Microsoft.Extensions.Primitives;
using SecureConversation.Configuration;
using SecureConversation.Gateway.Inward;
using SecureConversation.Gateway.Outward;
using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Routing;

/// <summary>
/// The routes, which follow the settings. A route whose settings did not change stays with its sessions; one that changed is made anew, and
/// the one before ends when its requests have ended. Settings that cannot be used change nothing.
/// </summary>
internal sealed class GatewayRoutes(GatewayServices gateway, SettingsFiles files) : IAsyncDisposable
{
    // An editor writes a file in several steps.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(250);

    private static readonly string[] FixedAtStart =
        ["Listeners", "Limits", "Redis", "KeyRing", "Telemetry", nameof(GatewaySettings.ShutdownDelay)];

    private readonly Lock _gate = new();
    private readonly List<Task> _ending = [];
    private RouteTable _table = RouteTable.Empty;
    private Dictionary<string, string> _fixed = [];
    private IDisposable? _changes;
    private ITimer? _timer;
    private bool _isDisposed;

    public RouteTable Table => Volatile.Read(ref _table);

    /// <exception cref="SettingsException">Some route cannot be made.</exception>
    public void Start(GatewaySettings settings)
    {
        Volatile.Write(ref _table, Make(settings, RouteTable.Empty));
        _fixed = FixedSettings(settings);
        GatewayLog.Started(gateway.Log, Table.Outward.Count, Table.Inward.Count);
        _timer = gateway.Clock.CreateTimer(_ => Reload(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _changes = ChangeToken.OnChange(gateway.Configuration.GetReloadToken, ReloadSoon);
        files.Unreadable += ReloadSoon;

        void ReloadSoon() => _timer.Change(Rest, Timeout.InfiniteTimeSpan);
    }

    public async ValueTask DisposeAsync()
    {
        _changes?.Dispose();
        if (_timer is not null)
        {
            await _timer.DisposeAsync().ConfigureAwait(false);
        }

        List<Task> ending;
        lock (_gate)
        {
            _isDisposed = true;
            ending = [.. _ending, .. Table.All.Select(route => route.DisposeAsync().AsTask())];
        }

        await Task.WhenAll(ending).ConfigureAwait(false);
    }

    private void Reload()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            try
            {
                files.RequireReadable();
                var before = Table;
                var settings = GatewayReader.Read(gateway.Configuration, gateway.ContentRoot);
                var after = Make(settings, before);
                Volatile.Write(ref _table, after);
                var gone = before.All.Except(after.All).ToList();
                _ending.RemoveAll(task => task.IsCompleted);
                _ending.AddRange(gone.Select(route => Task.Run(() => route.DisposeAsync().AsTask())));
                var names = after.All.Select(Id).ToHashSet();
                GatewayLog.Reloaded(gateway.Log, after.All.Except(before.All).Count(), gone.Count(route => !names.Contains(Id(route))),
                    after.All.Intersect(before.All).Count());
                WarnOfRestart(settings);
            }
            catch (SettingsException e)
            {
                GatewayLog.ReloadRefused(gateway.Log, e.Message, null);
            }
            catch (Exception e)
            {
                // Nobody waits for this timer: what it lets out ends the process, and whatever it was, the routes before are good.
                GatewayLog.ReloadRefused(gateway.Log, e.Message, e);
            }
        }

        static (Type Direction, string Name) Id(GatewayRoute route) => (route.GetType(), route.Name);
    }

    private void WarnOfRestart(GatewaySettings settings)
    {
        var now = FixedSettings(settings);
        foreach (var (name, _) in now.Where(pair => _fixed[pair.Key] != pair.Value))
        {
            GatewayLog.NeedsRestart(gateway.Log, $"{GatewaySettings.Section}:{name}");
        }

        _fixed = now;
    }

    private static Dictionary<string, string> FixedSettings(GatewaySettings settings) =>
        FixedAtStart.ToDictionary(name => name, name => GatewayReader.Fingerprint(settings.Source.GetSection(name)));

    private RouteTable Make(GatewaySettings settings, RouteTable before)
    {
        var section = settings.Source;
        var identity = GatewayReader.Fingerprint(section.GetSection("Identity"));
        var problems = new List<string>();
        var made = new List<GatewayRoute>();
        var outward = settings.Outward.Select(pair => Keep(before.Outward, pair.Key,
            GatewayReader.Fingerprint(section.GetSection($"Outward:{pair.Key}")),
            fingerprint => new OutwardRoute(pair.Key, pair.Value, fingerprint, gateway))).OfType<OutwardRoute>().ToList();
        var inward = settings.Inward.Select(pair => Keep(before.Inward, pair.Key,
            $"{GatewayReader.Fingerprint(section.GetSection($"Inward:{pair.Key}"))}\n{identity}",
            fingerprint => new InwardRoute(pair.Key, pair.Value, settings.Identity, fingerprint, gateway))).OfType<InwardRoute>().ToList();
        if (problems.Count == 0)
        {
            return new RouteTable(outward, inward);
        }

        foreach (var route in made)
        {
            _ending.Add(route.DisposeAsync().AsTask());
        }

        throw new SettingsException(problems);

        T? Keep<T>(IEnumerable<T> known, string name, string fingerprint, Func<string, T> make)
            where T : GatewayRoute
        {
            if (known.FirstOrDefault(route => route.Name == name && route.Fingerprint == fingerprint) is { } same)
            {
                return same;
            }

            try
            {
                var route = make(fingerprint);
                made.Add(route);
                return route;
            }
            catch (SettingsException e)
            {
                problems.AddRange(e.Problems);
                return null;
            }
        }
    }
}
