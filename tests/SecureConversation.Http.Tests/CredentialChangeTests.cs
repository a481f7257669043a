using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Testing;

namespace SecureConversation.Http.Tests;

/// <summary>Credentials that change while clients, and their services, run.</summary>
public sealed class CredentialChangeTests
{
    private const string Echo = "<Echo xmlns=\"urn:e\"/>";

    [Fact]
    public async Task ChangeOfTheOptions_TakesEffect_AndSessionsGoOn()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        using var source = new ChangeSource<SecureConversationHttpOptions>("echo");
        var credentials = Credential.OfClient;
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.ClearProviders().AddProvider(RecordedLog.Current));
        services.AddSingleton<IOptionsChangeTokenSource<SecureConversationHttpOptions>>(source);
        services.AddHttpClient("echo", http => http.BaseAddress = service.Address).AddSecureConversation(options =>
        {
            Credential.Fill(options, service.Binding);
            options.Credentials = credentials;
        });
        await using var provider = services.BuildServiceProvider();
        using var http = provider.GetRequiredService<IHttpClientFactory>().CreateClient("echo");
        var sessions = provider.GetRequiredKeyedService<SecureConversationSessions>("echo");
        await http.CallAsync(Messages.Action, Echo);
        await service.Engine.UpdateCredentialsAsync(Having(TestCertificates.Other));
        await http.CallAsync(Messages.Action, Echo);
        Assert.Equal(1, service.Handshakes);
        await sessions.CloseAsync();
        await Assert.ThrowsAsync<SecureConversationException>(() => http.CallAsync(Messages.Action, Echo));

        credentials = null;
        Assert.Throws<AggregateException>(source.Change);
        credentials = Credential.ClientOf(TestCertificates.Other);
        source.Change();
        await http.CallAsync(Messages.Action, Echo);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 52);
    }

    /// <summary>The service compares the client of a renewal with that of the session, so another certificate needs another session.</summary>
    [Fact]
    public async Task AnotherClientCertificate_ReplacesTheSessionWhenItsRenewalIsRefused()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var service = await TestService.StartAsync(ShortLived(), clock);
        var options = Credential.Options(service.Binding);
        options.TimeProvider = clock;
        await using var client = new SecureConversationClient(service.Address, options);
        var users = new List<string?>();
        var reply = service.Reply;
        service.Reply = dispatch =>
        {
            users.Add(dispatch.User.Identity!.Name);
            return reply(dispatch);
        };
        await client.CallAsync(Messages.Action, Echo);
        client.UpdateCredentials(new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Other),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(1, service.Handshakes);

        // The key is still good: the call that finds the renewal due is made under it, and the next one opens another session.
        clock.Advance(TimeSpan.FromMinutes(4));
        await client.CallAsync(Messages.Action, Echo);
        await client.CallAsync(Messages.Action, Echo);
        await client.CallAsync(Messages.Action, Echo);
        Assert.Equal(["Test client", "Test client", "Test client", "Somebody else", "Somebody else"], users);
        Assert.Contains(RecordedLog.Current.Entries, e => e.Id == 1 && e.Text.Contains("RenewalRefused", StringComparison.Ordinal));
        Assert.Single(RecordedLog.Current.Entries, e => e.Id == 212);
        Assert.Single(RecordedLog.Current.Entries, e => e.Id == 202);

        // The other one is renewed as ever.
        clock.Advance(TimeSpan.FromMinutes(4));
        await client.CallAsync(Messages.Action, Echo);
        Assert.Single(RecordedLog.Current.Entries, e => e.Id == 211);
    }

    [Fact]
    public async Task AnotherClientCertificate_AfterTheKeyExpired_LosesNoCall()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UtcNow);
        await using var service = await TestService.StartAsync(ShortLived(), clock);
        var options = Credential.Options(service.Binding);
        options.TimeProvider = clock;
        await using var client = new SecureConversationClient(service.Address, options);
        await client.CallAsync(Messages.Action, Echo);
        client.UpdateCredentials(new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Other),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = TestCredentials.TrustAuthority,
        });
        clock.Advance(TimeSpan.FromMinutes(6));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => client.CallAsync(Messages.Action, Echo)));
    }

    /// <summary>
    /// Callers share sessions that are renewed, and others open one for each call, while service and clients change their certificates. The
    /// service has both all the time; keys are disposed of when it says that they may be.
    /// </summary>
    [Fact]
    public async Task Changes_UnderLoad_LoseNoCall()
    {
        await using var service = await TestService.StartAsync(Credential.Session());
        await service.Engine.UpdateCredentialsAsync(Having(TestCertificates.Service, TestCertificates.Other));
        await using var shared = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
        using var stop = new CancellationTokenSource();
        var calls = 0;
        var callers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (i < 4)
                {
                    await shared.CallAsync(Messages.Action, Echo);
                }
                else
                {
                    await using var own = new SecureConversationClient(service.Address, Credential.Options(service.Binding));
                    own.UpdateCredentials(Credential.ClientOf(i % 2 == 0 ? TestCertificates.Service : TestCertificates.Other));
                    await own.CallAsync(Messages.Action, Echo);
                }

                Interlocked.Increment(ref calls);
            }
        })).ToArray();
        var earlier = new List<X509Credential>();
        for (var i = 0; i < 20 || service.Handshakes < 40; i++)
        {
            var (current, other) = i % 2 == 0 ? (TestCertificates.Other, TestCertificates.Service) : (TestCertificates.Service, TestCertificates.Other);
            var credentials = Having(current, other);
            var unused = service.Engine.UpdateCredentialsAsync(credentials);
            shared.UpdateCredentials(Credential.ClientOf(current));
            await unused;
            earlier.ForEach(credential => credential.Dispose());
            earlier = [credentials.ServiceCertificate!, .. credentials.OtherServiceCertificates];
            await Task.Delay(20);
            Assert.DoesNotContain(callers, caller => caller.IsFaulted);
        }

        await stop.CancelAsync();
        await Task.WhenAll(callers);
        TestContext.Current.SendDiagnosticMessage($"{calls} calls, {service.Handshakes} sessions");
        Assert.DoesNotContain(RecordedLog.Current.Entries, e => e.IsOfTheLibrary && e.Id == 1);
    }

    private static MessageSecurityBinding ShortLived()
    {
        var element = (SymmetricSecurityBindingElement)Credential.Session().Element;
        return MessageSecurityBinding.Create(element with
        {
            LocalServiceSettings = element.LocalServiceSettings with { SessionKeyRenewalInterval = TimeSpan.FromMinutes(5) },
        });
    }

    private static ServiceCredentials Having(params X509Certificate2[] certificates) => new()
    {
        ServiceCertificate = new X509Credential(certificates[0]),
        OtherServiceCertificates = [.. certificates.Skip(1).Select(certificate => new X509Credential(certificate))],
        ClientCertificateValidation = TestCredentials.TrustAuthority,
    };
}
