using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Negotiation;

/// <summary>What is missing or wrong in a realm, and what somebody on the way can do.</summary>
[Collection(SpnegoTestGroup.Name)]
public sealed partial class SpnegoRefusalTests(SpnegoScene scene)
{
    /// <summary>The client says what it lacks, and sends nothing.</summary>
    [Theory]
    [InlineData("no ticket", "UnknownCredentials", "KRB5CCNAME")]
    [InlineData("wrong password", "Credentials", "ClientCredentials.Windows.ClientCredential")]
    [InlineData("unknown user", "Credentials", "ClientCredentials.Windows.ClientCredential")]
    [InlineData("unknown service", "", "CreateSpnIdentity")]
    public async Task Client_SaysWhatItLacks(string what, string status, string remedy)
    {
        scene.Realm.RemoveTickets();
        using var loop = scene.Open(client: what switch
        {
            "no ticket" => SpnegoScene.Client(null),
            "wrong password" => SpnegoScene.Client(new NetworkCredential(KerberosRealm.User, "another", KerberosRealm.Name)),
            "unknown user" => SpnegoScene.Client(new NetworkCredential("nobody", "another", KerberosRealm.Name)),
            _ => SpnegoScene.Client(SpnegoScene.Alice, "http/unknown"),
        });
        var legs = new List<string>();
        var error = await Assert.ThrowsAsync<SecureConversationException>(
            async () => await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs)));
        Assert.Empty(legs);
        Assert.Equal((FailureCode.NegotiationFailed, SecureConversationFailure.FailedAuthentication), (error.Code, error.Failure));
        Assert.Contains(what == "unknown service" ? "http/unknown" : KerberosRealm.Spn, error.Message, StringComparison.Ordinal);
        Assert.Contains(status, error.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_WithoutItsKey_SaysWhatItLacks_AndTheClientLearnsNothing()
    {
        using var loop = scene.Open(client: SpnegoScene.Client(SpnegoScene.Alice), options: Logged());
        using (scene.Realm.WithoutKeytab())
        {
            await RefusedByServiceAsync(loop);
        }

        Assert.Contains(RecordedLog.Current.Entries, entry => entry.Text.Contains("KRB5_KTNAME", StringComparison.Ordinal));
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs());
    }

    /// <summary>A ticket for another service is of no use here, whoever brings it.</summary>
    [Fact]
    public async Task Ticket_OfAnotherService_IsRefused()
    {
        using var loop = scene.Open(client: SpnegoScene.Client(SpnegoScene.Alice, KerberosRealm.OtherSpn), options: Logged());
        await RefusedByServiceAsync(loop);
        Assert.Contains(RecordedLog.Current.Entries, entry => entry.Text.Contains("KRB5_KTNAME", StringComparison.Ordinal));
    }

    /// <summary>Somebody who read a leg sends it again, as it was and as one of his own.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Leg_SentAgain_IsRefused(bool isRenamed)
    {
        using var loop = scene.Open();
        var legs = new List<string>();
        await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs(legs));
        var again = isRenamed ? ContextName().Replace(legs[0], "Context=\"another\"") : legs[0];
        Assert.Equal(isRenamed, again != legs[0]);
        Assert.Equal(FailureCode.NegotiationFailed, await Renewals.CodeAsync(loop, Encoding.UTF8.GetBytes(again)));
    }

    /// <summary>Octets of what the legs carry, in turn: of the tokens, the wrapped key and the authenticator.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task ChangedOctet_EndsTheNegotiation(int number)
    {
        scene.Realm.GetTickets();
        using var loop = scene.Open(client: SpnegoScene.Client(null));
        for (int place = 0, count = 1; place < count; place += 23)
        {
            var changed = 0;
            await loop.RefusedAsync(loop.Legs(change: (n, octets) =>
            {
                if (n != number)
                {
                    return octets;
                }

                var leg = Encoding.UTF8.GetString(octets);
                var values = Values().Matches(leg).SelectMany(value => Enumerable.Range(value.Index, value.Length)).ToList();
                count = values.Count;
                changed++;
                var at = values[place];
                return Encoding.UTF8.GetBytes($"{leg[..at]}{(leg[at] == 'A' ? 'B' : 'A')}{leg[(at + 1)..]}");
            }));
            Assert.Equal(1, changed);
        }

        scene.Realm.RemoveTickets();
    }

    /// <summary>The answer to another client is of no use to this one.</summary>
    [Fact]
    public async Task Answer_OfAnotherNegotiation_IsRefused()
    {
        using var loop = scene.Open();
        using var other = scene.Open();
        var legs = new List<string>();
        await other.Client.EnsureNegotiatedAsync(Loopback.Address, other.Legs(legs));
        var context = ContextName().Match(legs[0]).Value;
        var own = "";
        await loop.RefusedAsync(loop.Legs(change: (n, octets) =>
        {
            own = n == 0 ? ContextName().Match(Encoding.UTF8.GetString(octets)).Value : own;
            return n == 0 ? octets
                : Encoding.UTF8.GetBytes(RelatesTo().Replace(legs[1], "").Replace(context, own, StringComparison.Ordinal));
        }));
        Assert.NotEqual(context, own);
    }

    /// <summary>A service that is given another mechanism than its binding has.</summary>
    [Fact]
    public async Task Leg_OfAnotherMechanism_IsRefused()
    {
        using var loop = scene.Open();
        using var tls = NegotiationScene.Open("none/2005/kept/single");
        var leg = Array.Empty<byte>();
        await tls.RefusedAsync((sent, _) =>
        {
            leg = sent.Envelope.ToArray();
            return new(new byte[] { 1 });
        });
        Assert.Equal(FailureCode.InvalidTrustRequest, await Renewals.CodeAsync(loop, leg));
        var renamed = Encoding.UTF8.GetString(leg).Replace(" http://schemas.xmlsoap.org/ws/2005/02/trust/tlsnego",
            "http://schemas.xmlsoap.org/ws/2005/02/trust/spnego", StringComparison.Ordinal);
        Assert.Equal(FailureCode.NegotiationFailed, await Renewals.CodeAsync(loop, Encoding.UTF8.GetBytes(renamed)));
    }

    private static MessageSecurityServiceOptions Logged() => new()
    {
        FailureAnswers = Loopback.AtOnce,
        LoggerFactory = RecordedLog.Current,
    };

    private static async Task RefusedByServiceAsync(Loopback loop)
    {
        var error = await Assert.ThrowsAsync<SecureConversationException>(
            async () => await loop.Client.EnsureNegotiatedAsync(Loopback.Address, loop.Legs()));
        Assert.Equal(SecureConversationFailure.FailedAuthentication, error.Failure);
        Assert.EndsWith("}FailedAuthentication", error.Fault?.Subcode, StringComparison.Ordinal);
        Assert.DoesNotContain("KRB5", error.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex("(?<= )Context=\"[^\"]*\"")]
    private static partial Regex ContextName();

    [GeneratedRegex("<a:RelatesTo>[^<]*</a:RelatesTo>")]
    private static partial Regex RelatesTo();

    [GeneratedRegex("(?<=>)[A-Za-z0-9+/]{40,}(?=={0,2}<)")]
    private static partial Regex Values();
}
