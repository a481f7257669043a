using System.Xml;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Attacks;

/// <summary>Signature wrapping: signed parts moved to where they are not read, others put in their place.</summary>
public sealed class WrappingTests
{
    private const string Evil = "<Echo xmlns=\"urn:e\"><text>evil</text></Echo>";

    [Fact]
    public Task Body_MovedIntoAnotherHeader_IsRefused() => Attack.OnSessionAsync(f => Replace(f, f.Body, "<w xmlns=\"urn:w\"/>", f.Header), FailureCode.PartNotSigned, FailureCode.ProtectionOrderMismatch);

    [Fact]
    public Task Body_MovedIntoObjectOfTheSignature_IsRefused() => Attack.OnSessionAsync(
        f => Replace(f, f.Body, "<Object xmlns=\"http://www.w3.org/2000/09/xmldsig#\"/>", f.Signature), FailureCode.MalformedSecurityElement);

    [Fact]
    public Task Body_MovedIntoTheSecurityHeader_IsRefused() => Attack.OnSessionAsync(f =>
    {
        var copy = f.Body.CloneNode(true);
        f.Body.InnerXml = Evil;
        Forgery.SetId(f.Body, "other");
        f.Security.AppendChild(copy);
    }, FailureCode.UnknownSecurityElement);

    [Fact]
    public Task Body_LeftUnderItsIdInsideTheNewBody_IsRefused() => Attack.OnSessionAsync(f =>
    {
        var copy = f.Body.CloneNode(true);
        f.Body.InnerXml = Evil;
        f.Body.AppendChild(copy);
        Forgery.SetId(f.Body, "other");
    }, FailureCode.PartNotSigned);

    [Fact]
    public Task Body_Twice_IsRefused() => NotAnEnvelopeAsync(f => f.Envelope.AppendChild(f.Body.CloneNode(true)));

    [Fact]
    public Task Body_AfterATrailer_IsRefused() => NotAnEnvelopeAsync(f => f.Envelope.AppendChild(f.Parse("<w xmlns=\"urn:w\"/>")));

    [Theory]
    [InlineData("Action")]
    [InlineData("To")]
    [InlineData("MessageID")]
    [InlineData("ReplyTo")]
    public Task AddressingHeader_MovedIntoAnotherHeader_IsRefused(string name) => Attack.OnSessionAsync(
        f => Replace(f, Forgery.Child(f.Header, name), "<w xmlns=\"urn:w\"/>", f.Header), FailureCode.PartNotSigned);

    [Theory]
    [InlineData("Action")]
    [InlineData("To")]
    [InlineData("MessageID")]
    [InlineData("ReplyTo")]
    public Task AddressingHeader_Changed_IsRefused(string name) => Attack.OnSessionAsync(
        f => Forgery.Child(f.Header, name).InnerXml = "urn:evil", FailureCode.DigestMismatch);

    [Theory]
    [InlineData("Action")]
    [InlineData("To")]
    [InlineData("MessageID")]
    [InlineData("ReplyTo")]
    public Task AddressingHeader_Removed_IsRefused(string name) => Attack.OnSessionAsync(
        f => f.Header.RemoveChild(Forgery.Child(f.Header, name)), FailureCode.PartNotSigned);

    [Theory]
    [InlineData("Action")]
    [InlineData("To")]
    [InlineData("MessageID")]
    [InlineData("ReplyTo")]
    public Task AddressingHeader_WithAnUnsignedSecond_IsRefused(string name) => Attack.OnSessionAsync(f =>
    {
        var second = (XmlElement)Forgery.Child(f.Header, name).CloneNode(true);
        second.RemoveAttribute("Id", Forgery.Wsu);
        f.Header.PrependChild(second);
    }, FailureCode.DuplicateElement);

    [Theory]
    [InlineData("Action")]
    [InlineData("To")]
    public Task AddressingHeader_NotAmongTheReferences_IsRefused(string name) => Attack.OnSessionAsync(f =>
    {
        Unreference(f, Forgery.Child(f.Header, name));
        f.Resign();
    }, FailureCode.PartNotSigned);

    [Fact]
    public Task Body_NotAmongTheReferences_IsRefused() => Attack.OnSessionAsync(f =>
    {
        Unreference(f, f.Body);
        f.Resign();
    }, FailureCode.PartNotSigned);

    [Fact]
    public Task Timestamp_NotAmongTheReferences_IsRefused() => Attack.OnSessionAsync(f =>
    {
        Unreference(f, f.Timestamp);
        f.Resign();
    }, FailureCode.PartNotSigned);

    [Fact]
    public Task Timestamp_ReplacedByAnUnsignedOne_IsRefused() => Attack.OnSessionAsync(f =>
    {
        var fresh = (XmlElement)f.Timestamp.CloneNode(true);
        Forgery.SetId(fresh, "fresh");
        var wrapper = f.Parse("<w xmlns=\"urn:w\"/>");
        var old = f.Timestamp;
        f.Security.ReplaceChild(fresh, old);
        wrapper.AppendChild(old);
        f.Header.AppendChild(wrapper);
    }, FailureCode.PartNotSigned);

    [Fact]
    public Task SignedHeader_RepeatedOutsideUnderAnotherId_IsNotHandedOut() => UnsignedHeaderAsync("<w xmlns=\"urn:w\">evil</w>");

    [Fact]
    public async Task UnsignedHeader_ThatMustBeUnderstood_IsRefusedBySecuredFault()
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        forged.Header.AppendChild(forged.Parse($"<w xmlns=\"urn:w\" s:mustUnderstand=\"1\" xmlns:s=\"{Forgery.Soap}\"/>"));
        using var result = await scene.ReceiveAsync(forged.Seal());
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(FailureCode.NotUnderstood, respond.Code);
        using var fault = request.VerifyReply(respond.Envelope);
        Assert.True(fault.IsFault);
    }

    private static async Task UnsignedHeaderAsync(string xml)
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        forged.Header.AppendChild(forged.Parse(xml));
        using var result = await scene.ReceiveAsync(forged.Seal());
        var dispatch = Assert.IsType<ServiceResult.Dispatch>(result);
        Assert.DoesNotContain("evil", System.Text.Encoding.UTF8.GetString(dispatch.Request.Envelope.Span), StringComparison.Ordinal);
    }

    private static async Task NotAnEnvelopeAsync(Action<Forgery> attack)
    {
        using var scene = await Scene.OpenAsync(Attack.Session);
        using var request = scene.Request();
        var forged = scene.Forge(request.Envelope);
        forged.OnWire(attack);
        using var result = await scene.ReceiveAsync(forged.Seal());
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal((FailureCode.NotAnEnvelope, 400, 0), (respond.Code, respond.StatusCode, respond.Envelope.Length));
    }

    /// <summary>Hides the signed part in a wrapper and puts an evil one, under another Id, in its place.</summary>
    private static void Replace(Forgery f, XmlElement part, string wrapperXml, XmlElement place)
    {
        var wrapper = f.Parse(wrapperXml);
        wrapper.AppendChild(part.CloneNode(true));
        place.AppendChild(wrapper);
        part.InnerXml = part.LocalName == "Body" ? Evil : "urn:evil";
        Forgery.SetId(part, "other");
    }

    private static void Unreference(Forgery f, XmlElement part) =>
        f.SignedInfo.RemoveChild(f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(part)));
}
