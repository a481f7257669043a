namespace SecureConversation.Binding;

/// <summary>A certificate as a token (Web Services Security X.509 Certificate Token Profile 1.1).</summary>
public sealed record X509SecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>
    /// How a message refers to the certificate when it does not carry the certificate. Default: <see cref="X509ReferenceStyle.Any"/>.
    /// </summary>
    public X509ReferenceStyle X509ReferenceStyle { get; init; }
}
