using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Engine.Crypto;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>Issue and Cancel: whoever is admitted still may not choose keys, targets or versions.</summary>
public sealed class HandshakeTests
{
    private const string Trust = "http://schemas.xmlsoap.org/ws/2005/02/trust";

    [Fact]
    public Task Request_OfAnotherType_IsRefused() => RefusedAsync(r => Forgery.Child(r, "RequestType").InnerText = Trust + "/Renew");

    [Fact]
    public Task Request_OfNoKnownType_IsRefused() => RefusedAsync(r => Forgery.Child(r, "RequestType").InnerText = "urn:validate");

    [Fact]
    public Task Request_ForAnotherToken_IsRefused() => RefusedAsync(r => Forgery.Child(r, "TokenType").InnerText = "urn:saml");

    [Theory]
    [InlineData("64")]
    [InlineData("128")]
    [InlineData("255")]
    [InlineData("257")]
    [InlineData("512")]
    [InlineData("999999999")]
    [InlineData("-1")]
    public Task KeySize_OutOfTheSuite_IsRefused(string size) => RefusedAsync(r => Forgery.Child(r, "KeySize").InnerText = size, FailureCode.InvalidTrustRequest, FailureCode.MalformedSecurityElement);

    /// <summary>Without derived keys the cipher of the suite takes the key as it is, and no other length.</summary>
    [Theory]
    [InlineData("mutualcert/no-derived/session", "128", true)]
    [InlineData("mutualcert/no-derived/session", "192", false)]
    [InlineData("mutualcert/no-derived/session", "256", false)]
    [InlineData("mutualcert//session", "256", true)]
    public async Task KeySize_IsThatOfTheCipherWhereNothingIsDerived(string name, string size, bool isTaken)
    {
        using var loopback = new Loopback(Bindings.Create(name, SecurityAlgorithmSuite.Basic128Sha256));
        using var request = loopback.Client.StartSession(Loopback.Address);
        var document = Forgery.Load(request.Envelope);
        using var key = SymmetricKey.From(TestCertificates.Service.GetRSAPrivateKey()!.Decrypt(
            Convert.FromBase64String(Forgery.Descendant((XmlElement)document.GetElementsByTagName("EncryptedKey", Forgery.Xenc)[0]!, "CipherValue").InnerText), RSAEncryptionPadding.OaepSHA1));
        var forged = Forgery.Open(request.Envelope, key, SecurityAlgorithmSuite.Basic128Sha256);
        Forgery.Child((XmlElement)forged.Body.FirstChild!, "KeySize").InnerText = size;
        Forgery.Descendant((XmlElement)forged.Body.FirstChild!, "BinarySecret").InnerText = Convert.ToBase64String(new byte[int.Parse(size, CultureInfo.InvariantCulture) / 8]);
        forged.Resign();
        using var result = await loopback.Service.ReceiveAsync(forged.Seal(), TestContext.Current.CancellationToken);
        Assert.Equal(isTaken ? FailureCode.None : FailureCode.InvalidTrustRequest, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public Task Entropy_Missing_IsRefused() => RefusedAsync(r => r.RemoveChild(Forgery.Child(r, "Entropy")));

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(31)]
    public Task Entropy_TooShort_IsRefused(int length) => RefusedAsync(r => Forgery.Descendant(r, "BinarySecret").InnerText = Convert.ToBase64String(new byte[length]));

    [Fact]
    public Task Entropy_TooLong_IsRefused() => RefusedAsync(
        r => Forgery.Descendant(r, "BinarySecret").InnerText = Convert.ToBase64String(new byte[257]), FailureCode.MalformedSecurityElement, FailureCode.LimitExceeded);

    [Fact]
    public Task Entropy_OfAnotherKind_IsRefused() => RefusedAsync(r => Forgery.Descendant(r, "BinarySecret").SetAttribute("Type", Trust + "/AsymmetricKey"));

    [Fact]
    public Task Entropy_WhereTheServiceAloneContributes_IsRefused() => RefusedAsync("mutualcert/server-entropy/session",
        r => r.InnerXml += $"<Entropy xmlns=\"{Trust}\"><BinarySecret>{Convert.ToBase64String(new byte[32])}</BinarySecret></Entropy>", FailureCode.InvalidTrustRequest);

    [Fact]
    public Task Request_WithATarget_IsRefused() => RefusedAsync(r => r.InnerXml +=
        $"<CancelTarget xmlns=\"{Trust}\"><o:SecurityTokenReference xmlns:o=\"{Forgery.Wsse}\"><o:Reference URI=\"urn:x\"/></o:SecurityTokenReference></CancelTarget>");

    [Theory]
    [InlineData("ComputedKey", "urn:other")]
    [InlineData("BinarySecret", "AAAA")]
    [InlineData("BinarySecret", "")]
    [InlineData("KeySize", "64")]
    [InlineData("KeySize", "8192")]
    public Task Response_WithAnotherKey_IsRefused(string name, string value) => ResponseRefusedAsync(r => Forgery.Descendant(r, name).InnerText = value);

    [Fact]
    public Task Response_WithoutToken_IsRefused() => ResponseRefusedAsync(r => r.RemoveChild(Forgery.Child(r, "RequestedSecurityToken")));

    [Fact]
    public Task Response_WhoseTokenHasNoId_IsRefused() => ResponseRefusedAsync(r => Forgery.Descendant(r, "SecurityContextToken").RemoveAttribute("Id", Forgery.Wsu));

    [Fact]
    public Task Response_Twice_IsRefused() => ResponseRefusedAsync(r => r.ParentNode!.AppendChild(r.CloneNode(true)));

    [Fact]
    public Task Response_InACollection_WhereTheVersionHasNone_IsRefused() => ResponseRefusedAsync(r =>
    {
        var collection = r.OwnerDocument.CreateElement("RequestSecurityTokenResponseCollection", Trust);
        r.ParentNode!.ReplaceChild(collection, r);
        collection.AppendChild(r);
    });

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task Cancel_OfAnotherContext_IsRefusedAndEndsNothing(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        var victim = scene.Session!.Id;
        using var attacker = await scene.OpenSessionAsync();
        using var cancel = attacker.StartCancel();
        var forged = scene.Forge(cancel.Envelope);
        Forgery.Descendant(forged.Body, "Reference").SetAttribute("URI", victim);
        forged.Resign();
        using var result = await scene.ReceiveAsync(forged.Seal());
        Assert.Equal(FailureCode.InvalidTrustRequest, Assert.IsType<ServiceResult.Respond>(result).Code);
        Assert.Equal(2, scene.Loopback.Service.SessionCount);
    }

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task Cancel_UnderTheKeyOfAnotherSession_EndsNothing(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        var victim = scene.Session!.Id;
        using var attacker = await scene.OpenSessionAsync();
        using var cancel = attacker.StartCancel();
        var wire = Encoding.UTF8.GetString(cancel.Envelope.Span).Replace(attacker.Id, victim, StringComparison.Ordinal);
        await scene.RefusedAsync(Encoding.UTF8.GetBytes(wire), FailureCode.SignatureMismatch, FailureCode.DigestMismatch);
        Assert.Equal(2, scene.Loopback.Service.SessionCount);
    }

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task MessageAndCancel_AfterCancel_FindNoContext(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var late = scene.Request();
        using var cancel = scene.Session!.StartCancel();
        using var done = await scene.ReceiveAsync(cancel.Envelope);
        Assert.Equal(FailureCode.None, Assert.IsType<ServiceResult.Respond>(done).Code);
        foreach (var wire in new[] { late.Envelope, cancel.Envelope })
        {
            using var result = await scene.ReceiveAsync(wire);
            var respond = Assert.IsType<ServiceResult.Respond>(result);
            Assert.Equal(FailureCode.UnknownContext, respond.Code);
            Assert.Contains("BadContextToken", Encoding.UTF8.GetString(respond.Envelope.Span), StringComparison.Ordinal);
        }

        Assert.Throws<ObjectDisposedException>(() => scene.Request());
    }

    [Theory]
    [InlineData(Attack.Session)]
    [InlineData(Attack.StrongSession)]
    public async Task DispatchDisposedTwice_LeavesTheSessionOnce(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        for (var i = 0; i < 3; i++)
        {
            using var request = scene.Request();
            var result = await scene.ReceiveAsync(request.Envelope);
            result.Dispose();
            result.Dispose();
            request.Dispose();
        }

        using var last = scene.Request();
        await scene.AcceptedAsync(last.Envelope);
    }

    private static async Task RefusedAsync(Action<XmlElement> attack, params FailureCode[] codes)
    {
        await RefusedAsync(Attack.Session, attack, codes.Length == 0 ? [FailureCode.InvalidTrustRequest] : codes);
        await RefusedAsync(Attack.StrongSession, attack, codes.Length == 0 ? [FailureCode.InvalidTrustRequest] : codes);
    }

    private static async Task RefusedAsync(string binding, Action<XmlElement> attack, params FailureCode[] codes)
    {
        using var loopback = new Loopback(Bindings.Create(binding));
        using var request = loopback.Client.StartSession(Loopback.Address);
        var forged = Forgery.Open(request.Envelope, null);
        attack((XmlElement)forged.Body.FirstChild!);
        forged.Resign();
        using var result = await loopback.Service.ReceiveAsync(forged.Seal());
        Assert.Contains(Assert.IsType<ServiceResult.Respond>(result).Code, codes);
        Assert.Equal(0, loopback.Service.SessionCount);
    }

    private static async Task ResponseRefusedAsync(Action<XmlElement> attack)
    {
        await ResponseRefusedAsync(Attack.Session, attack);
        await ResponseRefusedAsync(Attack.StrongSession, attack);
    }

    private static async Task ResponseRefusedAsync(string binding, Action<XmlElement> attack)
    {
        using var loopback = new Loopback(Bindings.Create(binding));
        using var request = loopback.Client.StartSession(Loopback.Address);
        using var key = Forgery.Unwrap(Forgery.Load(request.Envelope));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        var forged = Forgery.Open(Assert.IsType<ServiceResult.Respond>(result).Envelope, key);
        attack((XmlElement)forged.Body.FirstChild!);
        forged.Resign();
        var refused = Assert.Throws<SecureConversationException>(() => request.Complete(forged.Seal()));
        Assert.Equal(FailureCode.InvalidTrustResponse, refused.Code);
    }
}
