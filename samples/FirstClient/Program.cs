using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;
using SecureConversation.Credentials;
using SecureConversation.Http;

await using var client = new SecureConversationClient(new Uri("http://localhost:5000/orders"), new SecureConversationHttpOptions
{
    MessageSecurity = new MessageSecurity { ClientCredentialType = MessageCredentialType.Certificate, EstablishSecurityContext = true },
    Credentials = new ClientCredentials
    {
        ClientCertificate = new X509Credential(X509CertificateLoader.LoadPkcs12FromFile("client.pfx", password: null)),
        // Without this line: the authorities that the platform trusts, and revocation is checked online.
        ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(X509CertificateLoader.LoadCertificateFromFile("authority.cer")),
    },
});
Console.WriteLine(await client.CallAsync("urn:orders/Place", "<Place xmlns='urn:orders'><item>42</item></Place>"));
