using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Message security twice on one path is found before the server listens.</summary>
public sealed class SecuredPathTests
{
    private static readonly SecureConversationRequestDelegate Reply = _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));

    private static readonly Dictionary<string, Action<WebApplication>> Twice = new()
    {
        ["mapped"] = app => (app.MapSecureConversation("/echo", Reply), app.MapSecureConversation("echo/", Reply)).ToString(),
        ["mapped and required"] = app => app.MapSecureConversation("/echo", Reply).RequireSecureConversation(),
        ["required"] = app => app.MapPost("/echo", () => "").RequireSecureConversation().RequireSecureConversation(),
        ["used"] = app => app.UseSecureConversation("/echo").UseSecureConversation("/echo"),
        ["used above"] = app => app.UseSecureConversation("/echo/below").UseSecureConversation("/echo"),
        ["used everywhere"] = app => app.UseSecureConversation().UseSecureConversation("/echo"),
        ["used and mapped"] = app =>
        {
            app.MapSecureConversation("/echo/below", Reply);
            app.UseSecureConversation("/echo");
        },
    };

    private static readonly Dictionary<string, Action<WebApplication>> Once = new()
    {
        ["mapped"] = app => (app.MapSecureConversation("/echo", Reply), app.MapSecureConversation("/echoes", Reply)).ToString(),
        ["hosts"] = app => (app.MapSecureConversation("/echo", Reply).RequireHost("a"), app.MapSecureConversation("/echo", Reply).RequireHost("b")).ToString(),
        ["used"] = app => app.UseSecureConversation("/echo").UseSecureConversation("/echoes"),
        ["branches"] = app => app.Map("/a", branch => branch.UseSecureConversation()).Map("/b", branch => branch.UseSecureConversation()),
    };

    public static TheoryData<string> AllTwice => [.. Twice.Keys];

    public static TheoryData<string> AllOnce => [.. Once.Keys];

    [Theory]
    [MemberData(nameof(AllTwice))]
    public async Task MessageSecurity_TwiceOnOnePath_EndsTheStart(string how)
    {
        await using var app = Build();
        RecordedLog.Current.AllowErrors(entry => entry.Exception is InvalidOperationException);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() =>
        {
            Twice[how](app);
            return app.StartAsync();
        });
        Assert.Contains("eave one", e.Message, StringComparison.Ordinal);
        Assert.Contains("/echo", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllOnce))]
    public async Task MessageSecurity_OnDifferentPaths_Starts(string how)
    {
        await using var app = Build();
        Once[how](app);
        await app.StartAsync();
    }

    /// <summary>As Map does: the path without the slash, and all below, would be open.</summary>
    [Theory]
    [InlineData("/")]
    [InlineData("/echo/")]
    [InlineData("/echo//")]
    public async Task PathWithASlashAtItsEnd_IsRefused(string path)
    {
        await using var app = Build();
        var e = Assert.Throws<ArgumentException>(() => app.UseSecureConversation(path));
        Assert.Contains($"'{path}' ends with a slash", e.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => app.Map(path, _ => { }));
    }

    [Theory]
    [InlineData("/echo", true, true)]
    [InlineData("/echo/{below}", true, true)]
    [InlineData("/echoes", true, false)]
    [InlineData("/echo", false, false)]
    public async Task ShortCircuit_OnASecuredPath_EndsTheStart(string pattern, bool isPost, bool isRefused)
    {
        await using var app = Build();
        app.UseSecureConversation("/echo");
        (isPost ? app.MapPost(pattern, () => "") : app.MapGet(pattern, () => "")).ShortCircuit();
        if (!isRefused)
        {
            await app.StartAsync();
            return;
        }

        RecordedLog.Current.AllowErrors(entry => entry.Exception is InvalidOperationException);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains($"'{pattern}' has ShortCircuit()", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShortCircuit_OfAnEndpointWithMessageSecurity_IsSecured()
    {
        var ran = false;
        await using var host = await KestrelHost.StartAsync(services => services.AddSecureConversation(Endpoints.With(Endpoints.Single)), app =>
            app.MapPost("/echo", context =>
            {
                ran = true;
                return context.Response.Body.WriteAsync(Envelopes.Reply()).AsTask();
            }).RequireSecureConversation().ShortCircuit());
        using var plain = await host.Client(Endpoints.Single).PostAsync(Envelopes.Request());
        Assert.False(ran);
        Assert.False((await host.Client(Endpoints.Single).CallOnceAsync()).IsFault);
    }

    /// <summary>A branch does not say where it branches off, so the first request tells.</summary>
    [Fact]
    public async Task MessageSecurity_TwiceThroughABranch_IsADefectInTheLog()
    {
        await using var host = await KestrelHost.StartAsync(services => services.AddSecureConversation(Endpoints.With(Endpoints.Single)), app =>
        {
            app.UseSecureConversation("/echo");
            app.Map("/echo", branch => branch.UseSecureConversation().Run(_ => Task.CompletedTask));
        });
        host.Log.ExpectError(301);
        Assert.True((await host.Client(Endpoints.Single).CallOnceAsync()).IsFault);
    }

    private static WebApplication Build() => KestrelHost.Build(services => services.AddSecureConversation(Endpoints.With(Endpoints.Single)));
}
