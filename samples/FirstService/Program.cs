using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;

var builder = WebApplication.CreateBuilder(args);
builder.Services.AddSecureConversation(options =>
{
    options.MessageSecurity = new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, EstablishSecurityContext = true };
    options.Credentials = new ServiceCredentials
    {
        ServiceCertificate = new X509Credential(X509CertificateLoader.LoadPkcs12FromFile("service.pfx", password: null)),
        ClientCertificateValidation = CertificateValidationOptions.TrustOnly(X509CertificateLoader.LoadCertificateFromFile("authority.cer")),
    };
});
var app = builder.Build();
XNamespace orders = "urn:orders";
app.MapSecureConversation("/orders", context => Task.FromResult(SoapReply.FromBody("urn:orders/PlaceResponse",
    new XElement(orders + "PlaceResponse", new XElement(orders + "PlaceResult", $"placed for {context.User.Identity!.Name}")).ToString())));
app.Run();
