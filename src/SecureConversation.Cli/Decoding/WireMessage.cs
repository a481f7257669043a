using System.Xml.Linq;
using SecureConversation.Binding;
using SecureConversation.Cli.Captures;
using SecureConversation.Diagnosis;
using SecureConversation.Engine.Names;

namespace SecureConversation.Cli.Decoding;

/// <summary>
/// One message as it can be seen without a binding. Its tree is that of the wire, until <see cref="WireKeys"/> decrypts in it.
/// </summary>
internal sealed class WireMessage
{
    public WireMessage(int number, CapturedMessage captured, ReadOnlyMemory<byte> utf8)
    {
        Number = number;
        Captured = captured;
        Octets = utf8;
        Envelope = WireReader.Read(utf8) is { Name.LocalName: "Envelope" } root && WireNames.IsSoap(root.Name.Namespace) ? root : null;
        Direction = MessageDirection.ClientToService;
        Action = Addressing("Action");
        MessageId = Addressing("MessageID");
        RelatesTo = Addressing("RelatesTo");
    }

    /// <summary>Its number in the report, from 1.</summary>
    public int Number { get; }

    public CapturedMessage Captured { get; }

    /// <summary>The envelope in UTF-8.</summary>
    public ReadOnlyMemory<byte> Octets { get; }

    /// <summary>The tree; null where the body is no SOAP envelope.</summary>
    public XElement? Envelope { get; }

    /// <summary>Who sent it, by the capture or by <see cref="WireDirections"/>.</summary>
    public MessageDirection Direction { get; set; }

    public bool IsRequest => Direction == MessageDirection.ClientToService;

    public string? Action { get; }

    public string? MessageId { get; }

    public string? RelatesTo { get; }

    public XElement? Header => Envelope?.Element(Envelope.Name.Namespace + "Header");

    public XElement? Body => Envelope?.Element(Envelope.Name.Namespace + "Body");

    /// <summary>The security header that its receiver reads; those of other roles are not for it.</summary>
    public XElement? Security => Header?.Elements(WireNames.Security)
        .FirstOrDefault(block => WireNames.IsForReceiver(block, Envelope!.Name.Namespace));

    /// <summary>The children of the security header, decrypted ones included.</summary>
    public IEnumerable<XElement> SecurityItems => Security?.Elements() ?? [];

    public bool IsSecured => Security is not null;

    /// <summary>
    /// Whether the capture has it from an address that is reached over TLS. What the message says of its address is no proof.
    /// </summary>
    public bool IsOverTls => Captured.Address is { IsAbsoluteUri: true } address && address.Scheme == Uri.UriSchemeHttps;

    /// <summary>The namespace of its version of WS-Addressing; null where it has no such header.</summary>
    public string? AddressingNamespace =>
        Header?.Elements().Select(e => e.Name.Namespace).FirstOrDefault(WireNames.IsAddressing)?.NamespaceName;

    public bool IsFault => Body?.Elements().FirstOrDefault() is { } first && first.Name == Envelope!.Name.Namespace + "Fault";

    /// <summary>The keys that it brings or names, by the Id of their tokens.</summary>
    public IReadOnlyDictionary<string, (bool IsDerived, WireKey Key)> Keys { get; set; } =
        new Dictionary<string, (bool IsDerived, WireKey Key)>();

    /// <summary>The parts that were encrypted, in document order, after <see cref="WireKeys"/> has seen the message.</summary>
    public List<WireEncryption> Encryptions { get; } = [];

    /// <summary>The last word of a WS-Trust action of a session: "SCT", "Renew", "Cancel"; null for all other actions.</summary>
    public string? SessionStep
    {
        get
        {
            if (Action is null || !(Action.StartsWith(Ns.TrustFebruary2005, StringComparison.Ordinal)
                || Action.StartsWith(Ns.Trust13, StringComparison.Ordinal)) || !Action.Contains("/SCT", StringComparison.Ordinal))
            {
                return null;
            }

            return Action[(Action.LastIndexOf('/') + 1)..];
        }
    }

    /// <summary>Whether the bootstrap protects it.</summary>
    public bool IsHandshake => SessionStep is "SCT" or "Renew";

    /// <summary>When it was sent: by the capture, or by its own timestamp.</summary>
    public DateTimeOffset? Instant => Captured.Instant ?? Created;

    /// <summary>The time that its receiver is taken to have: its own, or that of the message before it.</summary>
    public DateTimeOffset Clock { get; set; }

    /// <summary>Decodes it as the next message of a conversation.</summary>
    public DecodedMessage Decode(ConversationDecoder decoder) =>
        decoder.Decode(Octets, Direction, Clock, Captured.ContentType, Captured.TransportAction);

    private DateTimeOffset? Created =>
        SecurityItems.FirstOrDefault(e => e.Name == WireNames.Timestamp)?.Element(WireNames.Wsu + "Created")?.Value is { } text
            && DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture,
                System.Globalization.DateTimeStyles.AssumeUniversal, out var created) ? created : null;

    private string? Addressing(string name) => Header?.Elements()
        .FirstOrDefault(e => e.Name.LocalName == name && WireNames.IsAddressing(e.Name.Namespace))?.Value.Trim();
}

/// <summary>One EncryptedData, and what became of it.</summary>
/// <param name="Id">The Id that a DataReference names.</param>
/// <param name="Algorithm">URI of the encryption method.</param>
/// <param name="Place">Where it was.</param>
/// <param name="IsDerived">Whether a derived key encrypted it; null where the message does not lead to a key.</param>
/// <param name="Source">What the key is, or is derived from; null where nothing leads to it.</param>
internal sealed record WireEncryption(string? Id, string Algorithm, WirePlace Place, bool? IsDerived, WireKey? Source)
{
    /// <summary>The element that it was; of the body, the body; null where it was not decrypted.</summary>
    public XElement? Plain { get; init; }

    public bool IsDecrypted { get; init; }
}

/// <summary>Where a part stood.</summary>
internal enum WirePlace
{
    SecurityItem,
    HeaderBlock,
    Body,
}

/// <summary>A key that a message uses, by its public name.</summary>
/// <param name="Kind">What holds it.</param>
/// <param name="Name">As in ProtectionKey.</param>
/// <param name="Octets">The key; null where it could not be found out.</param>
internal sealed record WireKey(WireKeyKind Kind, string Name, byte[]? Octets);

/// <summary>What holds a key.</summary>
internal enum WireKeyKind
{
    EncryptedKey,
    SecurityContext,
    UserName,
    IssuedToken,
    Unknown,
}
