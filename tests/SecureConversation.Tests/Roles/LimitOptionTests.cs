using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

/// <summary>The limits on attributes and namespace declarations, which WCF does not have: options, whose values are in the message.</summary>
public sealed class LimitOptionTests
{
    public static TheoryData<string> Limits => ["MaxAttributesPerElement", "MaxNamespaceDeclarations"];

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task Request_BeyondTheLimit_IsRefusedWithItsValueAndTakenWithAHigherOne(string limit)
    {
        var binding = Bindings.Create("mutualcert//single");
        var client = new MessageSecurityClient(binding, Loopback.ClientCredentials, Client(4000));
        using var request = client.Secure(Loopback.Request(binding.MessageVersion, Body(limit)), Loopback.Address);

        using var strict = new MessageSecurityService(binding, Loopback.ServiceCredentials, Service(0));
        using var refused = await strict.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.LimitExceeded, Assert.IsType<ServiceResult.Respond>(refused).Code);
        var entry = Assert.Single(RecordedLog.Current.Entries, e => e.Text.Contains("LimitExceeded", StringComparison.Ordinal));
        Assert.Contains(limit, entry.Text, StringComparison.Ordinal);
        Assert.Contains(limit == "MaxAttributesPerElement" ? "512" : "256", entry.Text, StringComparison.Ordinal);

        using var loose = new MessageSecurityService(binding, Loopback.ServiceCredentials, Service(4000));
        using var again = client.Secure(Loopback.Request(binding.MessageVersion, Body(limit)), Loopback.Address);
        using var taken = await loose.ReceiveAsync(again.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(taken);
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task Reply_BeyondTheLimit_IsRefusedWithItsValueAndTakenWithAHigherOne(string limit)
    {
        var binding = Bindings.Create("mutualcert//single");
        using var service = new MessageSecurityService(binding, Loopback.ServiceCredentials, Service(4000));
        foreach (var value in new[] { 0, 4000 })
        {
            var client = new MessageSecurityClient(binding, Loopback.ClientCredentials, Client(value));
            using var request = client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
            using var result = await service.ReceiveAsync(request.Envelope);
            using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(binding.MessageVersion, Body(limit)));
            if (value > 0)
            {
                using var verified = request.VerifyReply(reply.Envelope);
                continue;
            }

            var error = Assert.Throws<SecureConversationException>(() => request.VerifyReply(reply.Envelope).Dispose());
            Assert.Equal(FailureCode.LimitExceeded, error.Code);
            Assert.Contains(limit, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, 256, "MaxAttributesPerElement must be 1 to 32768")]
    [InlineData(32769, 256, "MaxAttributesPerElement must be 1 to 32768")]
    [InlineData(512, 0, "MaxNamespaceDeclarations must be 1 to 4096")]
    [InlineData(512, 4097, "MaxNamespaceDeclarations must be 1 to 4096")]
    public void Limit_OutOfItsRange_IsRefused(int attributes, int declarations, string words)
    {
        var binding = Bindings.Create("mutualcert//single");
        Assert.Contains(words, Assert.Throws<ArgumentOutOfRangeException>(() => new MessageSecurityClient(
            binding, Loopback.ClientCredentials, new() { MaxAttributesPerElement = attributes, MaxNamespaceDeclarations = declarations })).Message, StringComparison.Ordinal);
        Assert.Contains(words, Assert.Throws<ArgumentOutOfRangeException>(() => new MessageSecurityService(
            binding, Loopback.ServiceCredentials, new() { MaxAttributesPerElement = attributes, MaxNamespaceDeclarations = declarations })).Message, StringComparison.Ordinal);
    }

    // The declarations stand on elements in one another, so that no element has too many attributes.
    private static string Body(string limit) => limit == "MaxAttributesPerElement"
        ? $"<Echo xmlns=\"urn:e\" {string.Join(' ', Enumerable.Range(0, 600).Select(i => $"a{i}=\"1\""))}/>"
        : $"<Echo xmlns=\"urn:e\">{string.Concat(Enumerable.Range(0, 300).Select(i => $"<p{i}:x xmlns:p{i}=\"urn:{i}\">"))}"
            + $"{string.Concat(Enumerable.Range(0, 300).Reverse().Select(i => $"</p{i}:x>"))}</Echo>";

    private static MessageSecurityClientOptions Client(int limit) =>
        limit == 0 ? new() : new() { MaxAttributesPerElement = limit, MaxNamespaceDeclarations = limit };

    private static MessageSecurityServiceOptions Service(int limit) => limit == 0
        ? new() { FailureAnswers = Loopback.AtOnce, LoggerFactory = RecordedLog.Current }
        : new() { FailureAnswers = Loopback.AtOnce, MaxAttributesPerElement = limit, MaxNamespaceDeclarations = limit };
}
