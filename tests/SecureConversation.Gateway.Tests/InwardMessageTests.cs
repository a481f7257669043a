using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SecureConversation.Binding;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Http;

namespace SecureConversation.Gateway.Tests;

/// <summary>What the plain service gets is what the client has signed.</summary>
public sealed class InwardMessageTests
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    /// <summary>Where the plain service gets the blocks of WS-Addressing, a client cannot say where it sends its reply.</summary>
    [Theory]
    [InlineData("ReplyTo", "<a:Address>http://169.254.169.254/</a:Address>", false)]
    [InlineData("FaultTo", "<a:Address>http://169.254.169.254/</a:Address>", false)]
    [InlineData("FaultTo", "<a:Address>http://www.w3.org/2005/08/addressing/anonymous/169.254</a:Address>", false)]
    [InlineData("FaultTo", "<a:Address><!-- 169.254 -->http://169.254.169.254/</a:Address>", false)]
    [InlineData("FaultTo", "<a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address><a:Address>http://169.254.1.1/</a:Address>", false)]
    [InlineData("FaultTo", "<a:Metadata>169.254</a:Metadata>", false)]
    [InlineData("FaultTo", "<a:Address> http://www.w3.org/2005/08/addressing/anonymous </a:Address>", true)]
    [InlineData("FaultTo", "<a:Address>http://www.w3.org/2005/08/addressing/none</a:Address>", true)]
    public async Task KeepAddressing_SendsNoReplyElsewhere(string block, string endpoint, bool isKept)
    {
        await using var service = await TestService.StartPlainAsync();
        await using var gateway = await RunningGateway.StartAsync(Sections.GatewayInward(service.Address, route => route["KeepAddressing"] = true));
        using var http = new HttpClient(new SecureConversationHandler(TestService.ClientOptions(), new SocketsHttpHandler()));
        using var content = new StringContent(PlainClient.Envelope(
            header: $"<a:{block} xmlns:a='http://www.w3.org/2005/08/addressing'>{endpoint}</a:{block}>"));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8; action=\"urn:e/Place\"");

        using var answer = await http.PostAsync(new Uri(gateway.Outer, "/orders"), content);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var body = service.Seen.Single().Body;
        Assert.DoesNotContain("169.254", body, StringComparison.Ordinal);
        Assert.Equal(isKept, body.Contains($"{block}>", StringComparison.Ordinal));
        Assert.Contains(">urn:e/Place</", body, StringComparison.Ordinal);
    }

    /// <summary>Somebody on the way writes another action into HTTP.</summary>
    [Theory]
    [InlineData("Soap11WSAddressing10")]
    [InlineData("Soap12WSAddressing10")]
    public async Task ActionOfThePlainRequest_IsTheSignedOne(string version)
    {
        await using var service = await StartPlainOfAsync(version);
        await using var gateway = await StartMutualAsync(service, version);
        await using var client = ConnectMutual(gateway, version, request =>
        {
            request.Headers.Remove("SOAPAction");
            request.Headers.TryAddWithoutValidation("SOAPAction", "\"urn:e/DeleteAll\"");
            request.Content!.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", version.StartsWith("Soap11", StringComparison.Ordinal)
                ? "text/xml; charset=utf-8" : "application/soap+xml; charset=utf-8; action=\"urn:e/DeleteAll\"");
        });

        await client.CallAsync("urn:e/Place", Call);

        Assert.Equal("urn:e/Place", ActionsOf(service.Seen.Single()));
    }

    /// <summary>Without WS-Addressing nobody signs the action: one passes, and of several none.</summary>
    [Theory]
    [InlineData("Soap11", "\"urn:e/Place\"", null, "urn:e/Place")]
    [InlineData("Soap11", "\"urn:e/Place\"", "\"urn:e/DeleteAll\"", "")]
    [InlineData("Soap11", "\"urn:e/Place\", \"urn:e/DeleteAll\"", null, "")]
    [InlineData("Soap11", "urn:e/Place, urn:e/DeleteAll", null, "")]
    [InlineData("Soap11", "", null, "")]
    [InlineData("Soap12", "\"urn:e/Place\"", null, "urn:e/Place")]
    [InlineData("Soap12", "\"urn:e/Place\"; action=\"urn:e/DeleteAll\"", null, "")]
    public async Task ActionThatNobodySigns_PassesAlone(string version, string first, string? second, string expected)
    {
        await using var service = await StartPlainOfAsync(version);
        await using var gateway = await StartMutualAsync(service, version);
        await using var client = ConnectMutual(gateway, version, request =>
        {
            request.Headers.Remove("SOAPAction");
            if (version == "Soap12")
            {
                request.Headers.TryAddWithoutValidation("SOAPAction", "\"urn:e/DeleteAll\"");
                request.Content!.Headers.Remove("Content-Type");
                request.Content.Headers.TryAddWithoutValidation("Content-Type", $"application/soap+xml; charset=utf-8; action={first}");
                return;
            }

            request.Headers.TryAddWithoutValidation("SOAPAction", first);
            if (second is not null)
            {
                request.Headers.TryAddWithoutValidation("SOAPAction", second);
            }
        });

        await client.CallAsync("urn:e/Place", Call);

        Assert.Equal(expected, ActionsOf(service.Seen.Single()));
    }

    private static Task<TestService> StartPlainOfAsync(string version) => TestService.StartPlainAsync((context, _) =>
    {
        var isSoap11 = version.StartsWith("Soap11", StringComparison.Ordinal);
        context.Response.ContentType = isSoap11 ? "text/xml; charset=utf-8" : "application/soap+xml; charset=utf-8";
        return context.Response.WriteAsync(
            $"<s:Envelope xmlns:s='{(isSoap11 ? "http://schemas.xmlsoap.org/soap/envelope/" : PlainClient.Soap12)}'><s:Body>{TestService.Reply}</s:Body></s:Envelope>");
    });

    private static Task<RunningGateway> StartMutualAsync(TestService service, string version)
    {
        var security = Sections.ServiceSecurity();
        security.Remove("MessageSecurity");
        security["Binding"] = new JsonObject { ["AuthenticationMode"] = "MutualCertificate" };
        security["MessageVersion"] = version;
        return RunningGateway.StartAsync(Sections.GatewayInward(service.Address, security: security));
    }

    private static SecureConversationClient ConnectMutual(RunningGateway gateway, string version, Action<HttpRequestMessage> change)
    {
        var options = TestService.ClientOptions();
        options.MessageSecurity = null;
        options.Binding = SecurityBindingElement.CreateMutualCertificateBindingElement();
        options.MessageVersion = version switch
        {
            "Soap11" => MessageVersion.Soap11,
            "Soap12" => MessageVersion.Soap12,
            "Soap11WSAddressing10" => MessageVersion.Soap11WSAddressing10,
            _ => MessageVersion.Soap12WSAddressing10,
        };
        return new SecureConversationClient(new Uri(gateway.Outer, "/orders"), options, new OnTheWay(change));
    }

    /// <summary>What HTTP says of the action, in whichever place.</summary>
    private static string ActionsOf(SeenRequest seen)
    {
        var actions = MediaTypeHeaderValue.Parse(seen.Headers["Content-Type"]).Parameters.Where(p => p.Name == "action").Select(p => p.Value!);
        return string.Join('|', seen.Headers.TryGetValue("SOAPAction", out var header) ? actions.Append(header) : actions)
            .Replace("\"", "", StringComparison.Ordinal);
    }

    private sealed class OnTheWay(Action<HttpRequestMessage> change) : DelegatingHandler(new SocketsHttpHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            change(request);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
