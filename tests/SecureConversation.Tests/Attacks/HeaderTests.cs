using System.Xml;

namespace SecureConversation.Tests.Attacks;

/// <summary>The security header is a closed set of children: one of each, in an order that shows what was done first.</summary>
public sealed class HeaderTests
{
    private const string Roles12 = "http://www.w3.org/2003/05/soap-envelope/role/";

    [Fact]
    public Task UnknownChild_IsRefused() => Attack.OnSessionAsync(f => f.Security.AppendChild(f.Parse("<w xmlns=\"urn:w\"/>")), FailureCode.UnknownSecurityElement);

    [Fact]
    public Task Text_IsRefused() => Attack.OnSessionAsync(f => f.Security.AppendChild(f.Document.CreateTextNode("x")), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task SecondTimestamp_IsRefused() => Attack.OnSessionAsync(f => Repeat(f, f.Timestamp), FailureCode.DuplicateElement);

    [Fact]
    public Task SecondContextToken_IsRefused() => Attack.OnSessionAsync(f => Repeat(f, f.Context), FailureCode.DuplicateElement);

    [Fact]
    public Task SecondReferenceList_IsRefused() => Attack.OnSessionAsync(f => f.Security.AppendChild(f.ReferenceList.CloneNode(true)), FailureCode.DuplicateElement);

    [Fact]
    public Task SecondEncryptedKey_IsRefused() => Attack.OnSingleAsync(f => Repeat(f, f.EncryptedKey), FailureCode.DuplicateElement);

    [Fact]
    public Task ReferenceListInTheEncryptedKeyAsWell_IsRefused() => Attack.OnSingleAsync(
        f => f.EncryptedKey.AppendChild(f.ReferenceList.CloneNode(true)), FailureCode.DuplicateElement);

    [Fact]
    public Task SecondSecurityHeader_IsRefused() => Attack.OnSessionAsync(f =>
    {
        var second = f.Security.CloneNode(false);
        second.AppendChild(f.Parse("<w xmlns=\"urn:w\"/>"));
        f.Header.AppendChild(second);
    }, FailureCode.DuplicateElement);

    [Fact]
    public async Task SecurityHeaderForAnotherActor_IsIgnored()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        var other = (XmlElement)forged.Security.CloneNode(false);
        other.SetAttribute("role", Forgery.Soap, "urn:somebody-else");
        other.AppendChild(forged.Parse("<w xmlns=\"urn:w\"/>"));
        forged.Header.AppendChild(other);
        await scene.AcceptedAsync(forged.Seal());
    }

    [Theory]
    [InlineData(Attack.Single)]
    [InlineData(Attack.StrongSingle)]
    public async Task OnlySecurityHeader_ForAnotherActor_IsAsIfThereWereNone(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        forged.Security.SetAttribute("role", Forgery.Soap, "urn:somebody-else");
        await scene.RefusedAsync(forged.Seal(), FailureCode.SecurityHeaderMissing);
    }

