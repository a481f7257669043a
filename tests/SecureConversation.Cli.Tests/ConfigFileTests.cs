using SecureConversation.Cli.Migration;

namespace SecureConversation.Cli.Tests;

/// <summary>What the command says of a file is what the package says that reads it.</summary>
public sealed class ConfigFileTests
{
    private const string Session =
        "<security authenticationMode=\"SecureConversation\"><secureConversationBootstrap authenticationMode=\"MutualCertificate\" /></security>";

    private const string Text = "<textMessageEncoding /><httpTransport />";
    private const string Reliable = "<reliableSession enabled=\"true\" />";
    private const string Message = "<security mode=\"Message\"><message clientCredentialType=\"Certificate\" negotiateServiceCredential=\"false\" /></security>";
    private const string Issued = "<security mode=\"Message\"><message negotiateServiceCredential=\"false\" /></security>";

    [Theory]
    [InlineData(true, "wsHttpBinding", Reliable + Message, Verdict.Works, "")]
    [InlineData(false, "wsHttpBinding", Reliable + Message, Verdict.Works, "")]
    [InlineData(true, "wsHttpBinding", Reliable + "<security mode=\"TransportWithMessageCredential\" />", Verdict.NotOffered, "mode to Message")]
    [InlineData(false, "wsHttpBinding", Reliable + "<security mode=\"TransportWithMessageCredential\" />", Verdict.Stack, "")]
    [InlineData(true, "ws2007FederationHttpBinding", "<reliableSession enabled=\"true\" />" + Issued, Verdict.NotOffered, "customBinding")]
    [InlineData(false, "ws2007FederationHttpBinding", "<reliableSession enabled=\"true\" />" + Issued, Verdict.Works, "")]
    [InlineData(true, "customBinding", "<reliableSession />" + Session + Text, Verdict.Works, "")]
    [InlineData(true, "customBinding", "<reliableSession maxPendingChannels=\"9\" />" + Session + Text, Verdict.NotOffered, "both ends")]
    [InlineData(false, "customBinding", "<reliableSession maxPendingChannels=\"9\" />" + Session + Text, Verdict.Works, "")]
    [InlineData(true, "customBinding", Session + "<oneWay />" + Text, Verdict.NotOffered, "both sides")]
    [InlineData(true, "customBinding", Session + "<binaryMessageEncoding /><tcpTransport />", Verdict.Changes, "in code")]
    [InlineData(true, "netTcpBinding", "<security mode=\"Message\" />", Verdict.Changes, "UseNetTcp")]
    [InlineData(false, "netTcpBinding", "<security mode=\"Message\" />", Verdict.Works, "")]
    [InlineData(false, "netTcpBinding", Reliable + "<security mode=\"Message\" />", Verdict.NotOffered, "Take reliableSession out")]
    [InlineData(true, "wsDualHttpBinding", "<security mode=\"Message\" />", Verdict.NotOffered, "netTcpBinding")]
    [InlineData(false, "wsDualHttpBinding", "<security mode=\"Message\" />", Verdict.NotOffered, "netTcpBinding")]
    [InlineData(true, "netNamedPipeBinding", "", Verdict.NotOffered, "wsHttpBinding")]
    public void Endpoint_IsJudgedByThePackageOfItsSide(bool isService, string kind, string binding, object verdict, string remedy)
    {
        using var directory = new TemporaryDirectory();
        var endpoint = $"<endpoint name=\"shop\" address=\"\" contract=\"Shop.IOrders\" binding=\"{kind}\" bindingConfiguration=\"shop\" />";
        var path = directory.Add("app.config", $"""
            <configuration><system.serviceModel>
              <bindings><{kind}><binding name="shop">{binding}</binding></{kind}></bindings>
              {(isService ? $"<services><service name=\"Shop.Orders\">{endpoint}</service></services>" : $"<client>{endpoint}</client>")}
            </system.serviceModel></configuration>
            """);
        var findings = new FindingList(directory.FullName);
        Assert.True(ConfigFiles.Read(path, findings));
        var finding = Assert.Single(findings.InOrder(), f => f.Subject.Contains("endpoint", StringComparison.Ordinal));
        Assert.Equal(verdict, finding.Verdict);
        Assert.Contains(remedy, finding.Remedy ?? "", StringComparison.Ordinal);
    }
}
