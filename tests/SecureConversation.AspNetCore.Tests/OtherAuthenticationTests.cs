using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Authorization;
using Microsoft.Extensions.Options;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>
/// Whatever authentication there is beside message security, the user behind it is who sent the message: a cookie that comes with the
/// request is not signed, and may be somebody else's.
/// </summary>
public sealed class OtherAuthenticationTests
{
    private const string Cookies = CookieAuthenticationDefaults.AuthenticationScheme;
    private const string Forwarding = "forwarding";

    private static readonly Dictionary<string, Action<WebApplication>> Orders = new()
    {
        ["by itself"] = app => app.UseSecureConversation("/echo").UseAuthorization(),
        ["in front"] = app => app.UseAuthentication().UseSecureConversation("/echo").UseAuthorization(),
        ["behind"] = app => app.UseSecureConversation("/echo").UseAuthentication().UseAuthorization(),
        ["in front and behind"] = app => app.UseAuthentication().UseSecureConversation("/echo").UseAuthentication().UseAuthorization(),
    };

    public static MatrixTheoryData<string, string, bool> AllOrders { get; } = new(Orders.Keys, [Cookies, Forwarding], [true, false]);

    [Theory]
    [MemberData(nameof(AllOrders))]
    public async Task CookieOfAnother_BehindTheMiddleware_IsNobody(string order, string scheme, bool isAddedFirst)
    {
        var users = new List<string?>();
        await using var host = await StartAsync(app =>
        {
            Orders[order](app);
            MapLogin(app);
            app.MapPost("/echo", context => AnswerAsync(context, users)).RequireAuthorization("Test client");
            app.MapPost("/echo/clerks", context => AnswerAsync(context, users)).RequireAuthorization("clerks");
            app.MapPost("/echo/all", context => AnswerAsync(context, users));
        }, scheme, isAddedFirst);
        var cookie = await LoginAsync(host);
        foreach (var (path, isAllowed) in new[] { ("/echo", true), ("/echo/clerks", false), ("/echo/all", true) })
        {
            await RequireAsync(host, path, isAllowed, cookie);
            await RequireAsync(host, path, isAllowed);
        }

        Assert.Equal(4, users.Count);
        Assert.All(users, user => Assert.Equal("Test client", user));
        await RequireOwnUserAsync(host, cookie, "Clara");
    }

    public static MatrixTheoryData<string, bool> AllEndpoints { get; } = new(["handler", "branch", "required", "controller"], [true, false]);

    [Theory]
    [MemberData(nameof(AllEndpoints))]
    public async Task CookieOfAnother_AtAnEndpoint_IsNobody(string kind, bool isAllowed)
    {
        var users = new List<string?>();
        await using var host = await StartAsync(app =>
        {
            MapLogin(app);
            Map(app, kind, users).RequireAuthorization(isAllowed ? "Test client" : "clerks");
        });
        await RequireAsync(host, "/echo", isAllowed, await LoginAsync(host));
        Assert.Equal(isAllowed && kind != "controller" ? ["Test client"] : [], users);
    }

