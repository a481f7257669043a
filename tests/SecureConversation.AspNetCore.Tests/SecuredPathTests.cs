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
