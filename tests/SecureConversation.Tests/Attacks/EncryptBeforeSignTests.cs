using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Where encryption comes first, the signature covers the ciphertext, and no key. What another key makes of it is nobody's text.</summary>
public sealed class EncryptBeforeSignTests
{
    private const string Stop = "<Stop/>";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mutualcert/encrypt-first/session")]
    [InlineData("mutualcert-2007/encrypt-first/session")]
    [InlineData("anonymous/encrypt-first/session")]
    public async Task EncryptionKey_ExchangedInASession_IsRefused(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var first = scene.Request(Stop);
        await scene.AcceptedAsync(first.Envelope);
        for (var i = 0; i < 50; i++)
        {
            using var request = scene.Request(Stop);
            await scene.RefusedAsync(WithAnotherNonce(request.Envelope), FailureCode.EncryptionKeyChanged);
            using var next = scene.Request(Stop);
            await scene.AcceptedAsync(next.Envelope);
        }
    }

    /// <summary>HMAC extends a short key by zeroes, so one session in 256 has a signature key that is the same with one octet more.</summary>
    [Fact]
    public async Task EncryptionKey_ExchangedUnderTheSignatureKeyInAnotherLength_IsRefused()
    {
        using var scene = await Scene.OpenAsync("anonymous/encrypt-first/session");
        using var first = scene.Request(Stop);
        await scene.AcceptedAsync(first.Envelope);
        using var request = scene.Request(Stop);
        var (forged, message) = (scene.Forge(request.Envelope), Forgery.Load(WithAnotherNonce(request.Envelope)));
        foreach (var security in new[] { forged.Security, Reflected.SecurityOf(message) })
        {
            Forgery.Children(security, "DerivedKeyToken").SelectMany(t => Forgery.Children(t, "Length")).Single(l => l.InnerText == "24").InnerText = "25";
        }

        forged.SignValue(Forgery.Children(Reflected.SecurityOf(message), "Signature").First());
        await scene.RefusedAsync(Reflected.Bytes(message), FailureCode.EncryptionKeyChanged);
        await scene.AcceptedAsync(request.Envelope);
    }

    [Theory]
    [InlineData("mutualcert/encrypt-first/session")]
    [InlineData("anonymous/encrypt-first/single")]
    public async Task EncryptionKey_ExchangedInTheFirstMessage_HasOneTryAndMakesNoElement(string name)
    {
        var contents = new List<string>();
        using var scene = await Scene.OpenAsync(name);
        for (var i = 0; i < 40; i++)
        {
            using var session = scene.Session is null ? null : await scene.Loopback.OpenAsync();
            var plain = Loopback.Request(scene.Version, Stop);
            using var request = session?.Secure(plain) ?? scene.Loopback.Client.Secure(plain, Loopback.Address);
            using var result = await scene.ReceiveAsync(WithAnotherNonce(request.Envelope));
            if (result is ServiceResult.Dispatch dispatch)
            {
                contents.Add(BodyOf(dispatch.Request));
            }

            await scene.RefusedAsync(WithAnotherNonce(request.Envelope), FailureCode.Replayed);
        }

        // One key in 256 makes of one block a body without content. No other content comes about.
        Assert.All(contents, content => Assert.Equal("", content));
    }

    [Fact]
    public async Task EmptyBody_DoesNotBindTheKey()
    {
        using var scene = await Scene.OpenAsync("mutualcert/encrypt-first/session");
        using var empty = scene.Request("");
        await scene.AcceptedAsync(empty.Envelope);
        using var request = scene.Request();
        using var changed = await scene.ReceiveAsync(WithAnotherNonce(request.Envelope));
        Assert.Contains(Assert.IsType<ServiceResult.Respond>(changed).Code, new[] { FailureCode.DecryptionFailed, FailureCode.AmbiguousContent });
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    [Fact]
    public async Task Reply_WithAnotherEncryptionKey_IsRefused()
    {
        using var scene = await Scene.OpenAsync("mutualcert/encrypt-first/session");
        for (var i = 0; i < 2; i++)
        {
            using var request = scene.Request();
            using var result = await scene.ReceiveAsync(request.Envelope);
            using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version));
            if (i > 0)
            {
                var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(WithAnotherNonce(reply.Envelope)));
                Assert.Equal(FailureCode.EncryptionKeyChanged, refused.Code);
            }

