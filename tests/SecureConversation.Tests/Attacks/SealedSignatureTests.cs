using System.Security.Cryptography;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Replay;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// The ciphertext of a signature is decrypted before anything is authentic, and no MAC covers the filler of its last block. So a message that
/// is held back answers one question at most about the blocks of other ciphertexts, and one of ours practically none.
/// </summary>
public sealed class SealedSignatureTests
{
    private const int Block = 16;

    public static TheoryData<string> Sealing => [.. Bindings.Names.Where(n => n.Split('/')[1] is "" or "no-derived" or "lax")];

    [Theory]
    [MemberData(nameof(Sealing))]
    public async Task Sender_LeavesOneOctetOfFiller(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        for (var length = 1; length <= Block; length++)
        {
            // Prefixes in values are listed in the signature, so each length of one gives another length of the signature.
            var prefix = new string('p', length);
            using var request = scene.Request($"<E xmlns=\"urn:e\" xmlns:{prefix}=\"urn:p\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:type=\"{prefix}:T\"/>");
            var forgery = scene.Forge(request.Envelope);
            var own = forgery.Sealed.FindAll(p => !p.IsContent);
            Assert.NotEmpty(own);
            Assert.All(own, p => Assert.Equal(Block - 1, forgery.Plaintext(p).Length % Block));
            foreach (var part in forgery.Sealed.Where(p => p.Target.LocalName == "Signature"))
            {
                using var reader = XmlDictionaryReader.CreateTextReader(forgery.Plaintext(part), XmlDictionaryReaderQuotas.Max);
                reader.ReadToDescendant("SignatureValue", Forgery.Ds);
                Assert.NotEmpty(reader.ReadElementContentAsBase64());
                reader.Skip();
                reader.ReadEndElement();
                Assert.Equal(XmlNodeType.None, reader.MoveToContent());
            }

            await scene.AcceptedAsync(request.Envelope);
        }
    }

    [Theory]
    [InlineData("mutualcert//session", true)]
    [InlineData("mutualcert//session", false)]
    [InlineData("mutualcert/no-derived/session", true)]
    [InlineData("anonymous//single", true)]
    [InlineData("username//single", false)]
    [InlineData("duplex//single", true)]
    [InlineData("duplex//single", false)]
    public async Task AnotherLastBlock_IsTriedOnce(string name, bool detectsReplays)
    {
        using var scene = await Scene.OpenAsync(name, change: e => e with
        {
            LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = detectsReplays },
        });
        using var request = scene.Request();
        var codes = new List<FailureCode>();
        for (var i = 1; i < 5; i++)
        {
            using var result = await scene.ReceiveAsync(WithSignature(request.Envelope, c => c[^i] ^= 1));
            codes.Add(Assert.IsType<ServiceResult.Respond>(result).Code);
        }

        Assert.DoesNotContain(FailureCode.Replayed, codes[..1]);
        Assert.All(codes[1..], c => Assert.Equal(FailureCode.Replayed, c));
        await scene.RefusedAsync(request.Envelope, FailureCode.Replayed);
        await scene.RefusedAsync(WithSignature(request.Envelope, c => c[0] ^= 1), FailureCode.Replayed);
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    /// <summary>A message as WCF sends some: all of the last block is filler.</summary>
    [Theory]
    [InlineData("anonymous//single", true)]
    [InlineData("anonymous//single", false)]
    [InlineData("username/no-derived/single", true)]
    [InlineData("duplex//single", true)]
    public async Task AnotherBlockOfFiller_IsTriedOnceAtAllEndpoints(string name, bool detectsReplays)
    {
        using var scene = await Scene.OpenAsync(name, change: e => e with
        {
            LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = detectsReplays },
        });
        using var other = new MessageSecurityService(scene.Loopback.Binding, Loopback.ServiceCredentials, new() { FailureAnswers = Loopback.AtOnce });
        using var request = scene.Request();
        var forgery = scene.Forge(request.Envelope);
        var part = forgery.SignaturePart;
        part.Plain = [.. forgery.Plaintext(part).AsSpan()[..^1], (byte)' ', (byte)'>'];
        var honest = forgery.Seal();
        var random = part.Cipher[..];
        while (forgery.IsPadded(part, random))
        {
            RandomNumberGenerator.Fill(random.AsSpan(random.Length - Block));
        }

