using Xunit;

namespace SecureConversation.Testing.Vectors;

/// <summary>
/// Names for <c>MemberData</c>. Tests take the name and look the vector up with <see cref="VectorArchive"/>: a string keeps each
/// vector a test case of its own with a stable name, and naming the cases reads no vector.
/// </summary>
public static class VectorNames
{
    // A label is shown in full. An argument is cut at 50 characters, and a filter for the name of its vector would find nothing.
    public static TheoryData<string> All => [.. VectorArchive.Names.Select(name => new TheoryDataRow<string>(name) { Label = name })];
}
