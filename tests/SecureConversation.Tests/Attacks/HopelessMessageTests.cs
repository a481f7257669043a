using System.Net.Security;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>
/// A large message that is refused for its header is refused as a small one is, word for word, and its body is not read: what is wrong
/// there changes nothing.
/// </summary>
public sealed class HopelessMessageTests : IDisposable
{
    private const string Other = "urn:uuid:7ffa7522-089a-4bff-a927-c570747d97b2";
    private const int Many = 40_000;

    private readonly RecordedLog _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData("without security", FailureCode.SecurityHeaderMissing, Attack.Session)]
    [InlineData("without security", FailureCode.SecurityHeaderMissing, Attack.Session, ProtectionLevel.Sign)]
    [InlineData("without security", FailureCode.SecurityHeaderMissing, Attack.Single)]
    [InlineData("without security, cancel", FailureCode.SecurityHeaderMissing, Attack.Session)]
    [InlineData("without security, cancel", FailureCode.SecurityHeaderMissing, Attack.Single)]
    [InlineData("without security, issue", FailureCode.SecurityHeaderMissing, Attack.Session)]
    [InlineData("of nobody's session", FailureCode.UnknownContext, Attack.Session)]
    [InlineData("of nobody's session", FailureCode.UnknownContext, Attack.Session, ProtectionLevel.Sign)]
    [InlineData("of nobody's session, malformed", FailureCode.MalformedSecurityElement, Attack.Session)]
    [InlineData("of no session", FailureCode.SessionMissing, Attack.Session)]
    [InlineData("of no session", FailureCode.SessionMissing, Attack.Session, ProtectionLevel.Sign)]
    [InlineData("as it is", FailureCode.UnresolvedReference, Attack.Session)]
    [InlineData("as it is", FailureCode.UnresolvedReference, Attack.Single)]
    [InlineData("handshake", FailureCode.UnresolvedReference, Attack.Session)]
    [InlineData("security twice", FailureCode.DuplicateElement, Attack.Session)]
    [InlineData("without security", FailureCode.SecurityHeaderMissing, Attack.StrongSession)]
    [InlineData("of nobody's session", FailureCode.UnknownContext, Attack.StrongSession)]
    [InlineData("as it is", FailureCode.UnresolvedReference, Attack.StrongSingle)]
    public async Task LargeMessage_IsRefusedAsASmallOneIs(
        string change, FailureCode code, string name, ProtectionLevel level = ProtectionLevel.EncryptAndSign)
    {
        using var scene = await OpenAsync(name, level);
        var message = Wire(scene, change);
        var small = await RefuseAsync(scene, With(message, "<a xmlns=\"urn:e\"><b/></a>"), code);
        Assert.Equal(small, await RefuseAsync(scene, With(message, $"<a xmlns=\"urn:e\">{Elements}</a>"), code));
        Assert.Equal(small, await RefuseAsync(scene, With(message, $"\r\n  <a xmlns=\"urn:e\">{Elements}</a>"), code));
        // Nobody gets as far as what is wrong here.
        Assert.Equal(small, await RefuseAsync(scene, With(message, $"<a xmlns=\"urn:e\">{Elements}</b>&x;"), code));
        Assert.Equal(small, await RefuseAsync(scene, With(message, $"<a xmlns=\"urn:e\">{Elements}</a></s:Body><s:Body>"), code));
        using var next = scene.Request();
        await scene.AcceptedAsync(next.Envelope);
    }

    /// <summary>What can be accepted is read to its end, whatever stands in its body.</summary>
    [Theory]
    [InlineData(ProtectionLevel.EncryptAndSign, Attack.Session)]
    [InlineData(ProtectionLevel.Sign, Attack.Session)]
    [InlineData(ProtectionLevel.Sign, Attack.Single)]
    [InlineData(ProtectionLevel.Sign, "username//session")]
    [InlineData(ProtectionLevel.EncryptAndSign, "duplex//single")]
    public async Task LargeMessage_IsAcceptedWhereItIsInOrder(ProtectionLevel level, string name)
    {
        using var scene = await OpenAsync(name, level);
        foreach (var body in new[] { $"<a xmlns=\"urn:e\">{Elements}</a>", $"  <!-- a --><a xmlns=\"urn:e\">{Elements}</a>", $"<a>{new string('x', Many)}</a>" })
        {
            using var request = scene.Request(body);
            using var result = await scene.ReceiveAsync(request.Envelope);
            var dispatched = Assert.IsType<ServiceResult.Dispatch>(result);
            Assert.Contains(body[(body.LastIndexOf("-->", StringComparison.Ordinal) + 3)..], Encoding.UTF8.GetString(dispatched.Request.Envelope.Span).Replace("></b>", "/>", StringComparison.Ordinal), StringComparison.Ordinal);

            var wire = Encoding.UTF8.GetString(request.Envelope.Span);
            await NotSoapAsync(scene, wire.Replace("</s:Body>", "</x>", StringComparison.Ordinal), FailureCode.NotWellFormed);
            await NotSoapAsync(scene, wire.Replace("</s:Envelope>", "<x/></s:Envelope>", StringComparison.Ordinal), FailureCode.NotAnEnvelope);
        }
    }

    [Theory]
    [InlineData("<s:Body><a>", true)]
    [InlineData("<s:Body> <a/>", true)]
    [InlineData("<s:Body><!-- a -->", true)]
    [InlineData("<s:Body></s:Body>", true)]
    [InlineData("<s:Body> </s:Body>", true)]
    [InlineData("<s:Body/></s:Envelope>", false)]
    public void Envelope_IsReadAsFarAsTheFirstElementOfItsBody(string body, bool isHead)
    {
        const string start = "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Header><h>1</h></s:Header>";
        using var envelope = SoapEnvelope.Parse(Encoding.UTF8.GetBytes(start + body + (isHead ? "<" : "")), SoapNames.Of(MessageVersion.Soap12WSAddressing10), XmlLimits.Default,
            isHopeless: head =>
            {
                Assert.Equal("1", head.Header.FirstChild.GetText());
                return true;
            });
        Assert.Equal(isHead, envelope.IsHead);
        if (isHead)
        {
            Assert.Throws<InvalidOperationException>(envelope.RequireBody);
        }
        else
        {
            envelope.RequireBody();
        }
    }

    private static string Elements { get; } = string.Concat(Enumerable.Repeat("<b/>", Many / 4));

    private Task<Scene> OpenAsync(string name, ProtectionLevel level) => Scene.OpenAsync(
        Bindings.Create(name, protection: ChannelProtectionRequirements.Default.WithDefault(level)),
        options: new MessageSecurityServiceOptions { FailureAnswers = Loopback.AtOnce, LoggerFactory = _log });

    private static string Wire(Scene scene, string change)
    {
        if (change.StartsWith("without", StringComparison.Ordinal))
        {
            var protocol = ProtocolVersion.February2005;
            var action = change.EndsWith("cancel", StringComparison.Ordinal) ? protocol.CancelAction
                : change.EndsWith("issue", StringComparison.Ordinal) ? protocol.IssueAction : "urn:e/Echo";
            return Encoding.UTF8.GetString(Loopback.Request(scene.Version, action: action));
        }

        using var request = change == "handshake" ? null : scene.Request();
        using var handshake = change == "handshake" ? scene.Loopback.Client.StartSession(Loopback.Address) : null;
        var wire = Encoding.UTF8.GetString((request?.Envelope ?? handshake!.Envelope).Span);
        var security = wire.IndexOf("<o:Security", StringComparison.Ordinal);
        return change switch
        {
            "of nobody's session" => wire.Replace(scene.Session!.Id, Other, StringComparison.Ordinal),
            "of nobody's session, malformed" => wire.Replace($"{scene.Session!.Id}<", $"{Other}<x/><", StringComparison.Ordinal),
            "of no session" => wire.Replace("c:SecurityContextToken", "c:SecurityContextTok", StringComparison.Ordinal),
            "security twice" => wire.Insert(security, wire[security..(wire.IndexOf("</o:Security>", StringComparison.Ordinal) + 13)]),
            _ => wire,
        };
    }

    private static byte[] With(string message, string body)
    {
        var start = message.IndexOf('>', message.IndexOf("<s:Body", StringComparison.Ordinal)) + 1;
        return Encoding.UTF8.GetBytes($"{message.AsSpan(0, start)}{body}</s:Body></s:Envelope>");
    }

    /// <summary>What a refusal says on the wire and in the log.</summary>
    private async Task<string> RefuseAsync(Scene scene, byte[] wire, FailureCode code)
    {
        using var result = await scene.ReceiveAsync(wire);
        var refused = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal(code, refused.Code);
        return $"{refused.StatusCode} {Encoding.UTF8.GetString(refused.Envelope.Span)} {_log.Entries.LastOrDefault()?.Text}";
    }

    private static async Task NotSoapAsync(Scene scene, string wire, FailureCode code)
    {
        using var result = await scene.ReceiveAsync(Encoding.UTF8.GetBytes(wire));
        var refused = Assert.IsType<ServiceResult.Respond>(result);
        Assert.Equal((code, 400), (refused.Code, refused.StatusCode));
    }
}
