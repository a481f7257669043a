using System.Net.Security;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Declarations and attributes around the signed parts of a message in the profile Strong, in requests and replies: each prefix in scope
/// is signed as the sender has it, and what nothing signs is not handed out.
/// </summary>
public sealed class StrongNamespaceTests
{
    private const string Body = "<Pay xmlns=\"urn:e\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"><account i:type=\"q:Checking\">alice</account></Pay>";

    /// <summary>What somebody without keys writes into the message; None where what arrives is what was sent.</summary>
    private static readonly Dictionary<string, (Func<string, string> Change, FailureCode Code)> Changes = new()
    {
        ["a default undeclared on the body where there is none"] = (w => On(w, "Body", "xmlns=\"\""), FailureCode.None),
        ["a default undeclared on the envelope where there is none"] = (w => On(w, "Envelope", "xmlns=\"\""), FailureCode.None),
        ["a default declared on the envelope"] = (w => On(w, "Envelope", "xmlns=\"urn:evil\""), FailureCode.DigestMismatch),
        ["a default declared on the header alone"] = (w => On(w, "Header", "xmlns=\"urn:evil\""), FailureCode.DigestMismatch),
        ["a default undeclared in the content"] = (w => w.Replace("<account ", "<account xmlns=\"\" ", StringComparison.Ordinal), FailureCode.DigestMismatch),
        ["a prefix declared again, the same, on the header"] = (w => On(w, "Header", "xmlns:q=\"urn:bank\""), FailureCode.None),
        ["a prefix declared again, the same, on the body"] = (w => On(w, "Body", "xmlns:q=\"urn:bank\""), FailureCode.None),
        ["a prefix declared again, the same, in the content"] = (w => w.Replace("<account ", "<account xmlns:q=\"urn:bank\" ", StringComparison.Ordinal), FailureCode.None),
        ["a prefix bound elsewhere on the envelope"] = (w => w.Replace("xmlns:q=\"urn:bank\"", "xmlns:q=\"urn:evil\"", StringComparison.Ordinal), FailureCode.DigestMismatch),
        ["a prefix bound elsewhere on the header"] = (w => On(w, "Header", "xmlns:q=\"urn:evil\""), FailureCode.DigestMismatch),
        ["a prefix bound elsewhere on the body"] = (w => On(w, "Body", "xmlns:q=\"urn:evil\""), FailureCode.DigestMismatch),
        ["a prefix moved from the envelope to the body"] = (w => On(
            w.Replace(" xmlns:q=\"urn:bank\"", "", StringComparison.Ordinal), "Body", "xmlns:q=\"urn:bank\""), FailureCode.DigestMismatch),
        ["a prefix added on the body"] = (w => On(w, "Body", "xmlns:v=\"urn:evil\""), FailureCode.PartNotSigned),
        ["a prefix beyond ASCII on the envelope"] = (w => On(w, "Envelope", "xmlns:\u00E9=\"urn:evil\""), FailureCode.PartNotSigned),
        ["a prefix beyond ASCII on the body"] = (w => On(w, "Body", "xmlns:\u00E9=\"urn:evil\""), FailureCode.PartNotSigned),
        ["the prefix xml declared"] = (w => On(w, "Envelope", "xmlns:xml=\"http://www.w3.org/XML/1998/namespace\""), FailureCode.None),
        ["the prefix xml bound elsewhere"] = (w => On(w, "Envelope", "xmlns:xml=\"urn:evil\""), FailureCode.NotWellFormed),
        ["the prefix xmlns declared"] = (w => On(w, "Envelope", "xmlns:xmlns=\"urn:evil\""), FailureCode.NotWellFormed),
        ["a prefix undeclared"] = (w => On(w, "Body", "xmlns:q=\"\""), FailureCode.NotWellFormed),
        ["xml:lang on the envelope"] = (w => On(w, "Envelope", "xml:lang=\"evil\""), FailureCode.None),
        ["xml:lang on the body"] = (w => On(w, "Body", "xml:lang=\"evil\""), FailureCode.DigestMismatch),
        ["attributes on the header"] = (w => On(w, "Header", "evil=\"1\" s:encodingStyle=\"evil\""), FailureCode.None),
        ["attributes on wsse:Security"] = (w => On(w, "Security", "evil=\"1\""), FailureCode.None),
        ["a declaration on wsse:Security"] = (w => On(w, "Security", "xmlns:evil=\"urn:evil\""), FailureCode.PartNotSigned),
        ["wsse:Security for somebody else"] = (w => On(w, "Security", "s:role=\"urn:somebody\""), FailureCode.SecurityHeaderMissing),
        ["a second wsse:Security, before"] = (w => Regex.Replace(w, "<s:Header>", $"<s:Header><s3:Security xmlns:s3=\"{Forgery.Wsse}\" s:role=\"urn:somebody\"/>"), FailureCode.PartNotSigned),
    };

