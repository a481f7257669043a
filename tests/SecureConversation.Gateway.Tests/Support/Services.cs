using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.Gateway.Tests.Support;

/// <summary>A request as a plain service saw it.</summary>
internal sealed record SeenRequest(string Method, string Path, string Query, Dictionary<string, string> Headers, string Body);

/// <summary>A service on a free port.</summary>
internal sealed class TestService(WebApplication app) : IAsyncDisposable
{
    public const string Reply = "<r:Reply xmlns:r='urn:e'>done</r:Reply>";

    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    public Uri Address => new(app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/service");

    /// <summary>A service that speaks plain SOAP 1.2 without WS-Addressing.</summary>
    public static async Task<TestService> StartPlainAsync(Func<HttpContext, SeenRequest, Task>? answer = null, int port = 0)
    {
        TestService? service = null;
        var app = Build(_ => { }, port);
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var seen = new SeenRequest(context.Request.Method, context.Request.Path, context.Request.QueryString.Value ?? "",
                context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                await reader.ReadToEndAsync());
            service!.Seen.Enqueue(seen);
            await (answer ?? AnswerAsync)(context, seen);
        });
        service = new TestService(app);
        await app.StartAsync();
        return service;
    }

    /// <summary>A service with message security.</summary>
    public static async Task<TestService> StartSecuredAsync(Func<SecureConversationContext, Task<SoapReply>>? handler = null,
        MessageCredentialType credential = MessageCredentialType.Certificate, int port = 0, Action<SecureConversationServiceOptions>? change = null)
    {
        var app = Build(
            services => services.AddSecureConversation(options =>
            {
                options.MessageSecurity = Security(credential);
                options.Credentials = new ServiceCredentials
                {
                    ServiceCertificate = new X509Credential(TestCertificates.Service),
                    ClientCertificateValidation = CertificateValidationOptions.TrustOnly(TestCertificates.Authority),
                    UserNamePasswordValidator = credential == MessageCredentialType.UserName
                        ? UserNamePasswordValidator.Create((user, password) => password == $"{user}'s") : null,
                };
                options.FailureAnswers = new() { Step = TimeSpan.Zero };
                change?.Invoke(options);
            }),
            port);
        var service = new TestService(app);
        app.MapSecureConversation("/service", async context =>
        {
            service.Seen.Enqueue(new SeenRequest("POST", "/service", context.User.Identity?.Name ?? "", context.HttpContext.Request.Headers
                .ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), Encoding.UTF8.GetString(context.Envelope.Span)));
            return await (handler ?? (c => Task.FromResult(SoapReply.FromBody(c.Action + "Response", Reply))))(context);
        });
        await app.StartAsync();
        return service;
    }

    public static MessageSecurity Security(MessageCredentialType credential, bool inSession = true) => new()
    {
        ClientCredentialType = credential,
        NegotiateServiceCredential = false,
        EstablishSecurityContext = inSession,
        AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256,
    };

    /// <summary>A client with message security.</summary>
    public static SecureConversationClient Connect(Uri address, UserNameCredential? user = null, Action<SecureConversationHttpOptions>? change = null)
    {
        var options = ClientOptions(user);
        change?.Invoke(options);
        return new SecureConversationClient(new Uri(address, "/orders"), options);
    }

    public static SecureConversationHttpOptions ClientOptions(UserNameCredential? user = null) => new SecureConversationHttpOptions
    {
        MessageSecurity = Security(user is null ? MessageCredentialType.Certificate : MessageCredentialType.UserName),
        Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Client),
            UserName = user,
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(TestCertificates.Authority),
        },
        LoggerFactory = RecordedLog.Current,
    };

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private static Task AnswerAsync(HttpContext context, SeenRequest seen)
    {
        context.Response.ContentType = "application/soap+xml; charset=utf-8";
        return context.Response.WriteAsync($"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>{Reply}</s:Body></s:Envelope>");
    }

    private static WebApplication Build(Action<IServiceCollection> configure, int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        configure(builder.Services);
        return builder.Build();
    }
}
