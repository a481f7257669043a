using System.IO.Pipelines;
using System.Net;
using System.Security.Claims;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Components that speak plain SOAP, behind message security.</summary>
public sealed class PipelineTests
{
    private const string DispatcherFault = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher/fault";

    private static Task<KestrelHost> StartAsync(Action<WebApplication> configure, MessageSecurity? security = null,
        Action<SecureConversationServiceOptions>? options = null) => KestrelHost.StartAsync(services =>
        {
            services.AddSecureConversation(Endpoints.With(security ?? Endpoints.Session, options));
            services.AddAuthorization();
        }, configure);

    private static Task<KestrelHost> StartPlainAsync(RequestDelegate plain, Action<SecureConversationServiceOptions>? options = null) =>
        StartAsync(app => app.MapPost("/echo", plain).RequireSecureConversation(), options: options);

    [Fact]
    public async Task Middleware_SecuresAPathAndLeavesOthersAlone()
    {
        await using var host = await StartAsync(app =>
        {
            app.UseSecureConversation("/echo");
            app.Run(context => context.Response.Body.WriteAsync(Envelopes.Reply()).AsTask());
        });
        Assert.Contains(Envelopes.ResponseBody, (await host.Client(Endpoints.Session).CallOnceAsync()).Envelope, StringComparison.Ordinal);
        Assert.Equal(Envelopes.Text(Envelopes.Reply()), await host.Http.GetStringAsync("/other"));
        foreach (var guarded in new[] { "/ECHO", "/echo/", "/echo/below" })
        {
            using var response = await host.Http.GetAsync(guarded);
            Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        }
    }

