using Xunit;

namespace SecureConversation.Testing.Vectors;

/// <summary>
/// Names for <c>MemberData</c>. Tests take the name and look the vector up with <see cref="VectorArchive"/>: a string keeps each
/// vector a test case of its own with a stable name.
/// </summary>
public static class VectorNames
{
    public static TheoryData<string> All => Where(_ => true);

    public static TheoryData<string> AllMessages => MessagesWhere(_ => true);

    public static TheoryData<string> OfGroups(params string[] groups) => Where(vector => groups.Contains(vector.File.Group));

    public static TheoryData<string> Where(Func<Vector, bool> condition) =>
        [.. VectorArchive.All.Where(condition).Select(vector => vector.Name)];

    public static TheoryData<string> MessagesWhere(Func<VectorMessage, bool> condition) =>
        [.. VectorArchive.All.SelectMany(vector => vector.Messages).Where(condition).Select(message => message.Name)];
}
