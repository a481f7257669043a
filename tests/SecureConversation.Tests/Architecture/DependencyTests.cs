using System.Text.RegularExpressions;

namespace SecureConversation.Tests.Architecture;

/// <summary>Dependencies point downwards: each layer may use itself and those that are listed for it.</summary>
public sealed class DependencyTests
{
    /// <summary>Public types that say what happened or what was set; every layer may name them.</summary>
    private static readonly string[] Vocabulary =
    [
        "SecureConversation.FailureCode", "SecureConversation.SecureConversationException", "SecureConversation.SecureConversationFailure",
        "SecureConversation.SoapFault", "SecureConversation.MessageSecurityServiceOptions", "SecureConversation.MessageSecurityClientOptions",
        "SecureConversation.ReplayOutcome", "SecureConversation.ReplayEntry", "SecureConversation.MessageOrigin", "SecureConversation.IReplayCache",
        "SecureConversation.FailureAnswerOptions", "SecureConversation.AddressFilter", "SecureConversation.ISecurityStateEncoder",
        "SecureConversation.StoreUnavailableException",
        "SecureConversation.Credentials.AuthenticationFaultException",
        "SecureConversation.SessionCloseReason", "SecureConversation.ISecuritySessionStore", "SecureConversation.SessionState",
        "SecureConversation.SessionKeyState", "SecureConversation.SessionKeyRole",
        "SecureConversation.Diagnosis.IMessageLog", "SecureConversation.Diagnosis.LoggedMessage",
        "SecureConversation.Diagnosis.MessageLoggingOptions", "SecureConversation.Diagnosis.MessageLoggingSource",
    ];

    /// <summary>What the layers hand out; where it stands in the public folder, it belongs to the layer that makes it.</summary>
    private static readonly Dictionary<string, string> HandedOut = new()
    {
        ["SecureConversation.VerifiedMessage"] = "Receive",
        ["SecureConversation.ServiceSession"] = "Sessions",
        ["SecureConversation.InMemoryReplayCache"] = "Replay",
        ["SecureConversation.SecuredRequest"] = "Roles",
        ["SecureConversation.ReliableAnswer"] = "Receive",
        ["SecureConversation.ReceivedInSession"] = "Handshake",
        ["SecureConversation.ReceivedInSessionKind"] = "Handshake",
    };

    private static readonly Dictionary<string, string> Allowed = new()
    {
        ["Vocabulary"] = "Failures Sessions Shared Binding Credentials", // exceptions link to the page of failures; options name the session that ended; addresses are compared
        ["Shared"] = "",
        ["Failures"] = "Names Shared",
        ["Telemetry"] = "Failures Shared Xml Names Binding",
        ["Schedule"] = "Quota Shared Telemetry",
        ["Quota"] = "Shared",
        ["Xml"] = "Failures Shared",
        ["Encodings"] = "Xml Failures Shared Binding",
        ["Crypto"] = "Failures",
        ["Names"] = "Xml Binding",
        ["Binding"] = "Tokens Crypto Names",
        ["Credentials"] = "Shared Binding Xml Failures Tokens Crypto",
        ["Tokens"] = "Binding Xml Names Failures Crypto Credentials Encryption",
        ["Signature"] = "Tokens Xml Names Failures Crypto Binding",
        ["Saml"] = "Replay Signature Encryption Tokens Xml Names Failures Crypto Binding Credentials",
        ["Encryption"] = "Shared Tokens Xml Names Failures Crypto Binding",
        ["Requirements"] = "Tokens Xml Names Binding",
        ["Soap"] = "Requirements Tokens Xml Names Failures Crypto Binding",
        ["Sessions"] = "Shared Quota Replay Requirements Soap Tokens Xml Names Failures Crypto Binding",
        ["Reliable"] = "Quota Soap Tokens Xml Names Failures Binding",
        ["Replay"] = "Quota Telemetry Crypto Xml Names Failures Binding",
        ["Receive"] = "Saml Shared Replay Sessions Soap Requirements Signature Encryption Tokens Xml Names Failures Crypto Binding Credentials Diagnosis",
        ["Send"] = "Replay Receive Sessions Soap Requirements Signature Encryption Tokens Xml Names Failures Crypto Binding Credentials",
        ["Trust"] = "Credentials Replay Tokens Xml Names Failures Crypto Binding",
        ["Negotiation"] = "Trust Tokens Xml Names Failures Crypto Binding Credentials Shared",
        ["Handshake"] = "Negotiation Credentials Quota Replay Roles Trust Sessions Receive Send Soap Requirements Tokens Xml Names Failures Crypto Binding Telemetry",
        ["Roles"] = "Reliable Saml Shared Quota Sessions Replay Receive Send Soap Requirements Signature Encryption Tokens Xml Names Failures Crypto Binding Credentials Telemetry",
        ["Diagnosis"] = "Saml Telemetry Handshake Trust Sessions Replay Receive Send Soap Requirements Signature Encryption Tokens Xml Names Failures Crypto Binding Credentials",
        ["Public"] = "Encodings Reliable Saml Quota Shared Schedule Handshake Roles Trust Sessions Replay Receive Send Soap Requirements Signature Encryption Tokens Xml Names Failures Crypto Binding Credentials Telemetry",
    };

