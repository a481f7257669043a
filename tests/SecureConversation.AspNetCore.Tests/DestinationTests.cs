using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore.Tests.Support;
using SecureConversation.Binding;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Two endpoints of one host, with one certificate: a message for the one is none for the other.</summary>
public sealed class DestinationTests
{
    [Fact]
    public async Task Message_PostedToAnotherEndpoint_IsRefused()
    {
        var calls = 0;
        await using var host = await StartAsync(() => calls++);
        var (a, b) = (host.Client(Endpoints.Session, "/a"), host.Client(Endpoints.Session, "/b"));
        using var session = await a.OpenAsync();
        using var request = a.Secure(session);
        using var response = await b.PostAsync(request.Envelope);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        using var reply = request.VerifyReply(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.EndsWith("}DestinationUnreachable", reply.ReadFault()!.Subcode, StringComparison.Ordinal);
        Assert.Equal(0, calls);

        Assert.Equal(HttpStatusCode.OK, (await a.CallAsync(session)).Status);
        Assert.Equal(1, calls);
    }

    /// <summary>A proxy that ends TLS: the service is called by another scheme, host and port than it sees.</summary>
    [Theory]
    [InlineData(nameof(AddressFilter.PathOnly), "/a", HttpStatusCode.OK)]
    [InlineData(nameof(AddressFilter.PathOnly), "/b", HttpStatusCode.InternalServerError)]
    [InlineData(nameof(AddressFilter.IgnoringHost), "/a", HttpStatusCode.InternalServerError)]
    [InlineData(nameof(AddressFilter.Any), "/b", HttpStatusCode.OK)]
    public async Task Proxy_ThatChangesTheAddress_NeedsAFilter(string filter, string path, HttpStatusCode expected)
    {
        await using var host = await StartAsync(() => { }, (AddressFilter)typeof(AddressFilter).GetProperty(filter)!.GetValue(null)!);
        var client = host.Client(Endpoints.Single, path);
        var plain = Envelopes.Text(Envelopes.Request()).Replace($"{Envelopes.To}</a:To>", "https://localhost/a</a:To>", StringComparison.Ordinal);
        Assert.Equal(expected, (await client.CallAsync(null, Envelopes.Utf8(plain))).Status);
    }

    /// <summary>The sender of a request writes its Host. What is no host must not switch the comparison off, nor throw.</summary>
    [Theory]
    [InlineData(null, 400)]
    [InlineData("", 400)]
    [InlineData("localhost:99999", 400)]
    [InlineData("..", 400)]
    [InlineData(".", 400)]
    [InlineData("a..b", 400)]
    [InlineData("!", 400)]
    [InlineData("a..b_", 0)]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_", 0)]
    [InlineData("a@b", 400)]
    [InlineData("[::1", 400)]
    [InlineData("localhost", 500)]
    public async Task Host_ThatIsNone_DoesNotHideAnotherEndpoint(string? name, int expected)
    {
        foreach (var filter in new[] { AddressFilter.IgnoringHost, AddressFilter.Exact, AddressFilter.PathOnly })
        {
            var calls = 0;
            await using var host = await StartAsync(() => calls++, filter);
            using var request = host.Client(Endpoints.Single, "/a").Secure(null);
            var status = await PostAsync(host, "/b", name, request.Envelope);
            Assert.True(expected == 0 ? status is 400 or 500 : status == expected, $"{filter}: {status}");
            Assert.Equal(0, calls);
            Assert.DoesNotContain(host.Log.Entries, e => e.Level >= LogLevel.Error);
        }
    }

    /// <summary>HttpRequest.Host throws for such a name; at its default level, so does ASP.NET Core's own log, before any endpoint.</summary>
    [Fact]
    public async Task Host_ThatCannotBeDecoded_IsRefused()
    {
        await using var host = await KestrelHost.StartAsync(
            services => services.AddLogging(log => log.AddFilter("Microsoft.AspNetCore", LogLevel.Warning))
                .AddSecureConversation(Endpoints.With(Endpoints.Single)),
            app => app.MapSecureConversation("/b", _ => throw new InvalidOperationException("Not to be reached.")));
        using var request = host.Client(Endpoints.Single, "/a").Secure(null);
        Assert.InRange(await PostAsync(host, "/b", "xn--a_", request.Envelope), 400, 500);
        Assert.DoesNotContain(host.Log.Entries, e => e.Level >= LogLevel.Error);
    }

    [Fact]
    public async Task Handshake_WithAnotherHost_ReachesNoOtherEndpoint()
    {
        await using var host = await StartAsync(() => { });
        using var opening = new MessageSecurityClient(
            MessageSecurityBinding.Create(Endpoints.Session.CreateSecurityBindingElement()), Endpoints.ClientCredentials).StartSession(new Uri("http://localhost/a"));
        Assert.Equal(400, await PostAsync(host, "/b", "a..b", opening.Envelope));
        Assert.Equal(0, host.Services.GetRequiredKeyedService<MessageSecurityService>("").SessionCount);
        Assert.Contains(host.Log.Entries, e => e.Id == 307);
    }

    /// <summary>With an address of its own an endpoint needs none from the sender.</summary>
    [Fact]
    public async Task ConfiguredAddress_NeedsNoHost()
    {
        var calls = 0;
        await using var host = await KestrelHost.StartAsync(Endpoints.Single, _ =>
        {
            calls++;
            return Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));
        }, o => o.Address = Envelopes.To);
        using var request = new MessageSecurityClient(
            MessageSecurityBinding.Create(Endpoints.Single.CreateSecurityBindingElement()), Endpoints.ClientCredentials).Secure(Envelopes.Request(), Envelopes.To);
        Assert.Equal(200, await PostAsync(host, "/echo", "a..b", request.Envelope));
        Assert.Equal(1, calls);
    }

    /// <summary>Kestrel decodes a path once and routes by it; what Uri makes of it afterwards is another path.</summary>
    [Theory]
    [InlineData("/two", 500)]
    [InlineData("/two/%252e%252e/echo", 400)]
    [InlineData("/three/%252e%252e/echo", 400)]
    [InlineData("/three/%25252e%25252e/echo", 400)]
    [InlineData("/two/..%2fecho", 400)]
    [InlineData("/two/..%5cecho", 400)]
    [InlineData("/three/..%255cecho", 400)]
    [InlineData("/three/%252e%252e%252fecho", 400)]
    [InlineData("/three/%252e/%252e%252e;x/echo", 400)]
    [InlineData("/three/%2525252525252e/echo", 400)]
    [InlineData("/three/echo%3f/x", 500)]
    [InlineData("/echo%E2%80%8E", 404)]
    public async Task Path_IsComparedAsEndpointsAreChosen(string target, int expected)
    {
        var calls = 0;
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSecureConversation(Endpoints.With(Endpoints.Single)),
            app =>
            {
                SecureConversationRequestDelegate called = _ =>
                {
                    calls++;
                    return Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));
                };
                app.MapSecureConversation("/echo", called);
                app.MapSecureConversation("/three/{**rest}", called);
                app.UseSecureConversation("/two");
                app.Use((context, next) =>
                {
                    calls += context.Request.Path.StartsWithSegments("/two") ? 1 : 0;
                    return next(context);
                });
            });
        using var request = host.Client(Endpoints.Single, "/echo").Secure(null);
        Assert.Equal(expected, await PostAsync(host, target, $"localhost:{host.Address.Port}", request.Envelope));
        Assert.Equal(0, calls);
    }

    /// <summary>A path that has to be encoded is equal to itself, however it is spelled.</summary>
    [Theory]
    [InlineData("/a b/\u00e9%25/x%2Fy/(1)", "/a%20b/%c3%a9%25/x%2fy/(1)")]
    [InlineData("/plain.svc/v1.0", "/plain.svc/v1.0")]
    public async Task Path_WithEncodedCharacters_IsItsOwn(string to, string target)
    {
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSecureConversation(Endpoints.With(Endpoints.Single)),
            app => app.MapSecureConversation("/{**rest}", _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()))));
        using var request = host.Client(Endpoints.Single, to).Secure(null);
        Assert.Equal(200, await PostAsync(host, target, $"localhost:{host.Address.Port}", request.Envelope));
    }

    /// <summary>The status of the response to a request with a head as its sender likes it; null as the host for HTTP/1.0 without one.</summary>
    private static async Task<int> PostAsync(KestrelHost host, string target, string? name, ReadOnlyMemory<byte> envelope)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, host.Address.Port);
        await socket.SendAsync(Encoding.ASCII.GetBytes($"POST {target} HTTP/1.{(name is null ? 0 : 1)}\r\n{(name is null ? "" : $"Host: {name}\r\n")}"
            + $"Connection: close\r\nContent-Type: application/soap+xml; charset=utf-8\r\nContent-Length: {envelope.Length}\r\n\r\n"));
        await socket.SendAsync(envelope);
        var buffer = new byte[64];
        var length = await socket.ReceiveAsync(buffer).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.True(length > 12, string.Join("\n", host.Log.Entries.Select(e => $"{e.Category} {e.Id} {e.Text} {e.Exception}")));
        return int.Parse(Encoding.ASCII.GetString(buffer, 9, Math.Min(3, length - 9)), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static Task<KestrelHost> StartAsync(Action called, AddressFilter? filter = null) => KestrelHost.StartAsync(
        services => services.AddSecureConversation(Endpoints.With(filter is null ? Endpoints.Session : Endpoints.Single, o => o.AddressFilter = filter ?? o.AddressFilter)),
        app =>
        {
            foreach (var path in new[] { "/a", "/b" })
            {
                app.MapSecureConversation(path, _ =>
                {
                    called();
                    return Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()));
                });
            }
        });
}
