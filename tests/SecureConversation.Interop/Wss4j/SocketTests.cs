using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SecureConversation.Binding;
using SecureConversation.Engine.Names;
using SecureConversation.Interop.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.Interop.Wss4j;

/// <summary>A whole conversation of a foreign client with our service, over TCP.</summary>
public sealed class SocketTests
{
    [Theory]
    [InlineData("mutualcert")]
    [InlineData("mutualcert-2007")]
    public async Task CallAfterCancel_GetsBadContextToken(string bootstrap)
    {
        PeerAvailability.Require(Wss4jPeer.MissingReason);
        using var loopback = new Loopback(Bindings.Create($"{bootstrap}//session", SecurityAlgorithmSuite.Basic256Sha256));
        var protocol = ProtocolVersion.Of(loopback.Binding.Element.MessageSecurityVersion);
        await using var host = await ListenAsync(loopback);
        using var http = new HttpClient { BaseAddress = new Uri(host.Urls.Single()) };
        var session = new ForeignSession(protocol, "Basic256Sha256", async message => await PostAsync(http, message, HttpStatusCode.OK));

        await session.OpenAsync();
        await session.CallAsync();
        await session.CancelAsync();
        var fault = Infoset.Load(await PostAsync(http, session.Request(), HttpStatusCode.InternalServerError));

        var subcode = fault.Descendants().Single(e => e.Name.LocalName == "Subcode").Elements().First();
        var name = subcode.Value.Split(':');
        Assert.Equal("BadContextToken", name[1]);
        Assert.Equal(protocol.ScNamespace, subcode.GetNamespaceOfPrefix(name[0])?.NamespaceName);
    }

    private static async Task<WebApplication> ListenAsync(Loopback loopback)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        var host = builder.Build();
        host.MapPost("/", context => ServeAsync(context, loopback));
        await host.StartAsync();
        return host;
    }

    private static async Task ServeAsync(HttpContext context, Loopback loopback)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        using var result = await loopback.Service.ReceiveAsync(body.ToArray());
        context.Response.ContentType = "application/soap+xml; charset=utf-8";
        if (result is ServiceResult.Respond respond)
        {
            context.Response.StatusCode = respond.StatusCode;
            await context.Response.Body.WriteAsync(respond.Envelope);
            return;
        }

        using var reply = ((ServiceResult.Dispatch)result).Secure(Loopback.Reply(loopback.Binding.MessageVersion));
        await context.Response.Body.WriteAsync(reply.Envelope);
    }

    private static async Task<byte[]> PostAsync(HttpClient http, byte[] message, HttpStatusCode expected)
    {
        using var content = new ByteArrayContent(message);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8");
        using var response = await http.PostAsync(new Uri("/", UriKind.Relative), content);
        Assert.Equal(expected, response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync();
    }
}