    [Fact]
    public void Engine_RefersDownwardsOnly()
    {
        var references = References.Read(typeof(MessageSecurityService).Assembly.Location);
        // A static call in the code of a method: the reader sees more than signatures.
        Assert.Contains(("SecureConversation.Engine.Receive.MessageVerifier", "SecureConversation.Engine.Receive.Coverage"), references);
        var crossed = references
            .Where(r => r.From.StartsWith("SecureConversation", StringComparison.Ordinal) && r.To.StartsWith("SecureConversation", StringComparison.Ordinal))
            .Where(r => LayerOf(r.From) != LayerOf(r.To) && LayerOf(r.To) != "Vocabulary"
                && !(Allowed.TryGetValue(LayerOf(r.From), out var allowed) && allowed.Split(' ').Contains(LayerOf(r.To))))
            .Select(r => $"{r.From} -> {r.To}").Order(StringComparer.Ordinal);
        Assert.False(crossed.Any(), string.Join(Environment.NewLine, crossed));
    }

    [Fact]
    public void Engine_RefersToThePlatformAndAbstractionsOnly()
    {
        var others = typeof(MessageSecurityService).Assembly.GetReferencedAssemblies().Select(a => a.Name!)
            .Where(n => !n.StartsWith("System.", StringComparison.Ordinal) && n is not ("Microsoft.AspNetCore.DataProtection.Abstractions" or "Microsoft.Extensions.Logging.Abstractions" or "Microsoft.Win32.Primitives"));
        Assert.Empty(others);
        var packages = Regex.Matches(File.ReadAllText(Path.Combine(Sources.Root, "src", "SecureConversation", "SecureConversation.csproj")), "PackageReference Include=\"([^\"]+)\"")
            .Select(m => m.Groups[1].Value);
        Assert.All(packages, p => Assert.Contains(p, new[] { "Microsoft.AspNetCore.DataProtection.Abstractions", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.CodeAnalysis.BannedApiAnalyzers" }));
    }

    [Fact]
    public void Adapters_ReferToTheEngineAndItsFilesOnlyAndSeeNothingInternal()
    {
        var adapters = Directory.GetFiles(Path.Combine(Sources.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) is "SecureConversation.Http.csproj" or "SecureConversation.AspNetCore.csproj" or "SecureConversation.Redis.csproj").ToList();
        Assert.Equal(3, adapters.Count);
        foreach (var adapter in adapters)
        {
            var projects = Regex.Matches(File.ReadAllText(adapter), "ProjectReference Include=\"([^\"]+)\"").Select(m => m.Groups[1].Value.Replace('\\', '/'));
            Assert.All(projects, p => Assert.Contains(p, Readable));
        }

        var engine = File.ReadAllText(Path.Combine(Sources.Root, "src", "SecureConversation", "SecureConversation.csproj"));
        Assert.DoesNotMatch("InternalsVisibleTo Include=\"SecureConversation\\.(Http|AspNetCore|Redis)\"", engine);
    }

    /// <summary>The engine, and what reads its records from configurations.</summary>
    private static readonly string[] Readable =
    [
        "../SecureConversation/SecureConversation.csproj",
        "../SecureConversation.Configuration/SecureConversation.Configuration.csproj",
        "../SecureConversation.Policy/SecureConversation.Policy.csproj",
    ];

    [Fact]
    public void SourceFiles_HaveSixHundredLinesAtMost()
    {
        var tooLong = new[] { "src", "tests", "samples", "benchmarks" }.SelectMany(Sources.Files).Where(f => File.ReadLines(f).Skip(600).Any());
        Assert.Empty(tooLong);
    }

    [Fact]
    public void SourceFilesOfPackages_HaveFourHundredLinesAtMost() =>
        Assert.DoesNotContain(Sources.Files("src"), f => File.ReadLines(f).Skip(400).Any());

    /// <summary>The same number as max_line_length in .editorconfig, which no analyzer checks.</summary>
    [Fact]
    public void SourceLines_Have140ColumnsAtMost()
    {
        var tooLong = Sources.Files("src").SelectMany(f => File.ReadLines(f)
            .Select((line, i) => (line, Place: $"{Path.GetRelativePath(Sources.Root, f)}:{i + 1}"))
            .Where(l => l.line.Length > 140)
            .Select(l => l.Place));
        Assert.Empty(tooLong);
    }

    private static string LayerOf(string type)
    {
        if (Vocabulary.Contains(type))
        {
            return "Vocabulary";
        }

        var parts = type.Split('.');
        return HandedOut.TryGetValue(type, out var layer) ? layer
            : parts.Length == 2 ? "Public"
            : parts[1] == "Engine" ? parts[2]
            : parts[1];
    }
}
