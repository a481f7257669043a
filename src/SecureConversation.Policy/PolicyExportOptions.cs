namespace SecureConversation.Policy;

/// <summary>The version of WS-Policy.</summary>
public enum PolicyVersion
{
    /// <summary>WS-Policy 1.2, http://schemas.xmlsoap.org/ws/2004/09/policy. What WCF writes unless it is told otherwise.</summary>
    Policy12,
    /// <summary>WS-Policy 1.5, http://www.w3.org/ns/ws-policy.</summary>
    Policy15,
}

/// <summary>What an exporter writes.</summary>
public sealed record PolicyExportOptions
{
    /// <summary>The defaults.</summary>
    public static PolicyExportOptions Default { get; } = new();

    /// <summary>The version of WS-Policy. Default 1.2, as in WCF.</summary>
    public PolicyVersion PolicyVersion { get; init; }

    /// <summary>Whether to write sp:Trust10 or sp:Trust13. Default true; WCF does not write it for BasicHttpBinding.</summary>
    public bool IncludeTrust { get; init; } = true;

    /// <summary>
    /// Whether to write the assertion of WS-Addressing, wsaw:UsingAddressing. Default true. In CoreWCF the message encoding writes it
    /// itself.
    /// </summary>
    public bool IncludeAddressing { get; init; } = true;

    /// <summary>Whether the HTTPS transport under a transport binding asks for a certificate of the client. Default false.</summary>
    public bool RequireClientCertificate { get; init; }
}
