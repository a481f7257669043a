using SecureConversation.Testing;

namespace SecureConversation.CoreWCF.Tests;

public sealed class PackageTests
{
    [Fact]
    public void Package_NamesWhatItsAssemblyUses() => Assert.Empty(PackageReferences.Differences(typeof(MessageSecurityBindingElement).Assembly));
}
