using System.Security.Cryptography.X509Certificates;
using SecureConversation.Configuration.Reading;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration.Building;

/// <summary>Makes certificates and their validation of nodes. Paths are relative to the file that names them.</summary>
internal sealed class CertificateBuilder(TypeActivator activator)
{
    /// <summary>The certificate; null where the element is missing or names none.</summary>
    public static ConfiguredCertificate? Certificate(ConfigNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var file = FilePath(node, "fileName");
        if (file is null)
        {
            node.NoteWithoutEffect("It belongs to a certificate in a file, and there is no fileName.", "keyFileName", "password");
        }
        else if (node.Has("findValue"))
        {
            node.Error(
                "A file and a certificate in a store are both written.", "Leave fileName or findValue.", "fileName", node.Text("fileName"));
        }
        else
        {
            node.NoteWithoutEffect("The certificate is in a file.", "storeLocation", "storeName", "x509FindType");
        }

        if (file is null && node.Text("findValue").Length == 0)
        {
            // An empty element is what svcutil leaves behind. WCF loads nothing then.
            node.NoteWithoutEffect("Without findValue no certificate is looked up.", "storeLocation", "storeName", "x509FindType");
            return null;
        }

        return new()
        {
            Location = node.Location,
            StoreLocation = Enum.Parse<StoreLocation>(node.Text("storeLocation")),
            StoreName = node.Text("storeName"),
            X509FindType = node.Get<X509FindType>("x509FindType"),
            FindValue = node.Text("findValue"),
            FileName = file,
            KeyFileName = FilePath(node, "keyFileName"),
            Password = node.Has("password") ? node.Text("password") : null,
        };
    }

    /// <summary>The validation; null where the element is missing.</summary>
    public ConfiguredCertificateValidation? Validation(ConfigNode? node)
    {
        if (node is null)
        {
            return null;
        }

        var mode = node.Get<X509CertificateValidationMode>("certificateValidationMode");
        var type = node.Text("customCertificateValidatorType");
        if (mode == X509CertificateValidationMode.Custom && type.Length == 0)
        {
            node.Error("The mode Custom needs a type.", "Write customCertificateValidatorType.", "certificateValidationMode", "Custom");
        }
        else if (mode != X509CertificateValidationMode.Custom)
        {
            node.NoteWithoutEffect($"The mode {mode} asks no type.", "customCertificateValidatorType");
        }

        if (mode is not (X509CertificateValidationMode.ChainTrust or X509CertificateValidationMode.PeerOrChainTrust))
        {
            RefuseFile(node, "trustedRootsFileName", $"The mode {mode} builds no chain to these roots.", "ChainTrust");
        }

        if (mode is not (X509CertificateValidationMode.PeerTrust or X509CertificateValidationMode.PeerOrChainTrust))
        {
            RefuseFile(node, "trustedPeopleFileName", $"The mode {mode} asks for no trusted people.", "PeerTrust");
        }

        return new()
        {
            Location = node.Location,
            Mode = mode,
            RevocationMode = node.Get<X509RevocationMode>("revocationMode"),
            TrustedStoreLocation = node.Get<StoreLocation>("trustedStoreLocation"),
            CustomValidatorType = type,
            TrustedRootsFileName = FilePath(node, "trustedRootsFileName"),
            TrustedPeopleFileName = FilePath(node, "trustedPeopleFileName"),
            Activator = activator,
        };
    }

    // Who names a file means that only its certificates are trusted.
    private static void RefuseFile(ConfigNode node, string attribute, string reason, string mode)
    {
        if (node.Text(attribute) is { Length: > 0 } file)
        {
            node.Error(
                reason, $"Write certificateValidationMode=\"{mode}\" or \"PeerOrChainTrust\", or remove it.", attribute, file);
        }
    }

    private static string? FilePath(ConfigNode node, string attribute)
    {
        var text = node.Text(attribute);
        if (text.Length == 0)
        {
            return null;
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            node.Error("The path has a character that no path has.", "Correct it.", attribute);
            return null;
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(node.Location.File)) ?? ".";
        return Path.GetFullPath(Path.Combine(directory, text));
    }
}
