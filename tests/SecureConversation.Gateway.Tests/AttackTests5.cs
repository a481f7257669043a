using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using SecureConversation.Binding;
using SecureConversation.Configuration;
using SecureConversation.Credentials;
using SecureConversation.Gateway.Tests.Support;
using SecureConversation.Http;

namespace SecureConversation.Gateway.Tests;

/// <summary>E1: two certificates of one common name, by two authorities that are trusted for different clients.</summary>
public sealed class AttackTests5
{
    private const string Call = "<e:Place xmlns:e='urn:e'>42</e:Place>";

    [Fact]
    public async Task TokensOfTwoClients_AreToBeTold_InCookies()
    {
        using var rootKey = RSA.Create(2048);
        var root = new CertificateRequest("CN=Other partner", rootKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(root.PublicKey, false));
        using var authority = root.CreateSelfSigned(TestCertificates.Authority.NotBefore, TestCertificates.Authority.NotAfter);
        using var leafKey = RSA.Create(2048);
        var leaf = new CertificateRequest("CN=Test client", leafKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        leaf.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(leaf.PublicKey, false));
        using var issued = leaf.Create(authority, TestCertificates.Client.NotBefore, TestCertificates.Client.NotAfter, [1, 2, 3, 4]);
        using var mallory = issued.CopyWithPrivateKey(leafKey);
        await File.WriteAllTextAsync(Files.Path("other-partner.pem"), authority.ExportCertificatePem());

        await using var service = await TestService.StartPlainAsync();
        var binding = SecurityBindingElement.CreateSecureConversationBindingElement(
            SecurityBindingElement.CreateMutualCertificateBindingElement(), requireCancellation: false);
        var settings = Sections.GatewayInward(service.Address, route =>
        {
            var security = route["Security"]!.AsObject();
            security.Remove("MessageSecurity");
            security["Binding"] = JsonNode.Parse(BindingText.ToJson(binding))!["Binding"]!.DeepClone();
            security["Credentials"]!["ClientCertificateValidation"]!["CustomTrustRoots"]!.AsArray()
                .Add(new JsonObject { ["Path"] = Files.Path("other-partner.pem") });
        });
        await using var gateway = await RunningGateway.StartAsync(settings);
        foreach (var certificate in new[] { TestCertificates.Client, mallory })
        {
            await using var client = new SecureConversationClient(new Uri(gateway.Outer, "/orders"), new SecureConversationHttpOptions
            {
                Binding = binding,
                Credentials = new ClientCredentials
                {
                    ClientCertificate = new X509Credential(certificate),
                    ServiceCertificate = TestCertificates.Service,
                    ServiceCertificateValidation = CertificateValidationOptions.TrustOnly(TestCertificates.Authority),
                },
            });
            await client.CallAsync("urn:e/Place", Call);
        }

        var tokens = service.Seen.Select(seen => JsonNode.Parse(Encoding.UTF8.GetString(
            System.Buffers.Text.Base64Url.DecodeFromChars(seen.Headers["Authorization"].Split('.')[1])))!.AsObject()).ToList();
        foreach (var token in tokens)
        {
            token.Remove("exp");
            token.Remove("iat");
            token.Remove("nbf");
        }

        Assert.NotEqual(tokens[0].ToJsonString(), tokens[1].ToJsonString());
    }
}
