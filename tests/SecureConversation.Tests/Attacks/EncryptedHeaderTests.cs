using System.Net.Security;
using System.Xml;
using SecureConversation.Binding;

namespace SecureConversation.Tests.Attacks;

/// <summary>A header of the application that the binding wants signed and encrypted.</summary>
public sealed class EncryptedHeaderTests
{
    [Fact]
    public Task EncryptedHeader_Unsigned_IsRefused() => RefusedAsync(f =>
    {
        f.SignedInfo.RemoveChild(f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(Forgery.Child(f.Header, "Secret"))));
        f.Resign();
    }, FailureCode.PartNotSigned);

    [Fact]
    public Task EncryptedHeader_Changed_IsRefused() => RefusedAsync(f => Forgery.Child(f.Header, "Secret").InnerText = "evil", FailureCode.DigestMismatch);

    [Fact]
    public Task EncryptedHeader_InClear_IsRefused() => RefusedAsync(f =>
    {
        var part = f.Sealed.Single(p => p.Target.LocalName == "Secret");
        f.Sealed.Remove(part);
        var id = Forgery.IdOf(part.Holder);
        f.ReferenceList.RemoveChild(f.ReferenceList.ChildNodes.OfType<XmlElement>().Single(r => r.GetAttribute("URI") == "#" + id));
    }, FailureCode.PartNotEncrypted);

    [Fact]
    public Task EncryptedHeader_ThatHoldsASecondAction_IsRefused() => RefusedAsync(
        f => f.Sealed.Single(p => p.Target.LocalName == "Secret").Plain = System.Text.Encoding.UTF8.GetBytes(f.Action.OuterXml), FailureCode.DecryptionFailed);

    private static async Task RefusedAsync(Action<Forgery> attack, FailureCode code)
    {
        using var scene = await Scene.OpenAsync(Attack.Session,
            protection: ChannelProtectionRequirements.Default.WithHeader("Secret", "urn:h", ProtectionLevel.EncryptAndSign));
        using var request = scene.Request(extraHeaders: "<Secret xmlns=\"urn:h\">x</Secret>");
        var forged = scene.Forge(request.Envelope);
        attack(forged);
        await scene.RefusedAsync(forged.Seal(), code);
        using var next = scene.Request(extraHeaders: "<Secret xmlns=\"urn:h\">x</Secret>");
        await scene.AcceptedAsync(next.Envelope);
    }
}
