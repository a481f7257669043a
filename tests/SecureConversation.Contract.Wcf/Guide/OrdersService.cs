using CoreWCF;
using CoreWCF.Channels;
using CoreWCF.Configuration;
using CoreWCF.Description;
using CoreWCF.IdentityModel.Selectors;
using CoreWCF.Security;
using CoreWCF.Security.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using SecureConversation.Testing;

namespace SecureConversation.Contract.Wcf.Guide;

using SecureConversation.CoreWCF;

/// <summary>The lines of the guide for services.</summary>
public sealed class OrdersService : ISharedOrders
{
    public OrderMessage Place(OrderMessage order) => order;

    public string Open(string text) => text;

    /// <summary>Who calls, and in which session.</summary>
    public string Secret(string text) => string.Join('|', ServiceSecurityContext.Current.PrimaryIdentity.Name, OperationContext.Current!.SessionId,
        (OperationContext.Current.IncomingMessageProperties.Security.ProtectionToken?.SecurityToken as SecurityContextSecurityToken)?.ContextId);

    public string Fail(string text) => throw new FaultException<OrderFault>(new OrderFault { Reason = text }, new FaultReason("r"), new FaultCode("c"), "urn:orders/OrderFault");

    public static async Task<WebApplication> StartAsync(bool isUserName)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddServiceModelServices();
        var app = builder.Build();
        app.UseServiceModel(model =>
        {
            model.AddService<OrdersService>();
            model.AddServiceEndpoint<OrdersService, ISharedOrders>(Binding(isUserName), "/orders");
            model.ConfigureServiceHostBase<OrdersService>(host => SetUp(host.Credentials));
        });
        await app.StartAsync();
        return app;
    }

    /// <summary>The skew is set where WCF code looks for SecurityBindingElement.</summary>
    private static CustomBinding Binding(bool isUserName)
    {
        var binding = new WS2007HttpBinding(SecurityMode.Message);
        binding.Security.Message.EstablishSecurityContext = true;
        binding.Security.Message.ClientCredentialType = isUserName ? MessageCredentialType.UserName : MessageCredentialType.Certificate;
        binding.Security.Message.NegotiateServiceCredential = false;
        binding.Security.Message.AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256;
        var elements = binding.CreateBindingElements();
        Assert.Null(elements.Find<SecurityBindingElement>());
        var security = elements.Find<MessageSecurityBindingElement>();
        security.LocalServiceSettings.MaxClockSkew = TimeSpan.FromMinutes(10);
        security.BootstrapSecurityBindingElement!.LocalServiceSettings.MaxClockSkew = TimeSpan.FromMinutes(10);
        return new CustomBinding(elements);
    }

    private static void SetUp(ServiceCredentials credentials)
    {
        credentials.ServiceCertificate.Certificate = TestCertificates.Service;
        credentials.ClientCertificate.Authentication.CertificateValidationMode = X509CertificateValidationMode.None;
        credentials.UserNameAuthentication.UserNamePasswordValidationMode = UserNamePasswordValidationMode.Custom;
        credentials.UserNameAuthentication.CustomUserNamePasswordValidator = new Accounts();
    }

    private sealed class Accounts : UserNamePasswordValidator
    {
        public override ValueTask ValidateAsync(string userName, string password) => password == "right"
            ? default
            : throw new FaultException<string>("detail", new FaultReason("Unknown user or wrong password."), FaultCode.CreateSenderFaultCode("Locked", "urn:accounts"), "urn:a");
    }
}
