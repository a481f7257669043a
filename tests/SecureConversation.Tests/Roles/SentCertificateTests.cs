using System.Text;
using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;
using static SecureConversation.Tests.Roles.CertificateBindings;
using static SecureConversation.Tests.Roles.CertificateSteps;

namespace SecureConversation.Tests.Roles;

/// <summary>Requests that bring the certificate of the service along, and signatures that cover the token of their own key.</summary>
public sealed class SentCertificateTests
{
    private static readonly string[] Orders = ["", "sign-first", "encrypt-first", "derived"];

    public static TheoryData<string> Elements => [.. from bootstrap in new[] { "duplex", "mutualcert-wss10", "mutualcert", "anonymous" } from order in Orders select $"{bootstrap}/{order}/single"];

    [Theory]
    [MemberData(nameof(Elements))]
    public async Task CertificateOfTheService_IsSentWhereTheBindingSaysSo(string name)
    {
        using var loop = new Loopback(Sending(name, SecurityTokenInclusionMode.AlwaysToRecipient));
        Assert.Equal((1, true), await RequestAsync(loop));
        using var once = new Loopback(Sending(name, SecurityTokenInclusionMode.Once));
        Assert.Equal((0, true), await RequestAsync(once));

        // What another sends is taken.
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var result = await once.Service.ReceiveAsync(request.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(result);
        using var never = new Loopback(Bindings.Create(name));
        using var another = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var refused = await never.Service.ReceiveAsync(another.Envelope);
        Assert.Contains(Assert.IsType<ServiceResult.Respond>(refused).Code, new[] { FailureCode.UnexpectedElement, FailureCode.WrongToken });
    }

    [Theory]
    [InlineData("duplex//session")]
    [InlineData("mutualcert//session")]
    [InlineData("mutualcert/bound/session")]
    [InlineData("duplex/no-derived/session")]
    public async Task Session_IsOpenedAndRenewed(string name)
    {
        var binding = Bindings.Create(name);
        var element = Renewals.Bootstrap(binding, bootstrap => Protected(Sent(bootstrap, SecurityTokenInclusionMode.AlwaysToRecipient)));
        binding = Renewals.With(MessageSecurityBinding.Create(Protected(element)), TimeSpan.FromMinutes(5));
        using var loop = new Loopback(binding, Surface.Observation.Today);
        using var session = await loop.OpenAsync();
        var served = await Renewals.CallAsync(loop, session);
        await Renewals.RenewAsync(loop, session);
        Assert.Same(served, await Renewals.CallAsync(loop, session));
    }

    [Theory]
    [MemberData(nameof(Elements))]
    public async Task PrimarySignature_CoversItsToken_WhereTokensAreProtected(string name)
    {
        var plain = Bindings.Create(name);
        var binding = MessageSecurityBinding.Create(Protected(plain.Element), plain.MessageVersion);
        using var loop = new Loopback(binding);
        using var decoder = new ConversationDecoder(binding, new ConversationKeys { Service = new(TestCertificates.Service), Client = new(TestCertificates.Client) });
        using var request = loop.Client.Secure(Loopback.Request(binding.MessageVersion), Loopback.Address);
        using var decoded = decoder.Decode(request.Envelope, MessageDirection.ClientToService, DateTimeOffset.UtcNow);
        Assert.Equal(FailureCode.None, decoded.Failure);
        Assert.Contains(plain.Element is AsymmetricSecurityBindingElement ? "o:BinarySecurityToken" : "e:EncryptedKey", decoded.Protection!.Signatures[0].Parts);
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(result).Secure(Loopback.Reply(binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        Assert.Contains("EchoResponse", Encoding.UTF8.GetString(verified.Envelope.Span), StringComparison.Ordinal);
    }

    /// <summary>As in WCF a service demands it of requests, takes what it did not ask for, and a client demands nothing.</summary>
    [Theory]
    [MemberData(nameof(Elements))]
    public async Task Service_DemandsIt_AndAClientDoesNot(string name)
    {
        var plain = Bindings.Create(name);
        using var without = new Loopback(plain);
        using var with = new Loopback(MessageSecurityBinding.Create(Protected(plain.Element), plain.MessageVersion));
        using var open = without.Client.Secure(Loopback.Request(plain.MessageVersion), Loopback.Address);
        using var refused = await with.Service.ReceiveAsync(open.Envelope);
        Assert.Equal(FailureCode.PartNotSigned, Assert.IsType<ServiceResult.Respond>(refused).Code);

        using var covered = with.Client.Secure(Loopback.Request(plain.MessageVersion), Loopback.Address);
        using var taken = await without.Service.ReceiveAsync(covered.Envelope);
        using var reply = Assert.IsType<ServiceResult.Dispatch>(taken).Secure(Loopback.Reply(plain.MessageVersion));
        using var verified = covered.VerifyReply(reply.Envelope);
        Assert.True(verified.IsSecured);
    }

    [Fact]
    public async Task SessionMessages_CoverTheContextToken()
    {
        var plain = Bindings.Create("mutualcert//session");
        using var loop = new Loopback(MessageSecurityBinding.Create(Protected(plain.Element), plain.MessageVersion));
        using var session = await loop.OpenAsync();
        using var request = session.Secure(Loopback.Request(plain.MessageVersion));
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.Contains("c:SecurityContextToken", Assert.IsType<ServiceResult.Dispatch>(result).Request.Protection.SignedParts);
    }

    [Fact]
    public async Task NamedCertificate_LeavesNothingToProtect()
    {
        using var loop = new Loopback(MessageSecurityBinding.Create(Named(X509ReferenceStyle.Thumbprint) with { ProtectTokens = true }),
            service: Knowing(new() { Certificates = { TestCertificates.Client } }));
        await ExchangeAsync(loop);
    }

    private static SecurityBindingElement Protected(SecurityBindingElement element) => element with { ProtectTokens = true };

    private static MessageSecurityBinding Sending(string name, SecurityTokenInclusionMode mode)
    {
        var binding = Bindings.Create(name);
        return MessageSecurityBinding.Create(Sent(binding.Element, mode), binding.MessageVersion);
    }

    private static SecurityBindingElement Sent(SecurityBindingElement element, SecurityTokenInclusionMode mode) => element switch
    {
        AsymmetricSecurityBindingElement asymmetric => With(asymmetric, service: mode) with { AllowSerializedSigningTokenOnReply = true },
        SymmetricSecurityBindingElement symmetric => symmetric with { ProtectionTokenParameters = symmetric.ProtectionTokenParameters! with { InclusionMode = mode } },
        _ => throw new InvalidOperationException(),
    };

    /// <summary>How many tokens of a request have the certificate of the service, and whether the EncryptedKey names one that is there, or by another name.</summary>
    private static async Task<(int Tokens, bool IsNamed)> RequestAsync(Loopback loop)
    {
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        var xml = XDocument.Parse(Encoding.UTF8.GetString(request.Envelope.Span));
        XNamespace utility = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
        var own = xml.Descendants().Where(e => e.Name.LocalName == "BinarySecurityToken" && e.Value == Convert.ToBase64String(TestCertificates.Service.RawData)).ToList();
        var reference = xml.Descendants().Single(e => e.Name.LocalName == "EncryptedKey").Descendants().FirstOrDefault(e => e.Name.LocalName == "Reference" && e.Name.NamespaceName.EndsWith("secext-1.0.xsd", StringComparison.Ordinal));
        using var result = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.True(result is ServiceResult.Dispatch, $"{(result as ServiceResult.Respond)?.Code}");
        using var reply = ((ServiceResult.Dispatch)result).Secure(Loopback.Reply(loop.Binding.MessageVersion));
        using var verified = request.VerifyReply(reply.Envelope);
        return (own.Count, own is [var token] ? reference?.Attribute("URI")!.Value == "#" + token.Attribute(utility + "Id")!.Value : reference is null);
    }
}
