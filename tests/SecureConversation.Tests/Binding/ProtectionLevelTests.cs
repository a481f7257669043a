using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Binding;

/// <summary>Which level the bodies on the wire have. Without WS-Addressing the message does not say its action.</summary>
public sealed class ProtectionLevelTests
{
    private const string Secret = "urn:t/Secret";
    private const string Open = "urn:t/Open";
    private const string Marker = "the-secret";

    private static readonly ProtectionLevel[] Signed = [ProtectionLevel.Sign, ProtectionLevel.EncryptAndSign];

    public static TheoryData<string> Versions => [.. MessageVersion.All.Select(v => v.Name)];

    public static TheoryData<string> WithoutAddressing => [nameof(MessageVersion.Soap11), nameof(MessageVersion.Soap12)];

    /// <summary>Over all versions, defaults, entries, actions and both directions: no body is weaker than asked, and our own peer takes it.</summary>
    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Body_IsNeverWeakerThanAsked(string version)
    {
        foreach (var asked in Combinations())
        {
            var requirements = asked.Create();
            using var loopback = new Loopback(Bindings.Create("anonymous//single", version: VersionOf(version), protection: requirements));
            foreach (var action in new[] { Secret, Open, "urn:t/Other" })
            {
                var (request, reply) = await ExchangeAsync(loopback, action, action);
                Assert.True(IsEncrypted(request) || requirements.GetLevel(action, MessageDirection.ClientToService) == ProtectionLevel.Sign, $"{asked} {action}");
                var least = requirements.GetLevel(action + "Response", MessageDirection.ServiceToClient);
                Assert.True(IsEncrypted(reply) || least == ProtectionLevel.Sign, $"{asked} reply to {action}");
            }
        }
    }

