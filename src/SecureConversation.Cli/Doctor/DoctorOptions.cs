namespace SecureConversation.Cli.Doctor;

/// <summary>What the command line says.</summary>
internal sealed record DoctorOptions
{
    /// <summary>The address of the service or its WSDL, or a file with one; null where a configuration file names the endpoint.</summary>
    public string? Source { get; init; }

    /// <summary>The app.config; null where the source has the policy.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>The name of the port or of the configured endpoint; null for the only one.</summary>
    public string? Endpoint { get; init; }

    /// <summary>A file with the certificate of the client and its private key.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>A file with the key, where the certificate is PEM and the key stands beside it.</summary>
    public string? ClientKey { get; init; }

    public string? ClientCertificatePassword { get; init; }

    /// <summary>A file with the certificate of the service.</summary>
    public string? ServiceCertificate { get; init; }

    /// <summary>Files with the authorities that the certificate of the service has to come from.</summary>
    public IReadOnlyList<string> Authorities { get; init; } = [];

    /// <summary>
    /// The name that the certificate of the service has to have; null for the identity of the WSDL, or the host of the address.
    /// </summary>
    public string? Dns { get; init; }

    public string? UserName { get; init; }

    public string? UserPassword { get; init; }

    /// <summary>How long each step may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
