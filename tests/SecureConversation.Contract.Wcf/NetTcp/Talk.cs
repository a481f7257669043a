using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using CoreWCF.Configuration;
using SecureConversation.Testing;
using Core = CoreWCF;
using CoreChannels = CoreWCF.Channels;
using Stack = System.ServiceModel;

namespace SecureConversation.Contract.Wcf.NetTcp;

/// <summary>A contract with callbacks, for both stacks.</summary>
[Core.ServiceContract(Namespace = "urn:talk", CallbackContract = typeof(ITalkBack))]
public interface ITalk
{
    [Core.OperationContract]
    Task<string> SayAsync(string text);

    [Core.OperationContract(IsOneWay = true)]
    Task TellAsync(string text);

    /// <summary>Calls back before it answers.</summary>
    [Core.OperationContract]
    Task<string> AskBackAsync(string question);

    /// <summary>Calls back after it has answered.</summary>
    [Core.OperationContract]
    Task LaterAsync(string news);

    [Core.OperationContract]
    Task<string> FailAsync();

    [Core.OperationContract]
    Task<string> SessionAsync();

    [Core.OperationContract]
    Task AbortAsync();

    [Core.OperationContract(IsOneWay = true)]
    Task LeaveAsync();
}

public interface ITalkBack
{
    [Core.OperationContract]
    Task<string> AnswerAsync(string question);

    [Core.OperationContract(IsOneWay = true)]
    Task NewsAsync(string text);
}

[Stack.ServiceContract(Name = "ITalk", Namespace = "urn:talk", CallbackContract = typeof(IClientTalkBack))]
public interface IClientTalk
{
    [Stack.OperationContract]
    Task<string> SayAsync(string text);

    [Stack.OperationContract(IsOneWay = true)]
    Task TellAsync(string text);

    [Stack.OperationContract]
    Task<string> AskBackAsync(string question);

    [Stack.OperationContract]
    Task LaterAsync(string news);

    [Stack.OperationContract]
    Task<string> FailAsync();

    [Stack.OperationContract]
    Task<string> SessionAsync();

    [Stack.OperationContract]
    Task AbortAsync();

    [Stack.OperationContract(IsOneWay = true)]
    Task LeaveAsync();
}

public interface IClientTalkBack
{
    [Stack.OperationContract]
    Task<string> AnswerAsync(string question);

    [Stack.OperationContract(IsOneWay = true)]
    Task NewsAsync(string text);
}

/// <summary>What tests see of the service.</summary>
public sealed class TalkProbe
{
    private int _begun;
    private int _ended;

    public ConcurrentQueue<string> Told { get; } = [];
    public SemaphoreSlim ToldSignal { get; } = new(0);
    /// <summary>How many instances of the service have ended.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>How many instances there were.</summary>
    public int Begun => Volatile.Read(ref _begun);

    public void OnBegun() => Interlocked.Increment(ref _begun);

    public void OnEnded() => Interlocked.Increment(ref _ended);
}

[Core.ServiceBehavior(InstanceContextMode = Core.InstanceContextMode.PerSession, ConcurrencyMode = Core.ConcurrencyMode.Multiple)]
public sealed class TalkService : ITalk, IDisposable
{
    private readonly TalkProbe _probe;
    private int _said;

    public TalkService(TalkProbe probe)
    {
        _probe = probe;
        probe.OnBegun();
    }

    public Task<string> SayAsync(string text) => Task.FromResult($"{Interlocked.Increment(ref _said)}: {text} ({Core.ServiceSecurityContext.Current.PrimaryIdentity.Name})");

    public Task TellAsync(string text)
    {
        _probe.Told.Enqueue(text);
        _probe.ToldSignal.Release();
        return Task.CompletedTask;
    }

    public Task<string> AskBackAsync(string question) => Core.OperationContext.Current.GetCallbackChannel<ITalkBack>().AnswerAsync(question);

