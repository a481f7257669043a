using Xunit;
using Xunit.Sdk;

namespace SecureConversation.Testing.Peers;

/// <summary>
/// How a test says at run time that the foreign program it needs is not here: <c>PeerAvailability.Require(Wss4jPeer.MissingReason)</c> skips
/// it with that reason, or, where the environment variable <c>SECURECONVERSATION_REQUIRE_PEERS</c> is 1 as in CI, fails it, so that a peer
/// cannot be lost unnoticed.
/// </summary>
public static class PeerAvailability
{
    public const string RequireVariable = "SECURECONVERSATION_REQUIRE_PEERS";

    /// <param name="missingReason">Null where the peer is there.</param>
    public static void Require(string? missingReason)
    {
        if (missingReason is not null && Environment.GetEnvironmentVariable(RequireVariable) == "1")
        {
            throw new XunitException($"{missingReason} ({RequireVariable} asks for it.)");
        }
        if (missingReason is not null)
        {
            Assert.Skip(missingReason);
        }
    }

    /// <summary>The full path of a program on PATH.</summary>
    internal static string? FindProgram(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(directory => Path.Combine(directory, name))
            .FirstOrDefault(File.Exists);

    /// <summary>A path in the source tree, or null when the tests were moved away from it.</summary>
    internal static string? FindSource(string relative)
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, relative)))
            {
                return Path.Combine(directory.FullName, relative);
            }
        }
        return null;
    }
}
