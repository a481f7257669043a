using System.Text;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Tests.Roles;

public sealed class IssuedTokenCacheTests
{
    private static readonly Uri Service = Loopback.Address;

    private readonly ManualTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly Provider _provider;

    public IssuedTokenCacheTests() => _provider = new Provider(_clock);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Token_IsUsed_ForThreeFifthsOfItsLife()
    {
        var client = Client();
        await client.EnsureIssuedTokensAsync(Service, Stop);
        _clock.Advance(TimeSpan.FromMinutes(36) - TimeSpan.FromSeconds(1));
        Assert.True(client.EnsureIssuedTokensAsync(Service, Stop).AsTask().IsCompletedSuccessfully);
        Assert.Equal(1, _provider.Count);

        _clock.Advance(TimeSpan.FromSeconds(2));
        await client.EnsureIssuedTokensAsync(Service, Stop);

        Assert.Equal(2, _provider.Count);
    }

    [Theory]
    [InlineData(10, null, 6)]
    [InlineData(100, null, 60)]
    [InlineData(60, 5, 5)]
    [InlineData(60, 50, 36)]
    public async Task Token_IsUsed_AsLongAsTheSettingsSay(int percent, int? mostMinutes, int minutes)
    {
        var client = Client(new()
        {
            IssuedTokenRenewalThresholdPercentage = percent,
            MaxIssuedTokenCachingTime = mostMinutes is { } most ? TimeSpan.FromMinutes(most) : TimeSpan.MaxValue,
        });
        await client.EnsureIssuedTokensAsync(Service, Stop);
        _clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
        await client.EnsureIssuedTokensAsync(Service, Stop);
        Assert.Equal(1, _provider.Count);

        _clock.Advance(TimeSpan.FromSeconds(1));
        await client.EnsureIssuedTokensAsync(Service, Stop);
        Assert.Equal(2, _provider.Count);
    }

    [Fact]
    public async Task Token_ThatIsNotKept_IsAskedForEachTime()
    {
        var client = Client(new() { CacheIssuedTokens = false });
        await client.EnsureIssuedTokensAsync(Service, Stop);
        await client.EnsureIssuedTokensAsync(Service, Stop);

        Assert.Equal(2, _provider.Count);
        using var secured = client.Secure(Request());
    }

    [Fact]
    public async Task Services_HaveATokenEach_WhateverTheQuery()
    {
        var client = Client();
        await client.EnsureIssuedTokensAsync(new Uri("http://localhost/echo?a=1"), Stop);
        await client.EnsureIssuedTokensAsync(new Uri("http://localhost/echo?a=2"), Stop);
        await client.EnsureIssuedTokensAsync(new Uri("http://localhost/other"), Stop);

        Assert.Equal(["http://localhost/echo", "http://localhost/other"], _provider.Requests.Select(r => r.AppliesTo.AbsoluteUri));
    }

    [Fact]
    public async Task Calls_AtOnce_AskOnce()
    {
        var gate = new TaskCompletionSource();
        _provider.Before = _ => gate.Task;
        var client = Client();
        var calls = Enumerable.Range(0, 100).Select(_ => client.EnsureIssuedTokensAsync(Service, Stop).AsTask()).ToList();
        gate.SetResult();
        await Task.WhenAll(calls);

        Assert.Equal(1, _provider.Count);
    }

    [Fact]
    public async Task Call_ThatGivesUp_EndsNoOther_AndTheLastOneEndsTheQuestion()
    {
        var asked = new TaskCompletionSource<CancellationToken>();
        _provider.Before = async stop =>
        {
            asked.TrySetResult(stop);
            await Task.Delay(Timeout.Infinite, stop);
        };
        var client = Client();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var one = client.EnsureIssuedTokensAsync(Service, first.Token).AsTask();
        var question = await asked.Task;
        var two = client.EnsureIssuedTokensAsync(Service, second.Token).AsTask();

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        Assert.False(question.IsCancellationRequested);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
        Assert.True(question.IsCancellationRequested);

        _provider.Before = _ => Task.CompletedTask;
        await client.EnsureIssuedTokensAsync(Service, Stop);
        using var secured = client.Secure(Request());
    }

