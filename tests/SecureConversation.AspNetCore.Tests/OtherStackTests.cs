using System.Net;
using System.ServiceModel;
using System.Text;
using SecureConversation.Testing;
using SoapCore;
using Yarp.ReverseProxy.Configuration;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>SoapCore and YARP behind message security, as their users set them up.</summary>
public sealed class OtherStackTests
{
    [ServiceContract(Namespace = "urn:e")]
    public interface IEcho
    {
        [OperationContract(Action = Envelopes.EchoAction, ReplyAction = "urn:e/EchoResponse")]
        string Echo(string text);
    }

    [Fact]
    public async Task SoapCore_AnswersVerifiedRequests()
    {
        await using var host = await StartSoapCoreAsync(isEnabled: false);
        var result = await host.Client(Endpoints.Session).CallOnceAsync();
        Assert.Equal((HttpStatusCode.OK, "urn:e/EchoResponse"), (result.Status, result.Action));
        Assert.Contains("<EchoResult>You said h&amp;i é.</EchoResult>", result.Envelope, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/echo?wsdl", true)]
    [InlineData("GET", "/echo/?WSDL", true)]
    [InlineData("GET", "/echo", false)]
    [InlineData("GET", "/echo?wsdl&method=Echo", false)]
    [InlineData("GET", "/echo/Echo?wsdl", false)]
    [InlineData("GET", "/echo?text=wsdl", false)]
    [InlineData("POST", "/echo?wsdl", false)]
    [InlineData("GET with a body", "/echo?wsdl", false)]
    public async Task Get_OfMetadata_PassesWhenEnabled(string method, string path, bool passes)
    {
        foreach (var isEnabled in new[] { true, false })
        {
            await using var host = await StartSoapCoreAsync(isEnabled);
            using var request = new HttpRequestMessage(new HttpMethod(method.Split(' ')[0]), path);
            if (method != "GET")
            {
                request.Content = new StringContent(Encoding.UTF8.GetString(Envelopes.Request()), Encoding.UTF8, "application/soap+xml");
            }

            using var response = await host.Http.SendAsync(request);
            var body = await response.Content.ReadAsStringAsync();
            Assert.Equal(isEnabled && passes, body.Contains("definitions", StringComparison.Ordinal) && response.StatusCode == HttpStatusCode.OK);
            Assert.DoesNotContain("You said", body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("tests", false)]
    [InlineData("others", true)]
    public async Task ReverseProxy_ForwardsPlainEnvelopesOfThoseWhoMay(string? policy, bool isDenied)
    {
        string? seen = null;
        await using var backend = await KestrelHost.StartAsync(_ => { }, app => app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            seen = $"{context.Request.ContentType}\n{await reader.ReadToEndAsync()}";
            context.Response.ContentType = "application/soap+xml; charset=utf-8";
            await context.Response.Body.WriteAsync(Envelopes.Reply());
        }));
        await using var host = await KestrelHost.StartAsync(
            services =>
            {
                services.AddSecureConversation(Endpoints.With(Endpoints.Session));
                services.AddAuthorizationBuilder()
                    .AddPolicy("tests", p => p.RequireClaim(System.Security.Claims.ClaimTypes.Name, "Test client"))
                    .AddPolicy("others", p => p.RequireClaim(System.Security.Claims.ClaimTypes.Name, "Somebody else"));
                services.AddReverseProxy().LoadFromMemory(
                    [new RouteConfig { RouteId = "r", ClusterId = "c", AuthorizationPolicy = policy, Match = new RouteMatch { Path = "/echo" } }],
                    [new ClusterConfig { ClusterId = "c", Destinations = new Dictionary<string, DestinationConfig> { ["d"] = new() { Address = backend.Address.AbsoluteUri } } }]);
            },
            app => app.MapReverseProxy().RequireSecureConversation());
        var result = await host.Client(Endpoints.Session).CallOnceAsync();
        Assert.Equal(isDenied, result.IsFault);
        if (isDenied)
        {
            Assert.Contains("Access is denied.", result.Envelope, StringComparison.Ordinal);
            Assert.Null(seen);
            return;
        }

        Assert.Contains(Envelopes.ResponseBody, result.Envelope, StringComparison.Ordinal);
        Assert.StartsWith("application/soap+xml; charset=utf-8; action=\"urn:e/Echo\"", seen, StringComparison.Ordinal);
        Assert.Contains("<text>h&amp;i", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Security", seen, StringComparison.Ordinal);
    }

    private static Task<KestrelHost> StartSoapCoreAsync(bool isEnabled) => KestrelHost.StartAsync(
        services =>
        {
            services.AddSecureConversation(Endpoints.With(Endpoints.Session, options => options.HttpGetEnabled = isEnabled));
            services.AddSoapCore();
            services.AddSingleton<IEcho, EchoService>();
        },
        app =>
        {
            app.UseSecureConversation("/echo");
            ((IApplicationBuilder)app).UseSoapEndpoint<IEcho>(options =>
            {
                options.Path = "/echo";
                options.SoapSerializer = SoapSerializer.DataContractSerializer;
                options.EncoderOptions = [new SoapEncoderOptions { MessageVersion = System.ServiceModel.Channels.MessageVersion.Soap12WSAddressing10 }];
            });
        });

    private sealed class EchoService : IEcho
    {
        public string Echo(string text) => $"You said {text}.";
    }
}
