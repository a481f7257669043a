using System.Security.Cryptography.X509Certificates;
using SecureConversation.Binding;

namespace SecureConversation.Diagnosis;

/// <summary>The kind of a recorded message.</summary>
public enum DecodedKind
{
    /// <summary>Request for a security context.</summary>
    IssueRequest,
    /// <summary>Response that issues a security context.</summary>
    IssueResponse,
    /// <summary>Request to cancel a security context.</summary>
    CancelRequest,
    /// <summary>Response that confirms a cancellation.</summary>
    CancelResponse,
    /// <summary>A message of the application.</summary>
    Application,
    /// <summary>A fault under message security.</summary>
    SecuredFault,
    /// <summary>A fault without message security. Anybody may have sent it.</summary>
    UnsecuredFault,
    /// <summary>Not a SOAP message of the binding's version.</summary>
    Unreadable,
    /// <summary>Request for another key of a security context.</summary>
    RenewRequest,
    /// <summary>Response that issues another key of a security context.</summary>
    RenewResponse,
}

/// <summary>One decoded message, or the rule that it breaks. Dispose it to return its buffers to their pool.</summary>
public sealed class DecodedMessage : IDisposable
{
    private readonly VerifiedMessage? _message;

    internal DecodedMessage(
        DecodedKind kind, MessageDirection direction, VerifiedMessage? message, FailureCode failure, string? detail,
        SoapFault? fault = null)
    {
        _message = message;
        Kind = kind;
        Direction = direction;
        Failure = failure;
        Detail = detail;
        Fault = fault;
    }

    /// <summary>The kind of the message.</summary>
    public DecodedKind Kind { get; }

    /// <summary>Whether the client or the service sent the message.</summary>
    public MessageDirection Direction { get; }

    /// <summary>
    /// Whether every rule of the binding holds. A reply without security, which a binding may allow, breaks none:
    /// <see cref="MessageProtection.IsSecured"/> tells.
    /// </summary>
    public bool IsVerified => Failure == FailureCode.None && Kind != DecodedKind.UnsecuredFault;

    /// <summary>The rule that failed; <see cref="FailureCode.None"/> when all hold.</summary>
    public FailureCode Failure { get; }

    /// <summary>The element that broke the rule; null when it is not known.</summary>
    public string? Detail { get; }

    /// <summary>The fault, for <see cref="DecodedKind.UnsecuredFault"/> and <see cref="DecodedKind.SecuredFault"/>.</summary>
    public SoapFault? Fault { get; }

    /// <summary>a:Action; null when absent or not verified.</summary>
    public string? Action => _message?.Action;

    /// <summary>
    /// The certificate whose key signed or endorsed the message; null in sessions, for anonymous clients and for failures.
    /// </summary>
    public X509Certificate2? SenderCertificate => _message?.SenderCertificate;

    /// <summary>The user name in the message; null when it has none, and for failures.</summary>
    public string? UserName => _message?.Tokens.UserName?.UserName;

    /// <summary>
    /// Identifier of the security context whose key protects the message, or endorses it in a request that renews; null outside sessions.
    /// </summary>
    public string? ContextId => _message?.ContextId ?? _message?.EndorsingContext?.Identifier;

    /// <summary>The instance of that key; null for the key with which the session was opened, and outside sessions.</summary>
    public string? ContextInstance => _message?.Context is { } own ? own.Instance : _message?.EndorsingContext?.Instance;

    /// <summary>The decrypted envelope with its security header, in UTF-8; empty for failures. Valid until disposal.</summary>
    public ReadOnlyMemory<byte> Plaintext => _message?.DecryptedEnvelope ?? default;

    /// <summary>Which parts were signed and encrypted, and by which keys and algorithms; null for failures.</summary>
    public MessageProtection? Protection => _message?.Protection;

    internal VerifiedMessage? Message => _message;

    /// <summary>What the message has where the rule asks for something else; null when nothing is said.</summary>
    internal string? Found { get; init; }

    /// <summary>What the rule asks for; null when nothing is said.</summary>
    internal string? Expected { get; init; }

    /// <inheritdoc/>
    public void Dispose() => _message?.Dispose();
}
