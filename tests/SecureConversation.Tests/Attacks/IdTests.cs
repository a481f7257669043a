using System.Xml;

namespace SecureConversation.Tests.Attacks;

/// <summary>One Id names one place, whatever kind of attribute carries it.</summary>
public sealed class IdTests
{
    [Fact]
    public Task SecurityChild_WithTheIdOfAHeader_IsRefused() => Attack.OnSessionAsync(f => Forgery.SetId(f.Context, Forgery.IdOf(f.Action)!), FailureCode.DuplicateId);

    [Fact]
    public Task SecurityChild_WithTheIdOfTheBody_IsRefused() => Attack.OnSessionAsync(f => Forgery.SetId(f.DerivedKeys[0], Forgery.IdOf(f.Body)!), FailureCode.DuplicateId);

    [Fact]
    public Task SecurityChildren_WithOneId_AreRefused() => Attack.OnSessionAsync(f => f.OnWire(w => Forgery.SetId(w.DerivedKeys[0], Forgery.IdOf(w.DerivedKeys[1])!)), FailureCode.DuplicateId);

    [Fact]
    public Task Headers_WithOneId_AreRefused() => Attack.OnSessionAsync(
        f => f.Header.AppendChild(f.Parse($"<w xmlns=\"urn:w\" u:Id=\"{Forgery.IdOf(f.Action)}\" xmlns:u=\"{Forgery.Wsu}\"/>")), FailureCode.DuplicateId);

    [Fact]
    public Task Header_WithTheIdOfTheBody_IsRefused() => Attack.OnSessionAsync(
        f => f.Header.AppendChild(f.Parse($"<w xmlns=\"urn:w\" u:Id=\"{Forgery.IdOf(f.Body)}\" xmlns:u=\"{Forgery.Wsu}\"/>")), FailureCode.DuplicateId);

    [Fact]
    public Task CiphertextOfTheBody_WithTheIdOfAHeader_IsRefused() => Attack.OnSessionAsync(
        f => f.OnWire(w => ((XmlElement)w.Body.FirstChild!).SetAttribute("Id", Forgery.IdOf(w.Action)!)), FailureCode.DuplicateId);

    [Fact]
    public Task CiphertextOfTheSignature_WithTheIdOfTheBodysCiphertext_IsRefused() => Attack.OnSessionOfWcfAsync(
        f => f.OnWire(w => Forgery.Child(w.Security, "EncryptedData").SetAttribute("Id", ((XmlElement)w.Body.FirstChild!).GetAttribute("Id"))), FailureCode.DuplicateId);

    [Fact]
    public Task DecryptedSignature_WithTheIdOfAHeader_IsRefused() => Attack.OnSessionAsync(f =>
    {
        f.Signature.SetAttribute("Id", Forgery.IdOf(f.Action)!);
        f.Resign();
    }, FailureCode.DuplicateId, FailureCode.DigestMismatch);

    [Fact]
    public Task EncryptedKey_WithTheIdOfTheTimestamp_IsRefused() => Attack.OnSingleAsync(
        f => f.EncryptedKey.SetAttribute("Id", Forgery.IdOf(f.Timestamp)!), FailureCode.DuplicateId);

    [Fact]
    public Task ReferenceListEntry_Twice_IsRefused() => Attack.OnSessionAsync(
        f => f.ReferenceList.AppendChild(f.ReferenceList.FirstChild!.CloneNode(true)), FailureCode.DuplicateId);

    [Fact]
    public Task SignatureReference_Twice_IsRefused() => Attack.OnSessionAsync(f =>
    {
        f.SignedInfo.AppendChild(f.References[0].CloneNode(true));
        f.Resign();
    }, FailureCode.DuplicateId);

    [Fact]
    public Task IdOfTheXmlNamespace_DoesNotName() => Attack.OnSessionAsync(f =>
    {
        var id = Forgery.IdOf(f.Action)!;
        f.Action.RemoveAttribute("Id", Forgery.Wsu);
        var name = f.Document.CreateAttribute("xml", "id", "http://www.w3.org/XML/1998/namespace");
        name.Value = id;
        f.Action.SetAttributeNode(name);
        f.Resign();
    }, FailureCode.PartNotSigned);
}
