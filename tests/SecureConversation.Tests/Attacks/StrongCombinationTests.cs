using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Tests.Reliable;
using SecureConversation.Tests.Roles;
using SecureConversation.Tests.State;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// The profile Strong with what else a session may have: reliable sessions, cookies in place of state, callbacks, MTOM and binary. What
/// somebody on the way does to a message is refused for its reason, and the message as it was is taken, once.
/// </summary>
public sealed class StrongCombinationTests
{
    private static readonly MessageOrigin Duplex = MessageOrigin.Unknown with { IsDuplex = true };

    private static readonly Dictionary<string, (Action<XmlElement> Change, FailureCode[] Codes)> Changes = new()
    {
        ["action changed"] = (h => Forgery.Child(h, "Action").InnerText = "urn:evil", [FailureCode.DigestMismatch]),
        ["To taken out"] = (h => h.RemoveChild(Forgery.Child(h, "To")), [FailureCode.PartNotSigned]),
        ["a header block added"] = (h => h.AppendChild(h.OwnerDocument.CreateElement("w", "W", "urn:w")), [FailureCode.PartNotSigned]),
        ["ciphertext changed"] = (h => Turn(h.OwnerDocument), [FailureCode.DigestMismatch]),
        ["signature taken out"] = (h => Remove(h, "Signature"), [FailureCode.SignatureMissing]),
        ["timestamp taken out"] = (h => Remove(h, "Timestamp"), [FailureCode.TimestampMissing]),
        ["context token taken out"] = (h => Remove(h, "SecurityContextToken"), [FailureCode.SessionMissing]),
    };