    /// <summary>The same when neither caller nor transport say the action.</summary>
    [Theory]
    [MemberData(nameof(WithoutAddressing))]
    public async Task Body_OfUnknownAction_HasTheStrongestLevel(string version)
    {
        var requirements = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign).WithRequest(Secret, ProtectionLevel.EncryptAndSign);
        using var loopback = new Loopback(Bindings.Create("anonymous//single", version: VersionOf(version), protection: requirements));
        var (request, reply) = await ExchangeAsync(loopback, null, null);
        Assert.True(IsEncrypted(request));
        Assert.False(IsEncrypted(reply));
    }

    /// <summary>The service does not take the word of a transport that says nothing for an action that needs less.</summary>
    [Theory]
    [MemberData(nameof(WithoutAddressing))]
    public async Task SignedRequest_WhereTheTransportSaysNoAction_IsRefused(string version)
    {
        var requirements = ChannelProtectionRequirements.Default.WithRequest(Open, ProtectionLevel.Sign);
        using var loopback = new Loopback(Bindings.Create("anonymous//single", version: VersionOf(version), protection: requirements));
        using var request = loopback.Client.Secure(Loopback.Request(VersionOf(version)), Loopback.Address, Open);
        using var refused = await loopback.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.PartNotEncrypted, Assert.IsType<ServiceResult.Respond>(refused).Code);
        using var taken = await loopback.Service.ReceiveAsync(request.Envelope, Origin(Open));
        Assert.IsType<ServiceResult.Dispatch>(taken);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Request_IsEncryptedAndReplyOnlySigned(string version)
    {
        var requirements = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.EncryptAndSign, reply: ProtectionLevel.Sign);
        using var loopback = new Loopback(Bindings.Create("anonymous//single", version: VersionOf(version), protection: requirements));
        var (request, reply) = await ExchangeAsync(loopback, Secret, Secret);
        Assert.True(IsEncrypted(request));
        Assert.False(IsEncrypted(reply));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task ReplyTo_SetsTheLevelOfTheAnswersToARequest(string version)
    {
        var requirements = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign).WithReplyTo(Secret, ProtectionLevel.EncryptAndSign);
        using var loopback = new Loopback(Bindings.Create("anonymous//single", version: VersionOf(version), protection: requirements));
        var (request, reply) = await ExchangeAsync(loopback, Secret, Secret);
        Assert.False(IsEncrypted(request));
        Assert.True(IsEncrypted(reply));
        // Without addressing a client of WCF knows no actions of replies, and demands the strongest level of all.
        (_, reply) = await ExchangeAsync(loopback, Open, Open);
        Assert.Equal(VersionOf(version).Addressing == AddressingVersion.None, IsEncrypted(reply));
    }

    /// <summary>A service that protects each reply by its operation, as CXF does, is understood, and one that protects less is not.</summary>
    [Theory]
    [InlineData(Open, true)]
    [InlineData(Secret, false)]
    public async Task SignedReply_IsTakenForARequestThatAsksNoMore(string action, bool isTaken)
    {
        var requirements = ChannelProtectionRequirements.Default.WithReplyTo(Open, ProtectionLevel.Sign);
        var weak = ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.EncryptAndSign, reply: ProtectionLevel.Sign);
        using var ours = new Loopback(Bindings.Create("anonymous//single", version: MessageVersion.Soap11, protection: requirements));
        using var peer = new Loopback(Bindings.Create("anonymous//single", version: MessageVersion.Soap11, protection: weak));
        using var request = ours.Client.Secure(Loopback.Request(MessageVersion.Soap11), Loopback.Address, action);
        using var dispatch = Assert.IsType<ServiceResult.Dispatch>(await peer.Service.ReceiveAsync(request.Envelope, Origin(action)));
        using var reply = dispatch.Secure(Loopback.Reply(MessageVersion.Soap11));
        if (isTaken)
        {
            using var verified = request.VerifyReply(reply.Envelope);
            Assert.False(verified.IsFault);
        }
        else
        {
            Assert.Equal(FailureCode.PartNotEncrypted, Assert.Throws<SecureConversationException>(() => request.VerifyReply(reply.Envelope)).Code);
        }
    }

    [Theory]
    [MemberData(nameof(WithoutAddressing))]
    public async Task RequirementsOfAContract_NeedNoMoreThanTheContractAsks(string version)
    {
        var requirements = (ChannelProtectionRequirements.Default with { ListsAllMessages = true })
            .WithRequest(Open, ProtectionLevel.Sign).WithReply(Open + "Response", ProtectionLevel.Sign);
        using var loopback = new Loopback(Bindings.Create("anonymous//single", version: VersionOf(version), protection: requirements));
        var (request, reply) = await ExchangeAsync(loopback, null, null);
        Assert.False(IsEncrypted(request));
        Assert.False(IsEncrypted(reply));
    }

    /// <summary>Anybody could send a request of another operation without a signature under the action of the one that needs none.</summary>
    [Fact]
    public void SomeRequestsSignedAndOthersNot_NeedAddressing()
    {
        var requirements = ChannelProtectionRequirements.Default.WithRequest(Open, ProtectionLevel.None);
        Assert.NotNull(Bindings.Create("anonymous//single", protection: requirements));
        var error = Assert.Throws<ArgumentException>(() => Bindings.Create("anonymous//single", version: MessageVersion.Soap11, protection: requirements));
        Assert.StartsWith("Protection signs some requests and others not, which needs a signed action, and Soap11 has no WS-Addressing", error.Message, StringComparison.Ordinal);
    }

    private static IEnumerable<Asked> Combinations() =>
        from request in Signed
        from reply in Signed
        from secret in Signed
        from secretReply in Signed
        from answer in new ProtectionLevel?[] { null, ProtectionLevel.EncryptAndSign }
        select new Asked(request, reply, secret, secretReply, answer);

    private static async Task<(string Request, string Reply)> ExchangeAsync(Loopback loopback, string? said, string? transport)
    {
        var version = loopback.Binding.MessageVersion;
        var body = $"<Do xmlns=\"urn:e\">{Marker}</Do>";
        using var request = loopback.Client.Secure(Loopback.Request(version, body, said ?? "urn:e/Echo"), Loopback.Address, said);
        using var dispatch = Assert.IsType<ServiceResult.Dispatch>(await loopback.Service.ReceiveAsync(request.Envelope, Origin(transport)));
        using var reply = dispatch.Secure(Loopback.Reply(version, body, (said ?? "urn:e/Echo") + "Response"));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Contains(Marker, Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
        return (Encoding.UTF8.GetString(request.Envelope.Span), Encoding.UTF8.GetString(reply.Envelope.Span));
    }

    private static MessageOrigin Origin(string? action) => new() { HasNoAddress = true, Action = action };

    private static bool IsEncrypted(string wire) => !wire.Contains(Marker, StringComparison.Ordinal);

    private static MessageVersion VersionOf(string name) => MessageVersion.All.Single(v => v.Name == name);

    /// <summary>What somebody asks for.</summary>
    private sealed record Asked(
        ProtectionLevel Request, ProtectionLevel Reply, ProtectionLevel Secret, ProtectionLevel SecretReply, ProtectionLevel? AnswerToOpen)
    {
        public ChannelProtectionRequirements Create()
        {
            var requirements = ChannelProtectionRequirements.Default.WithDefault(Request, Reply)
                .WithRequest(ProtectionLevelTests.Secret, Secret).WithReply(ProtectionLevelTests.Secret + "Response", SecretReply);
            return AnswerToOpen is { } level ? requirements.WithReplyTo(Open, level) : requirements;
        }
    }
}
