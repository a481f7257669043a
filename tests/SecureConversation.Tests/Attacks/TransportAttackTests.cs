using System.Net.Security;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>What may not pass where the transport protects messages, and tokens in them prove who sends them.</summary>
public sealed partial class TransportAttackTests
{
    private static readonly MessageOrigin Plain = TransportScene.Secure with { IsSecureTransport = false };

    /// <summary>Nothing is asked of a validator: a password that came in clear is used for nothing.</summary>
    [Theory]
    [InlineData("username/single")]
    [InlineData("certificate/single")]
    [InlineData("username/session")]
    public async Task Credential_OverPlainHttp_IsRefused(string name)
    {
        var asked = 0;
        using var scene = new TransportScene(name, service: new ServiceCredentials
        {
            ClientCertificateValidation = new() { Mode = X509CertificateValidationMode.Custom, CustomValidator = (_, _) => ++asked > 0 },
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => ++asked > 0),
        });
        using var handshake = scene.Binding.EstablishesSession ? scene.Client.StartSession(Loopback.Address) : null;
        using var request = handshake is null ? scene.Client.Secure(scene.Plain(), Loopback.Address) : null;
        var envelope = handshake?.Envelope ?? request!.Envelope;
        foreach (var origin in new[] { Plain, MessageOrigin.Unknown })
        {
            using var result = await scene.Service.ReceiveAsync(envelope, origin);
            var respond = Assert.IsType<ServiceResult.Respond>(result);
            Assert.Equal(FailureCode.InsecureTransport, respond.Code);
            Assert.Contains("InvalidSecurity", TransportScene.Text(respond.Envelope), StringComparison.Ordinal);
        }

