using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Sessions;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Trust;
using SecureConversation.Engine.Xml;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;
using XmlElement = System.Xml.XmlElement;
using static SecureConversation.Tests.Roles.Renewals;

namespace SecureConversation.Tests.Attacks;

/// <summary>Nobody takes over a session by a renewal: not another client, not who records messages, not with the key of another session.</summary>
public sealed partial class RenewalAttackTests
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    /// <summary>Bob holds the key of Alice's session, and has his own password: that is not enough.</summary>
    [Theory]
    [InlineData("username//session", "bob", FailureCode.RenewalRefused)]
    [InlineData("username//session", "ALICE", FailureCode.RenewalRefused)]
    [InlineData("username//session", "alice", FailureCode.None)]
    [InlineData("username/strong/session", "bob", FailureCode.RenewalRefused)]
    [InlineData("username/strong/session", "alice", FailureCode.None)]
    public async Task Renewal_ByAnotherUser_IsRefused(string binding, string user, FailureCode expected)
    {
        var service = new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            UserNamePasswordValidator = UserNamePasswordValidator.Create((_, _) => true),
        };
        using var loop = new Loopback(With(Bindings.Create(binding), Life), client: As("alice"), service: service);
        using var session = await loop.OpenAsync();
        await CallAsync(loop, session);
        var other = new MessageSecurityClient(loop.Binding, As(user));
        using var renewal = Ask(other, session.Keys.Current);
        var (code, fault) = await AnswerAsync(loop, renewal);
        Assert.Equal(expected, code);
        Assert.Equal(expected == FailureCode.None ? null : "{http://schemas.xmlsoap.org/ws/2005/02/trust}InvalidRequest", fault?.Subcode);
        var served = await CallAsync(loop, session);
        Assert.Equal("alice", served.User.Identity!.Name);
    }

    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/strong/session")]
    [InlineData("duplex//session")]
    public async Task Renewal_WithAnotherCertificate_IsRefused(string binding)
    {
        var service = new ServiceCredentials
        {
            ServiceCertificate = Loopback.ServiceCredentials.ServiceCertificate,
            ClientCertificateValidation = new() { Mode = X509CertificateValidationMode.Custom, CustomValidator = (_, _) => true },
        };
        using var loop = new Loopback(With(Bindings.Create(binding), Life), service: service);
        using var session = await loop.OpenAsync();
        var other = new MessageSecurityClient(loop.Binding, new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Other),
            ServiceCertificate = Loopback.ClientCredentials.ServiceCertificate,
            ServiceCertificateValidation = Loopback.ClientCredentials.ServiceCertificateValidation,
            ServiceIdentity = Loopback.ClientCredentials.ServiceIdentity,
        });
        using var renewal = Ask(other, session.Keys.Current);
        Assert.Equal(FailureCode.RenewalRefused, (await AnswerAsync(loop, renewal)).Code);
        await RenewAsync(loop, session);
        await CallAsync(loop, session);
    }

    /// <summary>Two sessions of one client: the key of one gets no key for the other, and no key of another instance.</summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/strong/session")]
    public async Task Renewal_OfAnotherSessionThanTheEndorsingOne_IsRefused(string binding)
    {
        using var loop = new Loopback(With(Bindings.Create(binding), Life));
        using var mine = await loop.OpenAsync();
        using var other = await loop.OpenAsync();
        foreach (var target in new[] { (other.Id, null), (mine.Id, "urn:uuid:1"), ("urn:uuid:2", (string?)null) })
        {
            using var renewal = Ask(loop.Client, mine.Keys.Current, target);
            Assert.Equal(FailureCode.RenewalRefused, (await AnswerAsync(loop, renewal)).Code);
        }

        foreach (var kind in new[] { TrustRequestKind.Issue, TrustRequestKind.Cancel })
        {
            using var request = Ask(loop.Client, mine.Keys.Current, kind: kind);
            Assert.Equal(FailureCode.InvalidTrustRequest, (await AnswerAsync(loop, request)).Code);
        }

        await CallAsync(loop, mine);
        await CallAsync(loop, other);
    }

    /// <summary>The previous key is good for messages and for no renewal.</summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/strong/session")]
    public async Task Renewal_EndorsedByThePreviousKey_IsRefused(string binding)
    {
        using var loop = new Loopback(With(Bindings.Create(binding), Life));
        using var session = await loop.OpenAsync();
        var first = session.Keys.Current;
        await RenewAsync(loop, session);
        await CallAsync(loop, session);
        using var renewal = Ask(loop.Client, first);
        Assert.Equal(FailureCode.RenewalRefused, (await AnswerAsync(loop, renewal)).Code);
    }

    [Theory]
    [InlineData("anonymous//session")]
    [InlineData("anonymous/strong/session")]
    public async Task Renewal_Twice_IsRefusedAsAReplay(string binding)
    {
        using var loop = new Loopback(With(Bindings.Create(binding), Life));
        using var session = await loop.OpenAsync();
        await CallAsync(loop, session);
        using var renewal = session.StartRenewal();
        Assert.Equal(FailureCode.None, await CodeAsync(loop, renewal.Envelope));
        Assert.Equal(FailureCode.Replayed, await CodeAsync(loop, renewal.Envelope));
        Assert.Single((await CallAsync(loop, session)).Keys.Pending);
    }

    /// <summary>
    /// An endorsement that was recorded is put into a request of the attacker, with the token and the key that it names: it signs another
    /// signature.
    /// </summary>
    [Theory]
    [InlineData("anonymous/sign-first/session")]
    [InlineData("anonymous/encrypt-first/session")]
    [InlineData("anonymous/no-derived/session")]
    [InlineData("anonymous/strong/session")]
    public async Task RecordedEndorsement_InAnotherRenewal_IsRefused(string binding)
    {
        var created = Bindings.Create(binding);
        var isStrong = binding.Contains("strong", StringComparison.Ordinal);
        created = With(isStrong ? created : MessageSecurityBinding.Create(Renewals.Bootstrap(created, b => b with { MessageProtectionOrder = Unsealed(b.MessageProtectionOrder) })), Life);
        using var loop = new Loopback(created);
        using var victims = await loop.OpenAsync();
        using var own = await loop.OpenAsync();
        using var recorded = victims.StartRenewal();
        using var forged = Ask(loop.Client, own.Keys.Current, (victims.Id, null));
        var (theirs, mine) = (Forgery.Load(recorded.Envelope), Forgery.Load(forged.Envelope));
        foreach (var name in new[] { "SecurityContextToken", "DerivedKeyToken", "Signature" })
        {
            if (name != "DerivedKeyToken" || !binding.Contains("no-derived", StringComparison.Ordinal))
            {
                Replace(mine, Last(mine, name), Last(theirs, name));
            }
        }

        // The reference of the endorsement names the signature that it signs.
        var (primary, signed) = (First(mine, "Signature"), First(theirs, "Signature"));
        Last(mine, "Reference", Last(mine, "Signature")).SetAttribute("URI", "#" + primary.GetAttribute("Id"));
        Assert.NotEqual(signed.OuterXml, primary.OuterXml);
        var code = await CodeAsync(loop, Encoding.UTF8.GetBytes(mine.OuterXml));
        Assert.Contains(code, isStrong ? new[] { FailureCode.SignatureMismatch, FailureCode.DigestMismatch, FailureCode.PartNotSigned } : [FailureCode.SignatureMismatch, FailureCode.DigestMismatch]);
        Assert.Equal(FailureCode.None, await CodeAsync(loop, recorded.Envelope));
        await CallAsync(loop, victims);
    }

    /// <summary>What has to endorse is taken out, or put in the place of something else.</summary>
    [Theory]
    [InlineData("signature", FailureCode.TokenMissing)]
    [InlineData("token", FailureCode.TokenMissing)]
    [InlineData("derived key", FailureCode.UnresolvedReference, FailureCode.DerivedKeyViolation, FailureCode.TokenMissing)]
    [InlineData("by the wrapped key", FailureCode.TokenMissing, FailureCode.UnresolvedReference)]
    [InlineData("of nobody", FailureCode.UnknownContext)]
    [InlineData("of no instance", FailureCode.KeyInstanceUnknown)]
    [InlineData("twice", FailureCode.UnexpectedElement, FailureCode.DuplicateId, FailureCode.TokenMissing)]
    public async Task Renewal_WithoutItsEndorsement_IsRefused(string what, params FailureCode[] codes)
    {
        var created = Bindings.Create("anonymous/sign-first/session");
        using var loop = new Loopback(With(created, Life));
        using var session = await loop.OpenAsync();
        using var renewal = session.StartRenewal();
        var message = Forgery.Load(renewal.Envelope);
        var (token, derived, signature) = (Last(message, "SecurityContextToken"), Last(message, "DerivedKeyToken"), Last(message, "Signature"));
        switch (what)
        {
            case "signature":
                signature.ParentNode!.RemoveChild(signature);
                break;
            case "token":
                token.ParentNode!.RemoveChild(token);
                break;
            case "derived key":
                derived.ParentNode!.RemoveChild(derived);
                break;
            case "by the wrapped key":
                Last(message, "Reference", Last(message, "KeyInfo", signature)).SetAttribute("URI", "#" + Forgery.IdOf(First(message, "DerivedKeyToken")));
                break;
            case "of nobody":
                token.FirstChild!.InnerText = $"urn:uuid:{Guid.NewGuid()}";
                break;
            case "of no instance":
                token.InnerXml += $"<c:Instance xmlns:c=\"{token.NamespaceURI}\">urn:uuid:{Guid.NewGuid()}</c:Instance>";
                break;
            default:
                signature.ParentNode!.AppendChild(signature.CloneNode(true));
                break;
        }

        Assert.Contains(await CodeAsync(loop, Encoding.UTF8.GetBytes(message.OuterXml)), codes);
        using var again = session.StartRenewal();
        Assert.Equal(FailureCode.None, await CodeAsync(loop, again.Envelope));
    }

    /// <summary>A message names another instance than that whose key made it.</summary>
    [Fact]
    public async Task MessageOfOneKey_UnderTheNameOfAnother_IsRefused()
    {
        using var loop = new Loopback(With(Bindings.Create("mutualcert/no-derived/session"), Life));
        using var session = await loop.OpenAsync();
        using var old = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        await RenewAsync(loop, session);
        using var current = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        using var spare = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        var (first, second) = (Encoding.UTF8.GetString(old.Envelope.Span), Encoding.UTF8.GetString(current.Envelope.Span));
        var named = Instance().Match(second).Value;
        var renamed = first.Replace("</c:Identifier>", "</c:Identifier>" + named, StringComparison.Ordinal);
        var unnamed = second.Replace(named, "", StringComparison.Ordinal);
        foreach (var forged in new[] { renamed, unnamed })
        {
            Assert.Contains(await CodeAsync(loop, Encoding.UTF8.GetBytes(forged)), new[] { FailureCode.SignatureMismatch, FailureCode.DecryptionFailed });
        }

        Assert.Null((await ReplyAsync(loop, old)).Keys.Current.Instance);
        await ReplyAsync(loop, spare);
    }

    /// <summary>Only a message that verifies and is fresh switches: not a forged one, and not one that is a replay or for somebody else.</summary>
    [Theory]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/strong/session")]
    public async Task MessageThatIsRefused_SwitchesNothing(string binding)
    {
        using var loop = new Loopback(With(Bindings.Create(binding), Life));
        using var session = await loop.OpenAsync();
        var served = await CallAsync(loop, session);
        await RenewAsync(loop, session);
        using var request = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        var forged = request.Envelope.ToArray();
        var at = forged.AsSpan().LastIndexOf("</e:CipherValue>"u8) - 8;
        forged[at] = forged[at] == (byte)'A' ? (byte)'B' : (byte)'A';
        Assert.NotEqual(FailureCode.None, await CodeAsync(loop, forged));
        Assert.Null(served.Keys.Current.Instance);
        using var next = session.Secure(Loopback.Request(loop.Binding.MessageVersion));
        await ReplyAsync(loop, next);
        Assert.NotNull(served.Keys.Current.Instance);
    }

    private static ClientCredentials As(string user) => new()
    {
        ClientCertificate = Loopback.ClientCredentials.ClientCertificate,
        ServiceCertificate = Loopback.ClientCredentials.ServiceCertificate,
        ServiceCertificateValidation = Loopback.ClientCredentials.ServiceCertificateValidation,
        ServiceIdentity = Loopback.ClientCredentials.ServiceIdentity,
        UserName = new UserNameCredential(user, "secret"),
    };

    /// <summary>A renewal as a client writes it who has a key, whoever he is, and whatever he asks for.</summary>
    private static SecuredRequest Ask(MessageSecurityClient client, SessionKey endorsing, (string Id, string? Instance)? target = null, TrustRequestKind kind = TrustRequestKind.Renew)
    {
        var messages = client.Role.Messages;
        var trust = new RequestSecurityToken(kind)
        {
            TokenType = messages.Application.Protocol.SctTokenType,
            Entropy = new byte[32],
            KeySize = 256,
            Target = new KeyReference(KeyReferenceKind.SecurityContext)
            {
                Uri = target?.Id ?? endorsing.Context.Identifier,
                Instance = target is null ? endorsing.Instance : target.Value.Instance,
            },
        };
        var body = EnvelopeWriter.Request(messages.Application.Soap, messages.Application.Protocol.RenewAction, $"urn:uuid:{Guid.NewGuid()}", Loopback.Address.AbsoluteUri,
            output => trust.Write(output, messages.Application.Protocol, "_e"));
        using var plain = SoapEnvelope.Parse(body.Memory, messages.Application.Soap, XmlLimits.Default, buffer: body);
        return client.Role.ExchangeWith(Loopback.Address.AbsoluteUri).Secure(plain, messages.ForRenewal(), MessageKind.RenewRequest, action: null, endorsing: endorsing.SendKeys);
    }

    private static async Task<(FailureCode Code, SoapFault? Fault)> AnswerAsync(Loopback loop, SecuredRequest request)
    {
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        var respond = Assert.IsType<ServiceResult.Respond>(result);
        using var verified = request.VerifyReply(respond.Envelope);
        return (respond.Code, verified.ReadFault());
    }

    private static MessageProtectionOrder Unsealed(MessageProtectionOrder order) =>
        order == MessageProtectionOrder.SignBeforeEncryptAndEncryptSignature ? MessageProtectionOrder.SignBeforeEncrypt : order;

    private static XmlElement First(XmlDocument message, string name) => message.GetElementsByTagName(name, "*").Cast<XmlElement>().First();

    private static XmlElement Last(XmlDocument message, string name) => message.GetElementsByTagName(name, "*").Cast<XmlElement>().Last();

    private static XmlElement Last(XmlDocument message, string name, XmlElement inside)
    {
        Assert.Same(message, inside.OwnerDocument);
        return inside.GetElementsByTagName(name, "*").Cast<XmlElement>().First();
    }

    private static void Replace(XmlDocument message, XmlElement old, XmlElement by) =>
        old.ParentNode!.ReplaceChild(message.ImportNode(by, deep: true), old);

    [GeneratedRegex("<c:Instance>[^<]*</c:Instance>")]
    private static partial Regex Instance();
}
