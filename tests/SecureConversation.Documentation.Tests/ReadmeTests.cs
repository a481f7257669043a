namespace SecureConversation.Documentation.Tests;

/// <summary>The programs of the README files compile as they stand and talk to each other, with certificates of a private authority.</summary>
public sealed class ReadmeTests
{
    [Theory]
    [InlineData("README.md", 0)]
    [InlineData("src/SecureConversation.Http/README.md", 0)]
    [InlineData("src/SecureConversation.ServiceModel/README.md", 0)]
    [InlineData("src/SecureConversation.ServiceModel/README.md", 1)]
    [InlineData("src/SecureConversation/README.md", 0)]
    public async Task Client_CallsTheServiceOfTheReadme(string page, int index) => Assert.Contains("placed for Test client",
        await PublishedPair.RunAsync(Page.Programs("README.md")[1], Page.Programs(page)[index]), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "FirstClient")]
    [InlineData(1, "FirstService")]
    [InlineData(2, "FirstBinding")]
    public void Programs_AreThoseOfTheSamples(int index, string sample) => Assert.Equal(
        string.Join('\n', Page.Lines($"samples/{sample}/Program.cs")), Page.Programs("README.md")[index]);

    [Fact]
    public void Services_OfBothPages_AreTheSame() =>
        Assert.Equal(Page.Programs("README.md")[1], Page.Programs("src/SecureConversation.AspNetCore/README.md")[0]);

    [Fact]
    public void BindingElements_Compile() => Assert.Empty(PublishedProgram.Errors(Page.Programs("README.md")[2], isWeb: false));

    [Fact]
    public void ServiceOnAFarm_Compiles() =>
        Assert.Empty(PublishedProgram.Errors(Page.Programs("src/SecureConversation.Redis/README.md")[0], isWeb: true));

    [Theory]
    [InlineData("README.md", 3)]
    [InlineData("src/SecureConversation/README.md", 1)]
    [InlineData("src/SecureConversation.AspNetCore/README.md", 1)]
    [InlineData("src/SecureConversation.CoreWCF/README.md", 1)]
    [InlineData("src/SecureConversation.Http/README.md", 1)]
    [InlineData("src/SecureConversation.Redis/README.md", 1)]
    [InlineData("src/SecureConversation.ServiceModel/README.md", 2)]
    public void Page_HasNoOtherPrograms(string page, int count) => Assert.Equal(count, Page.Programs(page).Count);
}
