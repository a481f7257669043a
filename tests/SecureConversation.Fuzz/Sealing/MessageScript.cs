namespace SecureConversation.Fuzz.Sealing;

/// <summary>
/// A message before it is signed and encrypted: the octets of the wire with marks that XML does not allow. Any octets are a script, so a
/// fuzzer can change everything, and what it changed is signed and encrypted as if it were meant.
/// <code>
/// 01 text 02 plaintext 03 text 04    an encrypted part: on the wire text, base64 of the encrypted plaintext, text
/// 05                                 the value of a digest
/// 06                                 the value of a signature
/// 0E name                            a value of the scene, for example the identifier of the session
/// </code>
/// </summary>
internal sealed class MessageScript
{
    public const byte PartStart = 1;
    public const byte PlainStart = 2;
    public const byte PlainEnd = 3;
    public const byte PartEnd = 4;
    public const byte Digest = 5;
    public const byte Value = 6;
    public const byte Variable = 14;

    private const int MaxParts = 24;
    private const int MaxSlots = 48;

    private readonly List<Segment> _segments = [];
    private readonly List<byte> _run = [];

    private MessageScript()
    {
    }

    public int PartCount { get; private set; }

    public int SlotCount { get; private set; }

    public static MessageScript Read(ReadOnlySpan<byte> script, IReadOnlyDictionary<byte, byte[]> variables)
    {
        var read = new MessageScript();
        var place = Place.Outside;
        for (var i = 0; i < script.Length; i++)
        {
            var octet = script[i];
            switch (octet)
            {
                case PartStart when place == Place.Outside && read.PartCount < MaxParts:
                    read.Flush(place);
                    place = Place.Head;
                    read.PartCount++;
                    break;
                case PlainStart when place == Place.Head:
                    read.Flush(place);
                    place = Place.Plain;
                    break;
                case PlainEnd when place == Place.Plain:
                    read.Flush(place);
                    read._segments.Add(new Segment(SegmentKind.Cipher, Place.Tail, read.PartCount - 1, []));
                    place = Place.Tail;
                    break;
                case PartEnd when place is Place.Tail or Place.Head:
                    read.Flush(place);
                    place = Place.Outside;
                    break;
                case Digest or Value when read.SlotCount < MaxSlots:
                    read.Flush(place);
                    read._segments.Add(new Segment(octet == Digest ? SegmentKind.Digest : SegmentKind.Value, place, read.PartCount - 1, []));
                    read.SlotCount++;
                    break;
                case Variable when i + 1 < script.Length && variables.TryGetValue(script[i + 1], out var value):
                    read._run.AddRange(value);
                    i++;
                    break;
                default:
                    read._run.Add(octet);
                    break;
            }
        }

        read.Flush(place);
        return read;
    }

    /// <summary>Writes the document.</summary>
    /// <param name="plain">Whether parts stand in clear.</param>
    /// <param name="slots">The values of digests and signatures, by number.</param>
    /// <param name="ciphers">The ciphertexts in base64, by number of the part; null for a stand-in.</param>
    /// <param name="withoutPlain">Leaves out the plaintext of parts without a digest or signature, which may be no XML.</param>
    public Rendered Render(bool plain, byte[][] slots, byte[]?[]? ciphers = null, bool withoutPlain = false)
    {
        var output = new List<byte>();
        var positions = new int[SlotCount];
        var parts = new int[PartCount];
        var slot = 0;
        foreach (var segment in _segments)
        {
            var isSlot = segment.Kind is SegmentKind.Digest or SegmentKind.Value;
            var number = isSlot ? slot++ : -1;
            if (segment.Kind == SegmentKind.Cipher)
            {
                parts[segment.Part] = output.Count;
            }

            if (segment.Place is Place.Head or Place.Tail ? plain : segment.Place == Place.Plain && !plain)
            {
                continue;
            }

            if (withoutPlain && segment.Place == Place.Plain && !HasSlots(segment.Part))
            {
                continue;
            }

            if (isSlot)
            {
                positions[number] = output.Count;
            }

            output.AddRange(isSlot ? slots[number]
                : segment.Kind == SegmentKind.Cipher ? ciphers?[segment.Part] ?? [(byte)'A', (byte)'A', (byte)'A', (byte)'A']
                : segment.Octets);
        }

        return new Rendered([.. output], positions, parts);
    }

    /// <summary>The plaintext of a part.</summary>
    public byte[] Plaintext(int part, byte[][] slots)
    {
        var output = new List<byte>();
        var slot = 0;
        foreach (var segment in _segments)
        {
            var isSlot = segment.Kind is SegmentKind.Digest or SegmentKind.Value;
            var number = isSlot ? slot++ : -1;
            if (segment.Place == Place.Plain && segment.Part == part)
            {
                output.AddRange(isSlot ? slots[number] : segment.Octets);
            }
        }

        return [.. output];
    }

    public bool IsDigest(int slot) =>
        _segments.Where(s => s.Kind is SegmentKind.Digest or SegmentKind.Value).ElementAt(slot).Kind == SegmentKind.Digest;

    private bool HasSlots(int part) => _segments.Any(s => s.Part == part && s.Place == Place.Plain && s.Kind is SegmentKind.Digest or SegmentKind.Value);

    private void Flush(Place place)
    {
        if (_run.Count > 0)
        {
            _segments.Add(new Segment(SegmentKind.Octets, place, PartCount - 1, [.. _run]));
            _run.Clear();
        }
    }

    private enum Place
    {
        Outside,
        Head,
        Plain,
        Tail,
    }

    private enum SegmentKind
    {
        Octets,
        Cipher,
        Digest,
        Value,
    }

    private sealed record Segment(SegmentKind Kind, Place Place, int Part, byte[] Octets);
}

/// <summary>A document that a script made.</summary>
/// <param name="Document">The octets.</param>
/// <param name="Slots">Where the values of digests and signatures begin.</param>
/// <param name="Parts">Where the ciphertexts begin.</param>
internal sealed record Rendered(byte[] Document, int[] Slots, int[] Parts);
