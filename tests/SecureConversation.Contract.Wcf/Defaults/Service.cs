using System.Security.Cryptography.X509Certificates;
using CoreWCF;
using CoreWCF.Configuration;
using CoreWCF.IdentityModel.Selectors;
using CoreWCF.IdentityModel.Tokens;
using CoreWCF.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using SecureConversation.Testing;

namespace Defaults.Service;

// The one line that is new.
using SecureConversation.CoreWCF;

[ServiceContract(Namespace = "urn:orders")]
public interface IOrders
{
    [OperationContract]
    string Place(int item);
}

public sealed class OrderService : IOrders
{
    public string Place(int item) => $"{item} for {ServiceSecurityContext.Current.PrimaryIdentity.Name}";
}

public static class Program
{
    public static async Task<WebApplication> StartAsync(MessageCredentialType credential)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddServiceModelServices();
        var app = builder.Build();
        app.UseServiceModel(model =>
        {
            var binding = new WSHttpBinding(SecurityMode.Message);
            binding.Security.Message.ClientCredentialType = credential;
            model.AddService<OrderService>();
            model.AddServiceEndpoint<OrderService, IOrders>(binding, "/orders");
            model.ConfigureServiceHostBase<OrderService>(host =>
            {
                host.Credentials.ServiceCertificate.Certificate = TestCertificates.Service;
                host.Credentials.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.Custom;
                host.Credentials.ClientCertificate.Authentication.CustomCertificateValidator = new Clients();
                host.Credentials.UserNameAuthentication.UserNamePasswordValidationMode = UserNamePasswordValidationMode.Custom;
                host.Credentials.UserNameAuthentication.CustomUserNamePasswordValidator = new Users();
            });
        });
        await app.StartAsync();
        return app;
    }

    private sealed class Users : UserNamePasswordValidator
    {
        public override ValueTask ValidateAsync(string userName, string password) =>
            (userName, password) == ("alice", "right") ? default : throw new SecurityTokenValidationException("Unknown user or wrong password.");
    }

    private sealed class Clients : X509CertificateValidator
    {
        public override void Validate(X509Certificate2 certificate)
        {
            if (certificate.Issuer != TestCertificates.Client.Issuer)
            {
                throw new SecurityTokenValidationException("Not one of ours.");
            }
        }
    }
}
