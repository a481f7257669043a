using System.IdentityModel.Selectors;
using System.Security.Cryptography.X509Certificates;
using System.ServiceModel;
using System.ServiceModel.Security;
using SecureConversation.Testing;

namespace Defaults.Client;

// The one line that is new.
using SecureConversation.ServiceModel;

[ServiceContract(Namespace = "urn:orders")]
public interface IOrders
{
    [OperationContract]
    string Place(int item);

    [OperationContract]
    Task<string> PlaceAsync(int item);
}

public static class Program
{
    public static async Task<string[]> RunAsync(MessageCredentialType credential, Uri address, string password)
    {
        var binding = new WSHttpBinding(SecurityMode.Message);
        binding.Security.Message.ClientCredentialType = credential;
        var factory = new ChannelFactory<IOrders>(binding, new EndpointAddress(address));
        if (credential == MessageCredentialType.UserName)
        {
            factory.Credentials.UserName.UserName = "alice";
            factory.Credentials.UserName.Password = password;
        }
        else if (credential == MessageCredentialType.Certificate)
        {
            factory.Credentials.ClientCertificate.Certificate = TestCertificates.Client;
        }

        // The authority of the tests is none of the platform.
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, TrustMode = X509ChainTrustMode.CustomRootTrust };
        policy.CustomTrustStore.Add(TestCertificates.Authority);
        var authentication = factory.Credentials.ServiceCertificate.Authentication;
        authentication.CertificateValidationMode = X509CertificateValidationMode.Custom;
        authentication.CustomCertificateValidator = X509CertificateValidator.CreateChainTrustValidator(false, policy);

        var orders = factory.CreateChannel();
        try
        {
            string[] placed = [orders.Place(1), await orders.PlaceAsync(2)];
            ((IClientChannel)orders).Close();
            factory.Close();
            return placed;
        }
        finally
        {
            factory.Abort();
        }
    }
}
