using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SecureConversation.Browser.Tests;

/// <summary>Names, roles and contrast, for those who do not see the page, or not well.</summary>
public sealed class AccessibilityTests(Chromium chromium)
{
    /// <summary>What would stop somebody: each finding as a line.</summary>
    private const string Check = """
        () => {
          const found = [];
          const all = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility());
          const nameOf = e => e.getAttribute('aria-label') || e.textContent.trim() || (e.labels && e.labels.length && e.labels[0].textContent.trim());
          for (const e of all) {
            if (e.matches('button, a, input, select, summary, [role]:not([role=status])') && !nameOf(e) && !e.getAttribute('aria-labelledby'))
              found.push('no name: ' + e.outerHTML.slice(0, 80));
            for (const attribute of ['aria-controls', 'aria-labelledby'])
              if (e.hasAttribute(attribute) && !document.getElementById(e.getAttribute(attribute))) found.push('points nowhere: ' + attribute);
          }
          const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
          if (new Set(ids).size !== ids.length) found.push('an id twice');
          if (!document.documentElement.lang) found.push('no language');
          for (const landmark of ['main', 'header', '[role=search]', '[role=status][aria-live]', 'h1'])
            if (document.querySelectorAll(landmark).length !== 1) found.push('not one ' + landmark);
          const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
          const rgb = colors => {
            canvas.clearRect(0, 0, 1, 1);
            for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
            return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
          };
          const light = c => c.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          for (const e of all) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || e.closest('.sign, option')) continue;
            const backs = [];
            for (let at = e; at; at = at.parentElement) backs.unshift(getComputedStyle(at).backgroundColor);
            const [text, back] = [rgb([...backs, getComputedStyle(e).color]), rgb(backs)].map(light);
            const ratio = (Math.max(text, back) + 0.05) / (Math.min(text, back) + 0.05);
            if (ratio < 4.5) found.push('contrast ' + ratio.toFixed(2) + ': ' + e.className + ' ' + e.textContent.slice(0, 40));
          }
          return [...new Set(found)];
        }
        """;

    [Theory]
    [InlineData(ColorScheme.Light, 1200)]
    [InlineData(ColorScheme.Dark, 1200)]
    [InlineData(ColorScheme.Light, 380)]
    public async Task Page_HasNamesRolesAndContrast(ColorScheme scheme, int width)
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create(), options: new()
        {
            ColorScheme = scheme,
            ViewportSize = new() { Width = width, Height = 900 },
        });
        foreach (var number in new[] { 3, 9, 10, 16 })
        {
            await report.Row(number).ClickAsync();
        }

        await report.Page.Locator("#binding summary").ClickAsync();
        Assert.Empty(await report.Page.EvaluateAsync<string[]>(Check));
        await report.Page.Locator("#as-table").ClickAsync();
        Assert.Empty(await report.Page.EvaluateAsync<string[]>(Check));
        Assert.Empty(report.Errors);
    }

    [Fact]
    public async Task Check_FindsWhatIsWrong()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await report.Page.EvaluateAsync("""
            () => {
              document.querySelector('h1').style.color = '#ccc';
              document.querySelector('#as-table').textContent = '';
              document.querySelector('#message-1').setAttribute('aria-controls', 'nothing');
            }
            """);
        var found = await report.Page.EvaluateAsync<string[]>(Check);
        Assert.Contains(found, line => line.StartsWith("contrast", StringComparison.Ordinal));
        Assert.Contains(found, line => line.StartsWith("no name", StringComparison.Ordinal));
        Assert.Contains(found, line => line.StartsWith("points nowhere", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NarrowScreens_DoNotScrollSideways()
    {
        await using var report = await OpenedReport.OpenAsync(
            chromium, RecordedReport.Create(), options: new() { ViewportSize = new() { Width = 360, Height = 740 } });
        await report.Row(3).ClickAsync();
        await report.Page.Locator("#tab-3-2").ClickAsync();
        Assert.True(await report.Page.EvaluateAsync<int>("document.documentElement.scrollWidth") <= 360);
    }

    [Fact]
    public async Task Print_LeavesOutWhatNobodyCanPress()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await report.Row(3).ClickAsync();
        await report.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await Expect(report.Page.Locator("#filter")).ToBeHiddenAsync();
        await Expect(report.Detail(3)).ToBeVisibleAsync();
        await Expect(report.Page.Locator(".row")).ToHaveCountAsync(24);
    }
}
