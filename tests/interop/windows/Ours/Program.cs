using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation;
using SecureConversation.AspNetCore;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;

// The services and clients of this library for README.md beside this folder.
switch (args)
{
    case ["certificates", var folder]:
        Directory.CreateDirectory(folder);
        Write(folder, "service", "CN=localhost");
        Write(folder, "client", "CN=client of negotiation");
        return 0;
    case ["serve", var name, var address, var folder]:
        await ServeAsync(name, new Uri(address), Path.Combine(folder, "certificates"));
        return 0;
    case ["call", var name, var address, var folder]:
        await CallAsync(name, new Uri(address), Path.Combine(folder, "certificates"));
        return 0;
    default:
        Console.Error.WriteLine("certificates FOLDER | serve NAME ADDRESS OUT | call NAME ADDRESS OUT");
        return 2;
}

static async Task ServeAsync(string name, Uri address, string certificates)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.UseUrls(address.GetLeftPart(UriPartial.Authority));
    builder.Services.AddSecureConversation(options =>
    {
        options.MessageSecurity = Security(name);
        options.Credentials = new ServiceCredentials
        {
            ServiceCertificate = new X509Credential(Load(certificates, "service")),
            ClientCertificateValidation = CertificateValidationOptions.TrustOnly(Load(certificates, "client")),
            UserNamePasswordValidator = UserNamePasswordValidator.Create((user, password) => (user, password) == ("alice", "secret")),
        };
    });
    var app = builder.Build();
    app.MapSecureConversation(address.AbsolutePath, context => Task.FromResult(SoapReply.FromBody("urn:negotiation/SayResponse",
        "<SayResponse xmlns=\"urn:negotiation\"><SayResult>hello</SayResult></SayResponse>")));
    await app.StartAsync();
    Console.WriteLine("ready");
    await app.WaitForShutdownAsync();
}

static async Task CallAsync(string name, Uri address, string certificates)
{
    await using var client = new SecureConversationClient(address, new SecureConversationHttpOptions
    {
        MessageSecurity = Security(name),
        Credentials = new ClientCredentials
        {
            ClientCertificate = new X509Credential(Load(certificates, "client")),
            UserName = new UserNameCredential("alice", "secret"),
            ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(Load(certificates, "service")),
        },
    });
    for (var i = 0; i < 2; i++)
    {
        var reply = await client.CallAsync("urn:negotiation/Say", "<Say xmlns=\"urn:negotiation\"><text>hello</text></Say>");
        if (!reply.Contains(">hello<", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"Another answer: {reply}");
        }
    }

    await client.CloseAsync();
}

static MessageSecurity Security(string name)
{
    var parts = name.Split('-');
    var security = new MessageSecurity
    {
        ClientCredentialType = Enum.Parse<MessageCredentialType>(parts[1]),
        EstablishSecurityContext = parts[2] == "session",
    };
    return parts[0] == "2005" ? security : security with
    {
        MessageSecurityVersion = MessageSecurityVersion.WSSecurity11WSTrust13WSSecureConversation13WSSecurityPolicy12BasicSecurityProfile10,
    };
}

static void Write(string folder, string name, string subject)
{
    using var key = RSA.Create(2048);
    var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    var names = new SubjectAlternativeNameBuilder();
    names.AddDnsName("localhost");
    request.CertificateExtensions.Add(names.Build());
    request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
    using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
    File.WriteAllBytes(Path.Combine(folder, name + ".pfx"), certificate.Export(X509ContentType.Pfx, "test"));
}

static X509Certificate2 Load(string folder, string name) =>
    X509CertificateLoader.LoadPkcs12FromFile(Path.Combine(folder, name + ".pfx"), "test", X509KeyStorageFlags.UserKeySet);
