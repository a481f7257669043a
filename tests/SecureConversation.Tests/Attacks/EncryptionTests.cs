using System.Text;
using System.Xml;

namespace SecureConversation.Tests.Attacks;

/// <summary>Ciphertext that was changed, does not decrypt to what belongs in its place, or is not listed.</summary>
public sealed class EncryptionTests
{
    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task BitFlip_InAnyBlockOfTheBody_IsRefused(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        var blocks = 1;
        for (var block = 0; block < blocks; block++)
        {
            // Each message has one attempt.
            using var request = scene.Request();
            var document = Forgery.Load(request.Envelope);
            var value = Forgery.Descendant((XmlElement)document.DocumentElement!.LastChild!, "CipherValue");
            var cipher = Convert.FromBase64String(value.InnerText);
            blocks = cipher.Length / 16;
            cipher[(block * 16) + (block % 16)] ^= 0x10;
            value.InnerText = Convert.ToBase64String(cipher);
            await scene.RefusedAsync(Encoding.UTF8.GetBytes(document.OuterXml), FailureCode.DecryptionFailed, FailureCode.DigestMismatch);
            await scene.GoesOnAsync(request.Envelope);
        }
    }

    [Fact]
    public async Task BitFlip_InBlocksOfTheSignature_IsRefused()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var length = scene.Forge(request.Envelope).SignaturePart.Cipher.Length;
        for (var position = 0; position < length; position += 16 * 5)
        {
            var document = Forgery.Load(request.Envelope);
            var value = Forgery.Descendant(Forgery.Descendant((XmlElement)document.DocumentElement!.FirstChild!, "EncryptedData"), "CipherValue");
            var cipher = Convert.FromBase64String(value.InnerText);
            cipher[position] ^= 1;
            value.InnerText = Convert.ToBase64String(cipher);
            using var result = await scene.ReceiveAsync(Encoding.UTF8.GetBytes(document.OuterXml));
            var respond = Assert.IsType<ServiceResult.Respond>(result);
            Assert.NotEqual(FailureCode.Internal, respond.Code);
            Assert.Equal(Scene.UniformFault, Scene.WithoutRelation(respond.Envelope));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(31)]
    [InlineData(33)]
    public Task Ciphertext_CutShort_IsRefused(int length) => Attack.OnSessionAsync(
        f => f.OnWire(_ => f.BodyPart.SetCipher(f.BodyPart.Cipher[..length])), [FailureCode.DecryptionFailed], [FailureCode.DigestMismatch]);

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(255)]
    public Task Padding_OutOfRange_IsRefused(byte padding) => Attack.OnSessionAsync(f => f.OnWire(_ =>
    {
        // The last octet before the padding is turned through the block before it.
        var cipher = f.BodyPart.Cipher;
        var plain = new byte[cipher.Length];
        var last = LastPlainOctet(f, cipher);
        cipher[^17] ^= (byte)(last ^ padding);
        f.BodyPart.SetCipher(cipher);
    }), [FailureCode.DecryptionFailed], [FailureCode.DigestMismatch]);

    [Fact]
    public Task CipherValue_NotBase64_IsRefused() => Attack.OnSessionAsync(
        f => f.OnWire(_ => Forgery.Descendant(f.BodyPart.Data, "CipherValue").InnerText = "*!*"),
        [FailureCode.DecryptionFailed, FailureCode.MalformedSecurityElement], [FailureCode.DigestMismatch]);

    [Theory]
    [InlineData("<a>")]
    [InlineData("</s:Body>")]
    [InlineData("</s:Body><s:Body>")]
    [InlineData("</s:Body></s:Envelope><!--")]
    [InlineData("<!DOCTYPE x [<!ENTITY a 'b'>]><x/>")]
    [InlineData("<?pi?>")]
    [InlineData("<x>&a;</x>")]
    [InlineData("<![CDATA[")]
    [InlineData("<!--")]
    [InlineData("<p:x/>")]
    [InlineData("\u0001")]
    public Task DecryptedBody_NotClosedInItself_IsRefused(string plain) => Attack.OnSessionAsync(
        f => f.BodyPart.Plain = Encoding.UTF8.GetBytes(plain), FailureCode.DecryptionFailed);

    [Fact]
    public Task DecryptedBody_NotUtf8_IsRefused() => Attack.OnSessionAsync(f => f.BodyPart.Plain = [0xC3, 0x28], FailureCode.DecryptionFailed);

    [Fact]
    public Task DecryptedBody_OfAnotherMessage_IsRefused() => Attack.OnSessionOfWcfAsync(
        f => f.BodyPart.Plain = "<Echo xmlns=\"urn:e\"><text>evil</text></Echo>"u8.ToArray(), FailureCode.DigestMismatch);

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("<a/><b/>")]
    [InlineData("</o:Security>")]
    public Task DecryptedHeaderItem_NotOneElement_IsRefused(string plain) => Attack.OnSessionOfWcfAsync(
        f => f.SignaturePart.Plain = Encoding.UTF8.GetBytes(plain), FailureCode.DecryptionFailed);

    [Fact]
    public Task DecryptedHeaderItem_ThatIsUnknown_IsRefused() => Attack.OnSessionOfWcfAsync(
        f => f.SignaturePart.Plain = "<a/>"u8.ToArray(), FailureCode.SignatureMissing);

    [Fact]
    public Task DecryptedHeaderItem_ThatIsASecondTimestamp_IsRefused() => Attack.OnSessionOfWcfAsync(
        f => f.SignaturePart.Plain = Encoding.UTF8.GetBytes(f.Timestamp.OuterXml), FailureCode.SignatureMissing);

    [Fact]
    public Task DecryptedHeaderItem_EncryptedAgain_IsRefused() => Attack.OnSessionOfWcfAsync(f =>
    {
        var inner = (XmlElement)f.SignaturePart.Data.CloneNode(true);
        inner.SetAttribute("Id", "inner");
        Forgery.Descendant(inner, "CipherValue").InnerText = Convert.ToBase64String(f.Encrypt(
            Encoding.UTF8.GetBytes(f.Signature.OuterXml), Forgery.Descendant(inner, "SecurityTokenReference")));
        f.SignaturePart.Plain = Encoding.UTF8.GetBytes(inner.OuterXml);
    }, FailureCode.SignatureMissing);

    [Theory]
    [InlineData(" ", true)]
    [InlineData(" ", false)]
    [InlineData("x", true)]
    public Task Body_WithSomethingBesideTheCiphertext_IsRefused(string text, bool before) => Attack.OnSessionAsync(f => f.OnWire(w =>
    {
        var node = w.Document.CreateTextNode(text);
        _ = before ? w.Body.PrependChild(node) : w.Body.AppendChild(node);
    }), FailureCode.DecryptionFailed);

    [Fact]
    public Task Body_EncryptedAsElement_IsRefused() => Attack.OnSessionAsync(
        f => f.BodyPart.Data.SetAttribute("Type", Forgery.Xenc + "Element"), FailureCode.DecryptionFailed);

    [Fact]
    public Task Body_InClear_IsRefused() => Attack.OnSessionAsync(f => f.Expose(f.BodyPart), FailureCode.PartNotEncrypted, FailureCode.MalformedSecurityElement);

    [Fact]
    public Task Signature_InClear_IsRefused() => Attack.OnSessionOfWcfAsync(f => f.Expose(f.SignaturePart), FailureCode.PartNotEncrypted);

    [Theory]
    [InlineData("#nowhere", FailureCode.UnresolvedReference)]
    [InlineData("", FailureCode.MalformedSecurityElement)]
    [InlineData("#", FailureCode.MalformedSecurityElement)]
    [InlineData("http://evil/", FailureCode.MalformedSecurityElement)]
    public Task ReferenceListEntry_ThatPointsNowhere_IsRefused(string uri, FailureCode code) => Attack.OnSessionAsync(f => f.OnWire(w =>
    {
        var entry = (XmlElement)w.ReferenceList.FirstChild!.CloneNode(true);
        entry.SetAttribute("URI", uri);
        w.ReferenceList.AppendChild(entry);
    }), code);

    [Fact]
    public Task ReferenceListEntry_ForAPartInClear_IsRefused() => Attack.OnSessionAsync(f => f.OnWire(w =>
    {
        var entry = (XmlElement)w.ReferenceList.FirstChild!.CloneNode(true);
        entry.SetAttribute("URI", "#" + Forgery.IdOf(w.Action));
        w.ReferenceList.AppendChild(entry);
    }), FailureCode.UnresolvedReference);

    [Fact]
    public Task ReferenceList_Empty_IsRefused() => Attack.OnSessionAsync(f => f.OnWire(w => w.ReferenceList.InnerXml = ""), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task ReferenceList_WithAKeyReference_IsRefused() => Attack.OnSessionAsync(
        f => f.ReferenceList.AppendChild(f.Parse($"<e:KeyReference xmlns:e=\"{Forgery.Xenc}\" URI=\"#x\"/>")), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task ReferenceList_TooLong_IsRefused() => Attack.OnSessionAsync(f =>
    {
        for (var i = 0; i < 40; i++)
        {
            f.ReferenceList.AppendChild(f.Parse($"<e:DataReference xmlns:e=\"{Forgery.Xenc}\" URI=\"#x{i}\"/>"));
        }
    }, FailureCode.LimitExceeded);

    [Fact]
    public Task HeaderCiphertext_NotListed_IsRefused() => Attack.OnSessionOfWcfAsync(f => f.OnWire(w =>
    {
        var copy = (XmlElement)Forgery.Child(w.Security, "EncryptedData").CloneNode(true);
        copy.SetAttribute("Id", "unlisted");
        w.Security.AppendChild(copy);
    }), FailureCode.UnresolvedReference);

    [Fact]
    public async Task CiphertextAddedToTheList_WhereEncryptionComesFirst_IsRefusedBeforeItIsDecrypted()
    {
        using var scene = await Scene.OpenAsync("mutualcert/encrypt-first/session");
        using var request = scene.Request();
        var document = Forgery.Load(request.Envelope);
        var security = Forgery.Child((XmlElement)document.DocumentElement!.FirstChild!, "Security");
        var probe = (XmlElement)((XmlElement)document.DocumentElement.LastChild!).FirstChild!.CloneNode(true);
        probe.SetAttribute("Id", "probe");
        probe.RemoveAttribute("Type");
        security.InsertBefore(probe, Forgery.Child(security, "Signature"));
        var list = Forgery.Child(security, "ReferenceList");
        var entry = (XmlElement)list.FirstChild!.CloneNode(true);
        entry.SetAttribute("URI", "#probe");
        list.AppendChild(entry);
        await scene.RefusedAsync(Encoding.UTF8.GetBytes(document.OuterXml), FailureCode.PartNotSigned);
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    [Theory]
    [InlineData("aes128-cbc")]
    [InlineData("aes192-cbc")]
    [InlineData("tripledes-cbc")]
    [InlineData("rsa-1_5")]
    public Task Cipher_OtherThanThatOfTheSuite_IsRefused(string name) => Attack.OnSessionAsync(
        f => Forgery.Child(f.BodyPart.Data, "EncryptionMethod").SetAttribute("Algorithm", Forgery.Xenc + name), FailureCode.AlgorithmMismatch);

    [Fact]
    public Task CipherReference_IsRefused() => Attack.OnSessionAsync(
        f => f.OnWire(_ => Forgery.Child(f.BodyPart.Data, "CipherData").InnerXml = $"<e:CipherReference xmlns:e=\"{Forgery.Xenc}\" URI=\"http://evil/\"/>"),
        FailureCode.MalformedSecurityElement);

    private static byte LastPlainOctet(Forgery f, byte[] cipher)
    {
        var plain = new byte[cipher.Length];
        f.KeyOf(Forgery.Descendant(f.BodyPart.Data, "SecurityTokenReference")).TryDecrypt(global::SecureConversation.Engine.Crypto.EncryptionAlgorithm.Aes256, cipher, plain, out var length);
        return (byte)(cipher.Length - 16 - length);
    }
}
