using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Options;
using SecureConversation.AspNetCore.Tests.Support;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.AspNetCore.Tests;

/// <summary>Credentials of options that change while the host runs.</summary>
public sealed class CredentialChangeTests : IDisposable
{
    private readonly ChangeSource<SecureConversationServiceOptions> _source = new("");
    private ServiceCredentials? _credentials = Having(TestCertificates.Service);

    public void Dispose() => _source.Dispose();

    [Fact]
    public async Task Change_TakesEffectWithoutARestart_AndSessionsGoOn()
    {
        await using var host = await StartAsync();
        var earlier = Client(host, TestCertificates.Service);
        using var session = await earlier.OpenAsync();
        await earlier.CallAsync(session);
        Change(Having(TestCertificates.Other, TestCertificates.Service));
        var later = Client(host, TestCertificates.Other);
        await earlier.CallAsync(session);
        await earlier.CallOnceAsync();
        await later.CallOnceAsync();

        Change(Having(TestCertificates.Other));
        await earlier.CallAsync(session);
        await later.CallOnceAsync();
        await Assert.ThrowsAsync<SecureConversationException>(() => earlier.CallOnceAsync());
        Assert.Contains(host.Log.Entries, e => e.Id == 1 && e.Text.Contains("WrongToken", StringComparison.Ordinal));
        Assert.Equal(2, host.Log.Entries.Count(e => e.Id == 51));
        Assert.Contains(host.Log.Entries, e => e.Id == 51 && e.Text.Contains(TestCertificates.Other.Thumbprint, StringComparison.Ordinal));
    }

    [Fact]
    public async Task OptionsThatAreNotValid_LeaveTheCredentials()
    {
        await using var host = await StartAsync();
        var client = Client(host, TestCertificates.Service);
        using var session = await client.OpenAsync();

        // Whoever changes them is told.
        Assert.Throws<AggregateException>(() => Change(null));
        await client.CallAsync(session);
        await client.CallOnceAsync();
        Change(Having(TestCertificates.Other));
        await client.CallAsync(session);
        await Client(host, TestCertificates.Other).CallOnceAsync();
    }

    /// <summary>Eight callers call in their sessions and open others while the certificates go round.</summary>
    [Fact]
    public async Task Changes_UnderLoad_LoseNoCall()
    {
        await using var host = await StartAsync();
        Change(Having(TestCertificates.Service, TestCertificates.Other));
        using var stop = new CancellationTokenSource();
        var (calls, sessions) = (0, 0);
        var callers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var client = Client(host, i % 2 == 0 ? TestCertificates.Service : TestCertificates.Other);
            using var session = await client.OpenAsync();
            while (!stop.IsCancellationRequested)
            {
                await client.CallAsync(session);
                await client.CallOnceAsync();
                Interlocked.Add(ref calls, 2);
                Interlocked.Increment(ref sessions);
            }
        })).ToArray();
        for (var i = 0; i < 20 || Volatile.Read(ref sessions) < 40; i++)
        {
            Change(i % 2 == 0 ? Having(TestCertificates.Other, TestCertificates.Service) : Having(TestCertificates.Service, TestCertificates.Other));
            await Task.Delay(20);
            Assert.DoesNotContain(callers, caller => caller.IsFaulted);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        TestContext.Current.SendDiagnosticMessage($"{calls} calls, {sessions} sessions");
        Assert.DoesNotContain(host.Log.Entries, e => e.IsOfTheLibrary && e.Id == 1);
    }

    private static ServiceCredentials Having(params X509Certificate2[] certificates) => new()
    {
        ServiceCertificate = new X509Credential(certificates[0]),
        OtherServiceCertificates = [.. certificates.Skip(1).Select(certificate => new X509Credential(certificate))],
        ClientCertificateValidation = TestCredentials.TrustAuthority,
    };

    private static SoapClient Client(KestrelHost host, X509Certificate2 service) => new(
        host.Http, new Uri(host.Address, "/echo"), MessageSecurityBinding.Create(Endpoints.Session.CreateSecurityBindingElement()), new ClientCredentials
        {
            ClientCertificate = TestCredentials.Client.ClientCertificate,
            ServiceCertificate = service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });

    private void Change(ServiceCredentials? credentials)
    {
        _credentials = credentials;
        _source.Change();
    }

    private Task<KestrelHost> StartAsync() => KestrelHost.StartAsync(
        services =>
        {
            services.AddSingleton<IOptionsChangeTokenSource<SecureConversationServiceOptions>>(_source);
            services.AddSecureConversation(Endpoints.With(Endpoints.Session, options => options.Credentials = _credentials));
        },
        app => app.MapSecureConversation("/echo", _ => Task.FromResult(SoapReply.FromEnvelope(Envelopes.Reply()))));
}
