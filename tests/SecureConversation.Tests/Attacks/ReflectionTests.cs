using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Both sides of a conversation hold the same key. A message that comes back to its sender is still not from the peer.</summary>
public sealed class ReflectionTests
{
    private static readonly string[] Bootstraps = ["mutualcert", "mutualcert-2007", "mutualcert-wss10", "duplex", "anonymous", "username"];
    private static readonly string[] Variations = ["", "sign-first", "encrypt-first", "no-derived", "lax", "strong", "strong-sha384", "strong-sha512"];

    /// <summary>Ways to write the tokens of the message so that they look new.</summary>
    private static readonly Dictionary<string, Action<XmlDocument>> Spellings = new()
    {
        ["as it is"] = _ => { },
        ["octet moved from label to nonce"] = Reflected.MoveOctetFromLabelToNonce,
        ["generation and label written out"] = Reflected.SpellOut,
    };

    public static MatrixTheoryData<string, string> BindingsAndSpellings => new(
        from bootstrap in Bootstraps
        from variation in Variations
        from kind in new[] { "session", "single" }
        where IsOffered(bootstrap, variation)
        where !(variation == "no-derived" && bootstrap is "mutualcert-wss10" or "duplex" && kind == "single")
        select $"{bootstrap}/{variation}/{kind}", Spellings.Keys);

    public static TheoryData<string> Sessions => [.. from b in Bootstraps from v in Variations where IsOffered(b, v) select $"{b}/{v}/session"];

    private static bool IsOffered(string bootstrap, string variation) =>
        !variation.StartsWith("strong", StringComparison.Ordinal) || bootstrap is not ("mutualcert-wss10" or "duplex");

    [Theory]
    [MemberData(nameof(BindingsAndSpellings))]
    public async Task Reply_SentBackToTheService_IsRefused(string binding, string spelling)
    {
        using var scene = await Scene.OpenAsync(binding);
        foreach (var isFault in new[] { false, true })
        {
            using var request = scene.Request();
            using var result = await scene.ReceiveAsync(request.Envelope);
            using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(isFault ? Fault(scene.Version) : Loopback.Reply(scene.Version));
            Assert.Equal(isFault, reply.IsFault);

            var reflected = Reflected.ReplyAsRequest(reply.Envelope, request.Envelope);
            Spellings[spelling](reflected);
            await RefusedAsync(scene, Reflected.Bytes(reflected));
        }
    }

    /// <summary>The rewritten message is refused for nothing but its sender: signed without the mark of the service, it is accepted.</summary>
    [Theory]
    [InlineData("mutualcert/no-derived/session")]
    [InlineData("anonymous/no-derived/session")]
    [InlineData("username/no-derived/session")]
    [InlineData("anonymous//single")]
    [InlineData("anonymous/no-derived/single")]
    public async Task Reply_SentBackToTheService_WouldBeARequest(string name)
    {
        var element = Bindings.Create(name).Element with { RequireSignatureConfirmation = false };
        using var scene = await Scene.OpenAsync(MessageSecurityBinding.Create(element));
        using var request = scene.Request();
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
        var reflected = Reflected.ReplyAsRequest(reply.Envelope, request.Envelope);
        // Outside sessions the key of the request has had its one message, which is seen before the mark is.
        await scene.RefusedAsync(Reflected.Bytes(reflected), scene.SessionKey is null ? FailureCode.Replayed : FailureCode.WrongToken);

        using var key = scene.SessionKey is null ? Forgery.Unwrap(Forgery.Load(request.Envelope)) : null;
        // A service that has not seen the key of the request yet, where it is good for one request.
        using var another = new MessageSecurityService(scene.Loopback.Binding, Loopback.ServiceCredentials,
            new MessageSecurityServiceOptions { ReplayCache = new InMemoryReplayCache(1000, TimeProvider.System) });
        using var accepted = await (scene.SessionKey is null ? another : scene.Loopback.Service).ReceiveAsync(
            Reflected.WithoutMark(reflected, scene.SessionKey ?? key!), TestContext.Current.CancellationToken);
        Assert.IsType<ServiceResult.Dispatch>(accepted);
    }

