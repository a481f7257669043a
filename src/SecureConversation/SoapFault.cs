namespace SecureConversation;

/// <summary>A SOAP fault, read from a reply.</summary>
/// <param name="Code">Local name of the code: Sender, Receiver, MustUnderstand, ... (SOAP 1.1: Client, Server or the specific code).</param>
/// <param name="Subcode">The specific code as {namespace}name; null when there is none.</param>
/// <param name="Reason">The first reason text. Written by the peer.</param>
/// <param name="IsSecured">Whether the fault was part of a verified message. One that was not may come from anybody.</param>
public sealed record SoapFault(string Code, string? Subcode, string Reason, bool IsSecured)
{
    internal bool Is(string localName) => Subcode is not null && Subcode.EndsWith('}' + localName, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => $"The peer answered with a fault{(IsSecured ? "" : " (not secured)")}: {Subcode ?? Code}: {Reason}";
}