    /// <summary>What somebody with the keys lists, and signs again: all that is in scope is required, and the list has a bound.</summary>
    private static readonly Dictionary<string, (Func<string, string> Change, FailureCode Code)> Lists = new()
    {
        ["as it is"] = (l => l, FailureCode.None),
        ["each twice"] = (l => $"{l} {l}", FailureCode.None),
        ["one that is not in scope"] = (l => $"{l} nowhere", FailureCode.None),
        ["one without q"] = (l => string.Join(' ', l.Split(' ').Where(p => p != "q")), FailureCode.PartNotSigned),
        ["q beyond ASCII in its place"] = (l => string.Join(' ', l.Split(' ').Select(p => p == "q" ? "\uFF51" : p)), FailureCode.PartNotSigned),
        ["empty"] = (_ => "", FailureCode.PartNotSigned),
        ["too long"] = (l => l + string.Concat(Enumerable.Range(0, 20_000).Select(i => $" p{i}")), FailureCode.LimitExceeded),
    };

    /// <summary>Content that does not stand by itself where it is decrypted.</summary>
    private static readonly string[] Contents =
        ["<v:x/>", "<x xmlns:v=\"\"><v:y/></x>", "<x xmlns:xml=\"urn:evil\"/>", "<x xmlns:xmlns=\"urn:evil\"/>", "<x xmlns:q=\"urn:a\" xmlns:q=\"urn:b\"/>", "<x q:a=\"1\" q2:a=\"2\" xmlns:q2=\"urn:bank\"/>"];

    public static MatrixTheoryData<string, string> ChangesAndBindings => new(Changes.Keys, [Attack.StrongSession, Attack.StrongSingle]);

    public static TheoryData<string> AllLists => [.. Lists.Keys];

    public static TheoryData<string> AllContents => [.. Contents];

    [Theory]
    [MemberData(nameof(ChangesAndBindings))]
    public async Task Surroundings_OfARequestAndItsReply_AreThoseOfTheSenderOrRefused(string name, string binding)
    {
        var (change, code) = Changes[name];
        foreach (var level in new[] { ProtectionLevel.Sign, ProtectionLevel.EncryptAndSign }.Where(l => l == ProtectionLevel.Sign || !IsInContent(name)))
        {
            using var scene = await Scene.OpenAsync(binding, protection: ChannelProtectionRequirements.Default.WithDefault(level));
            var plain = Declared(Loopback.Request(scene.Version, Body));
            using var changed = Secure(scene, plain);
            using var refused = await scene.ReceiveAsync(Changed(changed.Envelope, change));
            Assert.Equal(code, (refused as ServiceResult.Respond)?.Code ?? FailureCode.None);
            if (refused is ServiceResult.Dispatch taken)
            {
                RequireSame(plain, taken.Request.Envelope);
            }

            using var request = Secure(scene, plain);
            using var result = await scene.ReceiveAsync(request.Envelope);
            var answer = Declared(Loopback.Reply(scene.Version, Body));
            using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(answer);
            var wire = Changed(reply.Envelope, change);
            if (code == FailureCode.None)
            {
                using var verified = request.VerifyReply(wire);
                RequireSame(answer, verified.Envelope);
            }
            else
            {
                Assert.Equal(code, Assert.Throws<SecureConversationException>(() => request.VerifyReply(wire)).Code);
                using var verified = request.VerifyReply(reply.Envelope);
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllLists))]
    public async Task PrefixList_SignedAgain_CountsWhereItHasAllThatIsInScope(string name)
    {
        var (change, code) = Lists[name];
        using var scene = await Scene.OpenAsync(Attack.StrongSession);
        using var request = Secure(scene, Declared(Loopback.Request(scene.Version, Body)));
        var forged = scene.Forge(request.Envelope);
        forged.OnWire(f =>
        {
            var list = (XmlElement)f.References.Single(r => r.GetAttribute("URI") == "#" + Forgery.IdOf(f.Body)).GetElementsByTagName("InclusiveNamespaces", "*")[0]!;
            Assert.Contains("q", list.GetAttribute("PrefixList").Split(' '));
            list.SetAttribute("PrefixList", change(list.GetAttribute("PrefixList")));
            f.Resign();
        });
        if (code == FailureCode.None)
        {
            await scene.AcceptedAsync(forged.Seal());
        }
        else
        {
            await scene.RefusedAsync(forged.Seal(), code);
            await scene.GoesOnAsync(request.Envelope);
        }
    }

