namespace SecureConversation;

/// <summary>A SOAP fault, read from a reply.</summary>
public sealed record SoapFault
{
    /// <summary>Local name of the code: Sender, Receiver, MustUnderstand, ... In SOAP 1.1: Client, Server or the specific code.</summary>
    public required string Code { get; init; }

    /// <summary>The specific code as {namespace}name; null when there is none.</summary>
    public string? Subcode { get; init; }

    /// <summary>The first reason text, as the peer wrote it.</summary>
    public required string Reason { get; init; }

    /// <summary>Whether the fault was part of a verified message. If not, anybody may have sent it.</summary>
    public bool IsSecured { get; init; }

    internal bool Is(string localName) => Subcode is not null && Subcode.EndsWith('}' + localName, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() =>
        $"The peer answered with a fault{(IsSecured ? "" : " (not secured)")}: {Subcode ?? Code}: {Reason}";
}
