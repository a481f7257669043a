using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using XmlElement = System.Xml.XmlElement;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Ciphertext that nothing signs, put into the body of an operation with ProtectionLevel.None or into the security header. What was recorded
/// elsewhere would reach the application as its input, and acceptance would tell what a block of it decrypts to.
/// </summary>
public sealed class UnsignedCiphertextTests
{
    private const string Open = "urn:e/Open";

    private const string Secret = "<Password xmlns=\"urn:e\">correct horse battery staple</Password>";

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/no-derived/session")]
    [InlineData("mutualcert/sign-first/session")]
    [InlineData("mutualcert/encrypt-first/session")]
    [InlineData("username//session")]
    public async Task CiphertextOfAnotherMessage_IsRefused(string name)
    {
        using var scene = await Scene.OpenAsync(name, protection: With(ProtectionLevel.None));
        using var secret = scene.Session!.Secure(Loopback.Request(scene.Version, Secret));
        await scene.AcceptedAsync(secret.Envelope);
        using var open = scene.Session!.Secure(Loopback.Request(scene.Version, "<Ping xmlns=\"urn:e\">hello</Ping>", action: Open));

        await scene.RefusedAsync(Splice(open.Envelope, secret.Envelope), FailureCode.PartNotSigned, FailureCode.ProtectionOrderMismatch);

        // The message as it was is accepted.
        using var next = scene.Session!.Secure(Loopback.Request(scene.Version, "<Ping xmlns=\"urn:e\">hello</Ping>", action: Open));
        await scene.AcceptedAsync(next.Envelope);
    }

    [Theory]
    [InlineData("username//single")]
    [InlineData("username/no-derived/single")]
    [InlineData("username/sign-first/single")]
    public async Task CiphertextOfTheSameMessage_IsRefused(string name)
    {
        using var scene = await Scene.OpenAsync(name, protection: With(ProtectionLevel.None));
        var count = 1;
        for (var at = 0; at < count; at++)
        {
            using var open = scene.Loopback.Client.Secure(
                Loopback.Request(scene.Version, "<Ping xmlns=\"urn:e\">hello</Ping>", action: Open), Loopback.Address);
            count = Forgery.Children(SecurityOf(Forgery.Load(open.Envelope)), "EncryptedData").Count();
            var document = Forgery.Load(open.Envelope);
            var body = (XmlElement)document.DocumentElement!.LastChild!;
            body.InnerXml = "";
            var copy = (XmlElement)Forgery.Children(SecurityOf(document), "EncryptedData").ElementAt(at).CloneNode(true);
            copy.SetAttribute("Id", "taken");
            copy.SetAttribute("Type", "http://www.w3.org/2001/04/xmlenc#Content");
            body.AppendChild(copy);
            var list = document.GetElementsByTagName("ReferenceList", Forgery.Xenc).Cast<XmlElement>().First();
            var reference = (XmlElement)list.FirstChild!.CloneNode(true);
            reference.SetAttribute("URI", "#taken");
            list.AppendChild(reference);
            await scene.RefusedAsync(Encoding.UTF8.GetBytes(document.OuterXml), FailureCode.PartNotSigned);
        }
    }