    /// <summary>Every node acts in the role "next", so that such a header is for this receiver (SOAP 1.2 part 1 section 2.2).</summary>
    [Theory]
    [InlineData("next")]
    [InlineData("ultimateReceiver")]
    public async Task SecurityHeader_ForARoleOfTheReceiver_IsRead(string role)
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        forged.Security.SetAttribute("role", Forgery.Soap, Roles12 + role);
        await scene.AcceptedAsync(forged.Seal());
    }

    [Theory]
    [InlineData(Attack.Single)]
    [InlineData(Attack.StrongSingle)]
    public async Task SecurityHeader_ForTheNoneRole_IsNotRead(string binding)
    {
        using var scene = await Scene.OpenAsync(binding);
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        forged.Security.SetAttribute("role", Forgery.Soap, Roles12 + "none");
        await scene.RefusedAsync(forged.Seal(), FailureCode.SecurityHeaderMissing);
    }

    [Fact]
    public Task SecondSecurityHeader_ForTheNextRole_IsRefused() => Attack.OnSessionAsync(f =>
    {
        var second = (XmlElement)f.Security.CloneNode(false);
        second.SetAttribute("role", Forgery.Soap, Roles12 + "next");
        second.AppendChild(f.Parse("<w xmlns=\"urn:w\"/>"));
        f.Header.AppendChild(second);
    }, FailureCode.DuplicateElement);

    [Fact]
    public Task NoSecurityHeader_IsRefused() => Attack.OnSingleAsync(f => f.OnWire(w => w.Header.RemoveChild(w.Security)), FailureCode.SecurityHeaderMissing);

    [Fact]
    public Task EmptySecurityHeader_IsRefused() => Attack.OnSingleAsync(f => f.OnWire(w => w.Security.InnerXml = ""), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task ManyChildren_AreRefused() => Attack.OnSessionAsync(f =>
    {
        for (var i = 0; i < 60; i++)
        {
            f.Security.AppendChild(f.Parse($"<o:SecurityTokenReference xmlns:o=\"{Forgery.Wsse}\"/>"));
        }
    }, FailureCode.LimitExceeded);

    [Fact]
    public Task MissingTimestamp_IsRefused() => Attack.OnSessionAsync(f => Remove(f, f.Timestamp), FailureCode.TimestampMissing);

    [Fact]
    public Task MissingSignature_IsRefused() => Attack.OnSessionOfWcfAsync(f =>
    {
        var part = f.SignaturePart;
        f.Sealed.Remove(part);
        f.Security.RemoveChild(part.Target);
        Unlist(f, part.Data.GetAttribute("Id"));
    }, FailureCode.SignatureMissing);

    [Fact]
    public Task MissingDerivedKey_IsRefused() => Attack.OnSessionAsync(f => f.OnWire(w => w.Security.RemoveChild(w.DerivedKeys[0])), FailureCode.UnresolvedReference, FailureCode.DerivedKeyViolation);

    [Fact]
    public Task MissingReferenceList_IsRefused() => Attack.OnSessionAsync(f => f.OnWire(w => w.Security.RemoveChild(w.ReferenceList)), FailureCode.UnresolvedReference, FailureCode.PartNotEncrypted);

    [Fact]
    public Task MissingEncryptedKey_IsRefused() => Attack.OnSingleAsync(f => f.OnWire(w => w.Security.RemoveChild(w.EncryptedKey)), FailureCode.TokenMissing);

    [Fact]
    public Task EncryptedKeyInASession_IsRefused() => Attack.OnSessionAsync(f => f.Security.AppendChild(f.Parse(
        $"<e:EncryptedKey xmlns:e=\"{Forgery.Xenc}\"><e:EncryptionMethod Algorithm=\"urn:x\"/><KeyInfo xmlns=\"{Forgery.Ds}\"><o:SecurityTokenReference xmlns:o=\"{Forgery.Wsse}\"><o:Reference URI=\"#x\"/></o:SecurityTokenReference></KeyInfo><e:CipherData><e:CipherValue>AAAA</e:CipherValue></e:CipherData></e:EncryptedKey>")),
        FailureCode.UnexpectedElement);

    [Fact]
    public Task ContextTokenOutsideASession_IsRefused() => Attack.OnSingleAsync(f => f.Security.AppendChild(f.Parse(
        $"<c:SecurityContextToken xmlns:c=\"{f.DerivedKeys[0].NamespaceURI}\"><c:Identifier>urn:x</c:Identifier></c:SecurityContextToken>")), FailureCode.UnexpectedElement);

    [Fact]
    public Task DerivedKeyOfTheOtherVersion_IsRefused() => Attack.OnSessionAsync(f => f.Security.AppendChild(f.Parse(
        "<DerivedKeyToken xmlns=\"http://docs.oasis-open.org/ws-sx/ws-secureconversation/200512\"/>")), FailureCode.VersionMismatch);

    [Fact]
    public Task ReferenceListAfterTheSignature_IsRefused() => Attack.OnSessionOfWcfAsync(f => f.OnWire(w => w.Security.AppendChild(w.ReferenceList)), FailureCode.ProtectionOrderMismatch);

    [Fact]
    public Task ReferenceListBeforeTheSignature_WhereEncryptionComesFirst_IsRefused() => Attack.OnRequestAsync("mutualcert/encrypt-first/session",
        f => f.OnWire(w => w.Security.InsertBefore(w.ReferenceList, w.Signature)), FailureCode.ProtectionOrderMismatch);

    [Fact]
    public Task DerivedKeyBeforeItsSource_InStrictLayout_IsRefused() => Attack.OnSessionAsync(
        f => f.Security.InsertBefore(f.DerivedKeys[0], f.Context), FailureCode.LayoutViolation);

    [Fact]
    public Task TimestampNotLast_WhereItMustBe_IsRefused() => Attack.OnRequestAsync("mutualcert/timestamp-last/session",
        f => f.Security.PrependChild(f.Timestamp), FailureCode.LayoutViolation);

    [Fact]
    public Task SignatureConfirmationInARequest_IsRefused() => Attack.OnSessionAsync(f => f.Security.AppendChild(f.Parse(
        "<k:SignatureConfirmation xmlns:k=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" Value=\"AAAA\"/>")),
        FailureCode.PartNotSigned, FailureCode.UnexpectedElement);

    private static void Repeat(Forgery f, XmlElement element)
    {
        var second = (XmlElement)element.CloneNode(true);
        Forgery.SetId(second, "second");
        f.Security.InsertAfter(second, element);
    }

    private static void Remove(Forgery f, XmlElement element)
    {
        f.SignedInfo.RemoveChild(f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(element)));
        f.Security.RemoveChild(element);
        f.Resign();
    }

    private static void Unlist(Forgery f, string id) =>
        f.ReferenceList.RemoveChild(f.ReferenceList.ChildNodes.OfType<XmlElement>().Single(r => r.GetAttribute("URI") == "#" + id));
}
