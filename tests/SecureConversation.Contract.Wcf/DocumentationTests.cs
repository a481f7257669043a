using ClientProgram = Documentation.Client.Program;
using SecureConversation.Documentation.Tests;
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

    /// <summary>The service of the README of the CoreWCF adapter, and the clients of the README files of all others.</summary>
    [Theory]
    [InlineData("README.md", 0)]
    [InlineData("src/SecureConversation.ServiceModel/README.md", 0)]
    public async Task ServiceOfTheReadme_IsCalledByItsClients(string page, int index)
    {
        // As CoreWCF's package adds it to projects: without it the call is ambiguous.
        const string Added = """
            namespace Microsoft.AspNetCore.Builder;
            static class WebApplicationExtensions
            {
                public static void UseServiceModel(this WebApplication app, System.Action<CoreWCF.Configuration.IServiceBuilder> configure) =>
                    CoreWCF.Configuration.ServiceModelApplicationBuilderExtensions.UseServiceModel((IApplicationBuilder)app, configure);
            }
            """;
        var service = Page.Programs("src/SecureConversation.CoreWCF/README.md")[0];
        Assert.Contains("placed for CN=Test client", await PublishedPair.RunAsync(service, Page.Programs(page)[index], Added), StringComparison.Ordinal);
    }
}
