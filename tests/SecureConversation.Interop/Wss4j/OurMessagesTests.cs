using SecureConversation.Binding;
using SecureConversation.Interop.Support;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Wss4j;

/// <summary>
/// WSS4J accepts every message that our client and our service send, and sees exactly those parts signed and encrypted that the binding
/// asks for.
/// </summary>
public sealed class OurMessagesTests
{
    private static readonly string[] Suites = ["Basic256", "Basic128", "TripleDes", "Basic256Rsa15", "Basic128Sha256Rsa15"];

    public static TheoryData<string> AllBindings => [.. Bindings.Names];

    /// <summary>The variations that change how keys and ciphertext are written; Basic256Sha256 is what all bindings are tried with.</summary>
    public static TheoryData<string, string> BindingsAndSuites
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in Bindings.Names.Where(n => n.Split('/') is [_, "" or "sign-first" or "encrypt-first" or "no-derived", _]))
            {
                foreach (var suite in Suites)
                {
                    data.Add(name, suite);
                }
            }

            return data;
        }
    }

    public static TheoryData<string, string> BindingsAndVersions
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var name in Bindings.Names.Where(n => n.Contains("//", StringComparison.Ordinal)))
            {
                foreach (var version in MessageVersion.All.Where(v => v != MessageVersion.Default && (v.Addressing != AddressingVersion.None || name.EndsWith("single", StringComparison.Ordinal))))
                {
                    data.Add(name, version.Name);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(AllBindings))]
    public Task Conversation_IsAccepted(string name) => RequireAcceptedAsync(Bindings.Create(name));

    [Theory]
    [MemberData(nameof(BindingsAndSuites))]
    public Task Conversation_IsAcceptedInTheSuite(string name, string suite) =>
        RequireAcceptedAsync(Bindings.Create(name, SecurityAlgorithmSuite.Parse(suite)));

    /// <summary>AES-GCM. WSS4J 1.6 knows it only where keys are not derived, and does not read the mask generation function of OAEP.</summary>
    [Theory]
    [InlineData("username/no-derived/session", "Basic192Gcm")]
    public Task Conversation_IsAcceptedInASuiteBeyondWcf(string name, string suite) =>
        RequireAcceptedAsync(Bindings.Create(name, SecurityAlgorithmSuite.Parse(suite)));

    [Theory]
    [MemberData(nameof(BindingsAndVersions))]
    public Task Conversation_IsAcceptedInTheMessageVersion(string name, string version) =>
        RequireAcceptedAsync(Bindings.Create(name, version: MessageVersion.All.Single(v => v.Name == version)));

    private static async Task RequireAcceptedAsync(MessageSecurityBinding binding)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        var judge = new PeerJudge();
        foreach (var message in await Conversation.RecordAsync(binding))
        {
            judge.Verify(message, binding);
        }
    }
}
