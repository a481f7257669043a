namespace SecureConversation.Testing.Vectors;

/// <summary>
/// All recorded conversations: those of the repository, packed by group beside the test assembly, and those below the directory that
/// the environment variable <c>SECURECONVERSATION_VECTORS</c> names. The names are known without reading anything; an archive is
/// decompressed when the first of its vectors is asked for, and a vector is parsed when it is asked for itself.
/// </summary>
public static class VectorArchive
{
    public const string DirectoryVariable = "SECURECONVERSATION_VECTORS";

    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "vectors");

    private static readonly Lazy<IReadOnlyDictionary<string, Lazy<Vector>>> Known = new(() =>
        Repository().Concat(External(Environment.GetEnvironmentVariable(DirectoryVariable)))
            .ToDictionary(vector => vector.Name, vector => vector.Content, StringComparer.Ordinal));

    public static IEnumerable<string> Names => Known.Value.Keys;

    /// <summary>Reads every vector. A vector that cannot be read fails it.</summary>
    public static IReadOnlyCollection<Vector> LoadAll() => [.. Names.Select(Get)];

    public static IEnumerable<Vector> LoadGroup(string group) => Names.Where(name => name.StartsWith(group + "/", StringComparison.Ordinal)).Select(Get);

    /// <param name="name">As in <see cref="VectorNames"/>: <c>group/name</c>, or <c>external:path</c>.</param>
    public static Vector Get(string name) =>
        Known.Value.TryGetValue(name, out var vector) ? vector.Value : throw new ArgumentException($"There is no vector {name}.", nameof(name));

    /// <param name="name">As in <see cref="VectorNames"/>: the vector's name, a slash, the file.</param>
    public static VectorMessage GetMessage(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var slash = name.LastIndexOf('/');
        return Get(name[..slash]).Messages.Single(message => message.Record.File == name[(slash + 1)..]);
    }

    /// <summary>The names by what the archives hold, which takes decompressing them all.</summary>
    internal static IEnumerable<string> ReadNames() =>
        Directory.EnumerateFiles(Root, "*.tar.br").Select(file => new ArchivedVectors(Root, Path.GetFileName(file)[..^".tar.br".Length]))
            .SelectMany(source => source.Vectors.Select(source.Describe));

    internal static IEnumerable<(string Name, Lazy<Vector> Content)> External(string? directory)
    {
        if (string.IsNullOrEmpty(directory))
        {
            return [];
        }
        // A mistyped path must not look like a run over no vectors.
        return Directory.Exists(directory)
            ? Entries(new DirectoryVectors(directory))
            : throw new DirectoryNotFoundException($"{DirectoryVariable} names a directory that does not exist: {directory}");
    }

    private static IEnumerable<(string Name, Lazy<Vector> Content)> Repository()
    {
        foreach (var group in VectorIndex.Names.GroupBy(name => name[..name.IndexOf('/', StringComparison.Ordinal)]))
        {
            var source = new ArchivedVectors(Root, group.Key);
            foreach (var name in group)
            {
                yield return Entry(source, name[(group.Key.Length + 1)..]);
            }
        }
    }

    private static IEnumerable<(string Name, Lazy<Vector> Content)> Entries(VectorSource source) => source.Vectors.Select(vector => Entry(source, vector));

    private static (string Name, Lazy<Vector> Content) Entry(VectorSource source, string vector) =>
        (source.Describe(vector), new Lazy<Vector>(() => Vector.Load(source, vector)));
}
