using System.Net;
using SecureConversation.AspNetCore.Tests.Support;

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
