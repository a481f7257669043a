namespace SecureConversation.Contract;

/// <summary>
/// The service that all sides implement: contract IContract of namespace urn:contract, with WCF's actions. A body that reads
/// &lt;op xmlns="urn:contract"&gt;&lt;parameter/&gt;...&lt;/op&gt; is answered by &lt;opResponse&gt;&lt;opResult/&gt;&lt;/opResponse&gt;.
/// </summary>
public static class Contract
{
    public const string Namespace = "urn:contract";
    public const string Name = "IContract";
    public const string ActionPrefix = Namespace + "/" + Name + "/";
    public const string UserName = "alice";
    public const string Password = "secret";

    /// <summary>What an exception of the service says, and no client may see.</summary>
    public const string Secret = "connection string";

    /// <summary>The operation that is signed only.</summary>
    public const string SignedAction = ActionPrefix + "Signed";
}

/// <summary>A fault of the application as a client sees it.</summary>
public sealed class ContractFaultException(string? subcode, string reason, string? detail) : Exception(reason)
{
    public string? Subcode { get; } = subcode;

    /// <summary>The reason inside the MathFault of the detail; null without one.</summary>
    public string? Detail { get; } = detail;
}

/// <summary>Message security or the handshake failed, as a client sees it.</summary>
public sealed class ContractRefusedException(string message, bool isSessionLost, Exception inner) : Exception(message, inner)
{
    /// <summary>The service does not know the session any more.</summary>
    public bool IsSessionLost { get; } = isSessionLost;
}