    [Theory]
    [InlineData("duplex//single")]
    [InlineData("duplex/sign-first/single")]
    [InlineData("mutualcert-wss10//single")]
    public async Task WrappedKeyOfAnotherClient_IsRefused(string name)
    {
        using var scene = await Scene.OpenAsync(name, protection: With(ProtectionLevel.None));
        using var secret = scene.Loopback.Client.Secure(Loopback.Request(scene.Version, Secret), Loopback.Address);
        using var open = scene.Loopback.Client.Secure(Loopback.Request(scene.Version, "<Ping xmlns=\"urn:e\">hello</Ping>", action: Open), Loopback.Address);
        await scene.RefusedAsync(Splice(open.Envelope, secret.Envelope), FailureCode.PartNotSigned);
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/no-derived/session")]
    public async Task CiphertextInAnUnsignedReply_IsRefusedByTheClient(string name)
    {
        using var scene = await Scene.OpenAsync(name, protection: With(ProtectionLevel.None));
        using var first = scene.Session!.Secure(Loopback.Request(scene.Version));
        var secret = await ReplyAsync(scene, first, Secret, "urn:e/EchoResponse");
        using var second = scene.Session!.Secure(Loopback.Request(scene.Version, action: Open));
        var open = await ReplyAsync(scene, second, "<Pong xmlns=\"urn:e\"/>", "urn:e/OpenResponse");

        var e = Assert.Throws<SecureConversationException>(() => second.VerifyReply(Splice(open, secret)));

        Assert.Equal(FailureCode.PartNotSigned, e.Code);
    }

    public static TheoryData<string, ProtectionLevel, string> Items =>
    [
        .. from name in new[] { "mutualcert//session", "mutualcert/no-derived/session", "mutualcert/sign-first/session", "duplex//single", "duplex/sign-first/single" }
           from level in new[] { ProtectionLevel.None, ProtectionLevel.Sign, ProtectionLevel.EncryptAndSign }
           from item in new[]
           {
               $"<o:SecurityTokenReference xmlns:o=\"{Forgery.Wsse}\">any text</o:SecurityTokenReference>",
               $"<e:ReferenceList xmlns:e=\"{Forgery.Xenc}\">any text</e:ReferenceList>",
               $"<e:EncryptedKey xmlns:e=\"{Forgery.Xenc}\">any text</e:EncryptedKey>",
               "<c:DerivedKeyToken xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\">any text</c:DerivedKeyToken>",
               "<c:SecurityContextToken xmlns:c=\"http://schemas.xmlsoap.org/ws/2005/02/sc\">any text</c:SecurityContextToken>",
               $"<o:UsernameToken xmlns:o=\"{Forgery.Wsse}\">any text</o:UsernameToken>",
           }
           select new TheoryDataRow<string, ProtectionLevel, string>(name, level, item),
    ];

    [Theory]
    [MemberData(nameof(Items))]
    public async Task CiphertextInTheHeader_IsRefused(string name, ProtectionLevel level, string item)
    {
        using var scene = await Scene.OpenAsync(name, protection: With(level));
        using var secret = Secure(scene, item, "urn:e/Echo");
        using var open = Secure(scene, "<Ping xmlns=\"urn:e\">hello</Ping>", Open);
        using var result = await scene.ReceiveAsync(Splice(open.Envelope, secret.Envelope, isItem: true));
        Assert.NotEqual(FailureCode.Internal, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    /// <summary>The client is the oracle, with the default order and level.</summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/sign-first/session")]
    public async Task CiphertextInTheHeaderOfAReply_IsRefusedByTheClient(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        using var first = scene.Session!.Secure(Loopback.Request(scene.Version));
        var secret = await ReplyAsync(
            scene, first, $"<o:SecurityTokenReference xmlns:o=\"{Forgery.Wsse}\">any text</o:SecurityTokenReference>", "urn:e/EchoResponse");
        using var second = scene.Session!.Secure(Loopback.Request(scene.Version));
        var open = await ReplyAsync(scene, second, "<Pong xmlns=\"urn:e\"/>", "urn:e/EchoResponse");

        var e = Assert.Throws<SecureConversationException>(() => second.VerifyReply(Splice(open, secret, isItem: true)));

        Assert.Equal(FailureCode.PartNotSigned, e.Code);
    }

    private static SecuredRequest Secure(Scene scene, string body, string action)
    {
        var request = Loopback.Request(scene.Version, body, action: action);
        return scene.Session?.Secure(request) ?? scene.Loopback.Client.Secure(request, Loopback.Address);
    }

    private static ChannelProtectionRequirements With(ProtectionLevel level) =>
        ChannelProtectionRequirements.Default.WithRequest(Open, level).WithReplyTo(Open, level);

    private static async Task<ReadOnlyMemory<byte>> ReplyAsync(Scene scene, SecuredRequest request, string body, string action)
    {
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version, body, action));
        return reply.Envelope.ToArray();
    }

    /// <summary>The body of one message in another, with the tokens of its key and a list that names it: nothing signs any of these.</summary>
    private static byte[] Splice(ReadOnlyMemory<byte> into, ReadOnlyMemory<byte> from, bool isItem = false)
    {
        var (target, source) = (Forgery.Load(into), Forgery.Load(from));
        var (header, other) = (SecurityOf(target), SecurityOf(source));
        var data = (XmlElement)target.ImportNode(source.DocumentElement!.LastChild!.FirstChild!, true);
        data.SetAttribute("Id", "taken");
        var body = (XmlElement)target.DocumentElement!.LastChild!;
        var signature = Forgery.Children(header, "Signature").FirstOrDefault() ?? Forgery.Children(header, "EncryptedData").Last();
        if (isItem)
        {
            data.SetAttribute("Type", "http://www.w3.org/2001/04/xmlenc#Element");
            header.AppendChild(data);
        }
        else
        {
            body.InnerXml = "";
            body.AppendChild(data);
        }

        if (Forgery.Children(other, "EncryptedKey").FirstOrDefault() is { } wrapped)
        {
            Forgery.Children(header, "EncryptedKey").ToList().ForEach(key => header.RemoveChild(key));
            var key = (XmlElement)target.ImportNode(wrapped, true);
            Forgery.Children(key, "ReferenceList").Single().InnerXml = DataReference;
            header.InsertBefore(key, signature);
            return Encoding.UTF8.GetBytes(target.OuterXml);
        }

        if (Forgery.Children(other, "DerivedKeyToken").ToList() is [_, var encryption])
        {
            var key = (XmlElement)target.ImportNode(encryption, true);
            Forgery.SetId(key, "key");
            Forgery.Descendant(data, "Reference").SetAttribute("URI", "#key");
            header.InsertAfter(key, Forgery.Children(header, "DerivedKeyToken").Last());
        }

        if (Forgery.Children(header, "ReferenceList").FirstOrDefault() is { } known)
        {
            known.InnerXml += DataReference;
            return Encoding.UTF8.GetBytes(target.OuterXml);
        }

        var list = target.CreateElement("e", "ReferenceList", Forgery.Xenc);
        list.InnerXml = DataReference;
        header.InsertBefore(list, signature);
        return Encoding.UTF8.GetBytes(target.OuterXml);
    }

    private static string DataReference => $"<e:DataReference xmlns:e=\"{Forgery.Xenc}\" URI=\"#taken\"/>";

    private static XmlElement SecurityOf(System.Xml.XmlDocument document) =>
        (XmlElement)document.GetElementsByTagName("Security", Forgery.Wsse)[0]!;
}
