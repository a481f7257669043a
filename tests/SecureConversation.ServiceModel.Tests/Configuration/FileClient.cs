using System.Security.Cryptography.X509Certificates;
using SecureConversation.Configuration;
using SecureConversation.Testing;

namespace SecureConversation.ServiceModel.Tests.Configuration;

/// <summary>An app.config with certificates in files beside it.</summary>
internal sealed class FileClient : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("client");

    public FileClient(string bindings, params string[] endpoints)
    {
        File.WriteAllBytes(At("client.pfx"), TestCertificates.Client.Export(X509ContentType.Pkcs12));
        File.WriteAllText(At("service.pem"), TestCertificates.Service.ExportCertificatePem());
        File.WriteAllText(At("authority.pem"), TestCertificates.Authority.ExportCertificatePem());
        File.WriteAllText(At("app.config"), $"""
            <configuration>
              <system.serviceModel>
                <bindings>{bindings}</bindings>
                <client>{string.Concat(endpoints)}</client>
                <behaviors>
                  <endpointBehaviors>
                    <behavior>
                      <clientCredentials>
                        <clientCertificate fileName="client.pfx" />
                        <serviceCertificate>
                          <defaultCertificate fileName="service.pem" />
                          <authentication certificateValidationMode="ChainTrust" revocationMode="NoCheck" trustedRootsFileName="authority.pem" />
                        </serviceCertificate>
                      </clientCredentials>
                    </behavior>
                  </endpointBehaviors>
                </behaviors>
              </system.serviceModel>
            </configuration>
            """);
    }

    public static string Endpoint(string name, Uri address, string binding, string? more = null, string contract = "SecureConversation.ServiceModel.Tests.Support.ICalculator") =>
        $"""<endpoint name="{name}" address="{address}" binding="{binding}" bindingConfiguration="{name}" contract="{contract}" {more} />""";

    public ServiceModelConfiguration Load()
    {
        var configuration = ServiceModelConfiguration.Load(At("app.config"));
        Assert.Empty(configuration.Problems);
        return configuration;
    }

    public void Replace(string found, string by)
    {
        var text = File.ReadAllText(At("app.config"));
        Assert.Contains(found, text, StringComparison.Ordinal);
        File.WriteAllText(At("app.config"), text.Replace(found, by, StringComparison.Ordinal));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    private string At(string name) => Path.Combine(_directory.FullName, name);
}
