using System.Text;
using SecureConversation.Binding;
using SecureConversation.Cli.Html;
using SecureConversation.Cli.Reports;
using static Microsoft.Playwright.Assertions;

namespace SecureConversation.Browser.Tests;

/// <summary>What strangers write into messages stays text.</summary>
public sealed class HostileTests(Chromium chromium)
{
    private const string RightToLeft = "\u202e";

    public static TheoryData<string> Texts =>
    [
        "<script>document.title='taken'</script>",
        "</script><script>document.title='taken'</script>",
        "<!--<script>", "]]>", "{{data}}{{script}}",
        "<img src=http://192.0.2.1/x onerror=\"document.title='taken'\">",
        "javascript:document.title='taken'",
        "\"><svg onload=document.title='taken'>",
        "__proto__", "constructor",
        "evil" + RightToLeft + "txt.exe",
        "line\u2028separator\0and\u001b[31mcolour\ud800",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public async Task Text_StaysText(string text)
    {
        await using var report = await OpenedReport.OpenAsync(chromium, Report(text, text));
        await report.Row(1).ClickAsync();
        foreach (var tab in new[] { "#tab-1-1", "#tab-1-2" })
        {
            await report.Page.Locator(tab).ClickAsync();
        }

        await report.Page.Locator("#as-table").ClickAsync();
        await report.Page.Locator("#binding summary").ClickAsync();
        await report.Page.Locator("#sources summary").ClickAsync();
        await Expect(report.Page).ToHaveTitleAsync("Recorded conversation");
        Assert.Equal(0, await report.Page.Locator("img, svg, iframe, a[href*='script']").CountAsync());
        Assert.Equal(2, await report.Page.Locator("script").CountAsync());
        Assert.Empty(report.Errors);
        Assert.Empty(report.Requests);
    }

    [Fact]
    public async Task MarksOfDirection_AreShown()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, Report("evil" + RightToLeft + "txt", "<a/>"));
        await report.Row(1).ClickAsync();
        await Expect(report.Page.Locator("#detail-1 .mark").First).ToHaveTextAsync("U+202E");
        Assert.DoesNotContain(RightToLeft, await report.Page.Locator("body").InnerTextAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(RightToLeft, await report.Row(1).GetAttributeAsync("aria-label"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData('x')]
    [InlineData('<')]
    [InlineData('\u202e')]
    public async Task AMillionCharacters_AreCut_AndShownOnDemand(char c)
    {
        await using var report = await OpenedReport.OpenAsync(chromium, Report("long", new string(c, 1_000_000)));
        await report.Row(1).ClickAsync();
        await report.Page.Locator("#tab-1-1").ClickAsync();
        await Expect(report.Page.Locator("#panel-1-1 .more")).ToBeVisibleAsync();
        await report.Page.Locator("#panel-1-1 .more").ClickAsync();
        await Expect(report.Page.Locator("#panel-1-1 pre")).ToContainTextAsync("more characters are left out]");
        Assert.Empty(report.Errors);
    }

    [Fact]
    public void File_IsAscii_BesidesWhatIsOurs()
    {
        using var output = new StringWriter();
        HtmlReport.Write(Report("\u202e</script>\u00e9", "\u2028<!--"), output);
        var data = output.ToString().Split("type=\"application/json\">")[1].Split("</script>")[0];
        Assert.True(Ascii.IsValid(data));
        Assert.DoesNotContain('<', data);
        Assert.EndsWith("}", data, StringComparison.Ordinal);
    }

    [Fact]
    public void DeepTrees_AreCut()
    {
        var part = new PartReport { Name = "s:Deepest" };
        for (var i = 0; i < 5000; i++)
        {
            part = new PartReport { Name = "s:Part", Children = [part] };
        }

        var report = Report("deep", "<a/>");
        using var output = new StringWriter();
        HtmlReport.Write(report with { Messages = [report.Messages[0] with { Envelope = part }] }, output);
        Assert.DoesNotContain("s:Deepest", output.ToString(), StringComparison.Ordinal);
    }

    private static ConversationReport Report(string text, string body) => new()
    {
        Sources = [new SourceReport(text, text, 1, [text])],
        Binding = new BindingReport { Summary = text, CSharp = text, Assumptions = [new Assumption(text, text, text, true)] },
        Messages =
        [
            new MessageReport
            {
                Number = 1,
                Source = text,
                Direction = MessageDirection.ClientToService,
                Kind = "Application",
                Verdict = MessageVerdict.Refused,
                Action = text,
                MessageId = text,
                SessionId = text,
                Sender = text,
                ContentType = text,
                Size = body.Length,
                Plaintext = body,
                Wire = body,
                Notes = [text],
                Fault = new FaultReport(text, text, false),
                Failure = new FailureReport
                {
                    Code = 302, Name = text, Rule = text, Clause = text, Found = text, Expected = text, Cause = text, Remedy = text,
                },
                Signatures =
                [
                    new SignatureReport(text, new KeyReport(text, text, text), false,
                    [
                        new ReferenceReport
                        {
                            Part = text, Uri = text, DigestAlgorithm = text, StatedDigest = text, Matches = false, ReceivedForm = body,
                            SignedForm = text, FirstDifference = 3,
                        },
                    ]),
                ],
                Encryptions = [new EncryptionReport(text, text, text, new KeyReport(text, text), true)],
                Envelope = new PartReport { Name = text, Id = text, SignedBy = [0, 99], EncryptedBy = 7, Text = body },
            },
        ],
    };
}
