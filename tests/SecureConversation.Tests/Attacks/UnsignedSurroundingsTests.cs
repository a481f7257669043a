using System.Net.Security;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// Somebody without keys changes what no digest covers: comments, the form of text, and what stands around the signed parts. The
/// application reads what the client sent, or the message is refused.
/// </summary>
public sealed class UnsignedSurroundingsTests
{
    private const string Session = "mutualcert//session";
    private const string Declarations = "declarations that nothing refers to";

    private static readonly Dictionary<string, Func<string, string>> InClear = new()
    {
        ["comment in the text of the body"] = w => w.Replace(">alice<", ">al<!-- evil -->ice<", StringComparison.Ordinal),
        ["comment in a:Action"] = w => w.Replace(">urn:e/Echo<", ">urn:e/Ec<!-- evil -->ho<", StringComparison.Ordinal),
        ["comments between elements"] = w => w.Replace("<account>", "<!-- evil --><account>", StringComparison.Ordinal),
        ["CDATA in a:Action"] = w => w.Replace(">urn:e/Echo<", "><![CDATA[urn:e/]]>Ec<![CDATA[ho]]><", StringComparison.Ordinal),
        ["CDATA for white space"] = w => w.Replace("<space> </space>", "<space><![CDATA[ ]]></space>", StringComparison.Ordinal),
        ["CDATA with a comment in it"] = w => w.Replace("&lt;!-- no comment --&gt;", "<![CDATA[<!-- no comment -->]]>", StringComparison.Ordinal),
        ["character references"] = w => w.Replace(">urn:e/Echo<", ">&#117;rn:e/&#x45;cho<", StringComparison.Ordinal),
        ["character reference for white space"] = w => w.Replace("<space> </space>", "<space>&#32;</space>", StringComparison.Ordinal),
        ["other quotes"] = w => w.Replace("s:mustUnderstand=\"1\"", "s:mustUnderstand='&#49;'", StringComparison.Ordinal),
        ["white space in tags"] = w => w.Replace("<account>", "<account  >", StringComparison.Ordinal),
        ["carriage returns"] = w => w.Replace("<lines>\n\n</lines>", "<lines>\r\n\r</lines>", StringComparison.Ordinal),
        ["a line end divided by a comment"] = w => w.Replace("<lines>\n\n</lines>", "<lines>\r<!-- evil -->\n</lines>", StringComparison.Ordinal),
        ["the end of a CDATA section divided by a comment"] = w => w.Replace("]]&gt;", "]]<!-- evil -->>", StringComparison.Ordinal),
        [Declarations] = w => w.Replace("<s:Body", "<s:Body xmlns:evil='urn:evil'", StringComparison.Ordinal),
    };

    private static readonly Dictionary<string, Func<string, string>> Around = new()
    {
        ["attributes of the envelope"] = w => w.Replace("<s:Envelope ", "<s:Envelope xml:lang='evil' xml:space='preserve' evil='1' ", StringComparison.Ordinal),
        ["attributes of the header"] = w => w.Replace("<s:Header>", "<s:Header evil='2' xml:base='http://evil/'>", StringComparison.Ordinal),
        ["text in the header"] = w => w.Replace("<s:Header>", "<s:Header>evil text <![CDATA[more]]>", StringComparison.Ordinal),
        ["comments around the parts"] = w =>
            "<!-- evil -->" + w.Replace("<s:Body", "<!-- evil --><s:Body", StringComparison.Ordinal).Replace("<s:Header>", "<s:Header><!-- evil -->", StringComparison.Ordinal) + "<!-- evil -->",
        ["a prolog and white space"] = w => "<?xml version='1.0'?>\n" + w.Replace("<s:Body", "\n<s:Body", StringComparison.Ordinal),
    };

    public static TheoryData<string> AllInClear => [.. InClear.Keys];

    public static TheoryData<string> AllAround => [.. Around.Keys];

    [Theory]
    [MemberData(nameof(AllInClear))]
    public async Task FormOfSignedText_IsNotHandedOut(string change)
    {
        await RequireSameAsync(Session, ProtectionLevel.Sign, InClear[change]);
        if (change != Declarations)
        {
            await RequireSameAsync("mutualcert/strong/session", ProtectionLevel.Sign, InClear[change]);
        }
    }

    /// <summary>In the profile Strong each prefix in scope is signed, so one that is added is no prefix of the sender's.</summary>
    [Fact]
    public async Task DeclarationThatNothingRefersTo_IsRefusedInTheProfileStrong()
    {
        using var scene = await OpenAsync("mutualcert/strong/session", ProtectionLevel.Sign);
        var (_, _, code) = await HandedOut.ReceiveAsync(scene, Plain(scene.Version), InClear[Declarations]);
        Assert.Equal(FailureCode.PartNotSigned, code);
    }

