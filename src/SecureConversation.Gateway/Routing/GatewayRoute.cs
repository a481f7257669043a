using SecureConversation.Gateway.Settings;

namespace SecureConversation.Gateway.Routing;

/// <summary>A path of the gateway and the service behind it. Counts who uses it, so that it ends when nobody does.</summary>
internal abstract class GatewayRoute(string name, RouteSettings settings, string fingerprint) : IAsyncDisposable
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private int _uses;
    private bool _isClosing;

    public string Name => name;

    public RouteSettings Settings => settings;

    public Uri Address => settings.Address!;

    /// <summary>What the settings said when it was made.</summary>
    public string Fingerprint => fingerprint;

    /// <summary>Answers a request for the very path of the route.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        lock (_gate)
        {
            _uses++;
        }

        try
        {
            await AnswerAsync(context).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                if (--_uses == 0 && _isClosing)
                {
                    _idle.TrySetResult();
                }
            }
        }
    }

    /// <summary>Waits for requests under way, for a limited time, and ends the sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosing = true;
            if (_uses == 0)
            {
                _idle.TrySetResult();
            }
        }

        await Task.WhenAny(_idle.Task, Task.Delay(settings.Timeout)).ConfigureAwait(false);
        await CloseAsync().ConfigureAwait(false);
    }

    protected abstract Task AnswerAsync(HttpContext context);

    protected abstract ValueTask CloseAsync();
}
