using System.Collections.Concurrent;
using System.Net;
using System.ServiceModel;
using System.ServiceModel.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using CoreWCF.Configuration;
using SecureConversation.Testing;
using Core = CoreWCF;
using CoreBindings = SecureConversation.CoreWCF;
using StackBindings = SecureConversation.ServiceModel;

namespace SecureConversation.Contract.Wcf.Reliable;

/// <summary>A contract with and without replies, for both stacks.</summary>
[Core.ServiceContract(Namespace = "urn:reliable", SessionMode = Core.SessionMode.Required)]
public interface ICounter
{
    [Core.OperationContract]
    int Add(int number);

    [Core.OperationContract(IsOneWay = true)]
    void Note(string text);

    [Core.OperationContract]
    string Session();
}

[ServiceContract(Name = "ICounter", Namespace = "urn:reliable", SessionMode = SessionMode.Required)]
public interface IClientCounter
{
    [OperationContract]
    int Add(int number);

    [OperationContract(IsOneWay = true)]
    void Note(string text);

    [OperationContract]
    string Session();
}

public sealed class CounterProbe
{
    public ConcurrentQueue<string> Notes { get; } = new();
}

[Core.ServiceBehavior(InstanceContextMode = Core.InstanceContextMode.PerSession, ConcurrencyMode = Core.ConcurrencyMode.Single)]
public sealed class CounterService(CounterProbe probe) : ICounter
{
    private int _sum;

    public int Add(int number) => _sum += number;

    public void Note(string text) => probe.Notes.Enqueue(text);

    public string Session() => Core.OperationContext.Current!.SessionId;
}

/// <summary>The reliable sessions of the WCF client with those of a CoreWCF service, by the drop-ins, where messages are lost.</summary>
public sealed class ReliablePairTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Calls_AreExecutedOnceAndInOrder_WhateverTheWayLoses(bool is2007)
    {
        var (random, isOn, lost) = (new Random(17), false, 0);
        await using var host = await StartAsync(is2007, () =>
        {
            lock (random)
            {
                var fate = Volatile.Read(ref isOn) ? random.Next(10) : 9;
                lost += fate < 3 ? 1 : 0;
                return fate;
            }
        });
        var address = new Uri(host.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/counter");
        using var factory = new ChannelFactory<IClientCounter>(ClientBinding(is2007), new EndpointAddress(address, new X509CertificateEndpointIdentity(TestCertificates.Service)));
        factory.Credentials.ClientCertificate.Certificate = TestCertificates.Client;
        factory.Credentials.ServiceCertificate.DefaultCertificate = TestCertificates.Service;
        factory.Credentials.ServiceCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
        var proxy = factory.CreateChannel();
        ((IClientChannel)proxy).Open();
        Volatile.Write(ref isOn, true);
        for (var call = 1; call <= 10; call++)
        {
            Assert.Equal(call, proxy.Add(1));
            proxy.Note($"{call}");
        }

        Volatile.Write(ref isOn, false);
        Assert.Equal(((IClientChannel)proxy).SessionId, proxy.Session());
        ((IClientChannel)proxy).Close(TimeSpan.FromMinutes(1));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => $"{i}"), host.Services.GetRequiredService<CounterProbe>().Notes);
        Assert.True(lost > 0);
    }

    private static WSHttpBinding ClientBinding(bool is2007)
    {
        WSHttpBinding binding = is2007
            ? new StackBindings.WS2007HttpBinding(SecurityMode.Message, reliableSessionEnabled: true)
            : new StackBindings.WSHttpBinding(SecurityMode.Message, reliableSessionEnabled: true);
        binding.Security.Message.ClientCredentialType = MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        binding.SendTimeout = TimeSpan.FromMinutes(2);
        return binding;
    }

    private static Core.WSHttpBinding ServiceBinding(bool is2007)
    {
        Core.WSHttpBinding binding = is2007
            ? new CoreBindings.WS2007HttpBinding(Core.SecurityMode.Message, reliableSessionEnabled: true)
            : new CoreBindings.WSHttpBinding(Core.SecurityMode.Message, reliableSessionEnabled: true);
        binding.Security.Message.ClientCredentialType = Core.MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        return binding;
    }

    /// <param name="is2007">The later versions.</param>
    /// <param name="fate">Of each request: 0 loses it, 1 and 2 lose its reply.</param>
    private static async Task<WebApplication> StartAsync(bool is2007, Func<int> fate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddServiceModelServices();
        builder.Services.AddSingleton<CounterProbe>();
        builder.Services.AddTransient<CounterService>();
        var app = builder.Build();
        app.Use(async (context, next) =>
        {
            var drawn = fate();
            if (drawn == 0)
            {
                context.Abort();
                return;
            }

            if (drawn < 3)
            {
                context.Response.OnStarting(() =>
                {
                    context.Abort();
                    return Task.CompletedTask;
                });
            }

            await next(context);
        });
        app.UseServiceModel(model =>
        {
            model.AddService<CounterService>();
            model.AddServiceEndpoint<CounterService, ICounter>(ServiceBinding(is2007), "/counter");
            model.ConfigureServiceHostBase<CounterService>(host =>
            {
                host.Credentials.ServiceCertificate.Certificate = TestCertificates.Service;
                host.Credentials.ClientCertificate.Authentication.CertificateValidationMode = Core.Security.X509CertificateValidationMode.None;
            });
        });
        await app.StartAsync();
        return app;
    }
}
