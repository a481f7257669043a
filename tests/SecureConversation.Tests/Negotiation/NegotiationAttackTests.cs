using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Negotiation;

/// <summary>What somebody on the way, or anybody who sends legs, can do to a negotiation.</summary>
public sealed partial class NegotiationAttackTests
{
    private const string Name = "none/2005/kept/single";

    /// <summary>Text of a leg, by its number, and what takes its place.</summary>
    public static TheoryData<int, string, string> Changes => new()
    {
        { 0, "<t:KeySize>256</t:KeySize>", "<t:KeySize>128</t:KeySize>" },
        { 0, "<t:KeySize>256</t:KeySize>", "" },
        { 0, "Context=\"", "Context=\"x" },
        { 1, "Context=\"", "Context=\"x" },
        { 1, "ValueType=\" http", "ValueType=\"http" },
        { 2, "ValueType=\" http", "ValueType=\"http" },
        { 3, "<t:KeySize>256</t:KeySize>", "<t:KeySize>128</t:KeySize>" },
        { 3, "#TLS_Wrap", "#GSS_Wrap" },
        { 3, "<u:Expires", "<u:Created xmlns:u=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">2000-01-01T00:00:00.000Z</u:Created><u:Expires" },
        { 3, "<t:TokenType>", "<t:Entropy></t:Entropy><t:TokenType>" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task ChangedLeg_EndsTheNegotiation(int number, string text, string other)
    {
        using var loop = NegotiationScene.Open(Name);
        var changed = 0;
        await loop.RefusedAsync(loop.Legs(change: (n, octets) =>
        {
            if (n != number)
            {
                return octets;
            }

            var leg = Encoding.UTF8.GetString(octets);
            Assert.Contains(text, leg, StringComparison.Ordinal);
            changed++;
            return Encoding.UTF8.GetBytes(leg.Replace(text, other, StringComparison.Ordinal));
        }));
        Assert.Equal(1, changed);
        Assert.Throws<InvalidOperationException>(() => loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address));
    }

    /// <summary>Each octet of what the legs carry, in turn: of the flights, the wrapped key and the authenticator.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ChangedOctet_EndsTheNegotiation(int number)
    {
        using var loop = NegotiationScene.Open(Name);
        foreach (var place in Enumerable.Range(0, 12))
        {
            var accepted = await Record.ExceptionAsync(async () => await loop.Client.EnsureNegotiatedAsync(
                Loopback.Address, loop.Legs(change: (n, octets) => n == number ? ChangeOctet(octets, place) : octets)));
            Assert.IsType<SecureConversationException>(accepted);
        }
    }

    [Fact]
    public async Task Leg_OfAnotherNegotiation_EndsOnlyThatOne()
    {
        using var loop = NegotiationScene.Open(Name);
        using var other = NegotiationScene.Open(Name);
        var legs = new List<string>();
        await other.Client.EnsureNegotiatedAsync(Loopback.Address, other.Legs(legs));

        // The answer to somebody else's first leg, and to his last one.
        Assert.Equal(FailureCode.InvalidTrustResponse, await loop.RefusedAsync(loop.Legs(change: (n, octets) => n == 1 ? Unrelated(legs[1]) : octets)));
        Assert.Equal(FailureCode.InvalidTrustResponse, await loop.RefusedAsync(loop.Legs(change: (n, octets) => n == 3 ? Unrelated(legs[3]) : octets)));
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
    }

    /// <summary>What was recorded of one negotiation gives nobody anything.</summary>
    [Fact]
    public async Task Legs_Repeated_GiveNobodyAKey()
    {
        using var loop = NegotiationScene.Open(Name);
        var legs = new List<string>();
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
        using var first = await loop.Service.ReceiveAsync(Encoding.UTF8.GetBytes(legs[0]));
        Assert.Equal(FailureCode.None, Assert.IsType<ServiceResult.Respond>(first).Code);
        using var second = await loop.Service.ReceiveAsync(Encoding.UTF8.GetBytes(legs[2]));
        Assert.Equal(FailureCode.NegotiationFailed, Assert.IsType<ServiceResult.Respond>(second).Code);
    }

    [Fact]
    public async Task SecondFirstLeg_WithTheContextOfAnother_EndsNothing()
    {
        using var loop = NegotiationScene.Open(Name);
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, async (leg, stop) =>
        {
            var sent = Encoding.UTF8.GetString(leg.Envelope.Span);
            using var result = await loop.Service.ReceiveAsync(leg.Envelope, stop);
            var answer = ((ServiceResult.Respond)result).Envelope.ToArray();
            if (leg.Action.EndsWith("RST/Issue", StringComparison.Ordinal))
            {
                using var again = await loop.Service.ReceiveAsync(Encoding.UTF8.GetBytes(sent), stop);
                Assert.Equal(FailureCode.InvalidTrustRequest, ((ServiceResult.Respond)again).Code);
            }

            return answer;
        });
    }

    /// <summary>A stranger's octets for a context that he saw end that negotiation, and nothing else.</summary>
    [Fact]
    public async Task StrangeOctets_GetOneFault_WhateverTheyAre()
    {
        using var loop = NegotiationScene.Open(Name);
        var legs = new List<string>();
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
        var faults = new HashSet<string>();
        foreach (var octets in new byte[][] { [1], [22, 3, 1, 0, 1, 1], [22, 3, 3, 255, 255, 1], [21, 3, 3, 0, 2, 2, 40], [23, 3, 3, 0, 1, 0], new byte[70_000], Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n") })
        {
            var leg = BinaryExchange().Replace(legs[0], $"$1{Convert.ToBase64String(octets)}$2");
            leg = leg.Replace("Context=\"", $"Context=\"{Guid.NewGuid():N}", StringComparison.Ordinal);
            using var result = await loop.Service.ReceiveAsync(Encoding.UTF8.GetBytes(leg));
            var refusal = Assert.IsType<ServiceResult.Respond>(result);

            // A record that is not complete waits for its rest, which nobody sends: there is nothing to answer it with.
            Assert.Equal(FailureCode.NegotiationFailed, refusal.Code);
            faults.Add(RelatesTo().Replace(Encoding.UTF8.GetString(refusal.Envelope.Span), ""));
        }

        Assert.Contains("FailedAuthentication", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leg_WithASecurityHeader_IsNoLeg()
    {
        using var loop = NegotiationScene.Open(Name);
        var legs = new List<string>();
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
        var leg = legs[0].Replace("</s:Header>", "<o:Security xmlns:o=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\"></o:Security></s:Header>", StringComparison.Ordinal);
        using var result = await loop.Service.ReceiveAsync(Encoding.UTF8.GetBytes(leg));
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public async Task Context_OfAnotherClient_IsOfNoUse()
    {
        using var loop = NegotiationScene.Open(Name);
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var mine = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        var other = new MessageSecurityClient(loop.Binding, NegotiationScene.Client);
        await other.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var his = other.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);

        // His token in the place of mine.
        var spliced = Token().Replace(Encoding.UTF8.GetString(mine.Envelope.Span), Token().Match(Encoding.UTF8.GetString(his.Envelope.Span)).Value);
        using var result = await loop.Service.ReceiveAsync(Encoding.UTF8.GetBytes(spliced));
        Assert.NotEqual(FailureCode.None, Assert.IsType<ServiceResult.Respond>(result).Code);
    }

    [Fact]
    public async Task Request_Repeated_IsRefused()
    {
        using var loop = NegotiationScene.Open(Name);
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
        using var request = loop.Client.Secure(Loopback.Request(loop.Binding.MessageVersion), Loopback.Address);
        using var first = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.IsType<ServiceResult.Dispatch>(first);
        using var second = await loop.Service.ReceiveAsync(request.Envelope);
        Assert.Equal(FailureCode.Replayed, Assert.IsType<ServiceResult.Respond>(second).Code);
        Assert.Throws<SecureConversationException>(() => request.VerifyReply(request.Envelope));
    }

    [Fact]
    public async Task Service_ThatIsNotTheExpectedOne_GetsNothing()
    {
        using var loop = NegotiationScene.Open("username/2005/kept/single", client: new ClientCredentials
        {
            UserName = new UserNameCredential(TestCredentials.UserName, TestCredentials.Password),
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
            ServiceIdentity = EndpointIdentity.CreateDnsIdentity("other.example"),
        });
        Assert.Equal(FailureCode.IdentityMismatch, await loop.RefusedAsync());

        using var untrusted = NegotiationScene.Open("username/2005/kept/single", client: new ClientCredentials
        {
            UserName = new UserNameCredential(TestCredentials.UserName, TestCredentials.Password),
        });
        Assert.Equal(FailureCode.UntrustedCertificate, await untrusted.RefusedAsync());
    }

    [Fact]
    public async Task Client_WhoseCertificateIsNotTrusted_IsRefused()
    {
        using var loop = NegotiationScene.Open("certificate/2005/kept/single", service: new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(TestCertificates.Service),
        });
        var refusal = await Assert.ThrowsAsync<SecureConversationException>(async () => await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs()));
        Assert.Equal("{http://schemas.xmlsoap.org/ws/2005/02/trust}FailedAuthentication", refusal.Fault!.Subcode);
        Assert.False(refusal.Fault.IsSecured);
    }

    private static byte[] Unrelated(string leg) => Encoding.UTF8.GetBytes(RelatesTo().Replace(leg, ""));

    private static byte[] ChangeOctet(byte[] octets, int place)
    {
        var leg = Encoding.UTF8.GetString(octets);
        var values = Values().Matches(leg).Select(m => m.Groups[1]).Where(g => g.Length > 20).ToList();
        var value = values[place % values.Count];
        var decoded = Convert.FromBase64String(value.Value);
        decoded[(place * 7919) % decoded.Length] ^= 1;
        return Encoding.UTF8.GetBytes(leg[..value.Index] + Convert.ToBase64String(decoded) + leg[(value.Index + value.Length)..]);
    }

    [GeneratedRegex("(<t:BinaryExchange [^>]*>)[^<]*(</t:BinaryExchange>)")]
    private static partial Regex BinaryExchange();

    [GeneratedRegex(">([A-Za-z0-9+/=]+)<")]
    private static partial Regex Values();

    [GeneratedRegex("<a:RelatesTo.*?</a:RelatesTo>")]
    private static partial Regex RelatesTo();

    [GeneratedRegex("<c:SecurityContextToken .*?</c:SecurityContextToken>")]
    private static partial Regex Token();
}
