using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// In the profile Bound nothing of the security header but the signatures stands outside the primary signature, and no namespace. Each
/// change that somebody on the way makes is refused before anything is decrypted.
/// </summary>
public sealed class BoundProfileTests
{
    private const string Body = "<q:Pay xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><account i:type=\"q:Checking\">alice</account></q:Pay>";

    private static readonly FailureCode[] AfterDecryption = [FailureCode.DecryptionFailed, FailureCode.Replayed];

    public static TheoryData<string, ProtectionLevel> Scenes
    {
        get
        {
            var scenes = new TheoryData<string, ProtectionLevel>();
            foreach (var name in new[] { "mutualcert/bound/session", "mutualcert/bound/single", "username/bound/single", "anonymous/bound-no-derived/session", "mutualcert-2007/bound-timestamp-last/single", "mutualcert/strong/session", "mutualcert/strong/single", "mutualcert-2007/strong/session", "username/strong/single", "anonymous/strong/session" })
            {
                scenes.Add(name, ProtectionLevel.EncryptAndSign);
                scenes.Add(name, ProtectionLevel.Sign);
            }

            return scenes;
        }
    }

    [Theory]
    [MemberData(nameof(Scenes))]
    public async Task Request_ChangedAnywhere_IsRefused(string name, ProtectionLevel level)
    {
        using var scene = await OpenAsync(name, level);
        using var first = Request(scene);
        var changes = WireChanges.Of(first.Envelope);
        Assert.True(changes.Count > 150, $"{changes.Count}");
        foreach (var change in changes)
        {
            // Where the signature holds, the message is good for one attempt.
            using var changed = Request(scene);
            using var result = await scene.ReceiveAsync(change.On(changed.Envelope));
            Assert.True(result is ServiceResult.Respond { Code: not FailureCode.None }, $"accepted: {change.Name}");
            Assert.False(AfterDecryption.Contains(((ServiceResult.Respond)result).Code), $"{((ServiceResult.Respond)result).Code}: {change.Name}");
        }

        using var request = Request(scene);
        using var whole = await scene.ReceiveAsync(request.Envelope);
        Assert.Contains("q:Checking", Encoding.UTF8.GetString(Assert.IsType<ServiceResult.Dispatch>(whole).Request.Envelope.Span), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Scenes))]
    public async Task Reply_ChangedAnywhere_IsRefused(string name, ProtectionLevel level)
    {
        using var scene = await OpenAsync(name, level);
        using var request = Request(scene);
        using var result = await scene.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(scene.Version, Body.Replace("q:", "s:", StringComparison.Ordinal)));
        foreach (var change in WireChanges.Of(reply.Envelope))
        {
            var code = FailureCode.None;
            try
            {
                request.VerifyReply(change.On(reply.Envelope)).Dispose();
            }
            catch (SecureConversationException e)
            {
                code = e.Code;
            }

            Assert.False(code == FailureCode.None || AfterDecryption.Contains(code), $"{code}: {change.Name}");
        }

        using var verified = request.VerifyReply(reply.Envelope);
    }

    [Theory]
    [InlineData("mutualcert/bound/session")]
    [InlineData("username/bound/session")]
    [InlineData("mutualcert/strong/session")]
    [InlineData("username/strong/session")]
    [InlineData("anonymous/strong/session")]
    public async Task Handshake_ChangedAnywhere_IsRefused(string name)
    {
        using var loopback = new Loopback(Bindings.Create(name));
        using var first = loopback.Client.StartSession(Loopback.Address);
        foreach (var change in WireChanges.Of(first.Envelope))
        {
            using var changed = loopback.Client.StartSession(Loopback.Address);
            using var refused = await loopback.Service.ReceiveAsync(change.On(changed.Envelope));
            var code = Assert.IsType<ServiceResult.Respond>(refused).Code;
            Assert.False(code == FailureCode.None || AfterDecryption.Contains(code), $"{code}: {change.Name}");
        }

        // A session has one Cancel, so each change needs a session of its own, and only some are tried.
        for (var i = 0; i < 40; i++)
        {
            using var session = await loopback.OpenAsync();
            using var cancel = session.StartCancel();
            var changes = WireChanges.Of(cancel.Envelope);
            var change = changes[i * changes.Count / 40];
            using var refused = await loopback.Service.ReceiveAsync(change.On(cancel.Envelope));
            var code = Assert.IsType<ServiceResult.Respond>(refused).Code;
            Assert.False(code == FailureCode.None || AfterDecryption.Contains(code), $"{code}: {change.Name}");
        }
    }

    /// <summary>A client looks at one response to a handshake, so each change needs a handshake of its own, and only some are tried.</summary>
    [Theory]
    [InlineData("mutualcert/bound/session")]
    [InlineData("anonymous/bound-timestamp-last/session")]
    [InlineData("mutualcert/strong/session")]
    [InlineData("username/strong/session")]
    public async Task HandshakeResponse_Changed_IsRefused(string name)
    {
        using var loopback = new Loopback(Bindings.Create(name));
        for (var i = 0; i < 40; i++)
        {
            using var request = loopback.Client.StartSession(Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            var response = Assert.IsType<ServiceResult.Respond>(result).Envelope;
            var changes = WireChanges.Of(response);
            var change = changes[i * changes.Count / 40];
            var refused = Assert.Throws<SecureConversationException>(() => request.Complete(change.On(response)));
            Assert.False(AfterDecryption.Contains(refused.Code), $"{refused.Code}: {change.Name}");
        }
    }

    /// <summary>A short body under another key has good padding once in some hundred tries. No try gets so far.</summary>
    [Theory]
    [InlineData("mutualcert/bound/session")]
    [InlineData("anonymous/bound/single")]
    [InlineData("mutualcert/strong/session")]
    public async Task ShortBody_UnderAKeyOfAnotherNonce_IsNeverDecrypted(string name)
    {
        using var scene = await Scene.OpenAsync(name);
        for (var i = 0; i < 600; i++)
        {
            using var request = scene.Request("<Stop/>");
            var wire = Forgery.Load(request.Envelope);
            var id = Forgery.Descendant((XmlElement)wire.DocumentElement!.LastChild!, "Reference").GetAttribute("URI").TrimStart('#');
            var token = wire.GetElementsByTagName("*").OfType<XmlElement>().Single(e => e.LocalName == "DerivedKeyToken" && Forgery.IdOf(e) == id);
            Forgery.Child(token, "Nonce").InnerText = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
            using var result = await scene.ReceiveAsync(Encoding.UTF8.GetBytes(wire.OuterXml));
            Assert.Equal(FailureCode.DigestMismatch, Assert.IsType<ServiceResult.Respond>(result).Code);
        }
    }

    /// <summary>Another client whom the service accepts puts his endorsement in the place of the sender's.</summary>
    [Theory]
    [InlineData("mutualcert/bound/single", true)]
    [InlineData("mutualcert/bound/single", false)]
    [InlineData("mutualcert/strong/single", true)]
    [InlineData("mutualcert/strong/single", false)]
    public async Task Endorsement_OfAnotherClient_IsRefused(string name, bool replacesToken)
    {
        using var scene = await Scene.OpenAsync(name);
        using var request = scene.Request();
        var wire = Forgery.Load(request.Envelope);
        var security = Forgery.Child((XmlElement)wire.DocumentElement!.FirstChild!, "Security");
        var endorsing = Forgery.Children(security, "Signature").Last();
        var token = Forgery.Child(security, "BinarySecurityToken");
        var other = TestCertificates.ClientWithoutKeyIdentifier;
        if (!replacesToken)
        {
            // The token of the sender stays in the place that is signed; the endorsement names another one, for which there is no place.
            token = (XmlElement)security.InsertBefore(token.CloneNode(true), token)!;
            Forgery.SetId(token, "another");
            Forgery.Descendant(endorsing, "SecurityTokenReference").ChildNodes.OfType<XmlElement>().Single().SetAttribute("URI", "#another");
        }

        token.InnerText = Convert.ToBase64String(other.RawData);
        Forgery.Child(endorsing, "SignatureValue").InnerText = Convert.ToBase64String(RsaSignature.Sign(other.GetRSAPrivateKey()!,
            Forgery.SuiteOf(wire).AsymmetricSignature, Forgery.Canonical(Forgery.Child(endorsing, "SignedInfo"))));
        await scene.RefusedAsync(Encoding.UTF8.GetBytes(wire.OuterXml), replacesToken ? FailureCode.DigestMismatch : FailureCode.UnexpectedElement);
        await scene.GoesOnAsync(request.Envelope);
    }

    /// <summary>Who holds the keys cannot leave out a token either.</summary>
    [Theory]
    [InlineData("mutualcert/bound/single", "BinarySecurityToken")]
    [InlineData("mutualcert/bound/single", "EncryptedKey")]
    [InlineData("mutualcert/bound/single", "DerivedKeyToken")]
    [InlineData("mutualcert/bound/single", "Timestamp")]
    [InlineData("mutualcert/strong/single", "BinarySecurityToken")]
    [InlineData("mutualcert/strong/single", "EncryptedKey")]
    [InlineData("mutualcert/strong/single", "DerivedKeyToken")]
    [InlineData("mutualcert/strong/single", "Timestamp")]
    [InlineData("mutualcert/strong/session", "SecurityContextToken")]
    [InlineData("mutualcert/strong/session", "DerivedKeyToken")]
    public async Task Item_ThatTheSignatureLeavesOut_IsRefused(string binding, string name)
    {
        using var scene = await OpenAsync(binding, ProtectionLevel.Sign);
        using var request = Request(scene);
        var forged = scene.Forge(request.Envelope);
        forged.Resign();
        var id = Forgery.IdOf(Forgery.Child(forged.Security, name));
        forged.SignedInfo.RemoveChild(forged.References.Single(r => r.GetAttribute("URI") == "#" + id));
        forged.Resign();
        await scene.RefusedAsync(forged.Seal(), FailureCode.PartNotSigned);
        await scene.GoesOnAsync(request.Envelope);
    }

    [Theory]
    [InlineData("mutualcert/bound/single", "s")]
    [InlineData("mutualcert/bound/single", "q")]
    [InlineData("mutualcert/bound/single", "i")]
    [InlineData("mutualcert/bound/single", "#default")]
    [InlineData("mutualcert/strong/single", "s")]
    [InlineData("mutualcert/strong/single", "q")]
    [InlineData("mutualcert/strong/session", "i")]
    [InlineData("mutualcert/strong/session", "#default")]
    public async Task Prefix_ThatAReferenceLeavesOut_IsRefused(string binding, string prefix)
    {
        using var scene = await OpenAsync(binding, ProtectionLevel.Sign);
        using var request = Request(scene);
        var forged = scene.Forge(request.Envelope);
        forged.Resign();
        var list = (XmlElement)forged.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(forged.Body))
            .GetElementsByTagName("InclusiveNamespaces", "*")[0]!;
        var prefixes = list.GetAttribute("PrefixList").Split(' ');
        Assert.Contains(prefix, prefixes);
        list.SetAttribute("PrefixList", string.Join(' ', prefixes.Where(p => p != prefix)));
        forged.Resign();
        await scene.RefusedAsync(forged.Seal(), FailureCode.PartNotSigned);
        await scene.GoesOnAsync(request.Envelope);
    }

    [Fact]
    public async Task MessageOfTheProfileOfWcf_IsRefused()
    {
        using var scene = await Scene.OpenAsync("mutualcert/bound/single");
        foreach (var order in new[] { "", "encrypt-first" })
        {
            var client = new MessageSecurityClient(Bindings.Create($"mutualcert/{order}/single"), Loopback.ClientCredentials);
            using var request = client.Secure(Loopback.Request(scene.Version), Loopback.Address);
            using var result = await scene.ReceiveAsync(request.Envelope);
            Assert.Contains(Assert.IsType<ServiceResult.Respond>(result).Code, new[] { FailureCode.PartNotSigned, FailureCode.ProtectionOrderMismatch, FailureCode.SignatureMissing });
        }
    }

    [Theory]
    [InlineData("duplex/bound/single", "symmetric")]
    [InlineData("mutualcert-wss10/bound/single", "symmetric")]
    public void ElementThatCannotBeBound_IsRefusedInWords(string name, string word) =>
        Assert.Contains(word, Assert.Throws<ArgumentException>(() => Bindings.Create(name)).Message, StringComparison.Ordinal);

    [Fact]
    public void SettingsThatContradictTheProfile_AreRefusedInWords()
    {
        var bound = Bindings.Create("mutualcert/bound/session").Element;
        string Refused(SecurityBindingElement element) => Assert.Throws<ArgumentException>(() => MessageSecurityBinding.Create(element)).Message;
        Assert.Contains("MessageProtectionOrder", Refused(bound with { MessageProtectionOrder = MessageProtectionOrder.SignBeforeEncrypt }), StringComparison.Ordinal);
        Assert.Contains("SignPrefixesInValues", Refused(bound with { SignPrefixesInValues = false }), StringComparison.Ordinal);
        Assert.Contains("bootstrap", Refused(bound with { MessageProtectionProfile = MessageProtectionProfile.Wcf }), StringComparison.Ordinal);
        MessageSecurityBinding.Create(bound with { MessageProtectionOrder = MessageProtectionOrder.EncryptBeforeSign });
    }

    [Theory]
    [InlineData("<s:Body><t/></s:Body>")]
    [InlineData("<s:Body>42</s:Body>")]
    [InlineData("<s:Header/><s:Body/>")]
    [InlineData("<s:Header xmlns:o='urn:o' xmlns:m='urn:m' xmlns:h='urn:h' xmlns='urn:d'><o:x>1</o:x></s:Header><s:Body xmlns=''><t>o:x</t></s:Body>")]
    public async Task EnvelopeOfAnyShape_Arrives(string content)
    {
        foreach (var version in new[] { MessageVersion.Soap11, MessageVersion.Soap12 })
        {
            using var loopback = new Loopback(Bindings.Create("mutualcert/bound/single", version: version));
            var soap = version.Soap == SoapVersion.Soap12 ? Forgery.Soap : "http://schemas.xmlsoap.org/soap/envelope/";
            using var request = loopback.Client.Secure(Encoding.UTF8.GetBytes($"<s:Envelope xmlns:s='{soap}'>{content}</s:Envelope>"), Loopback.Address);
            using var result = await loopback.Service.ReceiveAsync(request.Envelope);
            Assert.True(result is ServiceResult.Dispatch, $"refused: {(result as ServiceResult.Respond)?.Code}");
        }
    }

    private static Task<Scene> OpenAsync(string name, ProtectionLevel level) =>
        Scene.OpenAsync(name, protection: ChannelProtectionRequirements.Default.WithDefault(level));

    private static SecuredRequest Request(Scene scene)
    {
        var plain = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Loopback.Request(scene.Version, Body))
            .Replace("<s:Envelope ", "<s:Envelope xmlns:q=\"urn:bank\" ", StringComparison.Ordinal));
        return scene.Session?.Secure(plain) ?? scene.Loopback.Client.Secure(plain, Loopback.Address);
    }
}
