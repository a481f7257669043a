using SecureConversation.Binding;
using SecureConversation.Interop.Content;
using SecureConversation.Interop.Support;
using SecureConversation.Testing;

namespace SecureConversation.Interop.Platform;

/// <summary>Our service accepts what SignedXml and EncryptedXml of .NET made, and hands out what was put in.</summary>
public sealed class PlatformClientTests
{
    public static TheoryData<string> AllContent => [.. Envelopes.ForThePlatform];

    public static TheoryData<string> AllSuites => [.. SecurityAlgorithmSuite.All.Select(s => s.Name)];

    [Theory]
    [MemberData(nameof(AllContent))]
    public async Task Content_IsAccepted(string content)
    {
        foreach (var prefixes in new[] { null, "s a", "#default p xsi xsd" })
        {
            await RequireAcceptedAsync(content, "mutualcert-wss10//single", SecurityAlgorithmSuite.Basic256, isSymmetric: false, prefixes);
            await RequireAcceptedAsync(content, "anonymous/no-derived/single", SecurityAlgorithmSuite.Basic256, isSymmetric: true, prefixes);
        }
    }

    [Theory]
    [MemberData(nameof(AllSuites))]
    public async Task Suite_IsAccepted(string name)
    {
        const string Content = "default namespace on and off";
        await RequireAcceptedAsync(Content, "mutualcert-wss10//single", SecurityAlgorithmSuite.Parse(name), isSymmetric: false, null);
        await RequireAcceptedAsync(Content, "anonymous/no-derived/single", SecurityAlgorithmSuite.Parse(name), isSymmetric: true, null);
    }

    private static async Task RequireAcceptedAsync(string content, string binding, SecurityAlgorithmSuite suite, bool isSymmetric, string? prefixes)
    {
        using var loopback = new Loopback(Bindings.Create(binding, suite));
        var sent = Envelopes.Get(content);

        using var result = await loopback.Service.ReceiveAsync(PlatformMessage.Create(sent, suite, isSymmetric, prefixes));

        var request = Conversation.Accepted<ServiceResult.Dispatch>(result).Request;
        Assert.Equal(Infoset.ContentOf(Infoset.BodyOf(Infoset.Load(sent))), Infoset.ContentOf(Infoset.BodyOf(Infoset.Load(request.Envelope))));
        Assert.Equal(isSymmetric, request.Protection.Signatures[0].Key.Name != Convert.ToBase64String(TestCertificates.Client.GetCertHash()));
    }
}
