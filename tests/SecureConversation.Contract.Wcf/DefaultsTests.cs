using SecureConversation.Testing.Peers;
using ClientCredential = System.ServiceModel.MessageCredentialType;
using ClientProgram = Defaults.Client.Program;
using ServiceCredential = CoreWCF.MessageCredentialType;
using ServiceProgram = Defaults.Service.Program;

namespace SecureConversation.Contract.Wcf;

/// <summary>WSHttpBinding as people leave it: nothing is set but the credential of the client.</summary>
[Collection(KerberosTestGroup.Name)]
public sealed class DefaultsTests(KerberosRealmFixture fixture)
{
    [Theory]
    [InlineData(ClientCredential.None, "")]
    [InlineData(ClientCredential.UserName, "alice")]
    [InlineData(ClientCredential.Certificate, "CN=Test client")]
    public async Task DefaultsOfBothSides_Meet(ClientCredential credential, string expected)
    {
        await using var app = await ServiceProgram.StartAsync(Enum.Parse<ServiceCredential>(credential.ToString()));

        var placed = await ClientProgram.RunAsync(credential, AddressOf(app), "right");

        Assert.StartsWith($"1 for {expected}", placed[0], StringComparison.Ordinal);
        Assert.StartsWith($"2 for {expected}", placed[1], StringComparison.Ordinal);
    }

    /// <summary>The credential that the binding has by itself.</summary>
    [Fact]
    public async Task WindowsAccounts_Meet()
    {
        fixture.Realm.GetTickets();
        await using var app = await ServiceProgram.StartAsync(ServiceCredential.Windows);

        var placed = await ClientProgram.RunAsync(ClientCredential.Windows, AddressOf(app), "");

        Assert.Equal([$"1 for {KerberosRealm.User}@{KerberosRealm.Name}", $"2 for {KerberosRealm.User}@{KerberosRealm.Name}"], placed);
    }

    [Fact]
    public async Task WrongPassword_IsASecurityNegotiationException()
    {
        await using var app = await ServiceProgram.StartAsync(ServiceCredential.UserName);

        var e = await Assert.ThrowsAsync<System.ServiceModel.Security.SecurityNegotiationException>(
            () => ClientProgram.RunAsync(ClientCredential.UserName, AddressOf(app), "wrong"));

        Assert.Equal("FailedAuthentication", Assert.IsType<System.ServiceModel.FaultException>(e.InnerException).Code.SubCode.Name);
    }

    private static Uri AddressOf(Microsoft.AspNetCore.Builder.WebApplication app) =>
        new(app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/orders");
}
