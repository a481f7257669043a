using ClientCredential = System.ServiceModel.MessageCredentialType;
using ClientProgram = Defaults.Client.Program;
using ServiceCredential = CoreWCF.MessageCredentialType;
using ServiceProgram = Defaults.Service.Program;

namespace SecureConversation.Contract.Wcf;

/// <summary>WSHttpBinding as people leave it: nothing is set but the credential of the client.</summary>
public sealed class DefaultsTests
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
