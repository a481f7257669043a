using System.Text.RegularExpressions;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>What a report shows as signed is what the engine verified, however a stranger wrote the message.</summary>
public sealed class ShownSignatureTests
{
    private const string Name = "symmetric/mutualcert";

    [Theory]
    [InlineData(Name)]
    [InlineData("session/sc-mutualcert")]
    [InlineData("session/sc-mutualcert-2007")]
    [InlineData("symmetric/mutualcert+protection-Sign")]
    public void Signatures_OfVerifiedMessages_AreShown(string name)
    {
        var messages = ReportedMessages.Recorded(name).Messages.Where(m => m.Verdict == MessageVerdict.Verified).ToList();
        Assert.NotEmpty(messages);
        Assert.All(messages.SelectMany(m => m.Signatures), s => Assert.NotNull(s.Key));
        Assert.All(messages.SelectMany(m => m.Signatures).SelectMany(s => s.References), r => Assert.True(r is { Matches: true, Part: not null }, r.ToString()));
        Assert.All(messages, m => Assert.Contains(ReportedMessages.Parts(m.Envelope), part => part.Name == "s:Body" && part.SignedBy.Count > 0));
    }

    [Fact]
    public void Header_WithAnAttributeThatIsNoId_IsNotShownAsSigned()
    {
        var report = ReportedMessages.Recorded(Name, text =>
        {
            var body = Regex.Match(text, "<s:Body[^>]*u:Id=\"([^\"]+)\"").Groups[1].Value;
            return text.Replace("</s:Header>", "<x:Transfer xmlns:x='urn:evil'/><x:Transfer xmlns:x='urn:evil'/>"
                + $"<x:Transfer xmlns:x='urn:evil' ID='{body}'>1000000</x:Transfer></s:Header>", StringComparison.Ordinal);
        });
        var message = report.Messages[2];
        Assert.DoesNotContain(ReportedMessages.Parts(message.Envelope), part => part.Name.Contains("Transfer", StringComparison.Ordinal) && part.SignedBy.Count > 0);
        Assert.DoesNotContain(message.Signatures.SelectMany(s => s.References), r => r.Part?.Contains("Transfer", StringComparison.Ordinal) == true);
        Assert.Contains(message.Signatures.SelectMany(s => s.References), r => r.Part == "s:Body");
    }

    [Fact]
    public void Header_WithTheIdOfTheBody_IsAmbiguous()
    {
        var report = ReportedMessages.Recorded(Name, text =>
        {
            var body = Regex.Match(text, "<s:Body[^>]*u:Id=\"([^\"]+)\"").Groups[1].Value;
            return text.Replace("</s:Header>",
                $"<x:Transfer xmlns:x='urn:evil' xmlns:u='{ReportedMessages.Wsu}' u:Id='{body}'>1000000</x:Transfer></s:Header>", StringComparison.Ordinal);
        });
        var message = report.Messages[2];
        Assert.Contains(message.Notes, note => note.Contains("is ambiguous", StringComparison.Ordinal));
        Assert.DoesNotContain(ReportedMessages.Parts(message.Envelope), part => part.Name.Contains("Transfer", StringComparison.Ordinal) && part.SignedBy.Count > 0);
        Assert.DoesNotContain(message.Signatures.SelectMany(s => s.References), r => r.Part?.Contains("Transfer", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void SecurityHeader_OfAnotherRole_IsNotShownAsWhatWasVerified()
    {
        var other = $"<o:Security s:role='urn:nobody' xmlns:o='{ReportedMessages.Wsse}'><Signature xmlns='{ReportedMessages.Ds}'><SignedInfo>"
            + $"<SignatureMethod Algorithm='{ReportedMessages.Ds}rsa-sha1'/><Reference URI='#evil'><DigestMethod Algorithm='{ReportedMessages.Ds}sha1'/>"
            + "<DigestValue>AAAA</DigestValue></Reference></SignedInfo><SignatureValue>AAAA</SignatureValue></Signature></o:Security>";
        var report = ReportedMessages.Recorded(Name, text => text
            .Replace("<s:Header>", "<s:Header>" + other, StringComparison.Ordinal)
            .Replace("</s:Header>", $"<x:Transfer xmlns:x='urn:evil' xmlns:u='{ReportedMessages.Wsu}' u:Id='evil'>1000000</x:Transfer></s:Header>", StringComparison.Ordinal),
            isGiven: true);
        var message = report.Messages[2];
        // The engine passes over that header, so the message is right, and the report shows the header that was looked at.
        Assert.Equal(MessageVerdict.Verified, message.Verdict);
        Assert.DoesNotContain(message.Signatures.SelectMany(s => s.References), r => r.Uri == "#evil");
        Assert.Contains(message.Signatures.SelectMany(s => s.References), r => r is { Part: "s:Body", Matches: true });
        Assert.DoesNotContain(ReportedMessages.Parts(message.Envelope), part => part.Id == "evil" && part.SignedBy.Count > 0);
    }

    [Fact]
    public void Fault_WithoutSecurity_ShowsNothingAsSigned()
    {
        var signature = $"<o:Security xmlns:o='{ReportedMessages.Wsse}' s:role='urn:nobody'><Signature xmlns='{ReportedMessages.Ds}'><SignedInfo>"
            + $"<SignatureMethod Algorithm='{ReportedMessages.Ds}rsa-sha1'/><Reference URI='#b'/></SignedInfo></Signature></o:Security>";
        var fault = ReportedMessages.Fault("no").Replace("<s:Body>", $"<s:Header>{signature}</s:Header><s:Body u:Id='b' xmlns:u='{ReportedMessages.Wsu}'>", StringComparison.Ordinal);
        var message = ReportedMessages.Recorded(Name, _ => fault).Messages[2];
        Assert.Empty(message.Signatures);
        Assert.DoesNotContain(ReportedMessages.Parts(message.Envelope), part => part.SignedBy.Count > 0);
    }

    [Theory]
    [InlineData(null, "Unsecured")]
    [InlineData("http://bank.example/transfer", "Unsecured")]
    [InlineData("https://bank.example/transfer", "Verified")]
    public void Message_WithNothingButATimestamp_IsVerifiedOverTlsAlone(string? address, string verdict)
    {
        var captured = ReportedMessages.Captured(ReportedMessages.Envelope("<Transfer xmlns='urn:bank'>1000000</Transfer>"));
        var message = ReportedMessages.Report(captured with { Address = address is null ? null : new Uri(address) }).Messages[0];
        Assert.Equal(verdict, message.Verdict.ToString());
        Assert.Contains(message.Notes, note => note.StartsWith("Nothing in it is signed", StringComparison.Ordinal));
        Assert.Null(message.Sender);
    }

    [Fact]
    public async Task Trust_ThatWasNotGiven_IsSaid()
    {
        using var directory = new TemporaryDirectory();
        var bodies = directory.AddConversation(Name);
        var result = await CliProcess.RunAsync(["decode", bodies, .. directory.Keys(Name)]);
        Assert.Contains("trust: none was given, so whoever signs is taken as who he says.", result.Output, StringComparison.Ordinal);
        var json = await CliProcess.RunAsync(["decode", bodies, "--json", .. directory.Keys(Name)]);
        Assert.Contains("\"trust\": \"trust: none was given", json.Output, StringComparison.Ordinal);
    }
}
