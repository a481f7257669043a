using System.Globalization;
using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;
using SecureConversation.Tests.Roles;

namespace SecureConversation.Tests.Attacks;

/// <summary>An issuer that lies, is cut off by somebody on the way, or is asked by several users of one client.</summary>
public sealed class TokenServiceTests
{
    private static readonly Uri Service = Loopback.Address;

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static IssuedTokenRequest Request => new()
    {
        AppliesTo = Service,
        Parameters = new(),
        AlgorithmSuite = SecurityAlgorithmSuite.Basic256,
        MessageSecurityVersion = MessageSecurityVersion.Default,
    };

    /// <summary>Who cuts the way to the issuer must not have the new user speak as the earlier one.</summary>
    [Fact]
    public async Task TokenOfAnEarlierUser_IsNotSent_WhenTheNewUserGetsNone()
    {
        var client = Client(new Issuer(_clock));
        await client.EnsureIssuedTokensAsync(Service, Stop);
        client.UpdateCredentials(IssuedBindings.Client(new Issuer(_clock) { Before = _ => throw new InvalidOperationException("no") }));

        for (var i = 0; i < 2; i++)
        {
            await Assert.ThrowsAsync<IssuedTokenException>(async () => await client.EnsureIssuedTokensAsync(Service, Stop));
        }
    }

    [Fact]
    public async Task CallThatGaveUp_LeavesTheNextOne_NoTokenOfAnEarlierUser()
    {
        var client = Client(new Issuer(_clock));
        await client.EnsureIssuedTokensAsync(Service, Stop);
        var ended = new TaskCompletionSource();
        var other = new Issuer(_clock);
        other.Before = stop => HangAsync(ended, stop);
        client.UpdateCredentials(IssuedBindings.Client(other));
        await GiveUpAsync(client, other, ended);

        await client.EnsureIssuedTokensAsync(Service, Stop);

        Assert.Equal(2, other.Count);
    }

    [Fact]
    public async Task CallThatGaveUp_PutsNoRenewalOff()
    {
        var issuer = new Issuer(_clock);
        var client = Client(issuer);
        await client.EnsureIssuedTokensAsync(Service, Stop);
        _clock.Advance(TimeSpan.FromMinutes(40));
        var ended = new TaskCompletionSource();
        issuer.Before = stop => HangAsync(ended, stop);
        await GiveUpAsync(client, issuer, ended);

        await client.EnsureIssuedTokensAsync(Service, Stop);

        Assert.Equal(3, issuer.Count);
    }

    /// <summary>A token without an end, of which a tenth is longer than anybody lives.</summary>
    [Fact]
    public async Task FailedRenewal_OfATokenWithoutEnd_IsTriedAgain_WithinTheLongestTimeOfUse()
    {
        var issuer = new Issuer(_clock) { HasEnd = false };
        var client = Client(issuer, new() { MaxIssuedTokenCachingTime = TimeSpan.FromHours(1) });
        await client.EnsureIssuedTokensAsync(Service, Stop);
        issuer.Before = _ => throw new InvalidOperationException("cut");
        _clock.Advance(TimeSpan.FromHours(1));
        await client.EnsureIssuedTokensAsync(Service, Stop);
        issuer.Before = _ => Task.CompletedTask;
        _clock.Advance(TimeSpan.FromHours(1));

        await client.EnsureIssuedTokensAsync(Service, Stop);

        Assert.Equal(3, issuer.Count);
    }

    /// <summary>Each is refused in words; none ends in another exception.</summary>
    [Theory]
    [InlineData("<t:RequestedProofToken>", "<t:RequestedProofToken/><t:X>", "</t:RequestedProofToken>", "</t:X>")]
    [InlineData("<t:Entropy>", "<t:Entropy/><t:X>", "</t:Entropy>", "</t:X>")]
    [InlineData("<t:RequestedAttachedReference>", "<t:RequestedAttachedReference/><t:X>", "</t:RequestedAttachedReference>", "</t:X>")]
    [InlineData("<t:RequestedSecurityToken>", "<t:RequestedSecurityToken/><t:X>", "</t:RequestedSecurityToken>", "</t:X>")]
    [InlineData("<t:Entropy>", "<t:Entropy><t:X/>", "", "")]
    [InlineData("<t:Lifetime>", "<t:Lifetime/><t:Lifetime>", "", "")]
    [InlineData("<t:KeySize>256", "<t:KeySize>-256", "", "")]
    [InlineData("<t:KeySize>256", "<t:KeySize>99999999999999", "", "")]
    [InlineData("<t:KeySize>256", "<t:KeySize>8", "", "")]
    [InlineData("<t:RequestedSecurityToken>", "<!DOCTYPE a [<!ENTITY b 'c'>]><t:RequestedSecurityToken>", "", "")]
    [InlineData("<t:RequestedSecurityToken>", "<t:RequestedSecurityToken>&b;", "", "")]
    [InlineData("<t:TokenType>", "<t:TokenType><t:X/>", "", "")]
    [InlineData("</u:Created>", "</u:Created><!--", "</t:Lifetime>", "")]
    [InlineData("</t:RequestSecurityTokenResponse>", "</t:RequestSecurityTokenResponse><t:RequestSecurityTokenResponse/>", "", "")]
    [InlineData("<u:Created", "<u:Created>9999-12-31T23:59:59Z</u:Created><u:Created", "", "")]
    public async Task BrokenResponse_IsRefused(string part, string wrong, string second, string secondWrong)
    {
        await Assert.ThrowsAsync<SecureConversationException>(() => AskAsync(new TestTokenIssuer
        {
            Change = text => (second.Length == 0 ? text : text.Replace(second, secondWrong, StringComparison.Ordinal)).Replace(part, wrong, StringComparison.Ordinal),
        }));
    }