    [Fact]
    public async Task Reply_SentBackByAClientThatReadsIt_IsNoRequestOfTheService()
    {
        // The reply is signed with the certificate of the service, which the service would accept as that of a client.
        using var scene = await Scene.OpenAsync("duplex/sign-first/single");
        using var request = scene.Request();
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
        await scene.RefusedAsync(Reflected.Bytes(Reflected.ReplyAsRequest(reply.Envelope, request.Envelope)), FailureCode.WrongToken);
    }

    [Theory]
    [InlineData("duplex//single")]
    [InlineData("duplex/sign-first/single")]
    [InlineData("duplex/encrypt-first/single")]
    [InlineData("mutualcert-wss10//single")]
    [InlineData("mutualcert//single")]
    [InlineData("mutualcert/strong/single")]
    public async Task SameCertificateAtBothEnds_TellsTheSidesApart(string name)
    {
        // The profile Strong has no messages without addressing.
        var version = name.Contains("strong", StringComparison.Ordinal) ? MessageVersion.Soap12WSAddressing10 : MessageVersion.Soap12;
        var own = new X509Credential(TestCertificates.Service);
        using var loopback = new Loopback(Bindings.Create(name, version: version), client: new ClientCredentials
        {
            ClientCertificate = own,
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        using var earlier = loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
        using var request = loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(version));

        using var back = await loopback.Service.ReceiveAsync(reply.Envelope, TestContext.Current.CancellationToken);
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(back).Code);
        foreach (var own2 in new[] { earlier.Envelope, request.Envelope })
        {
            Assert.Throws<SecureConversationException>(() => request.VerifyReply(Reflected.Bytes(Reflected.RequestAsReply(own2))));
        }

        using var verified = request.VerifyReply(reply.Envelope);
    }

