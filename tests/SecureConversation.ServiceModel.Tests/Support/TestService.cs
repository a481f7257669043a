using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Runtime.Serialization;
using System.Security.Cryptography.X509Certificates;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Diagnosis;
using SecureConversation.Testing;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests.Support;

/// <summary>The calculator behind our ASP.NET Core service, on Kestrel on a free port.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private const string Ns = "urn:calc";

    private readonly ConcurrentDictionary<ServiceSession, bool> _sessions = new();
    private readonly WebApplication _app;

    private TestService(WebApplicationBuilder builder, Action<SecureConversationServiceOptions> configure)
    {
        builder.Services.AddSecureConversation(options =>
        {
            options.Credentials = TestCredentials.Service;
            options.MaxRequestBytes = 64 * 1024 * 1024;
            options.SessionClosed = session => _sessions.TryRemove(session, out _);
            configure(options);
        });
        _app = builder.Build();
        _app.Use(next => context => IsBinary ? BinaryGateway.Before(next)(context) : next(context));
        _app.Use(async (context, next) =>
        {
            if (Intercept is { } intercept && await intercept(context))
            {
                return;
            }

            ContentTypes.Enqueue(context.Request.ContentType ?? "");
            await next(context);
        });
        _app.MapSecureConversation("/calculator", HandleAsync);
    }

    public Uri Address { get; private set; } = null!;

    public int OpenSessions => _sessions.Count;

    /// <summary>Tells the service that its host is about to stop. It goes on listening.</summary>
    public void AnnounceStop() => _app.Lifetime.StopApplication();

    public ConcurrentQueue<string> ContentTypes { get; } = new();

    public ConcurrentQueue<string> Notified { get; } = new();

    public ConcurrentQueue<(string Action, MessageProtection Protection)> Requests { get; } = new();

    public ConcurrentQueue<string?> Users { get; } = new();

    public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsBinary { get; set; }

    /// <summary>The specific code of the fault of Fail.</summary>
    public XmlQualifiedName? FailSubcode { get; set; }

    /// <summary>XML of a header block of the answers of Echo.</summary>
    public string? EchoHeader { get; set; }

    /// <summary>Answers in place of the calculator, behind message security.</summary>
    public Func<SecureConversationContext, Task<SoapReply>>? Handle { get; set; }

    /// <summary>Answers in place of the service when it returns true.</summary>
    public Func<HttpContext, Task<bool>>? Intercept { get; set; }

    public static async Task<TestService> StartAsync(Action<SecureConversationServiceOptions> configure, int port = 0, bool https = false)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (https)
            {
                listen.UseHttps(X509CertificateLoader.LoadPkcs12(TestCertificates.Service.Export(X509ContentType.Pkcs12), null));
            }
        }));
        var service = new TestService(builder, configure);
        await service._app.StartAsync();
        var bound = new Uri(service._app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        service.Address = new Uri($"{bound.Scheme}://localhost:{bound.Port}/calculator");
        return service;
    }

    public static Task<TestService> StartAsync(EngineBinding.SecurityBindingElement binding, EngineBinding.MessageVersion? version = null, int port = 0) =>
        StartAsync(options =>
        {
            options.Binding = binding;
            options.MessageVersion = version ?? EngineBinding.MessageVersion.Default;
        }, port);

    public async ValueTask DisposeAsync()
    {
        Release.TrySetResult();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task<SoapReply> HandleAsync(SecureConversationContext context)
    {
        if (Handle is { } handle)
        {
            return await handle(context);
        }

        if (context.Session is { } session)
        {
            _sessions[session] = true;
        }

        using var reader = context.CreateBodyReader();
        var body = (XElement)XNode.ReadFrom(reader);
        var action = context.Action ?? $"{Ns}/ICalculator/{body.Name.LocalName}";
        Requests.Enqueue((action, context.Protection));
        Users.Enqueue(context.User.Identity?.Name);
        string Text(string name) => body.Element(XName.Get(name, Ns))!.Value;
        double Number(string name) => double.Parse(Text(name), CultureInfo.InvariantCulture);
        switch (body.Name.LocalName)
        {
            case "Add":
                return Result(action, "Add", Number("a") + Number("b"));
            case "Echo" when EchoHeader is not null:
                return SoapReply.FromEnvelope(System.Text.Encoding.UTF8.GetBytes(
                    "<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing'><s:Header>"
                    + $"<a:Action s:mustUnderstand='1'>{action}Response</a:Action>{EchoHeader}</s:Header><s:Body><EchoResponse xmlns='{Ns}'/></s:Body></s:Envelope>"));
            case "Echo":
                return Result(action, "Echo", Text("text"));
            case "Divide" when Number("b") == 0:
                throw new SoapFaultException("No division by zero.")
                {
                    Subcode = new XmlQualifiedName("DivideByZero", Ns),
                    Action = $"{Ns}/ICalculator/DivideMathFaultFault",
                    WriteDetail = writer => new DataContractSerializer(typeof(MathFault)).WriteObject(writer, new MathFault { Reason = "zero" }),
                };
            case "Divide":
                return Result(action, "Divide", Number("a") / Number("b"));
            case "Fail":
                throw new SoapFaultException(Text("reason")) { Code = SoapFaultCode.Receiver, Subcode = FailSubcode };
            case "FailAtLength":
                throw new SoapFaultException("many")
                {
                    Action = "urn:calc/Many",
                    WriteDetail = writer => new DataContractSerializer(typeof(int[])).WriteObject(writer, new int[(int)Number("count")]),
                };
            case "Notify":
                Notified.Enqueue(Text("text"));
                return SoapReply.None;
            case "Hold":
                Held.TrySetResult();
                await Release.Task.WaitAsync(context.RequestAborted);
                return Result(action, "Hold", Text("text"));
            default:
                throw new SoapFaultException($"No operation {body.Name}.");
        }
    }

    private static SoapReply Result(string action, string name, object value) =>
        SoapReply.FromBody(action + "Response", writer => new XElement(XName.Get(name + "Response", Ns), new XElement(XName.Get(name + "Result", Ns), value)).WriteTo(writer));
}
