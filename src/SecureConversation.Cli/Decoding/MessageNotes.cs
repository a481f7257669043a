namespace SecureConversation.Cli.Decoding;

/// <summary>Notes that hold nothing of a message, so that a redaction leaves them.</summary>
internal static class MessageNotes
{
    public const string Cut = "It is too deep or has too many elements to show all of them.";

    public const string Changed =
        "The key is there, and a part cannot be decrypted with it: key or ciphertext was changed.";

    public const string NoKey = "No given key opens what is encrypted in it. Give the private key of its receiver, "
        + "and the capture from the handshake on.";

    public const string Ambiguous = "More than one part has an Id that a signature names: which of them it means is ambiguous.";

    public const string NothingSigned = "Nothing in it is signed: only a protected transport, which the capture does not show, "
        + "could vouch for it.";

    public const string TransportAssumed = "Nothing in it is signed. Its address is https, so TLS was assumed to protect it; "
        + "the capture does not show that.";

    private static readonly HashSet<string> All = [Cut, Changed, NoKey, Ambiguous, NothingSigned, TransportAssumed];

    /// <summary>Whether a note says nothing that a message says.</summary>
    public static bool IsOwn(string note) => All.Contains(note);
}