    [Theory]
    [MemberData(nameof(BindingsAndSpellings))]
    public async Task Request_SentBackToTheClient_IsRefused(string binding, string spelling)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var earlier = scene.Request();
        foreach (var messageId in new[] { "urn:x", null })
        {
            var plain = Loopback.RequestWithId(scene.Version, messageId);
            using var request = scene.Session?.Secure(plain) ?? scene.Loopback.Client.Secure(plain, Loopback.Address);
            foreach (var own in new[] { request.Envelope, earlier.Envelope })
            {
                var reflected = Reflected.RequestAsReply(own);
                Spellings[spelling](reflected);
                Assert.Throws<SecureConversationException>(() => request.VerifyReply(Reflected.Bytes(reflected)));
            }
        }
    }

    [Theory]
    [InlineData("mutualcert/no-derived/session")]
    [InlineData("anonymous/no-derived/session")]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/strong/session")]
    [InlineData("username/strong/session")]
    public async Task EarlierRequest_SentBackToTheClient_IsRefusedForItsSender(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var earlier = scene.Session!.Secure(Loopback.RequestWithId(scene.Version, null));
        using var request = scene.Session!.Secure(Loopback.RequestWithId(scene.Version, null));
        var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(earlier.Envelope));
        Assert.Equal(FailureCode.WrongToken, refused.Code);
    }

    [Theory]
    [InlineData("anonymous//single", nameof(MessageVersion.Soap12WSAddressing10))]
    [InlineData("anonymous//single", nameof(MessageVersion.Soap12))]
    [InlineData("anonymous/no-derived/single", nameof(MessageVersion.Soap11))]
    [InlineData("username/sign-first/single", nameof(MessageVersion.Soap12))]
    public async Task MessagesOutsideSessions_WithoutConfirmationAndMessageId_AreNotTakenBack(string name, string versionName)
    {
        // Without confirmations of signatures and without a MessageID, nothing else ties a reply to its request.
        var version = MessageVersion.All.Single(v => v.Name == versionName);
        var element = Bindings.Create(name).Element with { RequireSignatureConfirmation = false };
        using var loopback = new Loopback(MessageSecurityBinding.Create(element, version));
        using var request = loopback.Client.Secure(Loopback.RequestWithId(version, null), Loopback.Address);
        Assert.Throws<SecureConversationException>(() => request.VerifyReply(Reflected.Bytes(Reflected.RequestAsReply(request.Envelope))));

        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(version));
        var reflected = Reflected.Bytes(Reflected.ReplyAsRequest(reply.Envelope, request.Envelope));
        using var back = await loopback.Service.ReceiveAsync(reflected, TestContext.Current.CancellationToken);
        Assert.True(Assert.IsType<ServiceResult.Respond>(back).Code is FailureCode.WrongToken or FailureCode.Replayed);
        using var verified = request.VerifyReply(reply.Envelope);
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public async Task HandshakeMessages_SentBack_AreRefused(string name)
    {
        using var loopback = new Loopback(Bindings.Create(name));
        using var opening = loopback.Client.StartSession(Loopback.Address);
        using var issued = await loopback.Service.ReceiveAsync(opening.Envelope, TestContext.Current.CancellationToken);
        var response = Assert.IsType<ServiceResult.Respond>(issued);
        Assert.Equal(1, loopback.Service.SessionCount);

        // RSTR as RST, and RST as RSTR.
        var asRequest = Reflected.Bytes(Reflected.ReplyAsRequest(response.Envelope, opening.Envelope));
        await RefusedAsync(loopback.Service, asRequest);
        Assert.Equal(1, loopback.Service.SessionCount);
        using (var reflected = loopback.Client.StartSession(Loopback.Address))
        {
            Assert.Throws<SecureConversationException>(
                () => reflected.Complete(Reflected.Bytes(Reflected.RequestAsReply(reflected.Envelope))));
        }

        // Cancel as its response. The response as Cancel: there is no session any more.
        using var session = opening.Complete(response.Envelope);
        using var call = session.Secure(Loopback.Request(loopback.Binding.MessageVersion));
        using var cancel = session.StartCancel();
        using var cancelled = await loopback.Service.ReceiveAsync(cancel.Envelope, TestContext.Current.CancellationToken);
        var confirmed = Assert.IsType<ServiceResult.Respond>(cancelled);
        Assert.Equal(FailureCode.None, confirmed.Code);
        await RefusedAsync(loopback.Service, Reflected.Bytes(Reflected.ReplyAsRequest(confirmed.Envelope, call.Envelope)));
        Assert.Throws<SecureConversationException>(() => cancel.Complete(cancel.Envelope));
    }

    /// <summary>Nothing is remembered: what the service sent is recognized by itself, however much it sent and whoever receives it.</summary>
    [Fact]
    public async Task Replies_AreRecognizedWithoutMemory()
    {
        var binding = Bindings.Create("mutualcert/no-derived/session");
        var settings = binding.Element.LocalServiceSettings with { DetectReplays = false, ReplayCacheSize = 2 };
        var forgetful = MessageSecurityBinding.Create(binding.Element with { LocalServiceSettings = settings });
        var store = new State.OctetStore();
        using var scene = await Scene.OpenAsync(forgetful, options: new() { SessionStore = store, EndpointName = "test" });
        using var other = new MessageSecurityService(forgetful, Loopback.ServiceCredentials, new() { SessionStore = store, EndpointName = "test" });
        for (var i = 0; i < 5; i++)
        {
            using var request = scene.Request();
            using var result = await scene.ReceiveAsync(request.Envelope);
            using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
            var reflected = Reflected.Bytes(Reflected.ReplyAsRequest(reply.Envelope, request.Envelope));
            await scene.RefusedAsync(reflected, FailureCode.WrongToken);
            using var elsewhere = await other.ReceiveAsync(reflected, TestContext.Current.CancellationToken);
            Assert.Equal(FailureCode.WrongToken, Assert.IsType<ServiceResult.Respond>(elsewhere).Code);
        }
    }

    [Fact]
    public async Task WithoutTimestamps_TheIdsOfThePartsTellTheSidesApart()
    {
        var element = Bindings.Create("anonymous/no-derived/single").Element with { RequireSignatureConfirmation = false, IncludeTimestamp = false };
        element = element with
        {
            LocalServiceSettings = element.LocalServiceSettings with { DetectReplays = false },
            LocalClientSettings = element.LocalClientSettings with { DetectReplays = false },
        };
        var version = MessageVersion.Soap12;
        using var loopback = new Loopback(MessageSecurityBinding.Create(element, version));
        using var request = loopback.Client.Secure(Loopback.Request(version), Loopback.Address);
        using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        using var reply = dispatch.Secure(Loopback.Reply(version));

        var (reflected, key) = (Forgery.Load(reply.Envelope), Forgery.Child(Reflected.SecurityOf(Forgery.Load(request.Envelope)), "EncryptedKey"));
        Reflected.SecurityOf(reflected).PrependChild(reflected.ImportNode(key, true));
        using var back = await loopback.Service.ReceiveAsync(Reflected.Bytes(reflected), TestContext.Current.CancellationToken);
        Assert.True(Assert.IsType<ServiceResult.Respond>(back).Code is FailureCode.WrongToken or FailureCode.Replayed);
        using var verified = request.VerifyReply(reply.Envelope);

        // The application brings Ids of its own, and one of a message that it received: ours take their place.
        foreach (var id in new[] { "own", "from-client-0" })
        {
            var plain = $"<s:Envelope xmlns:s=\"{Forgery.Soap}\"><s:Body xmlns:u=\"{Forgery.Wsu}\" u:Id=\"{id}\"><r/></s:Body></s:Envelope>";
            using var marked = dispatch.Secure(Encoding.UTF8.GetBytes(plain));
            Assert.Contains("u:Id=\"from-service-", Encoding.UTF8.GetString(marked.Envelope.Span), StringComparison.Ordinal);
            Assert.DoesNotContain($"\"{id}\"", Encoding.UTF8.GetString(marked.Envelope.Span), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("WS-SecureConversation")]
    [InlineData("WS-SecureConversationWS-SecureConversatio")]
    [InlineData("mine")]
    public Task DerivedKey_WithALabelOfItsOwn_IsRefused(string label) => Attack.OnSessionAsync(
        f => { SetLabel(f, label); f.Resign(); }, FailureCode.DerivedKeyViolation);

    [Fact]
    public async Task DerivedKey_WithTheDefaultLabelWrittenOut_IsAccepted()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var message = Forgery.Load(request.Envelope);
        Reflected.SpellOut(message);
        await scene.AcceptedAsync(Reflected.Bytes(message));
    }

    [Theory]
    [InlineData("mutualcert//session", false)]
    [InlineData("mutualcert/no-derived/session", false)]
    [InlineData("mutualcert//single", true)]
    public async Task Reply_ToARequestWithoutMessageId_IsRefusedInSessions(string binding, bool accepted)
    {
        using var scene = await Scene.OpenAsync(binding);
        var plain = Loopback.RequestWithId(scene.Version, null);
        using var request = scene.Session?.Secure(plain) ?? scene.Loopback.Client.Secure(plain, Loopback.Address);
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
        if (accepted)
        {
            using var verified = request.VerifyReply(reply.Envelope);
        }
        else
        {
            var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(reply.Envelope));
            Assert.Equal(FailureCode.RelatesToMismatch, refused.Code);

            // A fault only says that the call failed.
            using var another = scene.Session!.Secure(Loopback.RequestWithId(scene.Version, null));
            using var answered = await scene.ReceiveAsync(another.Envelope);
            using var fault = Assert.IsType<ServiceResult.Dispatch>(answered).Secure(Fault(scene.Version));
            using var verified = another.VerifyReply(fault.Envelope);
            Assert.True(verified.IsFault);
        }
    }

    private static void SetLabel(Forgery forgery, string label)
    {
        foreach (var token in forgery.DerivedKeys)
        {
            var element = forgery.Document.CreateElement(token.Prefix, "Label", token.NamespaceURI);
            element.InnerText = label;
            token.InsertBefore(element, Forgery.Child(token, "Nonce"));
        }
    }

    private static byte[] Fault(MessageVersion version) => Loopback.Reply(version,
        "<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">no</s:Text></s:Reason></s:Fault>",
        "http://www.w3.org/2005/08/addressing/soap/fault");

    private static Task RefusedAsync(Scene scene, byte[] wire) => RefusedAsync(scene.Loopback.Service, wire);

    private static async Task RefusedAsync(MessageSecurityService service, byte[] wire)
    {
        using var result = await service.ReceiveAsync(wire, TestContext.Current.CancellationToken);
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
    }
}
