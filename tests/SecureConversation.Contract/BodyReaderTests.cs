using System.Net;
using System.Text;
using System.Xml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;
using SecureConversation.Testing;

namespace SecureConversation.Contract;

/// <summary>Service and client read the body of one envelope the same way.</summary>
public sealed class BodyReaderTests
{
    [Theory]
    [InlineData("<s:Body><c:x/></s:Body>", "Element c:x c=urn:c b=urn:b")]
    [InlineData("<s:Body>\n  <c:x/>\n</s:Body>", "Element c:x c=urn:c b=urn:b")]
    [InlineData("<s:Body><!-- nothing --><c:x/></s:Body>", "Element c:x c=urn:c b=urn:b")]
    [InlineData("<s:Body xmlns:b='urn:own'><b:x/></s:Body>", "Element b:x c=urn:c b=urn:own")]
    [InlineData("<s:Body/>", "EndElement")]
    [InlineData("<s:Body></s:Body>", "EndElement")]
    [InlineData("<s:Body>\n</s:Body>", "EndElement")]
    public async Task BodyReader_StandsAtTheSamePlaceInServiceAndClient(string body, string expected)
    {
        var envelope = Encoding.UTF8.GetBytes("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope' xmlns:a='http://www.w3.org/2005/08/addressing' "
            + $"xmlns:c='urn:c' xmlns:b='urn:b'><s:Header><a:Action s:mustUnderstand='1'>urn:c/x</a:Action></s:Header>{body}</s:Envelope>");
        string? atService = null;
        SecureConversationRequestDelegate answer = context =>
        {
            using var reader = context.CreateBodyReader();
            atService = Place(reader);
            return Task.FromResult(SoapReply.FromEnvelope(envelope));
        };
        await using var app = await StartAsync(answer);
        var address = new UriBuilder(app.Urls.Single()) { Host = "localhost" }.Uri;
        using var http = new HttpClient(new SecureConversationHandler(Options, new SocketsHttpHandler()));
        var content = new ByteArrayContent(envelope) { Headers = { ContentType = new("application/soap+xml") } };
        using var response = await http.PostAsync(address, content);
        Assert.Equal(expected, atService);

        await using var client = new SecureConversationClient(address, Options);
        using var reply = await client.SendAsync(envelope);
        using var bodyAtClient = reply.CreateBodyReader();
        Assert.Equal(expected, Place(bodyAtClient));
    }

    private static MessageSecurity Security => new() { NegotiateServiceCredential = false, AlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256, EstablishSecurityContext = false };

    private static SecureConversationHttpOptions Options => new()
    {
        MessageSecurity = Security,
        LoggerFactory = RecordedLog.Current,
        Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(TestCertificates.Client),
            ServiceCertificate = TestCertificates.Service,
            ServiceCertificateValidation = Trust(TestCertificates.Service),
        },
    };

    private static string Place(XmlDictionaryReader reader) => reader.NodeType == XmlNodeType.Element
        ? $"{reader.NodeType} {reader.Name} c={reader.LookupNamespace("c")} b={reader.LookupNamespace("b")}"
        : reader.NodeType.ToString();

    private static async Task<WebApplication> StartAsync(SecureConversationRequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(RecordedLog.Current).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSecureConversation(options =>
        {
            options.MessageSecurity = Security;
            options.Credentials = new ServiceCredentials
            {
                ServiceCertificate = new X509Credential(TestCertificates.Service),
                ClientCertificateValidation = Trust(TestCertificates.Client),
            };
        });
        var app = builder.Build();
        app.MapSecureConversation("/", answer);
        await app.StartAsync();
        return app;
    }

    private static CertificateValidationOptions Trust(System.Security.Cryptography.X509Certificates.X509Certificate2 certificate) =>
        new() { Mode = X509CertificateValidationMode.PeerTrust, TrustedPeople = { certificate } };
}
