using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>The bodies of a recorded conversation in a directory, with the keys beside it.</summary>
internal static class RecordedDirectory
{
    public static string AddConversation(this TemporaryDirectory directory, string name)
    {
        var vector = VectorArchive.Get(name);
        var path = Path.Combine(directory.FullName, Path.GetFileName(name));
        Directory.CreateDirectory(path);
        foreach (var message in vector.Messages)
        {
            File.WriteAllBytes(Path.Combine(path, Path.GetFileName(message.Record.File)), message.ReadEntity());
        }

        return path;
    }

    /// <summary>The arguments for the keys of both sides.</summary>
    public static string[] Keys(this TemporaryDirectory directory, string name)
    {
        var vector = VectorArchive.Get(name);
        return
        [
            .. new[] { vector.File.Certificates.Service, vector.File.Certificates.Client }.SelectMany(path =>
            {
                var pem = directory.Add(Path.GetFileName(path), vector.ReadFile(path));
                directory.Add(Path.GetFileName(Path.ChangeExtension(path, ".key")), vector.ReadFile(Path.ChangeExtension(path, ".key")));
                return new[] { "--key", pem };
            }),
        ];
    }
}
