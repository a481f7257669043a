using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

public sealed class PackageTests
{
    [Fact]
    public void Package_NamesWhatItsAssemblyUses() => Assert.Empty(PackageReferences.Differences(typeof(SecureConversationClient).Assembly));
}
