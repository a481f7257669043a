using System.Text.RegularExpressions;

namespace SecureConversation.Tests.Architecture;

/// <summary>Dependencies point downwards: each layer may use itself and those that are listed for it.</summary>
public sealed class DependencyTests
{
    private static readonly string[] Vocabulary =
    [
        "SecureConversation.FailureCode", "SecureConversation.SecureConversationException", "SecureConversation.SecureConversationFailure",
        "SecureConversation.SoapFault", "SecureConversation.EngineLog", "SecureConversation.MessageSecurityServiceOptions", "SecureConversation.MessageSecurityClientOptions",
    ];

    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["Vocabulary"] = "Session", // options name the session that ended and the replay cache
        ["Errors"] = "Protocol",
        ["Xml"] = "Errors",
        ["Crypto"] = "Errors",
        ["Binding"] = "Crypto Errors Protocol Xml",
        ["Credentials"] = "Errors Crypto",
        ["Protocol"] = "Xml Binding",
        ["Tokens"] = "Binding Xml Protocol Errors Crypto Credentials",
        ["Signature"] = "Tokens Xml Protocol Errors Crypto Binding",
        ["Encryption"] = "Tokens Xml Protocol Errors Crypto Binding",
        ["Security"] = "Signature Encryption Tokens Xml Protocol Errors Crypto Binding Credentials",
        ["Trust"] = "Security Tokens Xml Protocol Errors Crypto Binding",
        ["Session"] = "Trust Security Signature Encryption Tokens Xml Protocol Errors Crypto Binding Credentials",
        ["Decoding"] = "Session Trust Security Signature Encryption Tokens Xml Protocol Errors Crypto Binding Credentials",
        ["Roles"] = "Decoding Session Trust Security Signature Encryption Tokens Xml Protocol Errors Crypto Binding Credentials",
    };

    [Fact]
    public void Engine_RefersDownwardsOnly()
    {
        var references = References.Read(typeof(MessageSecurityService).Assembly.Location);
        // A static call in the code of a method: the reader sees more than signatures.
        Assert.Contains(("SecureConversation.Security.MessageVerifier", "SecureConversation.Security.Coverage"), references);
        var crossed = references
            .Where(r => r.From.StartsWith("SecureConversation", StringComparison.Ordinal) && r.To.StartsWith("SecureConversation", StringComparison.Ordinal))
            .Where(r => LayerOf(r.From) != LayerOf(r.To) && LayerOf(r.To) != "Vocabulary"
                && !(Allowed.TryGetValue(LayerOf(r.From), out var allowed) && allowed.Split(' ').Contains(LayerOf(r.To))))
            .Select(r => $"{r.From} -> {r.To}").Order(StringComparer.Ordinal);
        Assert.False(crossed.Any(), string.Join(Environment.NewLine, crossed));
    }

    [Fact]
    public void Engine_RefersToThePlatformAndTwoPackagesOnly()
    {
        var others = typeof(MessageSecurityService).Assembly.GetReferencedAssemblies().Select(a => a.Name!)
            .Where(n => !n.StartsWith("System.", StringComparison.Ordinal) && n is not ("Microsoft.Extensions.Logging.Abstractions" or "Microsoft.Win32.Primitives"));
        Assert.Empty(others);
        var packages = Regex.Matches(File.ReadAllText(Path.Combine(Root, "src", "SecureConversation", "SecureConversation.csproj")), "PackageReference Include=\"([^\"]+)\"")
            .Select(m => m.Groups[1].Value);
        Assert.All(packages, p => Assert.Contains(p, new[] { "Microsoft.Extensions.Logging.Abstractions", "System.Security.Cryptography.Xml", "Microsoft.CodeAnalysis.BannedApiAnalyzers" }));
    }

    [Fact]
    public void Adapters_ReferToTheEngineOnlyAndSeeNothingInternal()
    {
        var adapters = Directory.GetFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) is "SecureConversation.Http.csproj" or "SecureConversation.AspNetCore.csproj");
        foreach (var adapter in adapters)
        {
            var projects = Regex.Matches(File.ReadAllText(adapter), "ProjectReference Include=\"([^\"]+)\"").Select(m => m.Groups[1].Value.Replace('\\', '/'));
            Assert.All(projects, p => Assert.EndsWith("/SecureConversation/SecureConversation.csproj", p, StringComparison.Ordinal));
        }

        var engine = File.ReadAllText(Path.Combine(Root, "src", "SecureConversation", "SecureConversation.csproj"));
        Assert.DoesNotMatch("InternalsVisibleTo Include=\"SecureConversation\\.(Http|AspNetCore)\"", engine);
    }

    [Fact]
    public void SourceFiles_HaveSixHundredLinesAtMost()
    {
        var tooLong = new[] { "src", "tests", "samples", "benchmarks" }.Select(d => Path.Combine(Root, d)).Where(Directory.Exists)
            .SelectMany(d => Directory.EnumerateFiles(d, "*.cs", SearchOption.AllDirectories))
            .Where(f => !Regex.IsMatch(f, @"[/\\](obj|bin|node_modules)[/\\]") && File.ReadLines(f).Skip(600).Any());
        Assert.Empty(tooLong);
    }

    private static string Root
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

    private static string LayerOf(string type)
    {
        if (Vocabulary.Contains(type))
        {
            return "Vocabulary";
        }

        var parts = type.Split('.');
        return parts.Length == 2 ? "Roles" : parts[1];
    }
}
