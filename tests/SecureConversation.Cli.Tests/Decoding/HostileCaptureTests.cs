using System.Text;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Reports;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>Bodies of strangers end with a report, whatever they hold.</summary>
public sealed class HostileCaptureTests
{
    private const string Start = "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing'>";
    private const string Security = "<o:Security xmlns:o='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'>";
    private const string DerivedKey = "<c:DerivedKeyToken xmlns:c='http://schemas.xmlsoap.org/ws/2005/02/sc'><c:Length>2147483647</c:Length>"
        + "<c:Offset>2147483647</c:Offset><c:Nonce>AAAA</c:Nonce></c:DerivedKeyToken>";

    public static TheoryData<string> Names => [.. Bodies.Keys];

    private static readonly Dictionary<string, Func<string>> Bodies = new()
    {
        ["entities"] = () => "<!DOCTYPE a [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>]>" + Start + "<s:Body>&b;</s:Body></s:Envelope>",
        ["deep"] = () => $"{Start}<s:Header>{Repeat("<a>", 50_000)}{Repeat("</a>", 50_000)}</s:Header><s:Body/></s:Envelope>",
        ["headers"] = () => $"{Start}<s:Header>{Repeat("<h xmlns='urn:h'/>", 10_000)}</s:Header><s:Body/></s:Envelope>",
        ["large"] = () => $"{Start}<s:Body>{new string('a', 8_000_000)}</s:Body></s:Envelope>",
        ["derived keys"] = () => $"{Start}<s:Header>{Security}{Repeat(DerivedKey, 5_000)}</o:Security></s:Header><s:Body/></s:Envelope>",
        ["cut"] = () => Start + "<s:Header><a:Action>urn:a",
        ["no XML"] = () => "\u0001\u001b[31mnothing",
        ["empty"] = () => "",
        ["xmlns"] = () => $"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:xml='http://www.w3.org/XML/1998/namespace'><s:Header>{Security}<x xmlns:xmlns='urn:x'/></o:Security></s:Header><s:Body/></s:Envelope>",
        ["many attributes"] = () => $"{Start}<s:Header {string.Concat(Enumerable.Range(0, 30_000).Select(i => $" a{i}=''"))}/><s:Body/></s:Envelope>",
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Body_EndsWithAReport(string name)
    {
        // Beside a real one, whose binding they must not hide.
        var vector = VectorArchive.Get("symmetric/mutualcert");
        var messages = vector.Messages.Select(m => Captured(m.ReadBytes())).Append(Captured(Encoding.UTF8.GetBytes(Bodies[name]()))).ToList();
        var report = ConversationReporter.Create([new Capture { Name = "a test", Format = "bodies", Messages = messages }],
            new DecodingKeys { Certificates = [vector.ServiceCertificate, vector.ClientCertificate] }, given: null, TestContext.Current.CancellationToken);
        Assert.Equal(messages.Count, report.Messages.Count);
        Assert.NotEqual(MessageVerdict.Verified, report.Messages[^1].Verdict);
        Assert.Contains(report.Messages, m => m.Verdict == MessageVerdict.Verified);
        Assert.True(CountParts(report.Messages[^1].Envelope) <= 600);
    }

    [Fact]
    public void MessagesBeyondTheNodesOfAReport_HaveNoTree_AndSaySo()
    {
        var body = Encoding.UTF8.GetBytes($"{Start}<s:Body>{Repeat("<a/>", 900)}</s:Body></s:Envelope>");
        var (_, report) = ConversationReporter.CreateWithBinding(
            [new Capture { Name = "a test", Format = "bodies", Messages = [.. Enumerable.Range(0, 5).Select(i => Captured(body))] }],
            new DecodingKeys(), given: null, TestContext.Current.CancellationToken, maxNodes: 2_000);
        Assert.Equal([true, true, true, false, false], report.Messages.Select(message => message.Envelope is not null));
        Assert.Equal(MessageVerdict.NotRead, report.Messages[^1].Verdict);
        Assert.Contains("2,000 elements", Assert.Single(report.Messages[^1].Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminal_ObeysNothingOfAMessage()
    {
        using var directory = new TemporaryDirectory();
        var escapes = Start + "<s:Header><a:Action>urn:\u0085\u202e\u009b31mx[red]</a:Action></s:Header><s:Body/></s:Envelope>";
        directory.Add("01-request.xml", Encoding.UTF8.GetBytes(escapes));
        foreach (var format in new string[][] { [], ["--details"], ["--json"] })
        {
            var result = await CliProcess.RunAsync(["decode", directory.FullName, .. format]);
            Assert.DoesNotContain(result.Output + result.Error, c => c is '\u001b' or '\u0085' or '\u009b' or '\u202e');
            Assert.Contains("[red]", result.Output, StringComparison.Ordinal);
        }
    }

    private static string Repeat(string text, int count) => new StringBuilder(text.Length * count).Insert(0, text, count).ToString();

    private static int CountParts(PartReport? part) => part is null ? 0 : 1 + part.Children.Sum(CountParts);

    private static CapturedMessage Captured(byte[] body) => new() { Source = "a test", Body = body };
}
