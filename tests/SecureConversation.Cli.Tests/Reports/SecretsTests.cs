using SecureConversation.Cli.Html;
using SecureConversation.Cli.Reports;
using SecureConversation.Cli.Tests.Decoding;

namespace SecureConversation.Cli.Tests.Reports;

/// <summary>Passwords and secrets of keys are in no form of a report, unless they are asked for.</summary>
public sealed class SecretsTests
{
    private const string Token = "<o:UsernameToken u:Id='ut'><o:Username>alice</o:Username><o:Password>pa55word</o:Password></o:UsernameToken>";

    [Theory]
    [InlineData(Token, "pa55word")]
    [InlineData("<o:UsernameToken u:Id='ut'><o:Username>alice</o:Username><o:Password Type='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest'>pa55word</o:Password><o:Nonce>n0nce</o:Nonce></o:UsernameToken>", "n0nce")]
    [InlineData("<t:Entropy xmlns:t='http://schemas.xmlsoap.org/ws/2005/02/trust'><t:BinarySecret>c2VjcmV0</t:BinarySecret></t:Entropy>", "c2VjcmV0")]
    public void Secret_IsLeftOut_OfReportAndPage(string item, string secret)
    {
        var report = ReportedMessages.Report(ReportedMessages.Captured(ReportedMessages.Envelope("<a/>", item)));
        Assert.Contains(secret, ReportedMessages.Json(report), StringComparison.Ordinal);
        var left = Secrets.LeaveOut(report);
        Assert.DoesNotContain(secret, ReportedMessages.Json(left), StringComparison.Ordinal);
        Assert.Contains("--show-secrets", left.Secrets, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, Page(report, false), StringComparison.Ordinal);
        Assert.Contains("Passwords and secrets of keys are left out", Page(report, false), StringComparison.Ordinal);
        Assert.Contains(secret, Page(report, true), StringComparison.Ordinal);
    }

    [Fact]
    public void Password_IsLeftOut_OfFormsDigestsAndNotes()
    {
        var form = $"<o:UsernameToken xmlns:o=\"{ReportedMessages.Wsse}\"><o:Password>pa55word</o:Password></o:UsernameToken>";
        var reference = new ReferenceReport
        {
            Uri = "#ut",
            StatedDigest = "DIGEST",
            ComputedDigest = "OTHER",
            Matches = false,
            ReceivedForm = form,
            SignedForm = form.Replace("pa55", "word", StringComparison.Ordinal),
            FirstDifference = 1,
        };
        var report = ReportedMessages.Report(ReportedMessages.Captured(ReportedMessages.Envelope("<a/>", Token)));
        report = report with
        {
            Messages = [report.Messages[0] with { Signatures = [new SignatureReport("a", null, false, [reference])], Notes = ["It says pa55word."] }],
        };
        var json = ReportedMessages.Json(Secrets.LeaveOut(report));
        foreach (var gone in new[] { "pa55word", "wordword", "DIGEST", "OTHER" })
        {
            Assert.DoesNotContain(gone, json, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--boundary\r\n\r\n<o:Password>pa55word</o:Password>")]
    [InlineData("<!DOCTYPE a [<!ENTITY x 'pa55word'>]><a>&x;</a>")]
    [InlineData("<Password>pa55word")]
    public void Text_ThatCannotBeRead_AndMayHaveSecrets_IsWithheld(string text)
    {
        var report = ReportedMessages.Report(ReportedMessages.Captured(ReportedMessages.Envelope("<a/>")));
        var message = report.Messages[0] with { Wire = text, Plaintext = text, Envelope = new PartReport { Name = "a", Text = text } };
        Assert.DoesNotContain("pa55word", ReportedMessages.Json(Secrets.LeaveOut(report with { Messages = [message] })), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_WithoutSecrets_StaysAsItIs()
    {
        var report = ReportedMessages.Report(ReportedMessages.Captured(ReportedMessages.Envelope("<a  b = '1' />")));
        var left = Secrets.LeaveOut(report);
        Assert.Equal(report.Messages[0].Wire, left.Messages[0].Wire);
        Assert.Null(left.Secrets);
    }

    [Fact]
    public async Task Option_ShowsSecrets()
    {
        using var directory = new TemporaryDirectory();
        var capture = directory.Add("01-request.xml", ReportedMessages.Envelope("<a/>", Token));
        foreach (var form in new[] { "--details", "--json" })
        {
            var without = await CliProcess.RunAsync("decode", capture, form);
            Assert.DoesNotContain("pa55word", without.Output, StringComparison.Ordinal);
            Assert.Contains("--show-secrets", without.Output, StringComparison.Ordinal);
        }

        var shown = await CliProcess.RunAsync("decode", capture, "--json", "--show-secrets");
        Assert.Contains("pa55word", shown.Output, StringComparison.Ordinal);
    }

    private static string Page(ConversationReport report, bool showSecrets)
    {
        using var output = new StringWriter();
        HtmlReport.Write(report, output, null, showSecrets);
        return output.ToString();
    }
}
