using Microsoft.Playwright;

namespace SecureConversation.Browser.Tests;

/// <summary>The page looks as in the documentation, whose picture SECURECONVERSATION_WRITE_DOCS=1 takes anew.</summary>
public sealed class PictureTests(Chromium chromium)
{
    /// <summary>Fonts and versions of the browser move a few pixels.</summary>
    private const double MostDifferent = 0.06;

    [Theory]
    [InlineData("docs/images/decoder.png", 0)]
    [InlineData("docs/images/decoder-message.png", 3)]
    [InlineData("docs/images/decoder-failure.png", 16)]
    public async Task Page_LooksAsInTheDocumentation(string picture, int opened)
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await report.Page.SetViewportSizeAsync(1200, 1300);
        if (opened > 0)
        {
            await report.Row(opened).ClickAsync();
            await report.Page.Mouse.MoveAsync(0, 0);
            await report.Page.EvaluateAsync("document.activeElement.blur()");
        }

        var taken = opened > 0
            ? await report.Page.Locator($".message:has(#message-{opened})").ScreenshotAsync(new() { Style = "#filter { position: static }" })
            : await report.Page.ScreenshotAsync();
        var path = Path.Combine(Root(), picture);
        if (Environment.GetEnvironmentVariable("SECURECONVERSATION_WRITE_DOCS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            await File.WriteAllBytesAsync(path, taken);
        }

        Assert.True(File.Exists(path), $"{picture} is missing: run with SECURECONVERSATION_WRITE_DOCS=1.");
        var share = await DifferenceAsync(report, await File.ReadAllBytesAsync(path), taken);
        Assert.True(share < MostDifferent, $"{share:P1} of {picture} differ: look at the page, and run with SECURECONVERSATION_WRITE_DOCS=1.");
    }

    [Fact]
    public async Task ADifferentPicture_IsToldApart()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        var first = await report.Page.ScreenshotAsync();
        await report.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        var second = await report.Page.ScreenshotAsync();
        Assert.Equal(0, await DifferenceAsync(report, first, first));
        Assert.True(await DifferenceAsync(report, first, second) > 0.5);
    }

    /// <summary>The share of pixels that differ; 1 where the sizes do. The browser reads both, on a page of its own.</summary>
    private static async Task<double> DifferenceAsync(OpenedReport report, byte[] expected, byte[] actual)
    {
        var page = await report.Page.Context.NewPageAsync();
        return await page.EvaluateAsync<double>("""
            async files => {
              const pixels = async file => {
                const bytes = Uint8Array.from(atob(file), c => c.charCodeAt(0));
                const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
                const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
                context.drawImage(image, 0, 0);
                return context.getImageData(0, 0, image.width, image.height);
              };
              const [a, b] = await Promise.all(files.map(pixels));
              if (a.width !== b.width || a.height !== b.height) return 1;
              let different = 0;
              for (let i = 0; i < a.data.length; i += 4) {
                const distance = Math.max(...[0, 1, 2].map(c => Math.abs(a.data[i + c] - b.data[i + c])));
                different += distance > 24 ? 1 : 0;
              }
              return different / (a.width * a.height);
            }
            """, new[] { Convert.ToBase64String(expected), Convert.ToBase64String(actual) });
    }

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "SecureConversation.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests were moved away from their sources.");
        }

        return directory.FullName;
    }
}