        Assert.Equal(0, asked);
        Assert.Equal(FailureCode.None, await scene.CodeAsync(envelope));
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(false, null, FailureCode.InsecureTransport)]
    [InlineData(false, false, FailureCode.None)]
    [InlineData(true, null, FailureCode.None)]
    [InlineData(true, true, FailureCode.InsecureTransport)]
    public async Task PlainHttp_IsTaken_WhereTheBindingOrTheServiceSaysSo(bool allow, bool? require, FailureCode expected)
    {
        using var scene = new TransportScene("username/single", e => e with { AllowInsecureTransport = allow }, requireSecureTransport: require);
        using var request = scene.Client.Secure(scene.Plain(), Loopback.Address);
        Assert.Equal(expected, await scene.CodeAsync(request.Envelope, Plain));
    }

    /// <summary>One of a session and its bootstrap is enough to ask for a protected transport.</summary>
    [Fact]
    public void Binding_AsksForASecureTransport_UnlessAllOfItAllowsAnother()
    {
        var credential = SecurityBindingElement.CreateUserNameOverTransportBindingElement();
        var half = SecurityBindingElement.CreateSecureConversationBindingElement(credential) with { AllowInsecureTransport = true };
        var whole = SecurityBindingElement.CreateSecureConversationBindingElement(credential with { AllowInsecureTransport = true }) with { AllowInsecureTransport = true };
        Assert.True(MessageSecurityBinding.Create(credential).RequiresSecureTransport);
        Assert.True(MessageSecurityBinding.Create(half).RequiresSecureTransport);
        Assert.False(MessageSecurityBinding.Create(whole).RequiresSecureTransport);
        Assert.False(MessageSecurityBinding.Create(SecurityBindingElement.CreateMutualCertificateBindingElement()).RequiresSecureTransport);
    }

    /// <summary>A service may ask for TLS below messages that protect themselves, too.</summary>
    [Fact]
    public async Task ProtectedMessage_OverPlainHttp_IsRefusedWhereTheServiceSaysSo()
    {
        using var loop = new Loopback(Bindings.Create("mutualcert//single"), options: new MessageSecurityServiceOptions
        {
            FailureAnswers = Loopback.AtOnce,
            RequireSecureTransport = true,
        });
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var refused = await loop.Service.ReceiveAsync(request.Envelope, Plain);
        Assert.Equal(FailureCode.InsecureTransport, Assert.IsType<ServiceResult.Respond>(refused).Code);
        using var taken = await loop.Service.ReceiveAsync(request.Envelope, TransportScene.Secure);
        Assert.IsType<ServiceResult.Dispatch>(taken);
    }

    [Theory]
    [InlineData("certificate/single")]
    [InlineData("certificate-2007/single")]
    public Task To_Rewritten_IsRefused(string name) =>
        RefusedAsync(name, text => text.Replace(">http://localhost/echo</a:To>", ">http://localhost/admin</a:To>", StringComparison.Ordinal), FailureCode.DigestMismatch);

    [Fact]
    public Task To_WithoutId_IsRefused() => RefusedAsync("certificate/single", text => ToId().Replace(text, ""), FailureCode.PartNotSigned);

    [Fact]
    public async Task To_Unsigned_IsRefused()
    {
        using var scene = new TransportScene("certificate/single");
        using var unsigned = scene.RequestWith(r => r with { Headers = new([], []) });
        Assert.Equal(FailureCode.PartNotSigned, await scene.CodeAsync(unsigned.Envelope));
        await scene.CallAsync();
    }

    /// <summary>WCF refuses a signature that covers more than it looks at, and so do we: nobody would know what it says.</summary>
    [Fact]
    public async Task Signature_OverOtherParts_IsRefused()
    {
        using var scene = new TransportScene("certificate/single");
        using var addressing = scene.RequestWith(r => r with { Headers = Engine.Requirements.HeaderProtection.Addressing(r.Soap) });
        using var body = scene.RequestWith(r => r with { Body = ProtectionLevel.Sign });
        Assert.Equal(FailureCode.UnexpectedElement, await scene.CodeAsync(addressing.Envelope));
        Assert.Equal(FailureCode.UnexpectedElement, await scene.CodeAsync(body.Envelope));
        await scene.CallAsync();
    }

    [Theory]
    [InlineData("certificate/single")]
    [InlineData("username/session")]
    public async Task Endorsement_OfAnotherTimestamp_IsRefused(string name)
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        using var scene = new TransportScene(name, e => e with { LocalServiceSettings = e.LocalServiceSettings with { InactivityTimeout = TimeSpan.FromHours(1) } }, clock);
        using var session = scene.Binding.EstablishesSession ? await scene.OpenAsync() : null;
        using var first = session?.Secure(scene.Plain()) ?? scene.Client.Secure(scene.Plain(), Loopback.Address);
        clock.UtcNow += TimeSpan.FromMinutes(15);
        using var later = session?.Secure(scene.Plain()) ?? scene.Client.Secure(scene.Plain(), Loopback.Address);
        var (stale, fresh) = (TransportScene.Text(first.Envelope), TransportScene.Text(later.Envelope));

        // With the Id of the timestamp that was signed, and then with its own.
        var renamed = fresh.Replace(Id(fresh), Id(stale), StringComparison.Ordinal);
        Assert.Equal(FailureCode.DigestMismatch, await CodeAsync(scene, stale.Replace(Timestamp(stale), Timestamp(renamed), StringComparison.Ordinal)));
        Assert.Equal(FailureCode.PartNotSigned, await CodeAsync(scene, stale.Replace(Timestamp(stale), Timestamp(fresh), StringComparison.Ordinal)));
        Assert.Equal(FailureCode.Expired, await CodeAsync(scene, stale));
        Assert.Equal(FailureCode.None, await CodeAsync(scene, fresh));

        static string Timestamp(string text) => TimestampElement().Match(text).Value;

        static string Id(string text) => TimestampId().Match(text).Groups[1].Value;
    }

    [Theory]
    [InlineData("certificate/single", FailureCode.TokenMissing)]
    [InlineData("certificate/session", FailureCode.TokenMissing)]
    [InlineData("both/single", FailureCode.TokenMissing)]
    public Task Token_WithoutEndorsement_IsRefused(string name, FailureCode code) => RefusedAsync(name, text => Signature().Replace(text, ""), code);

    /// <summary>ProtectTokens asks for a signature over the token that signs: a message without any is refused for what it lacks, if it lacks it.</summary>
    [Theory]
    [InlineData("username/single", FailureCode.None)]
    [InlineData("certificate/single", FailureCode.TokenMissing)]
    public async Task ProtectTokens_WithoutSignature_IsJudgedByItsTokens(string name, FailureCode expected)
    {
        using var scene = new TransportScene(name, e => e with { ProtectTokens = true });
        using var request = scene.Client.Secure(scene.Plain(), Loopback.Address);
        var stripped = Signature().Replace(TransportScene.Text(request.Envelope), "");
        Assert.Equal(expected, await scene.CodeAsync(System.Text.Encoding.UTF8.GetBytes(stripped)));
    }

    [Theory]
    [InlineData("certificate/single")]
    [InlineData("username/session")]
    [InlineData("username/cookie")]
    public Task Signature_Repeated_IsRefused(string name) => RefusedAsync(name, text => Signature().Replace(text, "$0$0"), FailureCode.UnexpectedElement);

    [Fact]
    public async Task Signature_WhereNoneIsExpected_IsRefused()
    {
        using var certificate = new TransportScene("certificate/single");
        using var signed = certificate.Client.Secure(certificate.Plain(), Loopback.Address);
        var extra = Signature().Match(TransportScene.Text(signed.Envelope)).Value;
        await RefusedAsync("username/single", text => text.Replace("</o:UsernameToken>", "</o:UsernameToken>" + extra, StringComparison.Ordinal), FailureCode.UnexpectedElement);
    }

    [Fact]
    public Task UserName_Twice_IsRefused() => RefusedAsync("username/single", text => UserNameToken().Replace(text, m =>
        m.Value + m.Value.Replace("u:Id=\"", "u:Id=\"another-", StringComparison.Ordinal).Replace(TestCredentials.UserName, "mallory", StringComparison.Ordinal)), FailureCode.DuplicateElement);

    [Theory]
    [InlineData("certificate/single", "<o:UsernameToken><o:Username>alice</o:Username></o:UsernameToken>")]
    [InlineData("username/session", "<o:UsernameToken><o:Username>alice</o:Username></o:UsernameToken>")]
    [InlineData("username/single", "<k:SignatureConfirmation xmlns:k=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" Value=\"AA==\"/>")]
    [InlineData("username/single", "<e:ReferenceList xmlns:e=\"http://www.w3.org/2001/04/xmlenc#\"><e:DataReference URI=\"#x\"/></e:ReferenceList>")]
    [InlineData("username/single", "<o:SecurityTokenReference><o:Reference URI=\"#x\"/></o:SecurityTokenReference>")]
    public Task Element_ThatNobodyAskedFor_IsRefused(string name, string element) =>
        RefusedAsync(name, text => text.Replace("</u:Timestamp>", "</u:Timestamp>" + element, StringComparison.Ordinal), FailureCode.UnexpectedElement);

    [Fact]
    public Task UserName_Missing_IsRefused() => RefusedAsync("username/single", text => UserNameToken().Replace(text, ""), FailureCode.TokenMissing);

    [Fact]
    public Task SecurityHeader_Missing_IsRefused() => RefusedAsync("username/single", text => SecurityElement().Replace(text, ""), FailureCode.SecurityHeaderMissing);

    [Theory]
    [InlineData("certificate/single")]
    [InlineData("username/session")]
    public Task Signature_BeforeItsToken_IsRefused(string name) => RefusedAsync(name, text =>
    {
        var signature = Signature().Match(text).Value;
        return text.Replace(signature, "", StringComparison.Ordinal).Replace("</u:Timestamp>", "</u:Timestamp>" + signature, StringComparison.Ordinal);
    }, FailureCode.LayoutViolation);

    [Theory]
    [InlineData("username/session")]
    [InlineData("certificate/session")]
    public async Task ContextOfAnotherSession_IsRefused(string name)
    {
        using var scene = new TransportScene(name);
        using var mine = await scene.OpenAsync();
        using var others = await scene.OpenAsync();
        using var request = mine.Secure(scene.Plain());
        var forged = TransportScene.Text(request.Envelope).Replace(mine.Id, others.Id, StringComparison.Ordinal);
        Assert.Equal(FailureCode.SignatureMismatch, await CodeAsync(scene, forged));
        await scene.CallAsync(mine);
        await scene.CallAsync(others);
    }

    /// <summary>A renewal is endorsed by the key that it renews, and its target is that key's.</summary>
    [Fact]
    public async Task Renewal_OfAnotherSession_IsRefused()
    {
        using var scene = new TransportScene("username/session");
        using var mine = await scene.OpenAsync();
        using var others = await scene.OpenAsync();
        using var renewal = mine.StartRenewal();
        var text = TransportScene.Text(renewal.Envelope);
        Assert.Equal(FailureCode.SignatureMismatch, await CodeAsync(scene, text.Replace(mine.Id, others.Id, StringComparison.Ordinal)));
        var target = text.LastIndexOf(mine.Id, StringComparison.Ordinal);
        Assert.Equal(FailureCode.RenewalRefused, await CodeAsync(scene, text[..target] + others.Id + text[(target + mine.Id.Length)..]));
        Assert.Equal(FailureCode.TokenMissing, await CodeAsync(scene, Signature().Replace(text, "")));
        await scene.RenewAsync(mine);
        await scene.CallAsync(others);
    }

    /// <summary>The key of a session renews it for nobody but the client that opened it.</summary>
    [Fact]
    public async Task Renewal_ByAnotherUser_IsRefused()
    {
        using var scene = new TransportScene("username/session", service: new ServiceCredentials { UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true) });
        using var session = await scene.OpenAsync();
        scene.Client.UpdateCredentials(new ClientCredentials { UserName = new UserNameCredential("mallory", "x") });
        using var renewal = session.StartRenewal();
        Assert.Equal(FailureCode.RenewalRefused, await scene.CodeAsync(renewal.Envelope));
    }

    /// <summary>Whether a derived key signs is the binding's to say, and not the sender's.</summary>
    [Theory]
    [InlineData("username/session", true, FailureCode.UnexpectedElement)]
    [InlineData("username/cookie", true, FailureCode.UnexpectedElement)]
    [InlineData("username/cookie-derived", false, FailureCode.DerivedKeyViolation)]
    public async Task KeyOfASession_UsedInTheOtherWay_IsRefused(string name, bool derives, FailureCode expected)
    {
        using var scene = new TransportScene(name);
        using var session = await scene.OpenAsync();
        using var request = scene.RequestIn(session, derives);
        Assert.Equal(expected, await scene.CodeAsync(request.Memory));
        using var right = scene.RequestIn(session, !derives);
        Assert.Equal(FailureCode.None, await scene.CodeAsync(right.Memory));
    }

    /// <summary>WCF remembers none of these messages, and two of one client may be equal; who wants to have them remembered says so.</summary>
    [Theory]
    [InlineData("certificate/single", false, FailureCode.None)]
    [InlineData("certificate/single", true, FailureCode.Replayed)]
    [InlineData("username/session", false, FailureCode.None)]
    [InlineData("username/session", true, FailureCode.Replayed)]
    [InlineData("username/single", true, FailureCode.None)]
    public async Task Replay_IsRefused_WhereTheServiceDetectsThem(string name, bool detects, FailureCode expected)
    {
        using var scene = new TransportScene(name, e => e with { LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = detects } });
        using var session = scene.Binding.EstablishesSession ? await scene.OpenAsync() : null;
        using var request = session?.Secure(scene.Plain()) ?? scene.Client.Secure(scene.Plain(), Loopback.Address);
        Assert.Equal(FailureCode.None, await scene.CodeAsync(request.Envelope));
        Assert.Equal(expected, await scene.CodeAsync(request.Envelope));
    }

    /// <summary>The context that is renewed may be all that signs, and is known late.</summary>
    [Theory]
    [InlineData("username/session", false, FailureCode.None)]
    [InlineData("username/session", true, FailureCode.Replayed)]
    [InlineData("certificate/session", true, FailureCode.Replayed)]
    public async Task Renewal_Twice_IsRefused_WhereTheServiceDetectsThem(string name, bool detects, FailureCode expected)
    {
        using var scene = new TransportScene(name, e => e with { LocalServiceSettings = e.LocalServiceSettings with { DetectReplays = detects } });
        using var session = await scene.OpenAsync();
        using var renewal = session.StartRenewal();
        Assert.Equal(FailureCode.None, await scene.CodeAsync(renewal.Envelope));
        Assert.Equal(expected, await scene.CodeAsync(renewal.Envelope));
    }

    [Theory]
    [InlineData("certificate/single", FailureCode.UnexpectedElement)]
    [InlineData("username/session", FailureCode.UnexpectedElement)]
    public async Task Reply_WithATokenOrSignature_IsRefused(string name, FailureCode expected)
    {
        using var scene = new TransportScene(name);
        using var session = scene.Binding.EstablishesSession ? await scene.OpenAsync() : null;
        using var request = session?.Secure(scene.Plain()) ?? scene.Client.Secure(scene.Plain(), Loopback.Address);
        var id = Regex.Match(TransportScene.Text(request.Envelope), "<a:MessageID>([^<]*)<").Groups[1].Value;

        // A request that comes back as its own reply.
        var reflected = TransportScene.Text(request.Envelope).Replace("<a:MessageID>", $"<a:RelatesTo>{id}</a:RelatesTo><a:MessageID>", StringComparison.Ordinal);
        var refused = Assert.Throws<SecureConversationException>(() => request.VerifyReply(Encoding.UTF8.GetBytes(reflected)));
        Assert.Equal(expected, refused.Code);
    }

    [Fact]
    public async Task Reply_WithoutTimestamp_OrStale_IsRefused()
    {
        using var scene = new TransportScene("username/single");
        using var request = scene.Client.Secure(scene.Plain(), Loopback.Address);
        using var dispatch = Assert.IsType<ServiceResult.Dispatch>(await scene.Service.ReceiveAsync(request.Envelope, TransportScene.Secure));
        using var reply = dispatch.Secure(Loopback.Reply(scene.Binding.MessageVersion));
        var text = TransportScene.Text(reply.Envelope);
        Assert.Equal(FailureCode.SecurityHeaderMissing, Code(SecurityElement().Replace(text, "")));
        Assert.Equal(FailureCode.Expired, Code(Regex.Replace(text, "20[0-9]{2}-", "2001-")));
        request.VerifyReply(reply.Envelope).Dispose();

        FailureCode Code(string changed) => Assert.Throws<SecureConversationException>(() => request.VerifyReply(Encoding.UTF8.GetBytes(changed))).Code;
    }

    [Fact]
    public async Task Certificate_ThatIsNotTrusted_IsRefused()
    {
        using var scene = new TransportScene("certificate/single", service: new ServiceCredentials
        {
            ClientCertificateValidation = new() { Mode = X509CertificateValidationMode.Custom, CustomValidator = (_, _) => false },
        });
        using var request = scene.Client.Secure(scene.Plain(), Loopback.Address);
        Assert.Equal(FailureCode.UntrustedCertificate, await scene.CodeAsync(request.Envelope));
    }

    private static async Task RefusedAsync(string name, Func<string, string> attack, FailureCode expected)
    {
        using var scene = new TransportScene(name);
        using var session = scene.Binding.EstablishesSession ? await scene.OpenAsync() : null;
        using var request = session?.Secure(scene.Plain()) ?? scene.Client.Secure(scene.Plain(), Loopback.Address);
        var (text, forged) = (TransportScene.Text(request.Envelope), attack(TransportScene.Text(request.Envelope)));
        Assert.NotEqual(text, forged);
        Assert.Equal(expected, await CodeAsync(scene, forged));

        // It harms nobody else, and the message was not used up.
        Assert.Equal(FailureCode.None, await CodeAsync(scene, text));
        await scene.CallAsync(session);
    }

    private static Task<FailureCode> CodeAsync(TransportScene scene, string envelope) => scene.CodeAsync(Encoding.UTF8.GetBytes(envelope));

    [GeneratedRegex("<u:Timestamp.*?</u:Timestamp>")]
    private static partial Regex TimestampElement();

    [GeneratedRegex("<u:Timestamp[^>]*u:Id=\"([^\"]*)\"")]
    private static partial Regex TimestampId();

    [GeneratedRegex("<Signature .*?</Signature>")]
    private static partial Regex Signature();

    [GeneratedRegex("<o:UsernameToken.*?</o:UsernameToken>")]
    private static partial Regex UserNameToken();

    [GeneratedRegex("<o:Security .*</o:Security>")]
    private static partial Regex SecurityElement();

    [GeneratedRegex("(?<=<a:To[^>]*) u:Id=\"[^\"]*\"")]
    private static partial Regex ToId();
}
