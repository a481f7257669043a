// Uses each package, as somebody who installed it would: a service and a client of it, over loopback.

using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Policy;

var (service, client) = (Create("Service"), Create("Client"));
var security = new MessageSecurity { NegotiateServiceCredential = false, AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };
var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
builder.Services.AddSecureConversation(options =>
{
    options.MessageSecurity = security;
    options.Credentials = new ServiceCredentials { ServiceCertificate = new X509Credential(service), ClientCertificateValidation = Trust(client) };
});
await using var app = builder.Build();
// The names of all packages stand beside each other in one file.
SecureConversationRequestDelegate hello = context =>
    Task.FromResult(SoapReply.FromBody("urn:c/HelloResponse", $"<hello xmlns=''>{context.User.Identity!.Name}</hello>"));
app.MapSecureConversation("/hello", hello);
await app.StartAsync();

var options = new SecureConversationHttpOptions
{
    MessageSecurity = security,
    Credentials = new ClientCredentials
    {
        ClientCertificate = new X509Credential(client),
        ServiceCertificate = service,
        ServiceCertificateValidation = Trust(service),
        ServiceIdentity = EndpointIdentity.CreateX509CertificateIdentity(service),
    },
};
var address = new Uri(app.Urls.First() + "/hello");
await using var caller = new SecureConversationClient(address, options);
var reply = await caller.CallAsync("urn:c/Hello", "<hello xmlns=''/>");
Console.WriteLine(reply);
Console.WriteLine(SecureConversation.ServiceModel.MessageSecurityBindingElement.CreateMutualCertificateBindingElement().DefaultAlgorithmSuite);
using var http = new HttpClient(new SecureConversationHandler(options, new SocketsHttpHandler()));
var envelope = new StringContent("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body><hello xmlns=''/></s:Body></s:Envelope>");
envelope.Headers.ContentType = System.Net.Http.Headers.MediaTypeHeaderValue.Parse("application/soap+xml; charset=utf-8; action=\"urn:c/Hello\"");
using var response = await http.PostAsync(address, envelope);
response.EnsureSuccessStatusCode();
// The same security as an element of a configuration file, and as a policy; both are read back as what they were.
var element = security.CreateSecurityBindingElement();
var file = $"<system.serviceModel><bindings><customBinding>{BindingText.ToXml(element, name: "hello")}</customBinding></bindings></system.serviceModel>";
var policy = PolicyExporter.Export(MessageSecurityBinding.Create(security), [new() { Name = "Hello", Action = "urn:c/Hello", ReplyAction = "urn:c/HelloResponse" }]);
var imported = PolicyImporter.Import(new XElement(XName.Get("Policy", "http://schemas.xmlsoap.org/ws/2004/09/policy"), policy.Binding));
if (ServiceModelConfiguration.Parse(new StringReader(file), "app.config").GetBinding("customBinding", "hello").Security != element
    || imported[0].Element?.DefaultAlgorithmSuite != SecurityAlgorithmSuite.Basic256Sha256)
{
    Console.Error.WriteLine("The binding is another one after a file or a policy.");
    return 1;
}

// There is no Redis here: the registration says what it lacks.
var farm = new ServiceCollection();
farm.AddSecureConversationRedis(redis => redis.KeyPrefix = "consumer");
try
{
    _ = farm.BuildServiceProvider().GetRequiredService<SecureConversation.Redis.SecureConversationRedis>();
    return 1;
}
catch (Microsoft.Extensions.Options.OptionsValidationException e)
{
    Console.WriteLine(e.Message);
}
#if CORE_WCF
Console.WriteLine(SecureConversation.CoreWCF.MessageSecurityBindingElement.CreateMutualCertificateBindingElement().DefaultAlgorithmSuite);
#endif
// What the body says counts, not how it is written: senders leave out declarations that repeat one in scope.
if (XElement.Parse(reply) is { Name: { LocalName: "hello", NamespaceName: "" }, Value: "Client" })
    return 0;
Console.Error.WriteLine($"The service answered {reply}, instead of greeting the name of the client's certificate.");
return 1;

static CertificateValidationOptions Trust(X509Certificate2 certificate) => new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { certificate } };

static X509Certificate2 Create(string name)
{
    using var key = RSA.Create(2048);
    return new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
}
