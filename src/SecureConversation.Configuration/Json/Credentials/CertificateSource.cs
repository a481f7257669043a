using System.Security.Cryptography.X509Certificates;

namespace SecureConversation.Configuration.Json;

/// <summary>Where a certificate comes from: a file, or a store of the platform. The keys are those of Kestrel's certificates.</summary>
internal sealed record CertificateSource
{
    /// <summary>A file in PKCS#12 (.pfx), DER or PEM.</summary>
    public string? Path { get; init; }

    public string? KeyPath { get; init; }

    public string? Password { get; init; }

    public string? Subject { get; init; }

    public string? Thumbprint { get; init; }

    public string? Store { get; init; }

    public StoreLocation? Location { get; init; }

    public bool AllowInvalid { get; init; }

    public bool IsInStore => Subject is not null || Thumbprint is not null;

    public static ObjectForm<CertificateSource> Form { get; } = new("Certificate", () => new(),
    [
        Text(nameof(Path), "A file with the certificate: PKCS#12 (.pfx), DER or PEM. Relative to the content root.",
            s => s.Path, (s, v) => s with { Path = v }),
        Text(nameof(KeyPath), "A PEM file with the private key, where Path is a PEM file without it.",
            s => s.KeyPath, (s, v) => s with { KeyPath = v }),
        new Key<CertificateSource, string?>(nameof(Password),
            "The password of the PKCS#12 file or of the private key. Better from an environment variable or a secret store than in a file.",
            SecretForm.Instance, s => s.Password, (s, v) => s with { Password = v }),
        Text(nameof(Subject),
            "The common name, or a part of the subject, of a certificate in a store. "
                + "Of those of one subject the one that is valid for longest.",
            s => s.Subject, (s, v) => s with { Subject = v }),
        Text(nameof(Thumbprint), "The SHA-1 thumbprint of a certificate in a store, in hexadecimal digits.",
            s => s.Thumbprint, (s, v) => s with { Thumbprint = v }),
        Text(nameof(Store), "The name of the store. Default My.", s => s.Store, (s, v) => s with { Store = v }),
        new Key<CertificateSource, StoreLocation?>(nameof(Location), "The location of the store. Default CurrentUser.",
            new OptionalValueForm<StoreLocation>(EnumForm.Of<StoreLocation>()), s => s.Location, (s, v) => s with { Location = v }),
        new Key<CertificateSource, bool>(nameof(AllowInvalid),
            "Whether a certificate is taken from the store that is not valid for the platform, such as a self-signed one. Default false.",
            TruthForm.Instance, s => s.AllowInvalid, (s, v) => s with { AllowInvalid = v }),
    ]);

    /// <summary>What the keys contradict each other in; null when they do not.</summary>
    public string? Problem()
    {
        var named = new[] { Path, Subject, Thumbprint }.Count(key => key is not null);
        return named != 1 ? "expected one of Path, Subject and Thumbprint: set one of them, which says where the certificate is."
            : IsInStore && (KeyPath ?? Password) is not null
                ? "KeyPath and Password belong to files: remove them, or set Path in place of the store."
            : !IsInStore && (Store is not null || Location is not null || AllowInvalid)
                ? "Store, Location and AllowInvalid belong to certificates in a store: remove them, or set Subject or Thumbprint in place "
                    + "of Path."
            : null;
    }

    // Records print their properties, and one of these is a password.
    public override string ToString() => Path ?? Subject ?? Thumbprint ?? "";

    private static Key<CertificateSource, string?> Text(string name, string summary,
        Func<CertificateSource, string?> get, Func<CertificateSource, string?, CertificateSource> set) =>
        new(name, summary, new OptionalForm<string>(StringForm.Instance), get, set);
}
