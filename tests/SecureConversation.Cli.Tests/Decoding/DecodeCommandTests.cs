using System.Text.Json;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Cli.Tests.Decoding;

/// <summary>The command decode, from files to what it prints.</summary>
public sealed class DecodeCommandTests
{
    private const string Session = "session/sc-mutualcert";

    [Fact]
    public async Task Conversation_IsPrinted_WithItsBinding()
    {
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync(["decode", directory.AddConversation(Session), .. directory.Keys(Session)]);
        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.Contains("sessions (cancelled), opened by a certificate for the certificate of the service (symmetric); Basic256", result.Output, StringComparison.Ordinal);
        Assert.Contains("9 verified, 0 refused, 9 in all.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_HasAllOfAMessage()
    {
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync(["decode", directory.AddConversation(Session), "--json", .. directory.Keys(Session)]);
        using var json = JsonDocument.Parse(result.Output);
        var message = json.RootElement.GetProperty("messages")[2];
        Assert.Equal("verified", message.GetProperty("verdict").GetString());
        Assert.Equal("clientToService", message.GetProperty("direction").GetString());
        Assert.Equal("application", message.GetProperty("kind").GetString(), ignoreCase: true);
        Assert.Equal("http://example.org/echo/Echo/Echo", message.GetProperty("action").GetString());
        Assert.Contains("Echo", message.GetProperty("plaintext").GetString(), StringComparison.Ordinal);
        Assert.Contains(message.GetProperty("signatures")[0].GetProperty("references").EnumerateArray(), r => r.GetProperty("part").GetString() == "s:Body");
        Assert.All(message.GetProperty("encryptions").EnumerateArray(), e => Assert.True(e.GetProperty("isDecrypted").GetBoolean()));
        Assert.Contains(json.RootElement.GetProperty("binding").GetProperty("assumptions").EnumerateArray(),
            a => a.GetProperty("setting").GetString() == "Bootstrap.DefaultAlgorithmSuite" && a.GetProperty("isSeen").GetBoolean());
        Assert.Equal(2, message.GetProperty("encryptions").GetArrayLength());
    }

    [Fact]
    public async Task RefusedMessage_IsExplained_AndTheOthersAreRead()
    {
        const string Name = "tampered/sc-mutualcert.request-bodycipherlast";
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync(["decode", directory.AddConversation(Name), .. directory.Keys(Name)]);
        Assert.Equal(ExitCode.NotOffered, result.ExitCode);
        Assert.Contains("301 DecryptionFailed: Unwrapping, block length, padding", result.Output, StringComparison.Ordinal);
        Assert.Contains("remedy: ", result.Output, StringComparison.Ordinal);
        Assert.Contains("2 verified, 1 refused, 4 in all.", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Message_IsShownWithItsTree()
    {
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync(["decode", directory.AddConversation(Session), "--message", "3", .. directory.Keys(Session)]);
        Assert.Contains("signature 0: http://www.w3.org/2000/09/xmldsig#hmac-sha1 by DerivedKey", result.Output, StringComparison.Ordinal);
        Assert.Contains("s:Body (_0) signed by 0 encrypted by", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Message 4", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WrongCommandLines_AreUsage_AndTellNoPassword()
    {
        using var directory = new TemporaryDirectory();
        var bodies = directory.AddConversation(Session);
        var notKey = directory.Add("not.pfx", "no key"u8.ToArray());
        foreach (var arguments in new string[][]
        {
            ["decode", bodies, "--key", $"{notKey}:s3cret"],
            ["decode", bodies, "--key", Path.Combine(directory.FullName, "missing.pfx")],
            ["decode", bodies, "--binding", Path.Combine(directory.FullName, "missing.config")],
            ["decode", Path.Combine(directory.FullName, "missing")],
            ["decode", bodies, "--message", "99"],
            ["why", bodies],
        })
        {
            var result = await CliProcess.RunAsync(arguments);
            Assert.Equal(ExitCode.Usage, result.ExitCode);
            Assert.NotEmpty(result.Error);
            Assert.DoesNotContain("s3cret", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task WithoutKeys_TheShapeIsShown()
    {
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync(["decode", directory.AddConversation(Session)]);
        Assert.Equal(ExitCode.NotOffered, result.ExitCode);
        Assert.Contains("No given key opens what is encrypted in it.", result.Output, StringComparison.Ordinal);
        Assert.Contains("http://example.org/echo/Echo/EchoResponse", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GivenBinding_IsNotFoundOut()
    {
        using var directory = new TemporaryDirectory();
        var wsdl = directory.Add("service.wsdl", VectorArchive.Get("session/sc-mutualcert-2007").ReadFile("service.wsdl"));
        var result = await CliProcess.RunAsync(["decode", directory.AddConversation("session/sc-mutualcert-2007"), "--binding", wsdl, .. directory.Keys(Session)]);
        Assert.Contains("Binding (given)", result.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Success, result.ExitCode);
    }

    [Fact]
    public async Task Why_NamesTheSettingThatDiffers()
    {
        const string Failing = "mismatch/sc-mutualcert.suite";
        using var directory = new TemporaryDirectory();
        var result = await CliProcess.RunAsync(["why", directory.AddConversation(Session), directory.AddConversation(Failing), .. directory.Keys(Session)]);
        Assert.Equal(ExitCode.NotOffered, result.ExitCode);
        Assert.Contains("Bootstrap.DefaultAlgorithmSuite", result.Output, StringComparison.Ordinal);
        Assert.Contains("defaultAlgorithmSuite=\"Basic256\" of <secureConversationBootstrap>", result.Output, StringComparison.Ordinal);
        Assert.Contains("The service refused it: message 2", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_ComparesWithABinding()
    {
        const string Failing = "mismatch/sc-mutualcert-2007.order-client-signs-first";
        using var directory = new TemporaryDirectory();
        var wsdl = directory.Add("service.wsdl", VectorArchive.Get("session/sc-mutualcert-2007").ReadFile("service.wsdl"));
        var result = await CliProcess.RunAsync(["why", directory.AddConversation(Failing), "--binding", wsdl, "--json", .. directory.Keys(Session)]);
        using var json = JsonDocument.Parse(result.Output);
        Assert.Contains(json.RootElement.GetProperty("differences").EnumerateArray(),
            d => d.GetProperty("setting").GetString() == "Bootstrap.MessageProtectionOrder");
    }
}