    [Fact]
    public async Task Failure_EndsAllWhoWait_AndIsNotKept()
    {
        _provider.Before = _ => throw new InvalidOperationException("away");
        var client = Client();

        var failed = await Assert.ThrowsAsync<IssuedTokenException>(async () => await client.EnsureIssuedTokensAsync(Service, Stop));
        _provider.Before = _ => Task.CompletedTask;
        await client.EnsureIssuedTokensAsync(Service, Stop);

        Assert.Equal("away", failed.InnerException!.Message);
        Assert.Contains("http://localhost/echo", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenThatIsStillValid_Serves_WhileNoOtherOneCanBeHad()
    {
        var client = Client();
        await client.EnsureIssuedTokensAsync(Service, Stop);
        _provider.Before = _ => throw new InvalidOperationException("away");
        _clock.Advance(TimeSpan.FromMinutes(40));
        await client.EnsureIssuedTokensAsync(Service, Stop);
        using (client.Secure(Request()))
        {
            // Asked again after a tenth of what is left, not with each call.
            await client.EnsureIssuedTokensAsync(Service, Stop);
            Assert.Equal(2, _provider.Count);
        }

        _clock.Advance(TimeSpan.FromMinutes(2.1));
        await client.EnsureIssuedTokensAsync(Service, Stop);
        Assert.Equal(3, _provider.Count);
        _clock.Advance(TimeSpan.FromMinutes(20));
        await Assert.ThrowsAsync<IssuedTokenException>(async () => await client.EnsureIssuedTokensAsync(Service, Stop));
    }

    [Fact]
    public async Task ExpiredToken_IsNotSent()
    {
        var client = Client();
        await client.EnsureIssuedTokensAsync(Service, Stop);
        _clock.Advance(TimeSpan.FromMinutes(65));
        client.Secure(Request()).Dispose();
        _clock.Advance(TimeSpan.FromSeconds(1));

        var refused = Assert.Throws<InvalidOperationException>(() => client.Secure(Request()));

        Assert.Contains("expired", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TokenOfAnotherKind_IsRefused_InWords()
    {
        _provider.Make = facts => IssuedSecurityToken.CreateBearer(Provider.Xml, facts);
        var client = Client();
        var bearer = await Assert.ThrowsAsync<IssuedTokenException>(async () => await client.EnsureIssuedTokensAsync(Service, Stop));
        _provider.Make = facts => IssuedSecurityToken.CreateSymmetric(Provider.Xml, new byte[16], facts);
        var shortKey = await Assert.ThrowsAsync<IssuedTokenException>(async () => await client.EnsureIssuedTokensAsync(Service, Stop));

        Assert.Contains("BearerKey", bearer.Message, StringComparison.Ordinal);
        Assert.Contains("128 bits", shortKey.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OtherCredentials_AskTheirOwnProvider_AndTheEarlierTokenServesUntilThen()
    {
        var client = Client();
        await client.EnsureIssuedTokensAsync(Service, Stop);
        var other = new Provider(_clock);
        client.UpdateCredentials(IssuedBindings.Client(other));
        client.Secure(Request()).Dispose();

        await client.EnsureIssuedTokensAsync(Service, Stop);

        Assert.Equal((1, 1), (_provider.Count, other.Count));
        client.Secure(Request()).Dispose();
    }

    [Fact]
    public async Task ServicesBeyondTheLimit_GiveUpTheTokens_OfThoseLeastUsed()
    {
        var client = Client();
        for (var i = 0; i <= 256; i++)
        {
            await client.EnsureIssuedTokensAsync(new Uri($"http://localhost/{i}"), Stop);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        await client.EnsureIssuedTokensAsync(new Uri("http://localhost/256"), Stop);
        Assert.Equal(257, _provider.Count);
        await client.EnsureIssuedTokensAsync(new Uri("http://localhost/0"), Stop);
        Assert.Equal(258, _provider.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void Settings_OutOfRange_AreRefused(int percent) =>
        Assert.Throws<ArgumentException>(() => Client(new() { IssuedTokenRenewalThresholdPercentage = percent }));

    private MessageSecurityClient Client(IssuedTokenClientCredential? settings = null) => new(
        IssuedBindings.Create("protection/saml20/2007/single"), IssuedBindings.Client(_provider, settings),
        new MessageSecurityClientOptions { TimeProvider = _clock });

    private static byte[] Request() => Loopback.Request(MessageVersion.Default);

    private sealed class Provider(TimeProvider clock) : IIssuedTokenProvider
    {
        public static readonly byte[] Xml = Encoding.UTF8.GetBytes("<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_a\"/>");

        private int _count;

        public int Count => Volatile.Read(ref _count);

        public List<IssuedTokenRequest> Requests { get; } = [];

        public Func<CancellationToken, Task> Before { get; set; } = _ => Task.CompletedTask;

        public Func<IssuedSecurityTokenFacts, IssuedSecurityToken> Make { get; set; } = facts => IssuedSecurityToken.CreateSymmetric(Xml, new byte[32], facts);

        public async ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            Requests.Add(request);
            await Before(cancellationToken);
            return Make(new() { ValidFrom = clock.GetUtcNow(), ValidTo = clock.GetUtcNow().AddHours(1) });
        }
    }
}
