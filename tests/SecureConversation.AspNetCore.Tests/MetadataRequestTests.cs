using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>What HttpGetEnabled lets pass: a request for metadata of the endpoint itself, without a body. Nothing of it is verified.</summary>
public sealed class MetadataRequestTests
{
    [Theory]
    [InlineData("GET", "/echo?wsdl", 1)]
    [InlineData("HEAD", "/echo?disco", 1)]
    [InlineData("GET", "/echo?xsd=xsd0", 1)]
    [InlineData("GET", "/echo?wsdl", 2)]
    [InlineData("HEAD", "/echo?singleWsdl", 2)]
    public async Task Request_WithoutABody_Passes(string method, string path, int version) =>
        Assert.Equal((HttpStatusCode.OK, ""), await SendAsync(app => app.UseSecureConversation("/echo"), method, path, version, hasBody: false));

    /// <summary>In HTTP/2 a body needs no header that tells of it.</summary>
    [Theory]
    [InlineData("GET", "/echo?wsdl", 1)]
    [InlineData("GET", "/echo?wsdl", 2)]
    [InlineData("GET", "/echo?xsd", 2)]
    [InlineData("HEAD", "/echo?disco", 2)]
    [InlineData("HEAD", "/echo?singleWsdl", 2)]
    public async Task Request_WithABodyOfUntoldLength_DoesNotPass(string method, string path, int version) =>
        Assert.Equal((HttpStatusCode.MethodNotAllowed, null), await SendAsync(app => app.UseSecureConversation("/echo"), method, path, version, hasBody: true));

    /// <summary>Without a path the endpoint itself is where its pipeline begins.</summary>
    [Theory]
    [InlineData("/echo", "/admin?wsdl", false)]
    [InlineData(null, "/?wsdl", true)]
    [InlineData(null, "/admin?wsdl", false)]
    [InlineData(null, "/admin/delete?wsdl", false)]
    [InlineData("", "/soap?wsdl", true)]
    [InlineData("", "/soap/?wsdl", true)]
    [InlineData("", "/soap/delete?wsdl", false)]
    [InlineData("/echo", "/soap/echo?wsdl", true)]
    [InlineData("/echo", "/soap/echo/delete?wsdl", false)]
    public async Task Request_ForAnotherPath_DoesNotPass(string? path, string asked, bool passes)
    {
        var isBranch = asked.StartsWith("/soap", StringComparison.Ordinal);
        var (status, body) = await SendAsync(
            app => _ = isBranch
                ? app.Map("/soap", branch => branch.UseSecureConversation(path).Run(SeeAsync)) : app.UseSecureConversation(path), "GET", asked, version: 1, hasBody: false);
        var isSecured = path != "/echo" || asked.Contains("/echo", StringComparison.Ordinal);
        Assert.Equal(passes || !isSecured ? (HttpStatusCode.OK, "") : (HttpStatusCode.MethodNotAllowed, null), (status, body));
    }

    private static async Task SeeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        context.Response.Headers["seen"] = $"[{await reader.ReadToEndAsync()}]";
    }

    /// <summary>The status, and the body that what follows saw; null when nothing followed.</summary>
    private static async Task<(HttpStatusCode Status, string? Seen)> SendAsync(
        Action<WebApplication> secure, string method, string path, int version, bool hasBody)
    {
        await using var host = await KestrelHost.StartAsync(
            services => services.AddSecureConversation(Endpoints.With(Endpoints.Session, options => options.HttpGetEnabled = true)),
            app =>
            {
                secure(app);
                app.Run(SeeAsync);
            },
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var addresses = host.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(new Uri(version == 2 ? addresses.Last() : addresses.First()), path))
        {
            Version = new Version(version, version == 2 ? 0 : 1),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = hasBody ? new UntoldContent(Envelopes.Request()) : null,
        };
        using var response = await host.Http.SendAsync(request);
        return (response.StatusCode, response.Headers.TryGetValues("seen", out var seen) ? seen.Single()[1..^1] : null);
    }

    /// <summary>A body whose length is not told.</summary>
    private sealed class UntoldContent : HttpContent
    {
        private readonly byte[] _bytes;

        public UntoldContent(byte[] bytes)
        {
            _bytes = bytes;
            Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => stream.WriteAsync(_bytes).AsTask();

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