            using var verified = request.VerifyReply(reply.Envelope);
        }
    }

    [Fact]
    public async Task Parts_UnderTwoKeys_AreRefused()
    {
        var protection = ChannelProtectionRequirements.Default.WithHeader(MessageDirection.ClientToService, "urn:e/Echo", "H", "urn:h", System.Net.Security.ProtectionLevel.EncryptAndSign);
        using var scene = await Scene.OpenAsync("mutualcert/encrypt-first/session", protection: protection);
        using var request = scene.Request(extraHeaders: "<h:H xmlns:h=\"urn:h\">secret</h:H>");
        var forged = scene.Forge(request.Envelope);
        var message = Forgery.Load(request.Envelope);
        var token = EncryptionToken(message);
        var second = (XmlElement)token.CloneNode(true);
        Forgery.SetId(second, "second");
        Forgery.Child(second, "Nonce").InnerText = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        token.ParentNode!.InsertAfter(second, token);
        var body = (XmlElement)message.DocumentElement!.LastChild!;
        Forgery.Descendant(body, "Reference").SetAttribute("URI", "#second");
        Sign(forged, message, body);
        await scene.RefusedAsync(Reflected.Bytes(message), FailureCode.EncryptionKeyChanged);
        await scene.AcceptedAsync(request.Envelope);
    }

    /// <summary>The key of an asymmetric message is the attacker's, who looks for one that makes what he wants of the signed ciphertext.</summary>
    [Theory]
    [InlineData("duplex/encrypt-first/single")]
    [InlineData("mutualcert-wss10/encrypt-first/single")]
    public async Task WrappedKey_ChosenByAnAttacker_MakesNoText(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request("");
        var message = Forgery.Load(request.Envelope);
        var cipher = Convert.FromBase64String(Forgery.Descendant((XmlElement)message.DocumentElement!.LastChild!, "CipherValue").InnerText);
        Assert.Equal(32, cipher.Length);
        using var service = TestCertificates.Service.GetRSAPublicKey()!;
        var wrapped = (XmlElement)message.GetElementsByTagName("EncryptedKey", Forgery.Xenc)[0]!;
        Forgery.Descendant(wrapped, "CipherValue").InnerText = Convert.ToBase64String(service.Encrypt(KeyThatMakes('4', cipher), RSAEncryptionPadding.OaepSHA1));
        await scene.RefusedAsync(Reflected.Bytes(message), FailureCode.AmbiguousContent);
    }

    [Theory]
    [InlineData("duplex/encrypt-first/single", "<a/>", false)]
    [InlineData("duplex/encrypt-first/single", "<aaaaaaaaaaa/>", false)]
    [InlineData("duplex/encrypt-first/single", "<aaaaaaaaaaaaa/>", true)]
    [InlineData("duplex/encrypt-first/single", "nothing but many words", false)]
    [InlineData("duplex/encrypt-first/single", "<!-- nothing but a comment -->", false)]
    [InlineData("duplex/encrypt-first/single", "<a/> and some words after it", false)]
    [InlineData("duplex/encrypt-first/single", "", true)]
    [InlineData("anonymous/encrypt-first/single", "<a/>", true)]
    [InlineData("anonymous/encrypt-first/single", " ", false)]
    [InlineData("anonymous/encrypt-first/single", "words", false)]
    [InlineData("anonymous/encrypt-first/single", "", true)]
    [InlineData("anonymous/sign-first/single", "words", true)]
    public async Task Content_ThatAnotherKeyCouldMake_IsRefused(string name, string content, bool accepted)
    {
        using var scene = await Scene.OpenAsync(name);
        if (!accepted)
        {
            var plain = Loopback.Request(scene.Version, content);
            Assert.Throws<ArgumentException>(() => scene.Loopback.Client.Secure(plain, Loopback.Address));
        }
        else
        {
            using var sent = scene.Request(content);
            await scene.AcceptedAsync(sent.Envelope);
        }

        if (name.Contains("encrypt-first", StringComparison.Ordinal))
        {
            // Another stack sends it.
            using var request = scene.Request();
            using var result = await scene.ReceiveAsync(WithContent(scene, request.Envelope, content));
            Assert.Equal(accepted ? FailureCode.None : FailureCode.AmbiguousContent, (result as ServiceResult.Respond)?.Code ?? FailureCode.None);
        }
    }

    /// <summary>The name of the context token is not signed either, so the ciphertext could be made to name a derived key.</summary>
    [Fact]
    public async Task DerivedKey_InTheNameOfTheContext_IsRefused()
    {
        using var scene = await Scene.OpenAsync("mutualcert/encrypt-first/session");
        using var plainKeys = await Scene.OpenAsync(MessageSecurityBinding.Create(scene.Loopback.Binding.Element.SetKeyDerivation(false)));
        using var request = plainKeys.Request(Stop);
        var message = Forgery.Load(request.Envelope);
        var context = Forgery.Child(Reflected.SecurityOf(message), "SecurityContextToken");
        var id = Forgery.IdOf(context);
        Forgery.SetId(context, "renamed");
        var token = message.CreateElement("c", "DerivedKeyToken", context.NamespaceURI);
        token.InnerXml = $"<o:SecurityTokenReference xmlns:o=\"{Forgery.Wsse}\"><o:Reference URI=\"#renamed\"/></o:SecurityTokenReference>"
            + $"<c:Nonce xmlns:c=\"{context.NamespaceURI}\">{Convert.ToBase64String(RandomNumberGenerator.GetBytes(16))}</c:Nonce>";
        Forgery.SetId(token, id!);
        context.ParentNode!.InsertAfter(token, context);
        await plainKeys.RefusedAsync(Reflected.Bytes(message), FailureCode.UnexpectedElement);
        await plainKeys.AcceptedAsync(request.Envelope);
    }

    /// <summary>Mallory is an accepted client. He puts his signature in the place of Alice's.</summary>
    [Theory]
    [InlineData("duplex/encrypt-first/single")]
    [InlineData("mutualcert-wss10/encrypt-first/single")]
    [InlineData("mutualcert/encrypt-first/single")]
    [InlineData("duplex/sign-first/single")]
    [InlineData("mutualcert/sign-first/single")]
    public async Task Ciphertext_SignedByAnotherClient_IsRefusedAfterItWasReceived(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request();
        var stolen = SignedBy(TestCertificates.Other, scene, request.Envelope);
        await scene.AcceptedAsync(request.Envelope);
        await scene.RefusedAsync(stolen, FailureCode.Replayed);
    }

    /// <summary>
    /// What remains: a message that Mallory holds back is his, in his name. No signature names the sender of the ciphertext on WCF's wire.
    /// Not to be able to read the signature of Alice stops him, so it works wherever that is not encrypted. The message of Alice is refused
    /// from then on.
    /// </summary>
    [Theory]
    [InlineData("duplex/encrypt-first/single")]
    [InlineData("mutualcert/encrypt-first/single")]
    [InlineData("duplex/sign-first/single")]
    [InlineData("mutualcert/sign-first/single")]
    public async Task Ciphertext_HeldBackAndSignedByAnotherClient_CountsAsHis(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request();
        using var result = await scene.ReceiveAsync(SignedBy(TestCertificates.Other, scene, request.Envelope));
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.Equal("Somebody else", dispatch.User.Identity!.Name);
        Assert.Equal(TestCertificates.Other.Thumbprint, dispatch.Request.SenderCertificate!.Thumbprint);
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
    }

    /// <summary>Where the primary signature covers the certificate of the endorsing one, nobody can endorse another's message.</summary>
    [Fact]
    public async Task SignedEndorsingToken_NamesTheSender()
    {
        var element = Bindings.Create("anonymous/encrypt-first/single").Element with
        {
            EndpointSupportingTokenParameters = new SupportingTokenParameters { SignedEndorsing = [new X509SecurityTokenParameters { RequireDerivedKeys = false }] },
        };
        using var scene = await Scene.OpenAsync(MessageSecurityBinding.Create(element));
        using var request = scene.Request();
        await scene.RefusedAsync(SignedBy(TestCertificates.Other, scene, request.Envelope), FailureCode.DigestMismatch);
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    private static string BodyOf(VerifiedMessage message) =>
        ((XmlElement)Forgery.Load(message.Envelope).DocumentElement!.LastChild!).InnerXml;

    private static XmlElement EncryptionToken(XmlDocument message)
    {
        var id = Forgery.Descendant((XmlElement)message.DocumentElement!.LastChild!, "Reference").GetAttribute("URI").TrimStart('#');
        return Forgery.Children(Reflected.SecurityOf(message), "DerivedKeyToken").Single(t => Forgery.IdOf(t) == id);
    }

    private static byte[] WithAnotherNonce(ReadOnlyMemory<byte> wire)
    {
        var message = Forgery.Load(wire);
        Forgery.Child(EncryptionToken(message), "Nonce").InnerText = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        return Reflected.Bytes(message);
    }

    /// <summary>The message with another content of the body, encrypted and signed by its sender.</summary>
    private static byte[] WithContent(Scene scene, ReadOnlyMemory<byte> wire, string content)
    {
        var (forged, message) = (scene.Forge(wire), Forgery.Load(wire));
        var body = (XmlElement)message.DocumentElement!.LastChild!;
        var data = (XmlElement)body.FirstChild!;
        var info = Forgery.Children(data, "KeyInfo").FirstOrDefault();
        Forgery.Descendant(data, "CipherValue").InnerText = Convert.ToBase64String(
            forged.Encrypt(Encoding.UTF8.GetBytes(content), info is null ? null : Forgery.Descendant(info, "SecurityTokenReference")));
        Sign(forged, message, body);
        return Reflected.Bytes(message);
    }

    private static void Sign(Forgery forged, XmlDocument message, XmlElement body)
    {
        var signature = Forgery.Children(Reflected.SecurityOf(message), "Signature").First();
        var reference = Forgery.Children(Forgery.Child(signature, "SignedInfo"), "Reference").Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(body));
        Forgery.Child(reference, "DigestValue").InnerText = Convert.ToBase64String(forged.Digest(body));
        forged.SignValue(signature);
    }

    /// <summary>The message with the certificate and the RSA signature of somebody else.</summary>
    private static byte[] SignedBy(X509Certificate2 other, Scene scene, ReadOnlyMemory<byte> wire)
    {
        var (forged, message) = (scene.Forge(wire), Forgery.Load(wire));
        forged.Signer = other;
        Forgery.Child(forged.Security, "BinarySecurityToken").InnerText = Convert.ToBase64String(other.RawData);
        Forgery.Child(Reflected.SecurityOf(message), "BinarySecurityToken").InnerText = Convert.ToBase64String(other.RawData);
        forged.SignValue(Forgery.Children(Reflected.SecurityOf(message), "Signature").Last());
        return Reflected.Bytes(message);
    }

    /// <summary>A key under which one block is that character.</summary>
    private static byte[] KeyThatMakes(char wanted, byte[] cipher)
    {
        var (iv, block) = (cipher[..16], cipher[16..32]);
        var key = new byte[32];
        var plain = new byte[16];
        using var aes = Aes.Create();
        for (var n = 0L; ; n++)
        {
            BitConverter.TryWriteBytes(key, n);
            aes.SetKey(key);
            aes.DecryptEcb(block, plain, PaddingMode.None);
            if ((plain[15] ^ iv[15]) == 15 && (plain[0] ^ iv[0]) == wanted)
            {
                return key;
            }
        }
    }
}
