using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using SecureConversation.Cli.Captures;
using SecureConversation.Cli.Decoding;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>Where a digest is wrong, the form that has the stated one is looked for.</summary>
public sealed class FailedReferencesTests
{
    private const string Body = "<s:Body xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
        + "xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" u:Id=\"_1\">";

    [Theory]
    [InlineData("<a>one\ntwo</a>", "<a>one&#xD;\ntwo</a>", "CR LF")]
    [InlineData("<a>one&#xD;\ntwo</a>", "<a>one\ntwo</a>", "LF when it was signed")]
    [InlineData("<a> <b>1</b> </a>", "<a><b>1</b></a>", "no white space between elements")]
    [InlineData("<a> 1 </a>", "<a>1</a>", "no white space around texts")]
    [InlineData("<a><!--x-->1</a>", "<a><!--x-->1</a>", "with comments")]
    public void Form_ThatWasSigned_IsFound(string received, string signed, string difference)
    {
        var report = Read(received, $"{Body}{signed}</s:Body>");
        Assert.False(report.Matches);
        Assert.Equal("s:Body", report.Part);
        Assert.Contains(difference, report.Difference, StringComparison.Ordinal);
        Assert.Equal($"{Body}{signed}</s:Body>", report.SignedForm);
        var at = report.FirstDifference!.Value;
        Assert.Equal(report.ReceivedForm![..at], report.SignedForm![..at]);
        Assert.NotEqual(report.ReceivedForm[at], report.SignedForm[at]);
    }

    [Fact]
    public void InclusiveForm_IsFound()
    {
        var signed = "<s:Body xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
            + "xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" xmlns:x=\"urn:x\" u:Id=\"_1\"><a>1</a></s:Body>";
        Assert.Contains("inclusively", Read("<a>1</a>", signed).Difference, StringComparison.Ordinal);
    }

    [Fact]
    public void Form_ThatNobodyFinds_IsNotInvented()
    {
        var report = Read("<a>1</a>", "something else");
        Assert.False(report.Matches);
        Assert.NotEqual(report.StatedDigest, report.ComputedDigest);
        Assert.Null(report.SignedForm);
        Assert.Null(report.Difference);
        Assert.Equal($"{Body}<a>1</a></s:Body>", report.ReceivedForm);
    }

    [Fact]
    public void RightDigest_Matches() => Assert.True(Read("<a>1</a>", $"{Body}<a>1</a></s:Body>").Matches);

    [Fact]
    public void ManyReferencesToALargePart_KeepNoMoreThanTheirShare()
    {
        var message = Message($"<a>{new string('x', 100_000)}</a>");
        var references = new FailedReferences(message);
        var reports = Enumerable.Range(0, 400).Select(i => references.Read(Reference("AAAA"))).ToList();
        var kept = reports.Sum(report => (long)(report.ReceivedForm?.Length ?? 0));
        Assert.True(kept <= FormBudget.TimesTheMessage * message.Octets.Length, $"{kept} characters are kept");
        Assert.NotNull(reports[0].ReceivedForm);
        // The same form is computed once.
        Assert.All(reports, report => Assert.Equal(reports[0].ComputedDigest, report.ComputedDigest));
        Assert.Contains("too many references", reports[^1].Difference, StringComparison.Ordinal);
    }

    [Fact]
    public void ReferencesWithManyListsOfPrefixes_AreComputedWithinTheirShare()
    {
        var references = new FailedReferences(Message($"<a>{new string('x', 100_000)}</a>"));
        var reports = Enumerable.Range(0, 200).Select(i => references.Read(Reference("AAAA", $"p{i}"))).ToList();
        Assert.NotNull(reports[0].ComputedDigest);
        Assert.InRange(reports.Count(report => report.ComputedDigest is not null), 1, FormBudget.TimesTheMessage);
        Assert.Contains("not computed: too many references", reports[^1].Difference, StringComparison.Ordinal);
    }

    [Fact]
    public void FormThatIsFarLargerThanItsPart_IsNotComputed()
    {
        // Each of the elements has the declaration in the canonical form.
        var report = new FailedReferences(Message($"<a xmlns:l='urn:{new string('l', 50_000)}'>{string.Concat(Enumerable.Repeat("<l:b/>", 10_000))}</a>"))
            .Read(Reference("AAAA"));
        Assert.Null(report.ComputedDigest);
        Assert.Contains("not computed", report.Difference, StringComparison.Ordinal);
    }

    [Fact]
    public void MessagesOfAReport_ShareItsBudget()
    {
        var report = FormBudget.OfReport();
        Assert.All(Enumerable.Range(0, 4), _ => Assert.True(report.OfMessage(4 << 20).TryTake(64 << 20)));
        Assert.False(report.OfMessage(4 << 20).TryTake(1));
    }

    private static ReferenceReport Read(string content, string signed)
    {
        return new FailedReferences(Message(content)).Read(Reference(Convert.ToBase64String(SHA1.HashData(Encoding.UTF8.GetBytes(signed)))));
    }

    private static WireMessage Message(string content)
    {
        var octets = Encoding.UTF8.GetBytes("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:x='urn:x' "
            + "xmlns:u='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'>"
            + $"<s:Header/><s:Body u:Id='_1'>{content}</s:Body></s:Envelope>");
        return new WireMessage(1, new CapturedMessage { Source = "a test", Body = octets }, octets);
    }

    private static XElement Reference(string digest, string? prefixes = null)
    {
        XNamespace ds = "http://www.w3.org/2000/09/xmldsig#";
        XNamespace ec = "http://www.w3.org/2001/10/xml-exc-c14n#";
        return new XElement(ds + "Reference", new XAttribute("URI", "#_1"),
            prefixes is null ? null : new XElement(ds + "Transforms", new XElement(ds + "Transform", new XAttribute("Algorithm", ec.NamespaceName),
                new XElement(ec + "InclusiveNamespaces", new XAttribute("PrefixList", prefixes)))),
            new XElement(ds + "DigestMethod", new XAttribute("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")),
            new XElement(ds + "DigestValue", digest));
    }
}
