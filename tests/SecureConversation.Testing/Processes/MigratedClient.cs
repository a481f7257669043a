using Xunit;

namespace SecureConversation.Testing.Processes;

/// <summary>
/// The client of samples/MigratedSolution as it was built, in a directory of its own, with the address of the service of a test in its file.
/// </summary>
public sealed class MigratedClient : IDisposable
{
    private const string AddressOfFile = "http://localhost:8731/";

    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("client");

    /// <param name="program">The built OrderClient.dll.</param>
    /// <param name="service">The root of the service.</param>
    public MigratedClient(string program, Uri service)
    {
        foreach (var file in System.IO.Directory.GetFiles(Path.GetDirectoryName(program)!))
        {
            File.Copy(file, Path.Combine(Directory, Path.GetFileName(file)));
        }

        var configuration = Path.Combine(Directory, "OrderClient.dll.config");
        var text = File.ReadAllText(configuration);
        Assert.Contains(AddressOfFile, text, StringComparison.Ordinal);
        File.WriteAllText(configuration, text.Replace(AddressOfFile, service.AbsoluteUri, StringComparison.Ordinal));
    }

    public string Directory => _directory.FullName;

    public string Program => Path.Combine(Directory, "OrderClient.dll");

    /// <summary>What it writes when the service does all it asks for, but for the names of its users.</summary>
    public static IReadOnlyList<string> Answers(string nameOfBranch, string nameOfUser) =>
    [
        "certificate: 2 x tea",
        "certificate: 1 x milk",
        "certificate: orders 2",
        $"certificate: {nameOfBranch}",
        "user: 3 x sugar",
        $"user: {nameOfUser}",
        "user: only 10. There are not that many.",
        "till: 4 x bread",
        $"till: {nameOfBranch}",
    ];

    public void Dispose() => _directory.Delete(recursive: true);
}
