using System.Formats.Tar;
using System.IO.Compression;

namespace SecureConversation.Testing.Vectors;

/// <summary>Where the files of vectors come from. Paths are relative to <c>vector.json</c> of the vector asked for.</summary>
internal abstract class VectorSource
{
    /// <summary>A name for messages and test output; unique among all sources for each vector.</summary>
    public abstract string Describe(string vector);

    /// <summary>The directories that hold a <c>vector.json</c>, sorted.</summary>
    public abstract IEnumerable<string> Vectors { get; }

    public abstract byte[] Read(string vector, string path);
}

/// <summary>One group, packed. Decompressed once and kept: random access into a solid archive would decompress it again and again.</summary>
internal sealed class ArchivedVectors(string root, string group) : VectorSource
{
    private readonly Lazy<Dictionary<string, byte[]>> files = new(() => Unpack(Path.Combine(root, group + ".tar.br")));

    public override string Describe(string vector) => $"{group}/{vector}";

    public override IEnumerable<string> Vectors =>
        files.Value.Keys.Where(name => name.EndsWith("/vector.json", StringComparison.Ordinal))
            .Select(name => name[..name.IndexOf('/', StringComparison.Ordinal)])
            .Order(StringComparer.Ordinal);

    public override byte[] Read(string vector, string path)
    {
        if (files.Value.TryGetValue($"{vector}/{path}", out var content))
        {
            return content;
        }
        // Certificates lie outside the groups, as plain files beside the archives.
        const string outside = "../../";
        if (path.StartsWith(outside + "certs/", StringComparison.Ordinal))
        {
            return File.ReadAllBytes(Path.Combine(root, path[outside.Length..]));
        }
        throw new VectorFormatException($"{Describe(vector)}: there is no file {path}.");
    }

    private static Dictionary<string, byte[]> Unpack(string archive)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var brotli = new BrotliStream(File.OpenRead(archive), CompressionMode.Decompress);
        using var tar = new TarReader(brotli);
        while (tar.GetNextEntry() is { } entry)
        {
            var content = new byte[entry.Length];
            entry.DataStream?.ReadExactly(content);
            files.Add(entry.Name, content);
        }
        return files;
    }
}

/// <summary>Every directory with a <c>vector.json</c> at or below a path, for vectors that are not part of the repository.</summary>
internal sealed class DirectoryVectors(string root) : VectorSource
{
    // A vector of the same name may exist in the repository with other keys.
    public override string Describe(string vector) => "external:" + vector.Replace('\\', '/');

    public override IEnumerable<string> Vectors =>
        Directory.EnumerateFiles(root, "vector.json", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, Path.GetDirectoryName(file)!))
            .Order(StringComparer.Ordinal);

    public override byte[] Read(string vector, string path)
    {
        var file = Path.Combine(root, vector, path);
        return File.Exists(file) ? File.ReadAllBytes(file) : throw new VectorFormatException($"{Describe(vector)}: there is no file {path}.");
    }
}
