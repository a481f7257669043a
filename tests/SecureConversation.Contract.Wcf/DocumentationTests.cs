using ClientProgram = Documentation.Client.Program;
using ServiceProgram = Documentation.Service.Program;

namespace SecureConversation.Contract.Wcf;

/// <summary>The session sample of WCF's documentation: its code works once the package and one namespace are changed.</summary>
public sealed class DocumentationTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public async Task SessionSample_Runs(bool serviceHasElements, bool clientHasElements)
    {
        var ofService = serviceHasElements ? ServiceProgram.ByElements() : ServiceProgram.BySwitch();
        await using var app = await ServiceProgram.StartAsync(ofService);
        var address = new Uri(app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/service");

        var (result, caller, session) = ClientProgram.Run(clientHasElements ? ClientProgram.ByElements() : ClientProgram.BySwitch(), address);

        Assert.Equal((100 - 50) * 17.65 / 2, result, precision: 10);
        Assert.Contains("CN=Test client", caller, StringComparison.Ordinal);
        Assert.StartsWith("urn:uuid:", session, StringComparison.Ordinal);
    }
}
