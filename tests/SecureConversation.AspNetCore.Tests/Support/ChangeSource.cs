using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace SecureConversation.Testing;

/// <summary>Says when options have changed, as a source of configuration does.</summary>
public sealed class ChangeSource<TOptions>(string name) : IOptionsChangeTokenSource<TOptions>, IDisposable
{
    private CancellationTokenSource _next = new();

    public string Name => name;

    public IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _next).Token);

    /// <summary>The options are made anew. Throws what their validation says of them.</summary>
    public void Change()
    {
        using var now = Interlocked.Exchange(ref _next, new CancellationTokenSource());
        now.Cancel();
    }

    public void Dispose() => _next.Dispose();
}
