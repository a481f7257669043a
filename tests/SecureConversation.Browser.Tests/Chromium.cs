using Microsoft.Playwright;
using SecureConversation.Browser.Tests;
using SecureConversation.Testing.Peers;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace SecureConversation.Browser.Tests;

/// <summary>The browser of Debian, without a window, for all tests.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--font-render-hinting=none", "--hide-scrollbars",
    ];

    private readonly SemaphoreSlim _once = new(1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Why there is no browser here; null when there is.</summary>
    public static string? MissingReason =>
        Array.Exists(Programs, File.Exists) ? null : "Chromium is not installed (Debian: chromium, fonts-liberation).";

    /// <summary>The browser, or the test is skipped.</summary>
    public async Task<IBrowser> StartAsync()
    {
        PeerAvailability.Require(MissingReason);
        await _once.WaitAsync();
        try
        {
            _playwright ??= await Playwright.CreateAsync();
            return _browser ??= await _playwright.Chromium.LaunchAsync(new()
            {
                ExecutablePath = Array.Find(Programs, File.Exists),
                Args = Arguments,
                Headless = true,
            });
        }
        finally
        {
            _once.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _once.Dispose();
    }
}
