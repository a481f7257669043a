using SecureConversation.Credentials;

namespace SecureConversation.Configuration;

/// <summary>Loads certificates with their private keys.</summary>
internal static class CredentialLoader
{
    public static X509Credential WithKey(ConfiguredCertificate source)
    {
        using var certificate = source.Load();
        try
        {
            return new X509Credential(certificate);
        }
        catch (ArgumentException e)
        {
            throw ProblemFactory.Exception(
                source.Location,
                "certificate",
                $"The certificate of {source} has no RSA private key, nor one on an elliptic curve, that this account can use.",
                "Install it with its key, give the account the right to read the key, or name a file that holds the key.",
                e);
        }
    }
}
