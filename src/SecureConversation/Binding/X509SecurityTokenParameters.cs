namespace SecureConversation.Binding;

/// <summary>A certificate as a token (Web Services Security X.509 Certificate Token Profile 1.1).</summary>
public sealed record X509SecurityTokenParameters : SecurityTokenParameters
{
    /// <summary>How the certificate is referred to when it does not travel in the message. Default: <see cref="X509ReferenceStyle.Any"/>.</summary>
    public X509ReferenceStyle X509ReferenceStyle { get; init; }
}
