using CoreWCF.Channels;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.Configuration;
using SecureConversation.CoreWCF.Tests.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;

namespace SecureConversation.CoreWCF.Tests;

/// <summary>
/// The configurations of real clients in the place of the service, called over a socket.
/// </summary>
[Collection(KerberosTestGroup.Name)]
public sealed class CaseTests(KerberosRealmFixture fixture)
{
    public static TheoryData<string> All { get; } =
        [.. Enumerable.Range(1, 25).Select(n => new TheoryDataRow<string>($"c{n:00}") { Label = $"c{n:00}" })];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Case_Serves(string name)
    {
        var configured = ServiceModelConfiguration.Load(Path.Combine(AppContext.BaseDirectory, "Cases", name + ".config")).GetClientEndpoint(name).Binding!;
        var isSecure = configured.Transport.Kind == ConfiguredTransportKind.Https;
        if (name is "c17" or "c19")
        {
            fixture.Realm.GetTickets();
        }

        await using var host = await StartAsync(configured, isSecure);
        await using var client = Client.For(host.Address, configured.Security!, configured.MessageVersion,
            transport: isSecure ? TrustingHandler() : null);
        Assert.Equal("hello", await client.EchoAsync("hello"));
        var caller = await client.AskAsync("WhoAmI");
        Assert.Contains(name switch { "c10" or "c16" or "c18" or "c24" or "c25" => "ada", "c11" => "", "c17" or "c19" => KerberosRealm.Name, _ => "Test client" }, caller, StringComparison.Ordinal);
    }

    // In code, as a service has no required certificate in TLS here.
    private static Task<EchoHost> StartAsync(ConfiguredBinding configured, bool isSecure)
    {
        var binding = configured.ToBinding();
        if (binding is CustomBinding custom && custom.Elements.Find<HttpsTransportBindingElement>() is { } https)
        {
            https.RequireClientCertificate = false;
        }

        // As in WCF: a service that detects replays takes no message without a timestamp.
        if ((binding as CustomBinding)?.Elements.Find<MessageSecurityBindingElement>() is { IncludeTimestamp: false } security)
        {
            security.LocalServiceSettings.DetectReplays = false;
        }

        return EchoHost.StartAsync<IEcho>(binding, host => host.Credentials.ClientCertificate.Certificate = TestCertificates.Client,
            https: isSecure, services: services => services.AddDataProtection());
    }

    private static SocketsHttpHandler TrustingHandler() => new()
    {
        SslOptions = new() { RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.GetCertHashString() == TestCertificates.Service.Thumbprint },
    };
}