    [Theory]
    [MemberData(nameof(AllContents))]
    public async Task Content_WhoseNamesAreNotThoseOfItsPlace_IsRefused(string content)
    {
        foreach (var binding in new[] { Attack.StrongSession, Attack.StrongSingle })
        {
            using var scene = await Scene.OpenAsync(binding);
            using var request = Secure(scene, Declared(Loopback.Request(scene.Version, Body)));
            var forged = scene.Forge(request.Envelope);
            forged.BodyPart.Plain = Encoding.UTF8.GetBytes(content);
            await scene.RefusedAsync(forged.Seal(), FailureCode.DecryptionFailed);
            await scene.GoesOnAsync(request.Envelope);
        }
    }

    private static bool IsInContent(string name) => name.EndsWith("in the content", StringComparison.Ordinal);

    private static SecuredRequest Secure(Scene scene, byte[] plain) =>
        scene.Session?.Secure(plain) ?? scene.Loopback.Client.Secure(plain, Loopback.Address);

    private static byte[] Declared(byte[] plain) => Encoding.UTF8.GetBytes(
        Encoding.UTF8.GetString(plain).Replace("<s:Envelope ", "<s:Envelope xmlns:q=\"urn:bank\" ", StringComparison.Ordinal));

    /// <summary>Writes attributes into the start tag of the first element of that name.</summary>
    private static string On(string wire, string name, string attributes) => new Regex($"<(\\w+:{name})(?=[ >])").Replace(wire, $"<$1 {attributes}", 1);

    private static byte[] Changed(ReadOnlyMemory<byte> wire, Func<string, string> change)
    {
        var before = Encoding.UTF8.GetString(wire.Span);
        var after = change(before);
        Assert.NotEqual(before, after);
        return Encoding.UTF8.GetBytes(after);
    }

    private static void RequireSame(byte[] sent, ReadOnlyMemory<byte> handedOut)
    {
        var (expected, actual) = (BodyOf(sent), BodyOf(handedOut));
        Assert.Equal(expected.InnerText, actual.InnerText);
        Assert.Equal("urn:bank", ((XmlElement)actual.FirstChild!.FirstChild!).GetNamespaceOfPrefix("q"));
        Assert.DoesNotContain("evil", Encoding.UTF8.GetString(handedOut.Span), StringComparison.Ordinal);
        Assert.Equal(Names(expected), Names(actual));
    }

    private static XmlElement BodyOf(ReadOnlyMemory<byte> envelope) => (XmlElement)Forgery.Load(envelope).DocumentElement!.LastChild!;

    private static string[] Names(XmlElement body) => [.. body.SelectNodes(".//*")!.Cast<XmlElement>().Select(e => $"{{{e.NamespaceURI}}}{e.Name}")];
}
