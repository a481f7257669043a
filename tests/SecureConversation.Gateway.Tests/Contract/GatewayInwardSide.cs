using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using SecureConversation.Contract;
using SecureConversation.Contract.Sides;
using SecureConversation.Gateway.Tests.Support;
using static SecureConversation.Contract.Contract;

namespace SecureConversation.Gateway.Tests.Contract;

/// <summary>A plain service, and a gateway that takes the security off in front of it.</summary>
public sealed class GatewayInwardSide : IServiceSide
{
    public async Task<IContractService> StartAsync(Scenario scenario)
    {
        var probe = new ServiceProbe();
        var plain = await StartPlainAsync(probe);
        var settings = Sections.GatewayInward(new Uri(plain.Urls.First()), Change, GatewaySections.Service(scenario));
        settings["Listeners"] = new JsonObject
        {
            ["Outer"] = new JsonObject { ["Url"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{scenario.Port}") },
        };
        settings["Inward"]!["orders"]!["Path"] = "/contract";
        var gateway = await RunningGateway.StartAsync(settings, builder =>
        {
            builder.Services.AddSingleton<IStartupFilter>(new Tap(probe));
            builder.Logging.AddProvider(new SessionLog(probe));
        });
        return new Service(gateway, plain, probe);
    }

    private static void Change(JsonObject route)
    {
        route["SessionHeader"] = "X-Session";
        route["Timeout"] = "00:05:00";
        route["ServesWsdl"] = false;
        route["Users"] = new JsonArray(new JsonObject { ["Name"] = UserName, ["Password"] = Password });
    }

    private static async Task<WebApplication> StartPlainAsync(ServiceProbe probe)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var app = builder.Build();
        var counts = new ConcurrentDictionary<string, int>();
        app.Run(context => AnswerAsync(context, probe, counts));
        await app.StartAsync();
        return app;
    }

    private static async Task AnswerAsync(HttpContext context, ServiceProbe probe, ConcurrentDictionary<string, int> counts)
    {
        probe.OnCall();
        using var reader = XmlReader.Create(context.Request.Body, new XmlReaderSettings { Async = true });
        var envelope = await XElement.LoadAsync(reader, LoadOptions.PreserveWhitespace, context.RequestAborted);
        var soap = envelope.Name.Namespace;
        var body = envelope.Element(soap + "Body")!.Elements().Single();
        string Text(string name) => body.Element(XName.Get(name, Namespace))!.Value;
        double Number(string name) => double.Parse(Text(name), CultureInfo.InvariantCulture);
        var session = context.Request.Headers["X-Session"].ToString();
        object? result = body.Name.LocalName switch
        {
            "Add" => Number("a") + Number("b"),
            "Echo" or "Signed" => Text("text"),
            "Divide" when Number("b") == 0 => Fault(soap, "DivideByZero", "No division by zero.",
                new XElement(XName.Get("MathFault", Namespace), new XElement(XName.Get("Reason", Namespace), "zero"))),
            "Divide" => Number("a") / Number("b"),
            "Fail" => Fault(soap, "InternalServiceFault", "It did not work.", null),
            "Count" => session.Length == 0 ? 1 : counts.AddOrUpdate(session, 1, (_, count) => count + 1),
            "WhoAmI" => $"{NameOf(context)}\n{session}",
            "Notify" => null,
            _ => Fault(soap, "ActionNotSupported", $"No operation {body.Name}.", null),
        };
        if (result is null)
        {
            probe.OnNotified(Text("text"));
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        var name = body.Name.LocalName;
        var isFault = result is XElement;
        context.Response.StatusCode = isFault ? StatusCodes.Status500InternalServerError : StatusCodes.Status200OK;
        context.Response.ContentType = soap == PlainClient.Soap12 ? "application/soap+xml; charset=utf-8" : "text/xml; charset=utf-8";
        using var reply = new MemoryStream();
        await using (var writer = XmlWriter.Create(reply, new XmlWriterSettings { NewLineHandling = NewLineHandling.Entitize, Async = true }))
        {
            new XElement(soap + "Envelope", new XElement(soap + "Body", isFault ? result
                : new XElement(XName.Get(name + "Response", Namespace), new XElement(XName.Get(name + "Result", Namespace), result)))).WriteTo(writer);
        }

        await context.Response.Body.WriteAsync(reply.ToArray());
    }

    private static string NameOf(HttpContext context) => context.Request.Headers.Authorization.ToString() is { Length: > 0 } bearer
        ? new JsonWebToken(bearer["Bearer ".Length..]).Subject : "";

    private static XElement Fault(XNamespace soap, string subcode, string reason, XElement? detail)
    {
        var code = new XAttribute(XNamespace.Xmlns + "c", Namespace);
        return soap == PlainClient.Soap12
            ? new XElement(soap + "Fault", code, new XAttribute(XNamespace.Xmlns + "s", soap.NamespaceName),
                new XElement(soap + "Code", new XElement(soap + "Value", "s:Sender"),
                    new XElement(soap + "Subcode", new XElement(soap + "Value", "c:" + subcode))),
                new XElement(soap + "Reason", new XElement(soap + "Text", new XAttribute(XNamespace.Xml + "lang", "en"), reason)),
                detail is null ? null : new XElement(soap + "Detail", detail))
            : new XElement(soap + "Fault", code, new XElement("faultcode", "c:" + subcode), new XElement("faultstring", reason),
                detail is null ? null : new XElement("detail", detail));
    }

    private sealed class Service(RunningGateway gateway, WebApplication plain, ServiceProbe probe) : IContractService
    {
        public Uri Address { get; } = new(gateway.Outer, "/contract");

        public ServiceProbe Probe => probe;

        public async ValueTask DisposeAsync()
        {
            await gateway.DisposeAsync();
            await plain.StopAsync();
            await plain.DisposeAsync();
        }
    }

    /// <summary>The wire in front of the gateway.</summary>
    private sealed class Tap(ServiceProbe probe) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                if (context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                {
                    limit.MaxRequestBodySize = null;
                }

                return following(context);
            });
            app.Use(probe.Tap);
            next(app);
        };
    }

    /// <summary>A gateway tells nobody but its log that a session has ended.</summary>
    private sealed class SessionLog(ServiceProbe probe) : ILoggerProvider, ILogger
    {
        private const int SessionClosed = 3;

        private bool _isOfEngine;

        public ILogger CreateLogger(string categoryName) => new SessionLog(probe) { _isOfEngine = categoryName == "SecureConversation.Service" };

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => _isOfEngine && logLevel == LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (_isOfEngine && eventId.Id == SessionClosed)
            {
                probe.SessionEnded.Release();
            }
        }

        public void Dispose()
        {
        }
    }
}
