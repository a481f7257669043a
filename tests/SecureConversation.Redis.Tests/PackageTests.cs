namespace SecureConversation.Redis.Tests;

public sealed class PackageTests
{
    [Fact]
    public void Package_NamesWhatItsAssemblyUses() => Assert.Empty(PackageReferences.Differences(typeof(SecureConversationRedis).Assembly));
}