    [Theory]
    [MemberData(nameof(AllAround))]
    public async Task SurroundingsOfParts_AreNotHandedOut(string change)
    {
        await RequireSameAsync(Session, ProtectionLevel.Sign, Around[change]);
        await RequireSameAsync(Session, ProtectionLevel.EncryptAndSign, Around[change]);
        await RequireSameAsync("mutualcert/encrypt-first/session", ProtectionLevel.EncryptAndSign, Around[change]);
        await RequireSameAsync("mutualcert/strong/session", ProtectionLevel.Sign, Around[change]);
        await RequireSameAsync("mutualcert/strong/session", ProtectionLevel.EncryptAndSign, Around[change]);
    }

    [Fact]
    public async Task CarriageReturnOfTheSender_IsNotALineEndInCData()
    {
        // Here both canonical forms are possible: the recommendation reads a line end in the CDATA section, WCF a carriage return.
        using var scene = await OpenAsync(Session, ProtectionLevel.Sign);
        var plain = Plain(scene.Version).Replace("alice", "a&#xD;b", StringComparison.Ordinal);
        var (envelope, _, code) = await HandedOut.ReceiveAsync(scene, plain, w => w.Replace("a&#xD;b", "<![CDATA[a\rb]]>", StringComparison.Ordinal));
        Assert.Equal(FailureCode.None, code);
        Assert.Equal("a\rb", HandedOut.Read(envelope!).Descendants("{urn:e}account").Single().Value);
    }

    [Fact]
    public async Task OrderOfHeaderBlocks_IsAllThatAnotherOrderChanges()
    {
        using var scene = await OpenAsync(Session, ProtectionLevel.EncryptAndSign);
        var plain = Plain(scene.Version);
        var (before, _, _) = await HandedOut.ReceiveAsync(scene, plain, w => w);
        var (after, action, _) = await HandedOut.ReceiveAsync(scene, plain, w =>
        {
            var wire = Forgery.Load(Encoding.UTF8.GetBytes(w));
            var header = wire.DocumentElement!.FirstChild!;
            header.AppendChild(header.FirstChild!);
            return wire.OuterXml;
        });
        Assert.Equal("urn:e/Echo", action);
        Assert.Equal(Sorted(before!), Sorted(after!));

        static IEnumerable<string> Sorted(string envelope) =>
            HandedOut.Read(envelope).Root!.Elements().First().Elements().Select(e => e.ToString(SaveOptions.DisableFormatting)).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("To")]
    [InlineData("MessageID")]
    [InlineData("ReplyTo")]
    public async Task SignedHeaderBlock_CannotBeTakenOut(string name)
    {
        using var scene = await OpenAsync(Session, ProtectionLevel.EncryptAndSign);
        var (_, _, code) = await HandedOut.ReceiveAsync(scene, Plain(scene.Version), w =>
        {
            var wire = Forgery.Load(Encoding.UTF8.GetBytes(w));
            var header = (XmlElement)wire.DocumentElement!.FirstChild!;
            header.RemoveChild(Forgery.Child(header, name));
            return wire.OuterXml;
        });
        Assert.Equal(FailureCode.PartNotSigned, code);
    }

    [Fact]
    public async Task DefaultAttributes_CannotBeDefined()
    {
        using var scene = await OpenAsync(Session, ProtectionLevel.Sign);
        var (_, _, code) = await HandedOut.ReceiveAsync(scene, Plain(scene.Version),
            w => "<!DOCTYPE s:Envelope [<!ATTLIST account evil CDATA 'yes'>]>" + w);
        Assert.Equal(FailureCode.ForbiddenConstruct, code);
    }

    private static async Task RequireSameAsync(string binding, ProtectionLevel level, Func<string, string> change)
    {
        using var scene = await OpenAsync(binding, level);
        var plain = Plain(scene.Version);
        var (before, _, _) = await HandedOut.ReceiveAsync(scene, plain, w => w);
        var changed = false;
        var (after, action, code) = await HandedOut.ReceiveAsync(scene, plain, w =>
        {
            var other = change(w);
            changed = other != w;
            return other;
        });
        Assert.True(changed);
        Assert.Equal(FailureCode.None, code);
        Assert.Equal("urn:e/Echo", action);
        Assert.DoesNotContain("<!--", after!, StringComparison.Ordinal);
        var (expected, actual) = (HandedOut.Read(before!), HandedOut.Read(after!));
        Assert.True(XNode.DeepEquals(expected, actual), $"{expected}\n{actual}");
        Assert.Equal("urn:e/Echo", actual.Descendants().Single(e => e.Name.LocalName == "Action").Value);
    }

    private static Task<Scene> OpenAsync(string binding, ProtectionLevel level) =>
        Scene.OpenAsync(binding, protection: ChannelProtectionRequirements.Default.WithDefault(level));

    private static string Plain(MessageVersion version) => Encoding.UTF8.GetString(Loopback.Request(version,
        "<Pay xmlns=\"urn:e\"><account>alice</account><space> </space><note>&lt;!-- no comment --&gt; ]]&gt;</note><lines>\n\n</lines></Pay>"));
}
