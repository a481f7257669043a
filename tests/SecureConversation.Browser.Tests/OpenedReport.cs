using Microsoft.Playwright;
using SecureConversation.Cli.Html;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Browser.Tests;

/// <summary>A report, written to a file and opened. What the page says to its console and asks of the network is kept.</summary>
internal sealed class OpenedReport : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly IBrowserContext _context;

    private OpenedReport(DirectoryInfo folder, IBrowserContext context, IPage page)
    {
        _folder = folder;
        _context = context;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>The file.</summary>
    public string Path => System.IO.Path.Combine(_folder.FullName, "report.html");

    /// <summary>Errors of the page, and what its policy stopped.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>All that the page asked for, but for itself.</summary>
    public List<string> Requests { get; } = [];

    public static async Task<OpenedReport> OpenAsync(
        Chromium chromium, ConversationReport report, Redaction? redaction = null, BrowserNewContextOptions? options = null)
    {
        var browser = await chromium.StartAsync();
        var context = await browser.NewContextAsync(options ?? new() { ViewportSize = new() { Width = 1200, Height = 900 }, ColorScheme = ColorScheme.Light });
        var opened = new OpenedReport(Directory.CreateTempSubdirectory("report-"), context, await context.NewPageAsync());
        await using (var output = new StreamWriter(opened.Path))
        {
            HtmlReport.Write(report, output, redaction);
        }

        opened.Page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                opened.Errors.Add(message.Text);
            }
        };
        opened.Page.PageError += (_, error) => opened.Errors.Add(error);
        opened.Page.Dialog += (_, dialog) => opened.Errors.Add("a dialog: " + dialog.Message);
        opened.Page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(new Uri(opened.Path).AbsoluteUri, StringComparison.Ordinal))
            {
                opened.Requests.Add(request.Url);
            }
        };
        await opened.Page.GotoAsync(new Uri(opened.Path).AbsoluteUri);
        return opened;
    }

    public ILocator Row(int number) => Page.Locator($"#message-{number}");

    public ILocator Detail(int number) => Page.Locator($"#detail-{number}");

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        _folder.Delete(recursive: true);
    }
}
