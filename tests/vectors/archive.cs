#:property PublishAot=false

// Packs the directory of one group of vectors into an archive, and unpacks it:
//   dotnet run tests/vectors/archive.cs -- pack DIRECTORY GROUP.tar.br
//   dotnet run tests/vectors/archive.cs -- unpack GROUP.tar.br DIRECTORY
// The same files give the same archive: sorted names, one fixed time, no owner.

using System.Formats.Tar;
using System.IO.Compression;

return args switch
{
    ["pack", var directory, var archive] => Pack(directory, archive),
    ["unpack", var archive, var directory] => Unpack(archive, directory),
    _ => Usage(),
};

static int Pack(string directory, string archive)
{
    var names = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(directory, path).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);
    // The window must reach from one vector of a group to the next: conversations repeat much of each other.
    var options = new BrotliCompressionOptions { Quality = 11 };
    using var file = File.Create(archive);
    using var brotli = new BrotliStream(file, options);
    using var tar = new TarWriter(brotli, TarEntryFormat.Ustar);
    foreach (var name in names)
    {
        using var content = File.OpenRead(Path.Combine(directory, name));
        tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = content,
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead,
        });
    }
    return 0;
}

static int Unpack(string archive, string directory)
{
    using var brotli = new BrotliStream(File.OpenRead(archive), CompressionMode.Decompress);
    Directory.CreateDirectory(directory);
    TarFile.ExtractToDirectory(brotli, directory, overwriteFiles: false);
    return 0;
}

static int Usage()
{
    Console.Error.WriteLine("usage: pack DIRECTORY ARCHIVE | unpack ARCHIVE DIRECTORY");
    return 2;
}