    /// <summary>Policies that can be read at the start: nobody could ever meet them.</summary>
    [Theory]
    [InlineData("policy", true)]
    [InlineData("policy", false)]
    [InlineData("attribute", true)]
    [InlineData("default", true)]
    [InlineData("default", false)]
    [InlineData("fallback", true)]
    [InlineData("fallback", false)]
    public async Task PolicyOfAnotherScheme_EndsTheStart(string where, bool isMapped)
    {
        await using var app = KestrelHost.Build(services =>
        {
            AddServices(services, Cookies, isAddedFirst: true);
            services.AddAuthorization(options =>
            {
                var policy = new AuthorizationPolicyBuilder(Cookies).RequireAuthenticatedUser().Build();
                options.AddPolicy("cookies", policy);
                options.DefaultPolicy = where == "default" ? policy : options.DefaultPolicy;
                options.FallbackPolicy = where == "fallback" ? policy : null;
            });
        });
        _ = isMapped ? app : app.UseSecureConversation("/echo").UseAuthorization();
        var endpoint = isMapped ? Map(app, "handler", []) : app.MapPost("/echo", context => AnswerAsync(context, []));
        _ = where switch
        {
            "policy" => endpoint.RequireAuthorization("cookies"),
            "attribute" => endpoint.RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = Cookies }),
            "default" => endpoint.RequireAuthorization(),
            _ => endpoint,
        };
        RecordedLog.Current.AllowErrors(entry => entry.Exception is InvalidOperationException);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("'/echo' name the authentication scheme Cookies and not SecureConversation", e.Message, StringComparison.Ordinal);
    }

    /// <summary>What carries no message, or lets anybody in, has no sender to judge.</summary>
    [Fact]
    public async Task PolicyOfAnotherScheme_ElsewhereStarts()
    {
        await using var host = await StartAsync(app =>
        {
            app.UseSecureConversation("/echo");
            app.UseAuthorization();
            app.MapGet("/echo", () => "").RequireAuthorization("cookies");
            app.MapPost("/other", () => "").RequireAuthorization("cookies");
            app.MapSecureConversation("/mapped", _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()))).RequireAuthorization("cookies").AllowAnonymous();
        });
        await RequireAsync(host, "/mapped", isAllowed: true);
    }

    public static TheoryData<string> Hidden => ["handler", "branch", "required", "controller", "middleware", "filter", "inner routing"];

    /// <summary>Where the policy is found with the request only, the log says why nobody gets in.</summary>
    [Theory]
    [MemberData(nameof(Hidden))]
    public async Task PolicyOfAnotherScheme_ThatTheStartDoesNotSee_RefusesAndSaysSo(string kind)
    {
        var users = new List<string?>();
        await using var host = await StartAsync(
            app =>
            {
                MapLogin(app);
                if (kind == "middleware")
                {
                    app.UseSecureConversation("/echo").UseAuthorization();
                    app.MapPost("/echo", context => AnswerAsync(context, users)).RequireAuthorization("cookies");
                }
                else if (kind == "inner routing")
                {
                    app.MapSecureConversation("/echo", branch => branch.UseRouting().UseAuthentication().UseAuthorization()
                        .UseEndpoints(routes => routes.MapPost("/echo", context => AnswerAsync(context, users)).RequireAuthorization("cookies")));
                }
                else if (kind == "filter")
                {
                    app.MapControllers().RequireSecureConversation();
                }
                else
                {
                    Map(app, kind, users).RequireAuthorization("cookies");
                }
            },
            services: services =>
            {
                services.AddSingleton<IAuthorizationPolicyProvider, LateProvider>();
                if (kind == "filter")
                {
                    services.Configure<MvcOptions>(options => options.Filters.Add(new AuthorizeFilter("cookies")));
                }
            });
        await RequireAsync(host, "/echo", isAllowed: false, await LoginAsync(host));
        Assert.Empty(users);
        var entry = Assert.Single(host.Log.Entries, entry => entry.IsOfTheLibrary && entry.Id == 315);
        Assert.Contains("scheme Cookies and not SecureConversation", entry.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("handler")]
    [InlineData("controller")]
    [InlineData("middleware")]
    public async Task PolicyOfBothSchemes_IsJudgedForTheSenderAlone(string kind)
    {
        var users = new List<string?>();
        await using var host = await StartAsync(app =>
        {
            MapLogin(app);
            if (kind == "middleware")
            {
                app.UseSecureConversation("/echo").UseAuthentication().UseAuthorization();
            }

            var endpoint = kind == "middleware" ? app.MapPost("/echo", context => AnswerAsync(context, users)) : Map(app, kind, users);
            endpoint.RequireAuthorization(policy => policy.AddAuthenticationSchemes(Cookies, SecureConversationDefaults.AuthenticationScheme).RequireRole("clerk"));
        });
        await RequireAsync(host, "/echo", isAllowed: false, await LoginAsync(host));
        Assert.Empty(users);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Id == 315);
    }

    /// <summary>A pattern that the start does not compare with a path: authorization in front took the cookie for the user.</summary>
    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task JudgementInFront_IsRepeatedForTheSender(bool isAllowed, bool isRequirement)
    {
        var users = new List<string?>();
        await using var host = await StartAsync(app =>
        {
            app.UseAuthentication().UseAuthorization().UseSecureConversation("/echo");
            MapLogin(app);
            var endpoint = app.MapPost("/{any}", context => AnswerAsync(context, users));
            _ = isRequirement ? endpoint.WithMetadata(new NameAttribute(isAllowed ? null : "Clara"))
                : endpoint.RequireAuthorization(isAllowed ? "Test client or Clara" : "clerks");
        }, security: Endpoints.Single);
        var cookie = await LoginAsync(host);
        await RequireAsync(host, "/echo", isAllowed, cookie, Endpoints.Single);
        Assert.Equal(isAllowed ? ["Test client"] : [], users);
    }

    [Fact]
    public async Task Application_ThatAsksForTheUser_GetsTheSender()
    {
        var seen = new List<string?>();
        await using var host = await StartAsync(app =>
        {
            MapLogin(app);
            app.MapSecureConversation("/echo", async context =>
            {
                foreach (var scheme in new[] { null, SecureConversationDefaults.AuthenticationScheme, Cookies, Forwarding })
                {
                    seen.Add((await context.HttpContext.AuthenticateAsync(scheme)).Principal?.Identity?.Name);
                }

                return SoapReply.FromEnvelope(Envelopes.Reply());
            });
        });
        await RequireAsync(host, "/echo", isAllowed: true, await LoginAsync(host));
        Assert.Equal(["Test client", "Test client", null, null], seen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AuthenticationServiceOfTheApplication_IsAskedForOtherRequestsOnly(bool isRegisteredLater)
    {
        var users = new List<string?>();
        await using var app = KestrelHost.Build(services =>
        {
            _ = isRegisteredLater ? services : services.AddScoped<IAuthenticationService, Everybody>();
            AddServices(services, Cookies, isAddedFirst: false);
            _ = isRegisteredLater ? services.AddScoped<IAuthenticationService, Everybody>() : services;
        });
        app.UseSecureConversation("/echo").UseAuthentication().UseAuthorization();
        app.MapPost("/echo", context => AnswerAsync(context, users)).RequireAuthorization("clerks");
        app.MapGet("/user", (HttpContext context) => context.User.Identity!.Name);
        if (isRegisteredLater)
        {
            RecordedLog.Current.AllowErrors(entry => entry.Exception is InvalidOperationException);
            var e = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
            Assert.Contains("Register it before services.AddSecureConversation", e.Message, StringComparison.Ordinal);
            return;
        }

        await using var host = await KestrelHost.StartAsync(app);
        await RequireAsync(host, "/echo", isAllowed: false);
        Assert.Empty(users);
        Assert.Equal("Everybody", await host.Http.GetStringAsync("/user"));
    }

    [Fact]
    public async Task Authentication_ThatIsNotSetUp_SaysSo()
    {
        await using var app = KestrelHost.Build(services => services.AddSecureConversation(Endpoints.With(Endpoints.Single)));
        await using var scope = app.Services.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => context.AuthenticateAsync());
        Assert.Contains("AddAuthentication()", e.Message, StringComparison.Ordinal);
    }

    private static Task<KestrelHost> StartAsync(Action<WebApplication> configure, string scheme = Cookies, bool isAddedFirst = true,
        Binding.MessageSecurity? security = null, Action<IServiceCollection>? services = null) => KestrelHost.StartAsync(
            collection =>
            {
                AddServices(collection, scheme, isAddedFirst, security);
                services?.Invoke(collection);
            },
            configure);

    private static void AddServices(IServiceCollection services, string scheme, bool isAddedFirst, Binding.MessageSecurity? security = null)
    {
        _ = isAddedFirst ? services.AddAuthentication() : null;
        services.AddSecureConversation(Endpoints.With(security ?? Endpoints.Session));
        services.AddAuthentication(scheme).AddCookie().AddSecureConversation().AddPolicyScheme(Forwarding, null, options => options.ForwardDefault = Cookies);
        services.AddAuthorizationBuilder()
            .AddPolicy("clerks", policy => policy.RequireRole("clerk"))
            .AddPolicy("Test client", policy => policy.RequireClaim(ClaimTypes.Name, "Test client"))
            .AddPolicy("Test client or Clara", policy => policy.RequireClaim(ClaimTypes.Name, "Test client", "Clara"))
            .AddPolicy("cookies", policy => policy.AddAuthenticationSchemes(Cookies).RequireAuthenticatedUser());
        services.AddControllers().AddApplicationPart(typeof(EchoController).Assembly);
    }

    private static IEndpointConventionBuilder Map(WebApplication app, string kind, List<string?> users) => kind switch
    {
        "handler" => app.MapSecureConversation("/echo", context =>
        {
            users.Add(context.User.Identity!.Name);
            return Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));
        }),
        "branch" => app.MapSecureConversation("/echo", branch => branch.UseAuthentication().Run(context => AnswerAsync(context, users))),
        "required" => app.MapPost("/echo", context => AnswerAsync(context, users)).RequireSecureConversation(),
        _ => app.MapControllers().RequireSecureConversation(),
    };

    private static void MapLogin(WebApplication app)
    {
        app.MapGet("/login", (HttpContext context) => context.SignInAsync(Cookies,
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "Clara"), new Claim(ClaimTypes.Role, "clerk")], "login"))));
        app.MapGet("/user", async (HttpContext context) => (await context.AuthenticateAsync()).Principal?.Identity?.Name);
    }

    private static async Task<string> LoginAsync(KestrelHost host)
    {
        using var login = await host.Http.GetAsync("/login");
        return login.Headers.GetValues("Set-Cookie").First().Split(';')[0];
    }

    private static async Task RequireOwnUserAsync(KestrelHost host, string cookie, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/user") { Headers = { { "Cookie", cookie } } };
        using var response = await host.Http.SendAsync(request);
        Assert.Equal(name, await response.Content.ReadAsStringAsync());
    }

    private static async Task RequireAsync(KestrelHost host, string path, bool isAllowed, string? cookie = null, Binding.MessageSecurity? security = null)
    {
        security ??= Endpoints.Session;
        var result = await host.Client(security, path).CallOnceAsync(vary: message => _ = cookie is null || message.Headers.TryAddWithoutValidation("Cookie", cookie));
        Assert.Equal((isAllowed ? HttpStatusCode.OK : HttpStatusCode.InternalServerError, !isAllowed), (result.Status, result.IsFault));
        Assert.Equal(!isAllowed, result.Envelope.Contains("Access is denied.", StringComparison.Ordinal));
    }

    private static Task AnswerAsync(HttpContext context, List<string?> users)
    {
        users.Add(context.User.Identity!.Name);
        return context.Response.Body.WriteAsync(Envelopes.Reply()).AsTask();
    }

    /// <summary>Makes its policies when it is asked.</summary>
    private sealed class LateProvider(IOptions<AuthorizationOptions> options) : DefaultAuthorizationPolicyProvider(options);

    private sealed class Everybody : IAuthenticationService
    {
        public Task<AuthenticateResult> AuthenticateAsync(HttpContext context, string? scheme) => Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "Everybody"), new Claim(ClaimTypes.Role, "clerk")], "all")), scheme ?? Cookies)));

        public Task ChallengeAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw new NotSupportedException();

        public Task ForbidAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw new NotSupportedException();

        public Task SignInAsync(HttpContext context, string? scheme, ClaimsPrincipal principal, AuthenticationProperties? properties) => throw new NotSupportedException();

        public Task SignOutAsync(HttpContext context, string? scheme, AuthenticationProperties? properties) => throw new NotSupportedException();
    }

    [AttributeUsage(AttributeTargets.All)]
    private sealed class NameAttribute(string? name) : Attribute, IAuthorizationRequirementData
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() =>
            [new Microsoft.AspNetCore.Authorization.Infrastructure.AssertionRequirement(context => name is null || context.User.Identity?.Name == name)];
    }
}

/// <summary>Controllers have to be public.</summary>
public sealed class EchoController : ControllerBase
{
    [HttpPost("/echo")]
    public IActionResult Post() => Content(Envelopes.Text(Envelopes.Reply()), "application/soap+xml; charset=utf-8");
}
