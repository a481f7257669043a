using SecureConversation.Binding;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Reports;
using SecureConversation.Cli.Tests.Decoding;

namespace SecureConversation.Cli.Tests.Reports;

/// <summary>What is redacted is in no field of the report, whatever way it went there.</summary>
public sealed class RedactionTests
{
    [Theory]
    [InlineData("CARDSECRET")]
    [InlineData("QUERYSECRET")]
    [InlineData("URLPASSWORD")]
    [InlineData("PATHSECRET")]
    [InlineData("FAULTSECRET")]
    [InlineData("\\u0022no\\u0022")]
    public void All_LeavesNothingOfTheApplication(string secret)
    {
        var request = ReportedMessages.Captured(ReportedMessages.Envelope("<Get xmlns='urn:x' ID='CARDSECRET'><N>1</N></Get>")) with
        {
            Address = new Uri("http://bob:URLPASSWORD@svc.example/PATHSECRET?key=QUERYSECRET"),
            Direction = MessageDirection.ClientToService,
        };
        var reason = secret.Contains("no", StringComparison.Ordinal) ? "no" : $"FAULTSECRET {new string('x', 3000)}";
        var report = ReportedMessages.Report(request, Reply(reason));
        Assert.DoesNotContain(secret, ReportedMessages.Json(Redaction.All.Apply(report)), StringComparison.Ordinal);
        Assert.DoesNotContain("URLPASSWORD", ReportedMessages.Json(report), StringComparison.Ordinal);
        Assert.DoesNotContain("QUERYSECRET", ReportedMessages.Json(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no")]
    [InlineData("FAULT<!-- a comment -->SECRET")]
    [InlineData("FAULTSECRET that is long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long long")]
    public void FaultReason_ThatIsRedacted_IsGoneFromNotes(string reason)
    {
        var request = ReportedMessages.Captured(ReportedMessages.Envelope("<a/>")) with { Direction = MessageDirection.ClientToService };
        var redacted = Redaction.Create(["//s:Text"]).Apply(ReportedMessages.Report(request, Reply(reason)));
        Assert.Contains("[redacted]", redacted.Messages[0].Notes);
        Assert.True(redacted.Messages[1].Fault is null or { Reason: "[redacted]" });
        Assert.DoesNotContain("FAULTSECRET", ReportedMessages.Json(redacted), StringComparison.Ordinal);
    }

    [Fact]
    public void UserName_ThatIsRedacted_IsGone_WhereTheEnvelopeIsTooLargeToShow()
    {
        var envelope = ReportedMessages.Envelope($"<a>{new string('x', 5_000_000)}</a>",
            "<o:UsernameToken u:Id='ut'><o:Username>alice.secret</o:Username><o:Password>pw</o:Password></o:UsernameToken>");
        var captured = ReportedMessages.Captured(envelope) with { Address = new Uri("https://service.example/") };
        var report = ReportedMessages.Report(captured);
        Assert.DoesNotContain("alice.secret", ReportedMessages.Json(Redaction.Create(["//o:Username"]).Apply(report)), StringComparison.Ordinal);
        Assert.DoesNotContain(">pw<", ReportedMessages.Json(Secrets.LeaveOut(report)).Replace("\\u003C", "<", StringComparison.Ordinal)
            .Replace("\\u003E", ">", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Action_ThatIsRedacted_IsGoneFromTheBinding()
    {
        var report = ReportedMessages.Recorded("symmetric/mutualcert+protection-Sign");
        var redacted = ReportedMessages.Json(Redaction.Create(["//a:Action"]).Apply(report));
        Assert.All(report.Messages.Select(m => m.Action).OfType<string>(), action => Assert.DoesNotContain(action, redacted, StringComparison.Ordinal));
    }

    [Fact]
    public void NotesOfSources_ThatRepeatAValue_Go()
    {
        var report = ReportedMessages.Report(ReportedMessages.Captured(ReportedMessages.Envelope("<a>CARDSECRET</a>")));
        report = report with { Sources = [report.Sources[0] with { Notes = ["entry 3 is CARDSECRET"] }] };
        Assert.Equal(["[redacted]"], Redaction.Create(["//s:Body"]).Apply(report).Sources[0].Notes);
    }

    [Fact]
    public void Digest_OfATokenByReference_Goes()
    {
        var reference = "<Reference URI='#str'><Transforms><Transform Algorithm="
            + "'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#STR-Transform'/></Transforms>"
            + "<DigestValue>DIGESTSECRET</DigestValue></Reference>";
        var signature = $"<Signature xmlns='{ReportedMessages.Ds}'><SignedInfo>{reference}</SignedInfo><KeyInfo>"
            + "<o:SecurityTokenReference u:Id='str'/></KeyInfo></Signature>";
        var report = ReportedMessages.Report(ReportedMessages.Captured(ReportedMessages.Envelope("<a/>", signature)));
        Assert.Contains("DIGESTSECRET", ReportedMessages.Json(report), StringComparison.Ordinal);
        Assert.DoesNotContain("DIGESTSECRET", ReportedMessages.Json(Redaction.Create(["//o:Username"]).Apply(report)), StringComparison.Ordinal);
    }

    private static CapturedMessage Reply(string reason) => ReportedMessages.Captured(ReportedMessages.Fault(reason)) with
    {
        Direction = MessageDirection.ServiceToClient,
        HttpStatus = 500,
    };
}
