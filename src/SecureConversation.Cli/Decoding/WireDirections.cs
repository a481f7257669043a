using SecureConversation.Binding;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>Finds out who sent a message where the capture does not say.</summary>
internal static class WireDirections
{
    public static void FindOut(IReadOnlyList<WireMessage> messages)
    {
        var requests = new HashSet<string>(StringComparer.Ordinal);
        var exchanges = new HashSet<int>();
        MessageDirection? last = null;
        foreach (var message in messages)
        {
            message.Direction = message.Captured.Direction
                ?? (message.Captured.Exchange is { } exchange
                    ? exchanges.Add(exchange) ? MessageDirection.ClientToService : MessageDirection.ServiceToClient
                    : Guess(message, requests, last));
            last = message.Direction;
            if (message.IsRequest && message.MessageId is { } id)
            {
                requests.Add(id);
            }
        }
    }

    private static MessageDirection Guess(WireMessage message, HashSet<string> requests, MessageDirection? last)
    {
        if (message.Captured.HttpStatus is not null)
        {
            return MessageDirection.ServiceToClient;
        }

        if (message.RelatesTo is { } relates && (requests.Contains(relates) || message.MessageId is null))
        {
            return MessageDirection.ServiceToClient;
        }

        if (message.SessionStep is not null)
        {
            return message.Action!.Contains("/RSTR/", StringComparison.Ordinal)
                ? MessageDirection.ServiceToClient
                : MessageDirection.ClientToService;
        }

        // A client sends the token of its session with each request, and the service never does.
        if (message.SecurityItems.Any(WireNames.IsContextToken))
        {
            return MessageDirection.ClientToService;
        }

        if (message.RelatesTo is not null || message.IsFault || NamesKeyOfRequest(message)
            || message.SecurityItems.Any(item => item.Name == WireNames.SignatureConfirmation))
        {
            return MessageDirection.ServiceToClient;
        }

        // With addressing a reply says which request it answers. Without it, replies follow requests.
        return message.AddressingNamespace is null && last == MessageDirection.ClientToService
            ? MessageDirection.ServiceToClient
            : MessageDirection.ClientToService;
    }

    // Only the answer is under a key that the message neither brings nor has derived from a token in it.
    private static bool NamesKeyOfRequest(WireMessage message) => message.SecurityItems
        .Where(item => WireNames.IsDerivedKey(item) || item.Name == WireNames.EncryptedData || item.Name == WireNames.Signature)
        .Select(item => item.Descendants(WireNames.Str).FirstOrDefault())
        .Any(str => str is not null && (str.Element(WireNames.KeyIdentifier)?.Attribute("ValueType")?.Value == Uris.EncryptedKeySha1
            || str.Element(WireNames.Reference)?.Attribute("ValueType")?.Value is Ns.ScFebruary2005 + "/sct" or Ns.Sc13 + "/sct"));
}
