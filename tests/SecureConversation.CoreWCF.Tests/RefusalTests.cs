using System.Net;
using System.Net.Sockets;
using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;
using Element = SecureConversation.CoreWCF.MessageSecurityBindingElement;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>What cannot work ends the start of the host, and says what to change.</summary>
public sealed class RefusalTests
{
    [Fact]
    public Task ContractThatRequiresSessions_OnABindingWithout_IsRefused() =>
        RefusedAsync("SessionMode.Required", () => EchoHost.StartAsync<ISessionEcho>(Bindings.Text(Bindings.Bootstrap("mutual"))));

    [Fact]
    public Task ContractThatAllowsNoSessions_OnABindingWith_IsRefused() =>
        RefusedAsync("SessionMode.NotAllowed", () => EchoHost.StartAsync<ISinglesEcho>(Bindings.Text(Bindings.Session())));

    [Fact]
    public Task CertificateOfTheService_Missing_IsRefused() =>
        RefusedAsync("ServiceCertificate", () => EchoHost.StartAsync<IEcho>(Bindings.Text(Bindings.Session()), host => host.Credentials.ServiceCertificate.Certificate = null));

    [Fact]
    public Task ValidatorOfUserNames_Missing_IsRefused() => RefusedAsync("CustomUserNamePasswordValidator", () => EchoHost.StartAsync<IEcho>(
        Bindings.Text(Bindings.Bootstrap("username")), host => host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = null));

    /// <summary>As in WCF, session and bootstrap may be of different versions.</summary>
    [Fact]
    public async Task VersionsThatDifferBetweenSessionAndBootstrap_AreTaken()
    {
        var element = Bindings.Session();
        element.MessageSecurityVersion = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12;
        await using var host = await EchoHost.StartAsync<ISessionEcho>(Bindings.Text(element));
        await using var client = Client.For(host, element);
        Assert.Equal("1", await client.AskAsync("Count"));
    }

    [Fact]
    public Task SessionWithoutAddressing_IsRefused() =>
        RefusedAsync("WS-Addressing", () => EchoHost.StartAsync<IEcho>(Bindings.Text(Bindings.Session(), MessageVersion.Soap12)));

    [Fact]
    public void NetTcp_AsksTheElement()
    {
        // A no would have net.tcp served without the element, and so without security.
        var binding = new CustomBinding(Bindings.Bootstrap("mutual"), new BinaryMessageEncodingBindingElement(), new TcpTransportBindingElement());
        Assert.True(binding.CanBuildServiceDispatcher<IDuplexSessionChannel>([]));
    }

    [Fact]
    public async Task NetTcpConnectionWithoutSession_IsClosedWithoutAnAnswer()
    {
        // Kestrel and CoreWCF may tell of the connection that ends so.
        RecordedLog.Current.AllowErrors(entry => !entry.IsOfTheLibrary);
        var port = FreePort();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.UseNetTcp(IPAddress.Loopback, port);
        var probe = new EchoProbe();
        builder.Services.AddServiceModelServices().AddSingleton(probe).AddTransient<EchoService>();
        await using var app = builder.Build();
        app.UseServiceModel(model =>
        {
            model.AddService<EchoService>();
            model.AddServiceEndpoint<EchoService, IEcho>(
                new CustomBinding(Bindings.Bootstrap("mutual"), new BinaryMessageEncodingBindingElement(), new TcpTransportBindingElement()), $"net.tcp://localhost:{port}/echo");
        });
        if (await Record.ExceptionAsync(() => app.StartAsync()) is { } refused)
        {
            Assert.Contains("CreateSecureConversationBindingElement", refused.ToString(), StringComparison.Ordinal);
            return;
        }

        using var connection = new TcpClient();
        await connection.ConnectAsync(IPAddress.Loopback, port);
        var via = System.Text.Encoding.UTF8.GetBytes($"net.tcp://localhost:{port}/echo");
        // MC-NMF: version 1.0, duplex, via, binary with dictionary, end of preamble.
        byte[] preamble = [0, 1, 0, 1, 2, 2, (byte)via.Length, .. via, 3, 8, 12];
        var answer = new byte[1];
        var count = 0;
        try
        {
            await connection.GetStream().WriteAsync(preamble);
            count = await connection.GetStream().ReadAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (IOException)
        {
            // Reset, which is as good as closed.
        }

        // 0x0B would accept the preamble, 0x08 tells of a fault.
        Assert.True(count == 0 || answer[0] == 0x08);
        Assert.Equal(0, probe.Created);
    }

    [Fact]
    public void AlgorithmSuitesOfOnesOwn_AreRefusedUnlessTheyEqualOneOfWcf()
    {
        var element = new Element(Binding.SecurityBindingElement.CreateMutualCertificateBindingElement()) { DefaultAlgorithmSuite = new OwnSuite() };
        Assert.Same(Binding.SecurityAlgorithmSuite.Basic256, element.Settings.DefaultAlgorithmSuite);
        Assert.Throws<ArgumentException>(() => element.DefaultAlgorithmSuite = new OtherSuite());
    }

    private static async Task RefusedAsync(string text, Func<Task> start)
    {
        // The host logs what it fails with.
        RecordedLog.Current.AllowErrors(entry => entry.Exception?.ToString().Contains(text, StringComparison.Ordinal) == true);
        var e = await Assert.ThrowsAnyAsync<Exception>(start);
        Assert.Contains(text, e.ToString(), StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class OwnSuite : global::CoreWCF.Security.Basic256SecurityAlgorithmSuite;

    private sealed class OtherSuite : global::CoreWCF.Security.Basic256SecurityAlgorithmSuite
    {
        public override string DefaultDigestAlgorithm => "http://www.w3.org/2001/04/xmlenc#sha512";
    }
}
