using System.Net.Security;
using System.Security.Cryptography;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Xml;
using SecureConversation.Interop.Support;
using SecureConversation.Tests.Xml;

namespace SecureConversation.Interop.Content;

/// <summary>
/// Deviation D1: WCF as a receiver computes another digest for some elements. What we send never contains such an element, so the digests
/// in our signatures are those of WCF, computed here by its own code in the platform's dictionary reader.
/// </summary>
public sealed class AgreedFormTests
{
    public static TheoryData<string> AllContent => [.. Envelopes.Ordinary.Keys, .. Envelopes.Deviating.Keys];

    public static TheoryData<string> DeviatingContent => [.. Envelopes.Deviating.Keys];

    [Theory]
    [MemberData(nameof(DeviatingContent))]
    public void Content_WouldBeDigestedDifferentlyByWcf(string content)
    {
        var text = Encoding.UTF8.GetString(Envelopes.Get(content));
        using var index = XmlSupport.Index(text);
        var header = index.Root.FirstChild;

        var differ = XmlSupport.All(index).Where(e => e.Parent == header || e == header.NextSibling).Any(part =>
            XmlSupport.Canonical(part, "", CanonicalForm.Recommendation, false, out _) != XmlSupport.WcfCanonical(text, NumberOf(index, part), "", false));

        Assert.True(differ);
    }

    [Theory]
    [MemberData(nameof(AllContent))]
    public async Task Request_CarriesTheDigestsOfWcf(string content)
    {
        foreach (var binding in new[] { "mutualcert//single", "duplex/sign-first/single" })
        {
            RequireDigests(await OpenAsync(Bindings.Create(binding), content));
        }
    }

    [Theory]
    [MemberData(nameof(AllContent))]
    public async Task SignedRequest_CarriesTheDigestsOfWcf(string content)
    {
        foreach (var order in new[] { "", "encrypt-first" })
        {
            RequireDigests(await OpenAsync(Bindings.Create($"mutualcert/{order}/single",
                protection: ChannelProtectionRequirements.Default.WithDefault(ProtectionLevel.Sign)), content));
        }
    }

    /// <summary>Comments are kept where the body stays in clear, though nobody digests them, and left out where it is encrypted.</summary>
    [Theory]
    [InlineData(ProtectionLevel.Sign, true)]
    [InlineData(ProtectionLevel.EncryptAndSign, false)]
    public async Task RewrittenBody_KeepsItsComments_UnlessItIsEncrypted(ProtectionLevel level, bool keeps)
    {
        var binding = Bindings.Create("mutualcert//single", protection: ChannelProtectionRequirements.Default.WithDefault(level));

        var envelope = await OpenAsync(binding, "carriage returns in CDATA");

        Assert.Contains("a\nb\nc", envelope, StringComparison.Ordinal);
        Assert.Equal(keeps, envelope.Contains("a\nb\nc<!--\n-->", StringComparison.Ordinal));
    }

    /// <summary>The envelope in clear, as the service verified it, security header included.</summary>
    private static async Task<string> OpenAsync(MessageSecurityBinding binding, string content)
    {
        using var loopback = new Loopback(binding);
        using var request = loopback.Client.Secure(Envelopes.Get(content));
        using var result = await loopback.Service.ReceiveAsync(request.Envelope);
        return Encoding.UTF8.GetString(Conversation.Accepted<ServiceResult.Dispatch>(result).Request.DecryptedEnvelope.Span);
    }

    private static void RequireDigests(string envelope)
    {
        using var index = XmlSupport.Index(envelope);
        var elements = XmlSupport.All(index).ToList();
        var references = elements.Where(e => e.Is(Ds.Reference)).ToList();
        Assert.True(references.Count >= 6);
        foreach (var reference in references)
        {
            var id = reference.GetAttribute(Attr.Uri)![1..];
            var part = elements.FindIndex(e => e.GetAttribute(Wsu.Id) == id || (e.Is(Ds.Signature) && e.GetAttribute(Attr.Id) == id));
            var canonical = Encoding.UTF8.GetBytes(XmlSupport.WcfCanonical(envelope, part, PrefixList(elements, reference), false));
            var expected = elements.Single(e => e.Parent == reference && e.Is(Ds.DigestValue)).GetText();
            Assert.Equal(expected, Convert.ToBase64String(SHA256.HashData(canonical)));
        }
    }

    private static string PrefixList(List<XmlElement> elements, XmlElement reference) => elements
        .FirstOrDefault(e => e.Is(Ds.InclusiveNamespaces) && e.Parent.Parent.Parent == reference) is { IsNull: false } list
        ? list.GetAttribute(Attr.PrefixList)!
        : "";

    private static int NumberOf(XmlIndex index, XmlElement element) => XmlSupport.All(index).ToList().IndexOf(element);
}
