using System.Globalization;
using System.Text.RegularExpressions;
using SecureConversation.Testing.Vectors;
using SecureConversation.Tests.Architecture;

namespace SecureConversation.Tests.Vectors;

/// <summary>What the README says of the recorded conversations is counted here.</summary>
public sealed partial class ReadmeTests
{
    [Fact]
    public void Numbers_AreThoseOfTheVectors()
    {
        var vectors = VectorIndex.Names.Where(name => !name.StartsWith("cxf", StringComparison.Ordinal)).Select(VectorArchive.Get).ToList();

        var page = WhiteSpace().Replace(File.ReadAllText(Path.Combine(Sources.Root, "README.md")), " ");

        Assert.Contains(string.Create(CultureInfo.InvariantCulture,
            $"{vectors.Count} conversations recorded from WCF and {VectorIndex.Names.Count - vectors.Count} from Apache CXF"), page, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture,
            $"The {vectors.Count} conversations recorded from WCF decode and verify as recorded, and each passes through our client and "
            + $"through our service in the place of the recorded one."), page, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
