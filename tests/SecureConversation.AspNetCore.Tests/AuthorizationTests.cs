using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Authorization;
using Microsoft.AspNetCore.Routing;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Policies are judged at the verified request; whom they refuse gets the fault of WCF, protected.</summary>
public sealed class AuthorizationTests
{
    /// <summary>The fault of WCF's ServiceAuthorizationManager.</summary>
    private const string AccessDenied = "Access is denied.";

    private static readonly SecureConversationRequestDelegate Reply = _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));

    private static readonly Dictionary<string, (Action<IEndpointConventionBuilder> Require, bool IsAllowed)> Requirements = new()
    {
        ["nothing"] = (_ => { }, true),
        ["a user"] = (e => e.RequireAuthorization(), true),
        ["a policy that he meets"] = (e => e.RequireAuthorization("tests"), true),
        ["a policy that he does not meet"] = (e => e.RequireAuthorization("others"), false),
        ["a role that he has not"] = (e => e.RequireAuthorization(new AuthorizeAttribute { Roles = "clerk" }), false),
        ["a policy object"] = (e => e.RequireAuthorization(policy => policy.RequireClaim(ClaimTypes.Dns, "elsewhere")), false),
        ["our scheme"] = (e => e.RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = SecureConversationDefaults.AuthenticationScheme }), true),
        ["our scheme and another policy"] = (
            e => e.RequireAuthorization(new AuthorizeAttribute("others") { AuthenticationSchemes = SecureConversationDefaults.AuthenticationScheme }), false),
        ["requirements"] = (e => e.WithMetadata(new NobodyAttribute()), false),
        ["two policies"] = (e => e.RequireAuthorization("tests", "others"), false),
        ["a policy, and nobody"] = (e => e.RequireAuthorization("others").AllowAnonymous(), true),
    };

    public static TheoryData<string, bool> All => [.. Requirements.Keys.SelectMany(name => new[] { (name, true), (name, false) })];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Policy_IsJudgedAtTheVerifiedRequest(string requirement, bool isSession)
    {
        var (require, isAllowed) = Requirements[requirement];
        var security = isSession ? Endpoints.Session : Endpoints.Single;
        await using var host = await StartAsync(security, app => require(app.MapSecureConversation("/echo", Reply)));
        await RequireAsync(host, security, isAllowed);
    }

    [Theory]
    [InlineData("tests", true)]
    [InlineData("others", false)]
    public async Task Policy_OfAGroupOfABranchAndOfAPlainEndpoint_IsJudgedAtTheVerifiedRequest(string policy, bool isAllowed)
    {
        await using var host = await StartAsync(Endpoints.Session, app =>
        {
            app.MapGroup("/group").RequireAuthorization(policy).MapSecureConversation("/echo", Reply);
            app.MapSecureConversation("/branch", branch => branch.Run(WriteAsync)).RequireAuthorization(policy);
            app.MapPost("/plain", WriteAsync).RequireSecureConversation().RequireAuthorization(policy);
        });
        foreach (var path in new[] { "/group/echo", "/branch", "/plain" })
        {
            await RequireAsync(host, Endpoints.Session, isAllowed, path);
        }
    }

    [Fact]
    public async Task Attribute_OfAHandler_IsJudged()
    {
        await using var host = await StartAsync(Endpoints.Single, app =>
        {
            app.MapSecureConversation("/tests", [Authorize("tests")] (context) => Reply(context));
            app.MapSecureConversation("/others", [Authorize("others")] (context) => Reply(context));
            app.MapSecureConversation("/method", Method);
        });
        await RequireAsync(host, Endpoints.Single, isAllowed: true, "/tests");
        await RequireAsync(host, Endpoints.Single, isAllowed: false, "/others");
        await RequireAsync(host, Endpoints.Single, isAllowed: false, "/method");

        [Authorize("others")]
        static Task<SoapReply> Method(SecureConversationContext context) => Reply(context);
    }

    [Theory]
    [InlineData("tests", true)]
    [InlineData("others", false)]
    public async Task FallbackPolicy_IsJudgedAtTheVerifiedRequest(string policy, bool isAllowed)
    {
        await using var host = await StartAsync(Endpoints.Session, app =>
        {
            app.MapSecureConversation("/echo", Reply);
            app.MapGet("/other", () => "never");
        }, options => options.FallbackPolicy = options.GetPolicy(policy));
        await RequireAsync(host, Endpoints.Session, isAllowed);
        using var other = await host.Http.GetAsync("/other");
        Assert.NotEqual("never", await other.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task AnonymousClient_IsNoUser()
    {
        var security = Endpoints.Session with { ClientCredentialType = MessageCredentialType.None };
        await using var host = await StartAsync(security, app => app.MapSecureConversation("/echo", Reply).RequireAuthorization());
        await RequireAsync(host, security, isAllowed: false);
    }

    /// <summary>Where a binding asks for no credentials anybody can send what policies refuse.</summary>
    [Fact]
    public async Task Refusals_OfStrangers_DoNotFillTheLog()
    {
        var security = Endpoints.Single with { ClientCredentialType = MessageCredentialType.None };
        await using var host = await KestrelHost.StartAsync(
            services =>
            {
                services.AddSingleton<TimeProvider>(new ManualTimeProvider(DateTimeOffset.UtcNow));
                services.AddSecureConversation(Endpoints.With(security));
                services.AddAuthorization();
            },
            app => app.MapSecureConversation("/echo", Reply).RequireAuthorization());
        for (var i = 0; i < 15; i++)
        {
            await RequireAsync(host, security, isAllowed: false);
        }

        Assert.Equal(10, host.Log.Entries.Count(entry => entry.IsOfTheLibrary && entry.Id == 314));
    }

    [Theory]
    [InlineData("tests", true, true)]
    [InlineData("others", false, true)]
    [InlineData("tests", true, false)]
    [InlineData("others", false, false)]
    public async Task Middleware_BeforeAuthorization_HasTheRefusalProtected(string policy, bool isAllowed, bool hasScheme)
    {
        await using var host = await StartAsync(Endpoints.Session, app =>
        {
            app.UseSecureConversation("/echo");
            app.UseAuthorization();
            app.MapPost("/echo", WriteAsync).RequireAuthorization(policy);
        }, hasScheme: hasScheme);
        await RequireAsync(host, Endpoints.Session, isAllowed);
    }

    [Theory]
    [InlineData(401, null, false)]
    [InlineData(403, null, false)]
    [InlineData(403, "text/plain", false)]
    [InlineData(302, null, true)]
    public async Task RefusalOfAComponent_IsAProtectedFault(int status, string? contentType, bool isDefect)
    {
        await using var host = await StartAsync(Endpoints.Session, app => app.MapSecureConversation("/echo", branch => branch.Run(context =>
        {
            (context.Response.StatusCode, context.Response.ContentType) = (status, contentType);
            return contentType is null ? Task.CompletedTask : context.Response.WriteAsync("no");
        })));
        if (isDefect)
        {
            host.Log.ExpectError(301);
        }

        var result = await host.Client(Endpoints.Session).CallOnceAsync();
        Assert.Equal((HttpStatusCode.InternalServerError, true), (result.Status, result.IsFault));
        Assert.Equal(!isDefect, result.Envelope.Contains(AccessDenied, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("challenge", true)]
    [InlineData("challenge", false)]
    [InlineData("forbid", true)]
    [InlineData("forbid", false)]
    public async Task ChallengeOfAComponent_IsAProtectedFault(string how, bool hasScheme)
    {
        await using var host = await StartAsync(
            Endpoints.Session,
            app => app.MapPost("/echo", () => how == "forbid" ? Results.Forbid() : Results.Challenge()).RequireSecureConversation(),
            hasScheme: hasScheme);
        await RequireAsync(host, Endpoints.Session, isAllowed: false);
    }

    /// <summary>A filter in front would judge another user than the sender.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public async Task EndpointFilter_OfAMappedEndpoint_EndsTheStart(bool isHandler, bool isOfGroup)
    {
        await using var app = KestrelHost.Build(services => services.AddSecureConversation(Endpoints.With(Endpoints.Session)));
        var group = app.MapGroup("");
        var endpoint = isHandler ? group.MapSecureConversation("/echo", Reply) : group.MapSecureConversation("/echo", branch => branch.Run(WriteAsync));
        _ = isOfGroup ? group.AddEndpointFilter((context, next) => next(context)) : endpoint.AddEndpointFilter((context, next) => next(context));
        RecordedLog.Current.AllowErrors(entry => entry.Exception is InvalidOperationException);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("'/echo' has endpoint filters", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Test client", true)]
    [InlineData("Somebody else", false)]
    public async Task EndpointFilter_OfASecuredEndpoint_JudgesTheSender(string name, bool isAllowed)
    {
        await using var host = await StartAsync(Endpoints.Session, app => app.MapPost("/echo", WriteAsync)
            .AddEndpointFilter(async (context, next) => context.HttpContext.User.Identity?.Name == name ? await next(context) : Results.Forbid())
            .RequireSecureConversation());
        await RequireAsync(host, Endpoints.Session, isAllowed);
    }

    /// <summary>A cookie, or whatever was authenticated before, is not who sent the message.</summary>
    [Fact]
    public async Task UserOfTheConnection_IsNotJudged()
    {
        await using var host = await StartAsync(Endpoints.Session, app =>
        {
            app.Use((context, next) =>
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Role, "clerk")], "before"));
                return next(context);
            });
            app.UseRouting();
            app.UseAuthorization();
            app.MapSecureConversation("/echo", Reply).RequireAuthorization(policy => policy.RequireRole("clerk"));
        });
        await RequireAsync(host, Endpoints.Session, isAllowed: false);
    }

    [Theory]
    [InlineData("by itself", true, false, true)]
    [InlineData("before", true, false, true)]
    [InlineData("before", false, true, true)]
    [InlineData("before", false, false, false)]
    [InlineData("after", true, true, false)]
    public async Task Authorization_BeforeTheMiddleware_EndsTheStart(string place, bool isRequired, bool hasFallback, bool isRefused)
    {
        await using var app = KestrelHost.Build(services =>
        {
            services.AddSecureConversation(Endpoints.With(Endpoints.Session));
            services.AddAuthorization(options => options.FallbackPolicy = hasFallback ? options.DefaultPolicy : null);
        });
        _ = place == "before" ? app.UseAuthorization() : app;
        app.UseSecureConversation("/echo");
        _ = place == "after" ? app.UseAuthorization() : app;
        var endpoint = app.MapPost("/echo/{name}", WriteAsync);
        _ = isRequired ? endpoint.RequireAuthorization() : endpoint;
        app.MapPost("/other", WriteAsync).RequireAuthorization();
        if (!isRefused)
        {
            await app.StartAsync();
            return;
        }

        RecordedLog.Current.AllowErrors(entry => entry.Exception is InvalidOperationException);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("app.UseAuthorization() after app.UseSecureConversation", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authorization_ThatIsNotSetUp_EndsTheStart()
    {
        await using var app = KestrelHost.Build(services => services.AddSecureConversation(Endpoints.With(Endpoints.Session)));
        app.MapSecureConversation("/echo", Reply).WithMetadata(new AuthorizeAttribute());
        RecordedLog.Current.AllowErrors(entry => entry.Exception is InvalidOperationException);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => app.StartAsync());
        Assert.Contains("AddAuthorization", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tests", true, true)]
    [InlineData("others", false, true)]
    [InlineData("tests", true, false)]
    [InlineData("others", false, false)]
    public async Task GlobalFilterOfMvc_IsJudged(string policy, bool isAllowed, bool isMiddleware)
    {
        await using var host = await StartAsync(
            Endpoints.Session,
            app =>
            {
                _ = isMiddleware ? app.UseSecureConversation("/echo").UseAuthorization() : app;
                var controllers = app.MapControllers();
                _ = isMiddleware ? controllers : controllers.RequireSecureConversation();
            },
            services: services => services.AddControllers(options => options.Filters.Add(new AuthorizeFilter(policy)))
                .AddApplicationPart(typeof(EchoController).Assembly));
        await RequireAsync(host, Endpoints.Session, isAllowed);
    }

    /// <summary>What runs behind the judgement sees the policies of the endpoint, and nothing that would let anybody in.</summary>
    [Fact]
    public async Task Endpoint_BehindTheJudgement_HasAllMetadataButOurs()
    {
        var (seen, later) = (new List<Endpoint?>(), new TaskCompletionSource<Endpoint?>(TaskCreationOptions.RunContinuationsAsynchronously));
        await using var host = await StartAsync(Endpoints.Single, app =>
        {
            app.UseRouting();
            app.Use(async (context, next) =>
            {
                await next(context);
                later.SetResult(context.GetEndpoint());
            });
            app.UseAuthorization();
            app.MapPost("/echo", context =>
            {
                seen.Add(context.GetEndpoint());
                return WriteAsync(context);
            }).RequireSecureConversation().RequireAuthorization("tests");
        });
        await RequireAsync(host, Endpoints.Single, isAllowed: true);
        var endpoint = Assert.IsType<RouteEndpoint>(Assert.Single(seen));
        Assert.Null(endpoint.Metadata.GetMetadata<IAllowAnonymous>());
        Assert.Equal("tests", endpoint.Metadata.GetMetadata<IAuthorizeData>()!.Policy);
        Assert.NotNull((await later.Task.WaitAsync(TimeSpan.FromSeconds(30)))!.Metadata.GetMetadata<IAllowAnonymous>());
    }

    /// <summary>Routing says that authorization is missing, as anywhere: that in front has judged another endpoint.</summary>
    [Theory]
    [InlineData("others", true, false)]
    [InlineData("tests", true, true)]
    [InlineData("tests", false, false)]
    [InlineData("others", false, false)]
    public async Task RoutingOfABranch_NeedsAuthorizationOfItsOwn(string policy, bool hasAuthorization, bool isAllowed)
    {
        var ran = false;
        await using var host = await StartAsync(Endpoints.Session, app => app.MapSecureConversation("/echo", branch =>
        {
            branch.UseRouting();
            _ = hasAuthorization ? branch.UseAuthorization() : branch;
            branch.UseEndpoints(routes => routes.MapPost("/echo", context =>
            {
                ran = true;
                return WriteAsync(context);
            }).RequireAuthorization(policy));
        }));
        if (hasAuthorization)
        {
            await RequireAsync(host, Endpoints.Session, isAllowed);
        }
        else
        {
            host.Log.ExpectError(301);
            Assert.True((await host.Client(Endpoints.Session).CallOnceAsync()).IsFault);
            Assert.Contains(host.Log.Entries, entry => entry.Exception?.Message.Contains("app.UseAuthorization()", StringComparison.Ordinal) == true);
        }

        Assert.Equal(isAllowed, ran);
    }

    private static Task WriteAsync(HttpContext context) => context.Response.Body.WriteAsync(Envelopes.Reply()).AsTask();

    private static Task<KestrelHost> StartAsync(
        MessageSecurity security, Action<WebApplication> configure, Action<AuthorizationOptions>? options = null, bool hasScheme = true,
        Action<IServiceCollection>? services = null) =>
        KestrelHost.StartAsync(
            collection =>
            {
                services?.Invoke(collection);
                collection.AddSecureConversation(Endpoints.With(security));
                if (hasScheme)
                {
                    // The default scheme sends whom it does not know to a page.
                    collection.AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme).AddCookie().AddSecureConversation();
                }

                collection.AddAuthorization(authorization =>
                {
                    authorization.AddPolicy("tests", policy => policy.RequireClaim(ClaimTypes.Name, "Test client"));
                    authorization.AddPolicy("others", policy => policy.RequireClaim(ClaimTypes.Name, "Somebody else"));
                    options?.Invoke(authorization);
                });
            },
            configure);

    private static async Task RequireAsync(KestrelHost host, MessageSecurity security, bool isAllowed, string path = "/echo")
    {
        // The reply is verified: it is protected, whatever it says.
        var result = await host.Client(security, path).CallOnceAsync();
        if (isAllowed)
        {
            Assert.Equal((HttpStatusCode.OK, false), (result.Status, result.IsFault));
            return;
        }

        Assert.Equal((HttpStatusCode.InternalServerError, true), (result.Status, result.IsFault));
        Assert.Equal("http://www.w3.org/2005/08/addressing/soap/fault", result.Action);
        Assert.Contains(AccessDenied, result.Envelope, StringComparison.Ordinal);
        Assert.Contains(":FailedAuthentication<", result.Envelope, StringComparison.Ordinal);
        Assert.Contains(":Sender<", result.Envelope, StringComparison.Ordinal);
    }

    [AttributeUsage(AttributeTargets.All)]
    private sealed class NobodyAttribute : Attribute, IAuthorizationRequirementData
    {
        public IEnumerable<IAuthorizationRequirement> GetRequirements() =>
            [new Microsoft.AspNetCore.Authorization.Infrastructure.DenyAnonymousAuthorizationRequirement(),
                new Microsoft.AspNetCore.Authorization.Infrastructure.AssertionRequirement(_ => false)];
    }
}