        await scene.RefusedAsync(WithSignature(honest, c => random.CopyTo(c, 0)), FailureCode.DecryptionFailed);
        await scene.RefusedAsync(honest, FailureCode.Replayed);
        using var elsewhere = await other.ReceiveAsync(honest);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(elsewhere).Code);
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    /// <summary>Such a message in order is accepted, and where replays are allowed again and again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BlockOfFiller_IsAccepted(bool detectsReplays)
    {
        using var scene = await Scene.OpenAsync("anonymous//single", change: e => e with
        {
            LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = detectsReplays },
        });
        using var request = scene.Request();
        var forgery = scene.Forge(request.Envelope);
        var part = forgery.SignaturePart;
        part.Plain = [.. forgery.Plaintext(part).AsSpan()[..^1], (byte)' ', (byte)'>'];
        var honest = forgery.Seal();
        await scene.AcceptedAsync(honest);
        if (detectsReplays)
        {
            await scene.RefusedAsync(honest, FailureCode.Replayed);
        }
        else
        {
            await scene.AcceptedAsync(honest);
        }
    }

    /// <summary>More encrypted children than the binding can have would be more work and more guesses for one message.</summary>
    [Fact]
    public async Task EncryptedChildren_BeyondThoseOfTheBinding_AreRefusedUndecrypted()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var document = Forgery.Load(request.Envelope);
        var security = Forgery.Child((System.Xml.XmlElement)document.DocumentElement!.FirstChild!, "Security");
        var data = Forgery.Children(security, "EncryptedData").Single();
        var copy = (System.Xml.XmlElement)security.InsertAfter(data.CloneNode(true), data)!;
        copy.SetAttribute("Id", "another");
        var list = Forgery.Child(security, "ReferenceList");
        var reference = (System.Xml.XmlElement)list.AppendChild(list.FirstChild!.CloneNode(true))!;
        reference.SetAttribute("URI", "#another");
        await scene.RefusedAsync(Encoding.UTF8.GetBytes(document.OuterXml), FailureCode.LimitExceeded);
        await scene.GoesOnAsync(request.Envelope);
    }

    [Fact]
    public void Attempts_KnowACiphertextByItsLastBlockButOne()
    {
        var attempts = new SealedAttempts();
        var cipher = Enumerable.Range(0, 5 * Block).Select(i => (byte)i).ToArray();
        Assert.True(attempts.TryBegin(cipher, Block));
        Assert.True(attempts.TryBegin(cipher, Block));
        foreach (var at in new[] { 0, Block, (3 * Block) - 1, 4 * Block, (5 * Block) - 1 })
        {
            Assert.False(attempts.TryBegin(Changed(at), Block));
        }

        Assert.False(attempts.TryBegin(cipher.AsSpan(Block), Block));
        Assert.True(attempts.TryBegin(Changed(3 * Block), Block));
        Assert.True(attempts.TryBegin(Changed((4 * Block) - 1), Block));

        byte[] Changed(int at)
        {
            var copy = (byte[])cipher.Clone();
            copy[at] ^= 1;
            return copy;
        }
    }

    [Fact]
    public void Attempts_ForgetTheOldest()
    {
        var attempts = new SealedAttempts();
        var cipher = new byte[4 * Block];
        for (var i = 0; i < 3 * SealedAttempts.Generation; i++)
        {
            BitConverter.TryWriteBytes(cipher.AsSpan(2 * Block), i);
            Assert.True(attempts.TryBegin(cipher, Block));
        }

        cipher[^1] = 1;
        Assert.False(attempts.TryBegin(cipher, Block));
        BitConverter.TryWriteBytes(cipher.AsSpan(2 * Block), 0);
        Assert.True(attempts.TryBegin(cipher, Block));
    }

    private static byte[] WithSignature(ReadOnlyMemory<byte> wire, Action<byte[]> change)
    {
        var document = Forgery.Load(wire);
        var security = Forgery.Child((System.Xml.XmlElement)document.DocumentElement!.FirstChild!, "Security");
        // WCF writes the signature after all other encrypted children but those that endorse it.
        var value = Forgery.Descendant(Forgery.Children(security, "EncryptedData").Last(), "CipherValue");
        var octets = Convert.FromBase64String(value.InnerText);
        change(octets);
        value.InnerText = Convert.ToBase64String(octets);
        return Encoding.UTF8.GetBytes(document.OuterXml);
    }
}