    /// <summary>What only a reliable session has to lose: its header blocks are signed like any other.</summary>
    private static readonly Dictionary<string, (Action<XmlElement> Change, FailureCode[] Codes)> OfReliableSessions = new()
    {
        ["another number"] = (h => Forgery.Descendant(h, "MessageNumber").InnerText = "7", [FailureCode.DigestMismatch]),
        ["sequence taken out"] = (h => h.RemoveChild(Forgery.Child(h, "Sequence")), [FailureCode.PartNotSigned]),
        ["an acknowledgement added"] = (h => h.InnerXml += $"<r:SequenceAcknowledgement xmlns:r=\"{ReliableScene.Rm11}\"/>", [FailureCode.PartNotSigned]),
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReliableSession_ChangedOnTheWay_IsRefused()
    {
        using var scene = new ReliableScene(security: MessageSecurity.Strong with { ClientCredentialType = MessageCredentialType.Certificate });
        foreach (var (name, (change, codes)) in Changes.Concat(OfReliableSessions))
        {
            // A session each: what is refused costs a reliable session an attempt.
            var (session, sequence) = await scene.OpenAsync();
            using var request = session.Secure(scene.Request(sequence, 1));
            await RefusedAsync(name, scene.Service, Changed(request.Envelope, change), codes);
            var executed = scene.Executed;
            await scene.CallAsync(session, sequence, 1);
            Assert.Equal(executed + 1, scene.Executed);
        }
    }

    /// <summary>An acknowledgement, and a number, of another message: each is signed with the rest of its own.</summary>
    [Fact]
    public async Task HeaderBlockOfAnotherReliableMessage_IsRefused()
    {
        using var scene = new ReliableScene(security: MessageSecurity.Strong with { ClientCredentialType = MessageCredentialType.Certificate });
        foreach (var name in new[] { "Sequence", "SequenceAcknowledgement" })
        {
            var (session, sequence) = await scene.OpenAsync();
            string Acknowledged(int last) =>
                $"<r:SequenceAcknowledgement xmlns:r=\"{ReliableScene.Rm11}\"><r:Identifier>{sequence}</r:Identifier><r:AcknowledgementRange Lower=\"1\" Upper=\"{last}\"/></r:SequenceAcknowledgement>";
            using var first = session.Secure(scene.Request(sequence, 1, Acknowledged(1)));
            using var second = session.Secure(scene.Request(sequence, 2, Acknowledged(2)));
            var (target, source) = (Forgery.Load(first.Envelope), Forgery.Load(second.Envelope));
            var header = (XmlElement)target.DocumentElement!.FirstChild!;
            var moved = target.ImportNode(Forgery.Child((XmlElement)source.DocumentElement!.FirstChild!, name), deep: true);
            header.ReplaceChild(moved, Forgery.Child(header, name));
            await RefusedAsync(name, scene.Service, Encoding.UTF8.GetBytes(target.OuterXml), FailureCode.PartNotSigned, FailureCode.DigestMismatch);
        }
    }

    [Fact]
    public async Task MessageOfASequence_Twice_RunsOnce()
    {
        using var scene = new ReliableScene(security: MessageSecurity.Strong with { ClientCredentialType = MessageCredentialType.Certificate });
        var (session, sequence) = await scene.OpenAsync();
        await scene.CallAsync(session, sequence, 1);
        // Secured anew by who has the keys: the number says that it ran.
        await scene.CallAsync(session, sequence, 1);
        Assert.Equal(1, scene.Executed);
        using var request = session.Secure(scene.Request(sequence, 2));
        using var first = await scene.Service.ReceiveAsync(request.Envelope, Stop);
        Assert.IsType<ServiceResult.Dispatch>(first);
        await RefusedAsync("twice", scene.Service, request.Envelope.ToArray(), FailureCode.Replayed);
    }

    [Fact]
    public async Task Cookie_ChangedOnTheWay_IsRefusedByEachInstance()
    {
        using var scene = new CookieScene("mutualcert/strong/session");
        var (first, second) = (scene.Start(), scene.Start());
        using var session = await scene.OpenAsync(first);
        using var other = await scene.OpenAsync(first);
        foreach (var (name, (change, codes)) in Changes)
        {
            await RefusedAsync(name, second, Changed(scene.Secure(session), change), codes);
            await TakenOnceAsync(second, scene.Secure(session));
        }

        // The cookie of another session of the same client, beside the keys of this one.
        var (own, theirs) = (Forgery.Load(scene.Secure(session)), Forgery.Load(scene.Secure(other)));
        var (into, from) = (Token(own), Token(theirs));
        Assert.NotEqual(into.InnerXml, from.InnerXml);
        into.InnerXml = from.InnerXml;
        await RefusedAsync("cookie", second, Encoding.UTF8.GetBytes(own.OuterXml), FailureCode.SignatureMismatch);
        await scene.CallAsync(session, first);
    }

    [Fact]
    public async Task MessageOfADuplexSession_ChangedOnTheWay_IsRefused()
    {
        using var loopback = new Loopback(Bindings.Create(Attack.StrongSession));
        using var session = await loopback.OpenAsync();
        using var opening = session.SecureMessage(Loopback.Request(loopback.Binding.MessageVersion));
        using var opened = await loopback.Service.ReceiveAsync(opening.Envelope, Duplex, Stop);
        var served = Assert.IsType<ServiceResult.Dispatch>(opened).Session!;
        foreach (var (name, (change, codes)) in Changes.Where(c => c.Key is not ("To taken out" or "context token taken out")))
        {
            using var request = session.SecureMessage(Loopback.Request(loopback.Binding.MessageVersion));
            using var refused = await loopback.Service.ReceiveAsync(Changed(request.Envelope, change), Duplex, Stop);
            Assert.True(refused is ServiceResult.Respond respond && codes.Contains(respond.Code), $"{name}: {(refused as ServiceResult.Respond)?.Code}");

            using var callback = loopback.Service.Secure(served, Loopback.Reply(loopback.Binding.MessageVersion, "<Tell xmlns=\"urn:e\"/>", "urn:e/Tell"));
            var failure = Assert.Throws<SecureConversationException>(() => session.Receive(Changed(callback.Envelope, change)));
            Assert.True(codes.Contains(failure.Code), $"{name}: {failure.Code}");
            using var next = loopback.Service.Secure(served, Loopback.Reply(loopback.Binding.MessageVersion, "<Tell xmlns=\"urn:e\"/>", "urn:e/Tell"));
            session.Receive(next.Envelope).Dispose();
            Assert.Equal(FailureCode.Replayed, Assert.Throws<SecureConversationException>(() => session.Receive(next.Envelope)).Code);
        }
    }

    /// <summary>Signed is the text that a part stands for; another octet in the part is another ciphertext.</summary>
    [Theory]
    [InlineData(MessageEncoding.Mtom)]
    [InlineData(MessageEncoding.Binary)]
    public async Task EncodedMessage_ChangedOnTheWay_IsRefused(MessageEncoding encoding)
    {
        foreach (var binding in new[] { Attack.StrongSession, Attack.StrongSingle })
        {
            using var scene = await Scene.OpenAsync(binding);
            using var request = scene.Request($"<Pay xmlns=\"urn:e\">{new string('a', 3000)}</Pay>");
            using var encoded = EnvelopeEncoding.Encode(request.Envelope.ToArray(), encoding, scene.Version);
            var entity = encoded.ReadChunks().SelectMany(chunk => chunk.ToArray()).ToArray();
            var value = Forgery.Load(request.Envelope).GetElementsByTagName("CipherValue", Forgery.Xenc).OfType<XmlElement>().Last();
            var octets = Convert.FromBase64String(value.InnerText);
            var at = entity.AsSpan().IndexOf(octets.AsSpan(100, 64));
            Assert.True(at > 0);
            using (var whole = EnvelopeEncoding.Decode(entity, encoded.ContentType))
            {
                await scene.AcceptedAsync(whole.Envelope);
            }

            await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
            entity[at] ^= 1;
            using var changed = EnvelopeEncoding.Decode(entity, encoded.ContentType);
            await scene.RefusedAsync(changed.Envelope, FailureCode.DigestMismatch, FailureCode.Replayed);
        }
    }

    private static async Task RefusedAsync(string name, MessageSecurityService service, byte[] wire, params FailureCode[] codes)
    {
        using var result = await service.ReceiveAsync(wire, Stop);
        var code = (result as ServiceResult.Respond)?.Code ?? FailureCode.None;
        Assert.True(codes.Contains(code), $"{name}: {code}");
    }

    /// <summary>The next message of the session, twice: a signature that was verified in a refused message has had its one attempt.</summary>
    private static async Task TakenOnceAsync(MessageSecurityService service, byte[] wire)
    {
        using var first = await service.ReceiveAsync(wire, Stop);
        Assert.IsType<ServiceResult.Dispatch>(first);
        await RefusedAsync("twice", service, wire, FailureCode.Replayed);
    }

    private static byte[] Changed(ReadOnlyMemory<byte> wire, Action<XmlElement> change)
    {
        var document = Forgery.Load(wire);
        change((XmlElement)document.DocumentElement!.FirstChild!);
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }

    private static XmlElement Token(XmlDocument message) => Forgery.Descendant(message.DocumentElement!, "SecurityContextToken");

    private static void Turn(XmlDocument message)
    {
        var value = message.GetElementsByTagName("CipherValue", Forgery.Xenc).OfType<XmlElement>().Last();
        var octets = Convert.FromBase64String(value.InnerText);
        octets[^20] ^= 1;
        value.InnerText = Convert.ToBase64String(octets);
    }

    private static void Remove(XmlElement header, string name)
    {
        var security = Forgery.Child(header, "Security");
        security.RemoveChild(Forgery.Child(security, name));
    }
}
