using SecureConversation.Binding;
using SecureConversation.Cli.Decoding;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>Bindings of files that a conversation is decoded with: those with reliable sessions.</summary>
public sealed class BindingFileTests
{
    private const string Recorded = "stock-bindings/wshttp-cert-rm";

    private const string Json = """
        { "Shop": {
            "MessageSecurity": { "ClientCredentialType": "Certificate", "NegotiateServiceCredential": false },
            "ReliableSession": { "InactivityTimeout": "00:03:00" } } }
        """;

    private const string Config = """
        <configuration><system.serviceModel><bindings><wsHttpBinding><binding name="shop">
          <reliableSession enabled="true" />
          <security mode="Message"><message clientCredentialType="Certificate" negotiateServiceCredential="false" /></security>
        </binding></wsHttpBinding></bindings></system.serviceModel></configuration>
        """;

    [Theory]
    [InlineData("shop.json")]
    [InlineData("app.config")]
    [InlineData("service.wsdl")]
    public async Task MessagesOfTheSequence_AreDecodedWithTheBindingOfAFile(string file)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Add(file, file switch
        {
            "shop.json" => System.Text.Encoding.UTF8.GetBytes(Json),
            "app.config" => System.Text.Encoding.UTF8.GetBytes(Config),
            _ => VectorArchive.Get(Recorded).ReadFile("service.wsdl"),
        });
        Assert.Equal(ReliableMessagingVersion.WSReliableMessagingFebruary2005, BindingFiles.Read(path).ReliableSession!.ReliableMessagingVersion);
        var result = await CliProcess.RunAsync(["decode", directory.AddConversation(Recorded), "--binding", path, .. directory.Keys(Recorded)]);
        Assert.Contains("22 verified, 0 refused, 22 in all.", result.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, result.ExitCode);
    }

    /// <summary>What only the service would refuse says nothing about messages.</summary>
    [Fact]
    public void SettingsThatAreNotOnTheWire_DoNotMatter()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.Add("app.config", """
            <configuration><system.serviceModel><bindings><customBinding><binding name="shop">
              <reliableSession maxPendingChannels="9" reliableMessagingVersion="WSReliableMessaging11" />
              <security authenticationMode="SecureConversation"><secureConversationBootstrap authenticationMode="MutualCertificate" /></security>
              <textMessageEncoding /><httpTransport />
            </binding></customBinding></bindings></system.serviceModel></configuration>
            """);
        Assert.Equal(ReliableMessagingVersion.WSReliableMessaging11, BindingFiles.Read(path).ReliableSession!.ReliableMessagingVersion);
    }

    [Fact]
    public void WithoutReliableSession_ThereIsNone()
    {
        using var directory = new TemporaryDirectory();
        Assert.Null(BindingFiles.Read(directory.Add("shop.json", """{ "MessageSecurity": { "ClientCredentialType": "Certificate" } }""")).ReliableSession);
        Assert.Null(BindingFiles.Read(directory.Add("service.wsdl", VectorArchive.Get("session/sc-mutualcert-2007").ReadFile("service.wsdl"))).ReliableSession);
    }
}
