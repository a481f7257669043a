using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Tokens;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Both sides of a conversation hold the same key. A message that comes back to its sender is still not from the peer.</summary>
public sealed class ReflectionTests
{
    [Theory]
    [InlineData("mutualcert//session", false)]
    [InlineData("mutualcert//session", true)]
    [InlineData("mutualcert-2007//session", true)]
    [InlineData("mutualcert/encrypt-first/session", true)]
    [InlineData("anonymous//session", true)]
    [InlineData("mutualcert/no-derived/session", false)]
    public async Task Reply_SentBackToTheService_IsRefused(string binding, bool moveOctet)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));

        // A reply has no SecurityContextToken. The attacker takes one from a request, without any key.
        var reflected = Forgery.Load(reply.Envelope);
        var token = Forgery.Child(SecurityOf(Forgery.Load(request.Envelope)), "SecurityContextToken");
        var security = SecurityOf(reflected);
        security.InsertAfter(reflected.ImportNode(token, true), Forgery.Child(security, "Timestamp"));
        if (moveOctet)
        {
            MoveOctetFromLabelToNonce(reflected);
        }

        await scene.RefusedAsync(Bytes(reflected), FailureCode.WrongToken);
    }

    [Fact]
    public async Task Replies_ThatCannotBeRemembered_AreNotMade()
    {
        var binding = Bindings.Create("mutualcert/no-derived/session");
        var settings = binding.Element.LocalServiceSettings with { DetectReplays = false, ReplayCacheSize = 2 };
        using var loopback = new Loopback(MessageSecurityBinding.Create(
            binding.Element with { LocalServiceSettings = settings }, binding.MessageVersion, binding.Protection));
        using var session = await loopback.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            using var request = session.Secure(Loopback.Request(binding.MessageVersion));
            using var result = await loopback.Service.ReceiveAsync(request.Envelope, TestContext.Current.CancellationToken);
            if (i < 2)
            {
                using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(binding.MessageVersion));
            }
            else
            {
                Assert.Equal(FailureCode.ReplayCacheFull, Assert.IsType<ServiceResult.Respond>(result).Code);
            }
        }

        using var cancel = session.StartCancel();
        using var cancelled = await loopback.Service.ReceiveAsync(cancel.Envelope, TestContext.Current.CancellationToken);
        cancel.Complete(Assert.IsType<ServiceResult.Respond>(cancelled).Envelope);
    }

    [Theory]
    [InlineData("mutualcert//session", true, false)]
    [InlineData("mutualcert//session", true, true)]
    [InlineData("mutualcert//session", false, false)]
    [InlineData("mutualcert//session", false, true)]
    [InlineData("mutualcert-2007//session", false, true)]
    public async Task Request_SentBackToTheClient_IsRefused(string binding, bool hasMessageId, bool moveOctet)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Session!.Secure(Loopback.RequestWithId(scene.Version, hasMessageId ? "urn:x" : null));
        var reflected = Forgery.Load(request.Envelope);
        if (moveOctet)
        {
            MoveOctetFromLabelToNonce(reflected);
        }

        var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(Bytes(reflected)));
        Assert.Equal(FailureCode.WrongToken, refused.Code);
    }

    [Theory]
    [InlineData("mutualcert/no-derived/session")]
    [InlineData("anonymous/no-derived/session")]
    public async Task RequestWithoutDerivedKeysAndMessageId_SentBackToTheClient_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Session!.Secure(Loopback.RequestWithId(scene.Version, null));
        var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(request.Envelope));
        Assert.Contains(refused.Code, new[] { FailureCode.WrongToken, FailureCode.Replayed });
    }

    [Theory]
    [InlineData(nameof(MessageVersion.Soap12WSAddressing10))]
    [InlineData(nameof(MessageVersion.Soap12))]
    public void RequestOutsideSessions_SentBackToTheClient_IsRefused(string name)
    {
        // Without confirmations of signatures and without a MessageID, nothing else ties a reply to its request.
        var version = MessageVersion.All.Single(v => v.Name == name);
        var element = Bindings.Create("anonymous//single").Element with { RequireSignatureConfirmation = false };
        using var loopback = new Loopback(MessageSecurityBinding.Create(element, version));
        using var request = loopback.Client.Secure(Loopback.RequestWithId(version, null), Loopback.Address);

        var reflected = Forgery.Load(request.Envelope);
        NameKeyAsRepliesDo(reflected);
        var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(Bytes(reflected)));
        Assert.Contains(refused.Code, new[] { FailureCode.WrongToken, FailureCode.Replayed });
    }

    /// <summary>P_SHA1 runs over label and nonce as one string: the key stays the same, and the nonce no longer is.</summary>
    private static void MoveOctetFromLabelToNonce(XmlDocument message)
    {
        foreach (var token in Forgery.Children(SecurityOf(message), "DerivedKeyToken").ToArray())
        {
            var nonce = Forgery.Child(token, "Nonce");
            var label = message.CreateElement(token.Prefix, "Label", token.NamespaceURI);
            label.InnerText = Encoding.UTF8.GetString(DerivedKeyToken.DefaultLabel[..^1]);
            token.InsertBefore(label, nonce);
            nonce.InnerText = Convert.ToBase64String([DerivedKeyToken.DefaultLabel[^1], .. Convert.FromBase64String(nonce.InnerText)]);
        }
    }

    /// <summary>Replaces the EncryptedKey of a request by the hash that replies name it with.</summary>
    private static void NameKeyAsRepliesDo(XmlDocument message)
    {
        var security = SecurityOf(message);
        var key = Forgery.Child(security, "EncryptedKey");
        var hash = System.Security.Cryptography.SHA1.HashData(Convert.FromBase64String(Forgery.Descendant(key, "CipherValue").InnerText));
        security.RemoveChild(key);
        foreach (var reference in message.GetElementsByTagName("Reference", Forgery.Wsse).OfType<XmlElement>().ToArray())
        {
            if (reference.GetAttribute("URI") == "#" + key.GetAttribute("Id"))
            {
                var identifier = message.CreateElement(reference.Prefix, "KeyIdentifier", Forgery.Wsse);
                identifier.SetAttribute("ValueType", "http://docs.oasis-open.org/wss/oasis-wss-soap-message-security-1.1#EncryptedKeySHA1");
                identifier.InnerText = Convert.ToBase64String(hash);
                reference.ParentNode!.ReplaceChild(identifier, reference);
            }
        }
    }

    private static XmlElement SecurityOf(XmlDocument message) =>
        Forgery.Child((XmlElement)message.DocumentElement!.FirstChild!, "Security");

    private static byte[] Bytes(XmlDocument message) => Encoding.UTF8.GetBytes(message.OuterXml);
}
