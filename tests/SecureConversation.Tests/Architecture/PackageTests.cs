using SecureConversation.Testing;

namespace SecureConversation.Tests.Architecture;

public sealed class PackageTests
{
    [Fact]
    public void Package_NamesWhatItsAssemblyUses() => Assert.Empty(PackageReferences.Differences(typeof(MessageSecurityClient).Assembly));
}
