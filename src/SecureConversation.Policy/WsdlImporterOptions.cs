namespace SecureConversation.Policy;

/// <summary>Limits of an importer. What exceeds one is a <see cref="PolicyException"/> that names it.</summary>
public sealed record WsdlImporterOptions
{
    /// <summary>The default limits.</summary>
    public static WsdlImporterOptions Default { get; } = new();

    /// <summary>
    /// The client that fetches documents; null (default) for one without cookies, credentials and redirects to other schemes.
    /// Switch off AllowAutoRedirect of the handler of your own: a client that follows redirects by itself has asked another host before
    /// the importer sees it, and refuses what it answered.
    /// </summary>
    public HttpClient? HttpClient { get; init; }

    /// <summary>How long fetching all documents may take. Default one minute.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How many documents are read. Default 32.</summary>
    public int MaxDocuments { get; init; } = 32;

    /// <summary>How many redirects are followed for a document. Default 5.</summary>
    public int MaxRedirects { get; init; } = 5;

    /// <summary>The size of a document in bytes. Default 16 MiB.</summary>
    public long MaxDocumentBytes { get; init; } = 16 << 20;

    /// <summary>The size of all documents in bytes. Default 64 MiB.</summary>
    public long MaxTotalBytes { get; init; } = 64 << 20;

    /// <summary>How many elements a document may have. Default 250,000.</summary>
    public int MaxElements { get; init; } = 250_000;

    /// <summary>
    /// Whether a document that came from one host may name documents of others. Default false: the WSDL of a stranger would choose which
    /// hosts
    /// of the network of this machine are asked.
    /// </summary>
    public bool FollowToOtherHosts { get; init; }

    /// <summary>The depth of elements. Default 128.</summary>
    public int MaxDepth { get; init; } = 128;

    /// <summary>How many alternatives the policy of one subject may have. Default 32, as in WCF.</summary>
    public int MaxAlternatives { get; init; } = 32;

    /// <summary>How many elements the policies of one subject may have, with those referred to. Default 4,096, as in WCF.</summary>
    public int MaxPolicyNodes { get; init; } = 4096;

    /// <summary>
    /// How many assertions are looked at for all ports, operations and messages together; those of an endpoint count once more for each
    /// of its operations. Default 4,000,000.
    /// </summary>
    public int MaxPolicyWork { get; init; } = 4_000_000;

    /// <summary>How many ports and bindings are imported. Default 256.</summary>
    public int MaxEndpoints { get; init; } = 256;
}