    [Theory]
    [InlineData(15, "CombinedEntropy")]
    [InlineData(0, "CombinedEntropy")]
    [InlineData(300, "CombinedEntropy")]
    [InlineData(1, "ServerEntropy")]
    [InlineData(16, "ServerEntropy")]
    [InlineData(33, "ServerEntropy")]
    [InlineData(300, "ServerEntropy")]
    public async Task Secret_OfAnotherLength_IsRefused(int length, string mode)
    {
        var kind = Enum.Parse<SecurityKeyEntropyMode>(mode);
        await Assert.ThrowsAsync<SecureConversationException>(() => AskAsync(new TestTokenIssuer
        {
            Change = text => System.Text.RegularExpressions.Regex.Replace(
                text, "(<t:BinarySecret[^>]*>)[^<]*", "$1" + Convert.ToBase64String(new byte[length]).Replace("$", "$$", StringComparison.Ordinal)),
        }, kind));
    }

    /// <summary>Whoever writes a response without security would give the client a key of his own.</summary>
    [Theory]
    [InlineData("http://sts/issue", true)]
    [InlineData("https://sts/issue", false)]
    public void Issuer_WhoseResponsesNothingProtects_IsRefused_InWords(string address, bool isRefused)
    {
        var issuer = new SecurityTokenIssuer
        {
            Address = new Uri(address),
            Security = SecurityBindingElement.CreateMutualCertificateBindingElement() with { EnableUnsecuredResponse = true },
        };
        var refused = Record.Exception(() => new SecurityTokenExchange(Request, issuer).Dispose());
        Assert.Equal(isRefused, refused is ArgumentException e && e.Message.Contains("EnableUnsecuredResponse", StringComparison.Ordinal));
        Assert.Equal(isRefused, refused is not null);
    }

    /// <summary>The octets that the issuer signed come out as they are, wherever a default namespace is declared around them.</summary>
    [Fact]
    public async Task TokenWithoutNamespace_TakesNoneFromTheMessage()
    {
        using var token = await AskAsync(new TestTokenIssuer
        {
            Change = text =>
            {
                var (start, end) = (text.IndexOf("<saml2:Assertion", StringComparison.Ordinal), text.IndexOf("</saml2:Assertion>", StringComparison.Ordinal) + 18);
                return string.Create(CultureInfo.InvariantCulture, $"{text[..start]}<!-- x --><own Id='_o'>v<!-- w --><child/></own>{text[end..]}");
            },
        });

        Assert.Equal("<own xmlns=\"\" Id='_o'>v<!-- w --><child/></own>", Encoding.UTF8.GetString(token.TokenXml.Span));
    }

    private static async Task HangAsync(TaskCompletionSource ended, CancellationToken stop)
    {
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        finally
        {
            ended.TrySetResult();
        }
    }

    private static async Task GiveUpAsync(MessageSecurityClient client, Issuer issuer, TaskCompletionSource ended)
    {
        using var patience = new CancellationTokenSource();
        var asked = issuer.Count;
        var call = client.EnsureIssuedTokensAsync(Service, patience.Token).AsTask();
        while (issuer.Count == asked)
        {
            await Task.Delay(1, Stop);
        }

        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await ended.Task;
        await Task.Delay(50, Stop);
        issuer.Before = _ => Task.CompletedTask;
    }

    private static async Task<IssuedSecurityToken> AskAsync(TestTokenIssuer issuer, SecurityKeyEntropyMode mode = SecurityKeyEntropyMode.CombinedEntropy)
    {
        using var exchange = new SecurityTokenExchange(
            Request, new SecurityTokenIssuer { Address = new Uri("https://sts/issue"), DefaultKeyEntropyMode = mode });
        return exchange.Complete(await issuer.AnswerAsync(exchange.Envelope, Stop));
    }

    private MessageSecurityClient Client(Issuer issuer, IssuedTokenClientCredential? settings = null) => new(
        IssuedBindings.Create("protection/saml20/2007/single"), IssuedBindings.Client(issuer, settings),
        new MessageSecurityClientOptions { TimeProvider = _clock });

    private sealed class Issuer(TimeProvider clock) : IIssuedTokenProvider
    {
        private static readonly byte[] Xml = Encoding.UTF8.GetBytes("<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_a\"/>");

        private int _count;

        public int Count => Volatile.Read(ref _count);

        public bool HasEnd { get; init; } = true;

        public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

        public async ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken)
        {
            var before = Before;
            Interlocked.Increment(ref _count);
            await before(cancellationToken);
            var now = clock.GetUtcNow();
            return IssuedSecurityToken.CreateSymmetric(
                Xml, new byte[32], new() { ValidFrom = now, ValidTo = HasEnd ? now.AddHours(1) : DateTimeOffset.MaxValue });
        }
    }
}
