namespace SecureConversation.Testing.Vectors;

/// <summary>
/// All recorded conversations: those of the repository, packed by group beside the test assembly, and those below the directory that
/// the environment variable <c>SECURECONVERSATION_VECTORS</c> names. One vector that cannot be read fails the whole load.
/// </summary>
public static class VectorArchive
{
    public const string DirectoryVariable = "SECURECONVERSATION_VECTORS";

    private static readonly Lazy<IReadOnlyDictionary<string, Vector>> Loaded = new(() =>
        LoadRepository().Concat(LoadExternal(Environment.GetEnvironmentVariable(DirectoryVariable)))
            .ToDictionary(vector => vector.Name, StringComparer.Ordinal));

    public static IReadOnlyCollection<Vector> All => [.. Loaded.Value.Values];

    /// <param name="name">As in <see cref="VectorNames"/>: <c>group/name</c>, or <c>external:path</c>.</param>
    public static Vector Get(string name) =>
        Loaded.Value.TryGetValue(name, out var vector) ? vector : throw new ArgumentException($"There is no vector {name}.", nameof(name));

    /// <param name="name">As in <see cref="VectorNames"/>: the vector's name, a slash, the file.</param>
    public static VectorMessage GetMessage(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var slash = name.LastIndexOf('/');
        return Get(name[..slash]).Messages.Single(message => message.Record.File == name[(slash + 1)..]);
    }

    internal static IEnumerable<Vector> LoadRepository()
    {
        var root = Path.Combine(AppContext.BaseDirectory, "vectors");
        var groups = Directory.EnumerateFiles(root, "*.tar.br").Select(file => Path.GetFileName(file)[..^".tar.br".Length]);
        return groups.Order(StringComparer.Ordinal).SelectMany(group => Load(new ArchivedVectors(root, group)));
    }

    internal static IEnumerable<Vector> LoadExternal(string? directory)
    {
        if (string.IsNullOrEmpty(directory))
        {
            return [];
        }
        // A mistyped path must not look like a run over no vectors.
        return Directory.Exists(directory)
            ? Load(new DirectoryVectors(directory))
            : throw new DirectoryNotFoundException($"{DirectoryVariable} names a directory that does not exist: {directory}");
    }

    private static IEnumerable<Vector> Load(VectorSource source) => source.Vectors.Select(directory => Vector.Load(source, directory));
}