    public Task LaterAsync(string news)
    {
        var back = Core.OperationContext.Current.GetCallbackChannel<ITalkBack>();
        _ = Task.Run(() => back.NewsAsync(news));
        return Task.CompletedTask;
    }

    public Task<string> FailAsync() => throw new Core.FaultException("It failed.");

    public Task<string> SessionAsync() => Task.FromResult(Core.OperationContext.Current.SessionId);

    public Task AbortAsync()
    {
        ((Core.ICommunicationObject)Core.OperationContext.Current.GetCallbackChannel<ITalkBack>()).Abort();
        return Task.CompletedTask;
    }

    public Task LeaveAsync()
    {
        var client = (Core.ICommunicationObject)Core.OperationContext.Current.GetCallbackChannel<ITalkBack>();
        _ = Task.Run(() => client.CloseAsync());
        return Task.CompletedTask;
    }

    public void Dispose() => _probe.OnEnded();
}

/// <summary>What the client is told.</summary>
[Stack.CallbackBehavior(ConcurrencyMode = Stack.ConcurrencyMode.Multiple)]
public sealed class TalkBack : IClientTalkBack
{
    public ConcurrentQueue<string> News { get; } = [];
    public SemaphoreSlim Signal { get; } = new(0);

    public Task<string> AnswerAsync(string question) => Task.FromResult($"answer to {question}");

    public Task NewsAsync(string text)
    {
        News.Enqueue(text);
        Signal.Release();
        return Task.CompletedTask;
    }
}

/// <summary>A service over net.tcp, behind a real socket.</summary>
public sealed class TalkHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TalkHost(WebApplication app, TalkProbe probe, Uri address) => (_app, Probe, Address) = (app, probe, address);

    public TalkProbe Probe { get; }
    public Uri Address { get; }

    public static async Task<TalkHost> StartAsync(CoreChannels.Binding binding, bool hasCertificate = true)
    {
        var probe = new TalkProbe();
        var port = FreePort();
        var address = new Uri($"net.tcp://localhost:{port}/talk");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.UseNetTcp(IPAddress.Loopback, port);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddServiceModelServices();
        builder.Services.AddSingleton(probe);
        builder.Services.AddTransient<TalkService>();
        var app = builder.Build();
        app.UseServiceModel(model =>
        {
            model.AddService<TalkService>();
            model.AddServiceEndpoint<TalkService, ITalk>(binding, address);
            model.ConfigureServiceHostBase<TalkService>(host =>
            {
                host.Credentials.ServiceCertificate.Certificate = hasCertificate ? TestCertificates.Service : null;
                host.Credentials.ClientCertificate.Authentication.CertificateValidationMode = Core.Security.X509CertificateValidationMode.Custom;
                host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator = new OnlyTestClient();
                host.Credentials.IssuedTokenAuthentication.KnownCertificates.Add(TestTokenIssuer.Certificate);
                host.Credentials.IssuedTokenAuthentication.AllowedAudienceUris.Add("urn:talk");
                host.Credentials.UserNameAuthentication.UserNamePasswordValidationMode = Core.Security.UserNamePasswordValidationMode.Custom;
                host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = new OnlyAda();
            });
        });
        await app.StartAsync();
        return new TalkHost(app, probe, address);
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    // CoreWCF takes no port 0 for net.tcp.
    public static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class OnlyTestClient : Core.IdentityModel.Selectors.X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
            if (certificate.Thumbprint != TestCertificates.Client.Thumbprint)
            {
                throw new Core.IdentityModel.Tokens.SecurityTokenValidationException("Not the test client.");
            }
        }
    }

    private sealed class OnlyAda : Core.IdentityModel.Selectors.UserNamePasswordValidator
    {
        public override ValueTask ValidateAsync(string userName, string password) =>
            userName == "ada" && password == "lovelace" ? default : throw new Core.IdentityModel.Tokens.SecurityTokenValidationException("Not Ada.");
    }
}
