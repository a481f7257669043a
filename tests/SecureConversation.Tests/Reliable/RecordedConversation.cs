using SecureConversation.Binding;
using SecureConversation.Diagnosis;
using SecureConversation.Testing.Vectors;
using SecureConversation.Tests.Vectors;

namespace SecureConversation.Tests.Reliable;

/// <summary>A recording with a reliable session: what each message says, and who signed and encrypted what.</summary>
internal sealed class RecordedConversation : IDisposable
{
    private const string Prefix = "urn:uuid:";

    private readonly ConversationDecoder _decoder;

    public RecordedConversation(Vector vector)
    {
        Vector = vector;
        _decoder = VectorSupport.CreateDecoder(vector);
        Messages = [.. vector.Messages.Select(Decode)];
    }

    /// <summary>The recordings with a reliable session, by their names.</summary>
    public static TheoryData<string> Names => [.. VectorArchive.Names
        .Where(name => name.Contains("-rm", StringComparison.Ordinal))
        .Select(name => new TheoryDataRow<string>(name) { Label = name })];

    public Vector Vector { get; }

    public IReadOnlyList<RecordedEnvelope> Messages { get; }

    /// <summary>A request for a key, as the recorded client made it.</summary>
    public DecoderKnowledge Knowledge => _decoder.Knowledge;

    /// <summary>The octets of which an identifier of the recording is made.</summary>
    public static byte[] OctetsOf(string identifier) => Guid.Parse(identifier[Prefix.Length..]).ToByteArray(bigEndian: true);

    public void Dispose() => _decoder.Dispose();

    private RecordedEnvelope Decode(VectorMessage message)
    {
        var wire = message.ReadBytes();
        var direction = message.IsFromClient ? MessageDirection.ClientToService : MessageDirection.ServiceToClient;
        using var decoded = _decoder.Decode(wire, direction, message.Record.Instant, message.ContentType);
        Assert.True(decoded.IsVerified, $"{message.Record.File}: {decoded.Failure} {decoded.Detail}");
        return new RecordedEnvelope(message.Record, wire, decoded.Message!.Envelope.ToArray(), Parts(decoded));
    }

    /// <summary>The parts that are signed and those that are encrypted.</summary>
    public static string Parts(DecodedMessage decoded) =>
        string.Join(' ', decoded.Protection!.SignedParts.Order()) + " | " + string.Join(' ', decoded.Protection!.EncryptedParts.Order());
}

/// <param name="Record">What the vector says about it.</param>
/// <param name="Wire">The envelope as delivered.</param>
/// <param name="Plain">The same without its security.</param>
/// <param name="Parts">What is signed and encrypted.</param>
internal sealed record RecordedEnvelope(VectorMessageRecord Record, byte[] Wire, byte[] Plain, string Parts);
