namespace SecureConversation.ServiceModel;

/// <summary>
/// Where the tokens of an issuer come from that a binding asks for, and how long they are kept: what ClientCredentials.IssuedToken is in
/// WCF. Without it the security token service is asked that the binding names, over HTTP, with the ClientCredentials of the endpoint; its
/// certificate is found among ServiceCertificate.ScopedCertificates.
/// </summary>
/// <example>
/// <code>
/// factory.Endpoint.EndpointBehaviors.Add(new IssuedTokenClientBehavior { IssuerCredentials = forIssuer });
/// </code>
/// </example>
public sealed class IssuedTokenClientBehavior : IEndpointBehavior
{
    /// <summary>
    /// Gets the tokens; null (default) to ask the security token service that the binding or <see cref="IssuedToken"/> names. Stays with
    /// the caller.
    /// </summary>
    public EngineCredentials.IIssuedTokenProvider? IssuedTokenProvider { get; set; }

    /// <summary>
    /// How tokens are asked for and kept. Its IssuerCredentials have no effect here: <see cref="IssuerCredentials"/> has.
    /// </summary>
    public EngineCredentials.IssuedTokenClientCredential IssuedToken { get; set; } = new();

    /// <summary>The credentials for the security token service; null (default) for those of the endpoint.</summary>
    public ClientCredentials? IssuerCredentials { get; set; }

    /// <summary>
    /// The identity of the security token service, as an EndpointAddress has it; null (default) for the host name of its address.
    /// </summary>
    public EndpointIdentity? IssuerIdentity { get; set; }

    /// <inheritdoc/>
    public void AddBindingParameters(ServiceEndpoint endpoint, BindingParameterCollection bindingParameters)
    {
        ArgumentNullException.ThrowIfNull(bindingParameters);
        bindingParameters.Add(this);
    }

    /// <inheritdoc/>
    public void ApplyClientBehavior(ServiceEndpoint endpoint, System.ServiceModel.Dispatcher.ClientRuntime clientRuntime)
    {
    }

    /// <inheritdoc/>
    public void ApplyDispatchBehavior(ServiceEndpoint endpoint, System.ServiceModel.Dispatcher.EndpointDispatcher endpointDispatcher)
    {
    }

    /// <inheritdoc/>
    public void Validate(ServiceEndpoint endpoint)
    {
    }
}