    [Fact]
    public async Task Middleware_BeforeAuthorization_GivesItTheUser()
    {
        await using var host = await StartAsync(app =>
        {
            app.UseSecureConversation("/echo");
            app.UseAuthorization();
            app.MapPost("/echo", (ClaimsPrincipal user) => Results.Text(Encoding.UTF8.GetString(Envelopes.Reply(body: $"<n xmlns=\"\">{user.Identity!.Name}</n>")), "application/soap+xml"))
                .RequireAuthorization(policy => policy.RequireClaim(ClaimTypes.Dns, "localhost"));
        });
        Assert.Contains(">Test client</n>", (await host.Client(Endpoints.Session).CallOnceAsync()).Envelope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task MinimalApi_ReadsAndWritesPlainEnvelopes()
    {
        await using var host = await StartAsync(app => app.MapPost("/echo", async (Stream body, PipeReader reader, HttpContext context, ClaimsPrincipal user) =>
        {
            var session = context.Features.Get<ISecureConversationFeature>()!.Session;
            using var text = new StreamReader(body);
            var envelope = await text.ReadToEndAsync();
            Assert.True((await reader.ReadAsync()).Buffer.IsEmpty);
            Assert.DoesNotContain("Security", envelope, StringComparison.Ordinal);
            return Results.Content(envelope.Replace("Echo>", "Oche>", StringComparison.Ordinal).Replace("<Echo", "<Oche", StringComparison.Ordinal), "application/soap+xml");
        }).RequireSecureConversation());
        var result = await host.Client(Endpoints.Session).CallOnceAsync();
        Assert.Equal(HttpStatusCode.OK, result.Status);
        Assert.Contains("<Oche", result.Envelope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Branch_IsAPipelineOfItsOwn()
    {
        await using var host = await StartAsync(app => app.MapSecureConversation("/{tenant}/echo", branch =>
        {
            branch.Use(next => context =>
            {
                Assert.Null(context.GetEndpoint());
                return next(context);
            });
            branch.UseRouting();
            branch.UseEndpoints(routes => routes.MapPost("/{tenant}/echo", (string tenant) => Results.Text(Encoding.UTF8.GetString(Envelopes.Reply(body: $"<n xmlns=\"\">{tenant}</n>")))));
        }));
        Assert.Contains(">t1</n>", (await host.Client(Endpoints.Session, "/t1/echo").CallOnceAsync()).Envelope, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NamedEndpoints_HaveTheirOwnSecurity()
    {
        await using var host = await KestrelHost.StartAsync(
            services =>
            {
                services.AddSecureConversation("session", Endpoints.With(Endpoints.Session));
                services.AddSecureConversation("single", Endpoints.With(Endpoints.Single));
                services.AddSecureConversation("old", Endpoints.With(Endpoints.UserName, o => o.MessageVersion = MessageVersion.Soap11WSAddressingAugust2004));
            },
            app =>
            {
                app.MapSecureConversation("/a", _ => Task.FromResult(SoapReply.FromBody("urn:a", "")), "session");
                app.MapPost("/b", () => Results.Bytes(Envelopes.Reply(action: "urn:b"))).RequireSecureConversation("single");
                app.UseSecureConversation("/c", "old");
                app.MapPost("/c", () => Results.Bytes(Envelopes.Reply(MessageVersion.Soap11WSAddressingAugust2004, action: "urn:c")));
            });
        Assert.Equal("urn:a", (await host.Client(Endpoints.Session, "/a").CallOnceAsync()).Action);
        Assert.Equal("urn:b", (await host.Client(Endpoints.Single, "/b").CallOnceAsync()).Action);
        Assert.Equal("urn:c", (await host.Client(Endpoints.UserName, "/c", MessageVersion.Soap11WSAddressingAugust2004).CallOnceAsync()).Action);
        using var session = await host.Client(Endpoints.Session, "/a").OpenAsync();
        var refusal = await Assert.ThrowsAsync<SecureConversationException>(() => host.Client(Endpoints.Session, "/b").CallAsync(session));
        Assert.Equal(SecureConversationFailure.PeerRefusal, refusal.Failure);
    }

    [Theory]
    [InlineData(nameof(MessageVersion.Soap12WSAddressing10), "", "application/soap+xml; charset=utf-8; action=\"urn:e/Echo\"")]
    [InlineData(nameof(MessageVersion.Soap11WSAddressing10), "\"urn:e/Echo\"", "text/xml; charset=utf-8")]
    public async Task Headers_TellTheSignedActionWhateverHttpSaid(string name, string soapAction, string contentType)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        var seen = new List<string?>();
        await using var host = await StartPlainAsync(async context =>
        {
            var request = context.Request;
            using var copy = new MemoryStream();
            await request.Body.CopyToAsync(copy);
            seen.AddRange([request.Headers["SOAPAction"], request.ContentType, request.Headers.AcceptEncoding, request.Headers.TransferEncoding, request.Headers.ContentEncoding]);
            Assert.Equal(copy.Length, request.ContentLength);
            await context.Response.Body.WriteAsync(Envelopes.Reply(version));
        }, o => o.MessageVersion = version);
        await host.Client(Endpoints.Session, version: version).CallOnceAsync(vary: message =>
        {
            message.Headers.TryAddWithoutValidation("SOAPAction", "\"urn:e/DeleteEverything\"");
            message.Headers.TransferEncodingChunked = true;
            message.Headers.AcceptEncoding.ParseAdd("gzip");
            message.Content!.Headers.ContentEncoding.Add("identity");
        });
        Assert.Equal([soapAction, contentType, "", "", ""], seen.Select(s => s ?? ""));
    }

    [Theory]
    [InlineData(nameof(MessageVersion.Soap12), "", "application/soap+xml; charset=utf-8; action=\"urn:e/Echo\"")]
    [InlineData(nameof(MessageVersion.Soap11), "\"urn:e/Echo\"", "text/xml; charset=utf-8; action=\"urn:e/Echo\"")]
    public async Task Headers_WithoutAddressing_AreThoseOfHttp(string name, string soapAction, string contentType)
    {
        var version = MessageVersion.All.Single(v => v.Name == name);
        var seen = new List<string?>();
        await using var host = await StartAsync(
            app => app.MapPost("/echo", context =>
            {
                seen.AddRange([context.Request.Headers["SOAPAction"], context.Request.ContentType]);
                return context.Response.Body.WriteAsync(Envelopes.Reply(version)).AsTask();
            }).RequireSecureConversation(), Endpoints.Single, o => o.MessageVersion = version);
        await host.Client(Endpoints.Single, version: version).CallOnceAsync(vary: message =>
        {
            message.Headers.TryAddWithoutValidation("SOAPAction", soapAction);
            message.Content!.Headers.ContentType!.Parameters.Add(new("action", "\"urn:e/Echo\""));
        });
        Assert.Equal([soapAction, contentType], seen.Select(s => s ?? ""));
    }

    [Fact]
    public async Task Headers_DoNotCarryAnActionThatIsNoUri()
    {
        string? contentType = null;
        await using var host = await StartPlainAsync(context =>
        {
            contentType = context.Request.ContentType;
            return context.Response.Body.WriteAsync(Envelopes.Reply()).AsTask();
        });
        await host.Client(Endpoints.Session).CallOnceAsync(Envelopes.Request(action: "a&quot;; charset=x&#10;é"));
        Assert.Equal("application/soap+xml; charset=utf-8", contentType);
    }

    [Fact]
    public async Task Wire_IsPutBack()
    {
        var lengths = new List<long?>();
        // The client has its answer before the middleware goes on.
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        ISecureConversationFeature? left = null;
        await using var host = await StartAsync(app =>
        {
            app.Use(async (context, next) =>
            {
                lengths.Add(context.Request.ContentLength);
                var (body, features) = (context.Request.Body, context.Features.Get<IHttpResponseBodyFeature>());
                await next(context);
                lengths.Add(context.Request.ContentLength);
                left = context.Features.Get<ISecureConversationFeature>();
                Assert.Same(body, context.Request.Body);
                Assert.Same(features, context.Features.Get<IHttpResponseBodyFeature>());
                done.SetResult();
            });
            app.UseSecureConversation();
            app.Run(context => context.Response.Body.WriteAsync(Envelopes.Reply()).AsTask());
        }, Endpoints.Single);
        await host.Client(Endpoints.Single).CallOnceAsync();
        await done.Task.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(left);
        Assert.NotNull(lengths[0]);
        Assert.Equal(lengths[0], lengths[1]);
    }

    [Fact]
    public async Task Bodies_AreClosedWhenTheExchangeIsOver()
    {
        PipeReader? reader = null;
        PipeWriter? writer = null;
        await using var host = await StartPlainAsync(async context =>
        {
            (reader, writer) = (context.Request.BodyReader, context.Response.BodyWriter);
            await writer.WriteAsync(Envelopes.Reply());
        });
        await host.Client(Endpoints.Session).CallOnceAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await reader!.ReadAsync());
        Assert.Throws<ObjectDisposedException>(() => writer!.GetMemory());
    }

    public static TheoryData<string> Writers => ["synchronous", "file", "utf-16", "completed", "chunks", "headers"];

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task Reply_MayBeWrittenInAnyWay(string how)
    {
        var reply = Envelopes.Reply();
        await using var host = await StartPlainAsync(async context =>
        {
            var response = context.Response;
            switch (how)
            {
                case "synchronous":
                    response.Body.Write(reply);
                    response.Body.Flush();
                    break;
                case "file":
                    var path = Path.GetTempFileName();
                    await File.WriteAllBytesAsync(path, reply);
                    await response.SendFileAsync(path);
                    File.Delete(path);
                    break;
                case "utf-16":
                    response.ContentType = "application/soap+xml; charset=utf-16";
                    await response.WriteAsync("<?xml version=\"1.0\" encoding=\"utf-16\"?>" + Envelopes.Text(reply), Encoding.Unicode);
                    break;
                case "completed":
                    await response.StartAsync();
                    await response.BodyWriter.WriteAsync(reply);
                    await response.BodyWriter.CompleteAsync();
                    await response.CompleteAsync();
                    break;
                case "chunks":
                    for (var i = 0; i < reply.Length; i++)
                    {
                        await response.Body.WriteAsync(reply.AsMemory(i, 1));
                    }

                    break;
                case "headers":
                    response.StatusCode = 203;
                    response.ContentType = "text/plain";
                    response.ContentLength = reply.Length;
                    response.Headers.ETag = "\"x\"";
                    await response.Body.WriteAsync(reply);
                    break;
            }
        });
        var result = await host.Client(Endpoints.Session).CallOnceAsync();
        Assert.Equal(HttpStatusCode.OK, result.Status);
        Assert.Contains(Envelopes.ResponseBody, result.Envelope, StringComparison.Ordinal);
    }

    /// <summary>They would tell who guesses the plain reply that he is right.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task DigestsOfThePlainReply_AreNotSent(int version)
    {
        string[] digests = ["ETag", "Content-MD5", "Content-Digest", "Repr-Digest", "Digest"];
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSecureConversation(Endpoints.With(Endpoints.Single)),
            app => app.MapPost("/echo", context =>
            {
                foreach (var name in digests)
                {
                    context.Response.Headers[name] = "\"x\"";
                    if (version == 2)
                    {
                        context.Response.AppendTrailer(name, "\"x\"");
                    }
                }

                context.Response.Headers["Other"] = "x";
                return context.Response.Body.WriteAsync(Envelopes.Reply()).AsTask();
            }).RequireSecureConversation(),
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = version == 2 ? HttpProtocols.Http2 : HttpProtocols.Http1));
        var address = host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Last();
        var client = new SoapClient(host.Http, new Uri(new Uri(address), "/echo"), MessageSecurityBinding.Create(Endpoints.Single.CreateSecurityBindingElement()));
        using var request = client.Secure(null);
        using var response = await client.PostAsync(request.Envelope, message =>
            (message.Version, message.VersionPolicy) = (new Version(version, version == 2 ? 0 : 1), HttpVersionPolicy.RequestVersionExact));
        using var reply = request.VerifyReply(await response.Content.ReadAsByteArrayAsync());
        Assert.True(response.Headers.Contains("Other"));
        Assert.Empty(digests.Intersect(response.Headers.Concat(response.Content.Headers).Concat(response.TrailingHeaders).Select(header => header.Key), StringComparer.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task PlainFault_IsProtectedWithStatus500()
    {
        const string fault = "<s:Fault><s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang=\"en\">No.</s:Text></s:Reason></s:Fault>";
        await using var host = await StartPlainAsync(context => context.Response.Body.WriteAsync(Envelopes.Reply(body: fault, action: "urn:e/Fault")).AsTask());
        var result = await host.Client(Endpoints.Session).CallOnceAsync();
        Assert.Equal((HttpStatusCode.InternalServerError, true, "urn:e/Fault"), (result.Status, result.IsFault, result.Action));
    }

    [Theory]
    [InlineData("not an envelope", 302)]
    [InlineData("throw after writing", 301)]
    [InlineData("overrun", 301)]
    [InlineData("swallowed overrun", 301)]
    [InlineData("unknown charset", 301)]
    [InlineData("soap fault", 0)]
    public async Task WhatCannotBeProtected_NeverLeavesAsItIs(string how, int id)
    {
        await using var host = await StartPlainAsync(async context =>
        {
            if (how == "unknown charset")
            {
                context.Response.ContentType = "text/xml; charset=ebcdic";
            }

            await context.Response.WriteAsync(how.EndsWith("overrun", StringComparison.Ordinal) ? new string('x', 10_000) : "the secret")
                .ContinueWith(t => how == "swallowed overrun" ? Task.CompletedTask : t, TaskScheduler.Default).Unwrap();
            if (how == "throw after writing")
            {
                throw new InvalidDataException("the secret");
            }

            if (how == "soap fault")
            {
                throw new SoapFaultException("Said on purpose.") { Action = DispatcherFault };
            }
        }, o => o.MaxReplyBytes = 5000);
        if (id > 0)
        {
            host.Log.ExpectError(id);
        }

        var result = await host.Client(Endpoints.Session).CallOnceAsync();
        Assert.Equal((HttpStatusCode.InternalServerError, DispatcherFault), (result.Status, result.Action));
        Assert.DoesNotContain("secret", result.Envelope, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, 202)]
    [InlineData(204, 202)]
    [InlineData(404, 404)]
    [InlineData(503, 503)]
    public async Task EmptyReply_IsAStatus(int written, int sent)
    {
        await using var host = await StartPlainAsync(context =>
        {
            context.Response.StatusCode = written;
            return Task.CompletedTask;
        });
        var client = host.Client(Endpoints.Session);
        using var session = await client.OpenAsync();
        using var request = client.Secure(session, Envelopes.Request(isOneWay: true));
        using var response = await client.PostAsync(request.Envelope);
        Assert.Equal((sent, 0), ((int)response.StatusCode, (await response.Content.ReadAsByteArrayAsync()).Length));
    }

    /// <summary>A middleware that gives one request a role gives it to no other.</summary>
    [Theory]
    [InlineData(true, MessageCredentialType.None)]
    [InlineData(false, MessageCredentialType.None)]
    [InlineData(true, MessageCredentialType.Certificate)]
    public async Task User_ChangedInOneRequest_IsTheSameAsBeforeInTheNext(bool isSession, MessageCredentialType credential)
    {
        var security = Endpoints.Session with { EstablishSecurityContext = isSession, ClientCredentialType = credential };
        var seen = new List<bool>();
        await using var host = await StartAsync(app => app.MapPost("/echo", context =>
        {
            seen.Add(context.User.IsInRole("administrator"));
            context.User.AddIdentity(new ClaimsIdentity([new Claim(ClaimTypes.Role, "administrator")], "application"));
            context.User.Identities.First().AddClaim(new Claim(ClaimTypes.Role, "administrator"));
            return context.Response.Body.WriteAsync(Envelopes.Reply()).AsTask();
        }).RequireSecureConversation(), security);
        var client = host.Client(security);
        using (var session = isSession ? await client.OpenAsync() : null)
        {
            await client.CallAsync(session);
            await client.CallAsync(session);
        }

        await client.CallOnceAsync();
        Assert.Equal([false, false, false], seen);
    }
}
