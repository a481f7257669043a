using System.Collections.ObjectModel;
using System.IdentityModel.Tokens;
using System.Xml;

namespace SecureConversation.ServiceModel;

/// <summary>
/// The token and the security of messages of <see cref="WSFederationHttpBinding"/>. WCF has this class; its client for .NET lacks it.
/// </summary>
public sealed class FederatedMessageSecurityOverHttp
{
    private SecurityAlgorithmSuite _algorithmSuite = SecurityAlgorithmSuite.Default;

    /// <summary>
    /// Whether client and service negotiate the certificate of the service. Default true, as in WCF. False: the client needs the
    /// certificate beforehand. Without effect where TLS protects messages.
    /// </summary>
    public bool NegotiateServiceCredential { get; set; } = true;

    /// <summary>The algorithms. Default Basic256.</summary>
    public SecurityAlgorithmSuite AlgorithmSuite
    {
        get => _algorithmSuite;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _algorithmSuite = value;
        }
    }

    /// <summary>Whether the client opens a session. Default true.</summary>
    public bool EstablishSecurityContext { get; set; } = true;

    /// <summary>The address of the security token service; null (default) where the credentials of the client know it.</summary>
    public EndpointAddress? IssuerAddress { get; set; }

    /// <summary>The address of the description of the security token service. Tools read it; no call does.</summary>
    public EndpointAddress? IssuerMetadataAddress { get; set; }

    /// <summary>The binding of the security token service; null (default) where the credentials of the client know it.</summary>
    public Channels.Binding? IssuerBinding { get; set; }

    /// <summary>The URI of the type of token; null (default) leaves it to the security token service.</summary>
    public string? IssuedTokenType { get; set; }

    /// <summary>The kind of key that the token has. Default symmetric. A token without key needs WS2007FederationHttpBinding.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Set to a value without a name.</exception>
    public SecurityKeyType IssuedKeyType
    {
        get;
        set => field = Enum.IsDefined(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Not a kind of key.");
    }

    /// <summary>The claims that the token has to make.</summary>
    public Collection<ClaimTypeRequirement> ClaimTypeRequirements { get; } = [];

    /// <summary>Elements that the client adds to its RequestSecurityToken.</summary>
    public Collection<XmlElement> TokenRequestParameters { get; } = [];
}
