using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

public sealed class PackageTests
{
    [Fact]
    public void Package_NamesWhatItsAssemblyUses() => Assert.Empty(PackageReferences.Differences(typeof(SoapReply).Assembly));
}
