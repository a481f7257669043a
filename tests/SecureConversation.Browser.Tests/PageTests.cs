using System.Text.RegularExpressions;
using static Microsoft.Playwright.Assertions;

namespace SecureConversation.Browser.Tests;

/// <summary>The page of a recorded conversation, as people use it.</summary>
public sealed class PageTests(Chromium chromium)
{
    [Fact]
    public async Task Conversation_StandsInItsPhases()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await Expect(report.Page.Locator(".row")).ToHaveCountAsync(24);
        await Expect(report.Page.Locator(".band > h2")).ToHaveTextAsync(
            [new Regex("^Handshake"), new Regex("^Session"), new Regex("^Renewal"), new Regex("^Session"), new Regex("^Renewal"), new Regex("^Session"), new Regex("^End of session")]);
        await Expect(report.Row(1)).ToHaveAccessibleNameAsync(new Regex("^Message 1, Client to service, Asks for a session, RST/SCT, .* kB, verified"));
        await Expect(report.Page.Locator("#found")).ToHaveTextAsync("24 messages");
        Assert.Empty(report.Errors);
        Assert.Empty(report.Requests);
    }

    [Fact]
    public async Task Filters_ShowWhatFits_AndSayHowMuch()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await report.Page.SelectOptionAsync("#verdict", "Refused");
        await Expect(report.Page.Locator(".row:visible")).ToHaveCountAsync(2);
        await Expect(report.Page.Locator("#found")).ToHaveTextAsync("2 of 24 messages");
        await report.Page.SelectOptionAsync("#direction", "ServiceToClient");
        await Expect(report.Page.Locator(".row:visible")).ToHaveCountAsync(1);
        await report.Page.SelectOptionAsync("#kind", "RenewRequest");
        await Expect(report.Page.GetByText("No message fits.")).ToBeVisibleAsync();
        Assert.Empty(report.Errors);
    }

    [Fact]
    public async Task Search_FindsWhatStandsInThePlaintext()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await report.Page.Keyboard.PressAsync("/");
        await Expect(report.Page.Locator("#search")).ToBeFocusedAsync();
        await report.Page.Keyboard.TypeAsync("EchoResponse");
        await Expect(report.Page.Locator("#found")).ToHaveTextAsync(new Regex("^[1-9] of 24 messages"));
        await report.Page.Keyboard.PressAsync("Escape");
        await Expect(report.Page.Locator("#found")).ToHaveTextAsync("24 messages");
        Assert.Empty(report.Errors);
    }

    [Fact]
    public async Task Keyboard_GoesThroughMessages_OpensAndClosesThem()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await report.Row(1).FocusAsync();
        await report.Page.Keyboard.PressAsync("ArrowDown");
        await report.Page.Keyboard.PressAsync("ArrowDown");
        await Expect(report.Row(3)).ToBeFocusedAsync();
        await report.Page.Keyboard.PressAsync("Enter");
        await Expect(report.Row(3)).ToHaveAttributeAsync("aria-expanded", "true");
        await Expect(report.Detail(3)).ToContainTextAsync("http://example.org/echo/Echo/Echo");

        // The panel is next; its tabs take arrows.
        await report.Page.Keyboard.PressAsync("Tab");
        await Expect(report.Page.Locator("#tab-3-0")).ToBeFocusedAsync();
        await report.Page.Keyboard.PressAsync("ArrowRight");
        await Expect(report.Page.Locator("#panel-3-1")).ToContainTextAsync("<s:Body");
        await report.Page.Keyboard.PressAsync("Escape");
        await Expect(report.Detail(3)).ToBeHiddenAsync();
        await Expect(report.Row(3)).ToBeFocusedAsync();
        await report.Page.Keyboard.PressAsync("End");
        await Expect(report.Row(24)).ToBeFocusedAsync();
        Assert.Empty(report.Errors);
    }

    [Fact]
    public async Task Parts_SayWhatProtectsThem_NotByColourAlone()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await report.Row(3).ClickAsync();
        var body = report.Detail(3).Locator(".part.encrypted", new() { HasText = "s:Body" }).Last;
        await Expect(body.Locator(".chips").First).ToContainTextAsync("signed S1 by K1");
        await Expect(body.Locator(".chips").First).ToContainTextAsync(new Regex("encrypted E\\d by K2"));
        await Expect(report.Detail(3).Locator("table").First).ToContainTextAsync("derived key of the session");
        Assert.Empty(report.Errors);
    }

    [Fact]
    public async Task Failure_HasRuleAndRemedy_AndTheFirstDifference()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await report.Page.Locator("#alerts a").Last.ClickAsync();
        var failed = report.Page.Locator(".message.open");
        await Expect(failed.Locator(".failure")).ToContainTextAsync("A signed part is what the signer signed.");
        await Expect(failed.Locator(".failure")).ToContainTextAsync("Remedy");
        await Expect(failed.Locator(".reference")).ToContainTextAsync("u:Timestamp is not what was signed");
        await Expect(failed.Locator(".form mark")).ToHaveCountAsync(2);
        var marked = await failed.Locator(".form mark").AllTextContentsAsync();
        Assert.All(marked, text => Assert.Matches("^[0-9]$", text));
        Assert.NotEqual(marked[0], marked[1]);
        Assert.Empty(report.Errors);
    }

    [Fact]
    public async Task Table_HasTheSame()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, RecordedReport.Create());
        await report.Page.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "Table" }).ClickAsync();
        await Expect(report.Page.Locator("#table tbody tr")).ToHaveCountAsync(24);
        await report.Page.SelectOptionAsync("#verdict", "Refused");
        await Expect(report.Page.Locator("#table tbody tr:visible")).ToHaveCountAsync(2);
        await report.Page.Locator("#table tbody tr:visible a").First.ClickAsync();
        await Expect(report.Page.Locator(".message.open")).ToHaveCountAsync(1);
        Assert.Empty(report.Errors);
    }

    [Fact]
    public async Task AThousandMessages_StayUsable()
    {
        var recorded = RecordedReport.Create();
        var messages = Enumerable.Range(0, 2000).Select(i => recorded.Messages[i % 24] with { Number = i + 1, AnswerTo = null });
        await using var report = await OpenedReport.OpenAsync(chromium, recorded with { Messages = [.. messages] });
        // The rows arrive in parts between which the page answers; a busy machine needs longer than the five seconds of other waits.
        await Expect(report.Page.Locator(".row")).ToHaveCountAsync(2000, new() { Timeout = 60_000 });
        // What is not opened has no nodes.
        await Expect(report.Page.Locator(".detail *")).ToHaveCountAsync(0);
        await report.Page.FillAsync("#search", "1999");
        await Expect(report.Row(1999)).ToBeVisibleAsync();
        await report.Row(1999).ClickAsync();
        await Expect(report.Detail(1999)).ToContainTextAsync("Message id");
        Assert.Empty(report.Errors);
    }
}
