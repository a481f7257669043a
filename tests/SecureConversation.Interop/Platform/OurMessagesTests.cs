using SecureConversation.Binding;
using SecureConversation.Interop.Content;
using SecureConversation.Interop.Support;

namespace SecureConversation.Interop.Platform;

/// <summary>SignedXml and EncryptedXml of .NET accept what we send, with keys that they unwrapped and that were derived without our code.</summary>
public sealed class OurMessagesTests
{
    public static TheoryData<string> AllBindings => [.. Bindings.Names];

    public static TheoryData<string> AllContent => [.. Envelopes.ForThePlatform];

    public static TheoryData<string> SuitesBeyondWcf => [.. SecurityAlgorithmSuite.BeyondWcf.Select(s => s.Name)];

    public static TheoryData<string, string> Suites
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var suite in SecurityAlgorithmSuite.All)
            {
                data.Add("mutualcert//session", suite.Name);
                data.Add("mutualcert-wss10//single", suite.Name);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(AllBindings))]
    public Task Conversation_IsAccepted(string name) => RequireAcceptedAsync(Bindings.Create(name));

    [Fact]
    public async Task ConversationOfOurOwnProfile_IsAccepted()
    {
        foreach (var name in Bindings.BoundNames)
        {
            await RequireAcceptedAsync(Bindings.Create(name));
        }
    }

    [Theory]
    [MemberData(nameof(SuitesBeyondWcf))]
    public async Task Conversation_IsAcceptedInTheSuiteBeyondWcf(string name)
    {
        var suite = SecurityAlgorithmSuite.Parse(name);
        foreach (var binding in new[] { "mutualcert//session", "mutualcert-wss10//single", "username/no-derived/single" })
        {
            await RequireAcceptedAsync(Bindings.Create(binding, suite));
        }

        if (suite.Name.StartsWith("Strong", StringComparison.Ordinal))
        {
            await RequireAcceptedAsync(Bindings.Create("mutualcert-2007/strong/session", suite));
        }
    }

    [Theory]
    [MemberData(nameof(Suites))]
    public Task Conversation_IsAcceptedInTheSuite(string name, string suite) => RequireAcceptedAsync(Bindings.Create(name, SecurityAlgorithmSuite.Parse(suite)));

    [Theory]
    [MemberData(nameof(AllContent))]
    public async Task Content_IsAccepted(string content)
    {
        var sent = Envelopes.Get(content);
        foreach (var binding in new[] { "mutualcert//single", "duplex/sign-first/single" })
        {
            var judge = new PlatformJudge();
            foreach (var message in await Conversation.RecordAsync(new Loopback(Bindings.Create(binding)), sent, sent))
            {
                judge.Verify(message);
            }
        }
    }

    private static async Task RequireAcceptedAsync(MessageSecurityBinding binding)
    {
        var judge = new PlatformJudge(binding.Element.DefaultAlgorithmSuite);
        foreach (var message in await Conversation.RecordAsync(binding))
        {
            var plain = judge.Verify(message);
            var headers = IntendedProtection.HeadersOf(System.Text.Encoding.UTF8.GetBytes(plain.OuterXml));
            var intended = IntendedProtection.Of(binding, message, headers);
            Assert.Equal(intended.Signed, IntendedProtection.Sorted(judge.Signed));
            Assert.Equal(intended.Encrypted.Count, judge.Decrypted.Count);
        }
    }
}
