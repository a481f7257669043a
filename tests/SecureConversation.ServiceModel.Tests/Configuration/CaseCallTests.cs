using System.Net.Security;
using System.ServiceModel;
using Microsoft.AspNetCore.DataProtection;
using SecureConversation.Configuration;
using SecureConversation.ServiceModel.Tests.Support;
using SecureConversation.Testing;
using SecureConversation.Testing.Peers;
using EngineBinding = SecureConversation.Binding;

namespace SecureConversation.ServiceModel.Tests.Configuration;

/// <summary>
/// The configurations of real clients call a service with the same settings over a socket.
/// </summary>
[Collection(KerberosTestGroup.Name)]
public sealed class CaseCallTests(KerberosRealmFixture fixture)
{
    // Of the contract of the case.
    private static readonly string[] SignedOnly = ["c06", "c07", "c14"];

    // What asks for Windows accounts, which WCF does by default.
    private static readonly string[] Windows = ["c17", "c19"];

    public static TheoryData<string> All { get; } =
        [.. Enumerable.Range(1, 25).Select(n => new TheoryDataRow<string>($"c{n:00}") { Label = $"c{n:00}" })];

    [Theory]
    [MemberData(nameof(All))]
    public async Task Case_CallsAServiceWithTheSameSettings(string name)
    {
        var configured = ServiceModelConfiguration.Load(Path.Combine(AppContext.BaseDirectory, "Cases", name + ".config")).GetClientEndpoint(name);
        var level = SignedOnly.Contains(name) ? ProtectionLevel.Sign : ProtectionLevel.EncryptAndSign;
        var element = configured.Binding!.CreateMessageSecurityBinding().Element;
        if (Windows.Contains(name))
        {
            fixture.Realm.GetTickets();
        }

        await using var service = await TestService.StartAsync(options =>
        {
            // As in WCF: a service that detects replays takes no message without a timestamp.
            options.Binding = element.IncludeTimestamp ? element
                : element with { LocalServiceSettings = new() { DetectReplays = false } };
            options.SecurityStateEncoder = new DataProtectionSecurityStateEncoder(new EphemeralDataProtectionProvider());
            options.MessageVersion = configured.Binding.MessageVersion;
            options.ProtectionRequirements = EngineBinding.ChannelProtectionRequirements.Default.WithDefault(level);
        }, https: configured.Address!.Scheme == "https");
        using var factory = Clients.Factory(configured.ToBinding(), service.Address);
        factory.Endpoint.UseProtectionLevels(level);
        var proxy = factory.CreateChannel();

        Assert.Equal(3, await proxy.AddAsync(1, 2));
        Assert.Equal(7, proxy.Add(3, 4));
        Assert.Equal(2, service.Requests.Count);
        Assert.All(service.Users, user => Assert.Equal(Windows.Contains(name), user?.EndsWith(KerberosRealm.Name, StringComparison.Ordinal) == true));
        Assert.All(service.Requests, request => Assert.EndsWith("/Add", request.Action, StringComparison.Ordinal));
        ((IClientChannel)proxy).Close();
    }
}
