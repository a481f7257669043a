using System.Text.RegularExpressions;

namespace SecureConversation.Tests.Architecture;

/// <summary>The source tree that the tests were built from.</summary>
internal static partial class Sources
{
    public static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "SecureConversation.sln")))
            {
                folder = folder.Parent ?? throw new InvalidOperationException("The solution is not above the tests.");
            }

            return folder.FullName;
        }
    }

    /// <summary>The full paths of the C# files below a folder of the root; those that the build or a package manager made are left out.</summary>
    public static IEnumerable<string> Files(string folder) =>
        !Directory.Exists(Path.Combine(Root, folder)) ? [] : Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories).Where(f => !Made().IsMatch(f));

    [GeneratedRegex(@"[/\\](obj|bin|node_modules)[/\\]")]
    private static partial Regex Made();
}
