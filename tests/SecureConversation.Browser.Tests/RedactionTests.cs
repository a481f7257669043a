using System.Text.RegularExpressions;
using SecureConversation.Cli.Html;
using SecureConversation.Cli.Reports;
using static Microsoft.Playwright.Assertions;

namespace SecureConversation.Browser.Tests;

/// <summary>What is redacted is nowhere in the file, and what would tell it is not either.</summary>
public sealed partial class RedactionTests(Chromium chromium)
{
    private static readonly ConversationReport Recorded = RecordedReport.Create();

    [Fact]
    public void Values_AreGone_WithTheirDigests()
    {
        var redacted = Redaction.Create(["//x:text"], ["x=http://example.org/echo"]).Apply(Recorded);
        var (before, after) = (Recorded.Messages[2], redacted.Messages[2]);
        Assert.Contains("hello 1 ", before.Plaintext, StringComparison.Ordinal);
        Assert.Contains("hello 1 ", Page(Recorded, "//o:Password"), StringComparison.Ordinal);
        Assert.DoesNotContain("hello 1 ", Page(Recorded, "/s:Envelope/s:Body/*"), StringComparison.Ordinal);
        Assert.Contains("[redacted]</text>", after.Plaintext, StringComparison.Ordinal);
        Assert.Contains(before.Action!, after.Plaintext, StringComparison.Ordinal);

        // The body has lost its digest, because a short value can be guessed; the headers have theirs.
        Assert.Equal("[redacted]", Digest(after.Plaintext!, BodyId(after)));
        Assert.Equal(Digest(before.Plaintext!, "_2"), Digest(after.Plaintext!, "_2"));
        Assert.DoesNotMatch(Signature(), after.Plaintext);
        Assert.DoesNotMatch(Cipher(), after.Wire);
        Assert.Equal(after.Envelope!.Children.Count, before.Envelope!.Children.Count);
    }

    [Fact]
    public void All_LeavesActionsAndTimes()
    {
        var redacted = Redaction.All.Apply(Recorded);
        var message = redacted.Messages[2];
        Assert.DoesNotContain("127.0.0.1", message.Plaintext, StringComparison.Ordinal);
        Assert.Contains("http://example.org/echo/Echo/Echo", message.Plaintext, StringComparison.Ordinal);
        Assert.Contains("<u:Created>2026-", message.Plaintext, StringComparison.Ordinal);
        Assert.All(redacted.Messages, m => Assert.DoesNotMatch(Nonce(), m.Plaintext ?? ""));
        Assert.All(redacted.Messages.SelectMany(m => m.Signatures).SelectMany(s => s.References), r => Assert.Null(r.StatedDigest));
    }

    [Fact]
    public void Forms_OfPartsWithNothingRedacted_Stay()
    {
        var redacted = Redaction.Create(["//o:Password"]).Apply(Recorded);
        Assert.Equal(Reference(Recorded), Reference(redacted));
        var touched = Redaction.Create(["//u:Created"]).Apply(Recorded);
        Assert.Null(Reference(touched).SignedForm);
        Assert.Null(Reference(touched).ReceivedForm);
        Assert.Null(Reference(touched).ComputedDigest);
    }

    [Fact]
    public void FieldsThatRepeatAValue_Go()
    {
        var message = Recorded.Messages[2];
        var report = Recorded with
        {
            Messages = [message with { Notes = [$"the header a:To is http://127.0.0.1:21517/echo"], Sender = "CN=alice" }],
        };
        var redacted = Redaction.Create(["//a:To"]).Apply(report).Messages[0];
        Assert.Equal(["[redacted]"], redacted.Notes);
        Assert.Equal("CN=alice", redacted.Sender);
    }

    [Theory]
    [InlineData("no XML at all, but secret-4711")]
    [InlineData("<!DOCTYPE a [<!ENTITY x 'secret-4711'>]><a>&x;</a>")]
    [InlineData("<a>secret-4711")]
    [InlineData("--boundary\r\nContent-Type: application/xop+xml\r\n\r\n<a>secret-4711</a>")]
    public void WhatCannotBeRead_IsWithheldWhole(string text)
    {
        var part = new PartReport { Name = "s:Envelope", Text = text };
        var report = Recorded with { Messages = [Recorded.Messages[2] with { Plaintext = text, Wire = text, Envelope = part }] };
        Assert.DoesNotContain("secret-4711", Page(report, "//a:To"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//")]
    [InlineData("count(//a:To)")]
    [InlineData("//nobody:To")]
    [InlineData("//$x")]
    [InlineData("//a//b//c")]
    [InlineData("//a[.//b]")]
    [InlineData("//a[../b]")]
    [InlineData("//a[following::b]")]
    [InlineData("")]
    public void WhatIsNoPath_OrTooCostly_IsRefused(string expression) =>
        Assert.Throws<FormatException>(() => Redaction.Create([expression]));

    [Theory]
    [InlineData("prefix")]
    [InlineData("=urn:x")]
    [InlineData("a b=urn:x")]
    public void WhatIsNoPrefix_IsRefused(string prefix) => Assert.Throws<FormatException>(() => Redaction.Create(["//a:To"], [prefix]));

    [Fact]
    public async Task Page_SaysWhatIsRedacted()
    {
        await using var report = await OpenedReport.OpenAsync(chromium, Recorded, Redaction.Create(["//a:To"]));
        await Expect(report.Page.Locator(".redaction")).ToHaveTextAsync("Redacted: //a:To");
        await report.Row(3).ClickAsync();
        await Expect(report.Detail(3)).ToContainTextAsync("[redacted]</a:To>");
        Assert.Empty(report.Errors);
    }

    private static string Page(ConversationReport report, string expression)
    {
        using var output = new StringWriter();
        HtmlReport.Write(report, output, Redaction.Create([expression], ["x=http://example.org/echo"]));
        return output.ToString();
    }

    private static ReferenceReport Reference(ConversationReport report) =>
        report.Messages.SelectMany(m => m.Signatures).SelectMany(s => s.References).Single(r => r.Matches == false);

    private static string BodyId(MessageReport message) => Regex.Match(message.Plaintext!, "<s:Body u:Id=\"([^\"]+)\"").Groups[1].Value;

    private static string Digest(string text, string id) =>
        Regex.Match(text, $"<Reference URI=\"#{id}\">.*?<DigestValue>([^<]*)<", RegexOptions.Singleline).Groups[1].Value;

    [GeneratedRegex("<SignatureValue>(?!\\[redacted\\])")]
    private static partial Regex Signature();

    [GeneratedRegex("CipherValue>(?!\\[redacted\\])[^<]")]
    private static partial Regex Cipher();

    [GeneratedRegex("Nonce>(?!\\[redacted\\])[^<]")]
    private static partial Regex Nonce();
}
