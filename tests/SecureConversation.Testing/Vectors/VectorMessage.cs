namespace SecureConversation.Testing.Vectors;

/// <summary>One message of a conversation with access to its bytes.</summary>
public sealed class VectorMessage
{
    internal VectorMessage(Vector vector, VectorMessageRecord record)
    {
        Vector = vector;
        Record = record;
    }

    public Vector Vector { get; }

    public VectorMessageRecord Record { get; }

    /// <summary>Unique and stable: the vector's name, a slash, the file.</summary>
    public string Name => $"{Vector.Name}/{Record.File}";

    public bool IsFromClient => Record.Direction == VectorDirection.ClientToService;

    /// <summary>Content type of the envelope as text; null where none was recorded.</summary>
    public string? ContentType => IsText ? Record.ContentType
        : Vector.File.Binding.SoapVersion == "Soap11" ? "text/xml; charset=utf-8" : "application/soap+xml; charset=utf-8";

    private bool IsText => Path.GetExtension(Record.File) == ".xml";

    /// <summary>The entity body as delivered.</summary>
    public byte[] ReadEntity() => Vector.ReadFile(Record.File);

    /// <summary>The envelope as delivered, as text: what the library makes of the entity body where that is MTOM or binary.</summary>
    public byte[] ReadBytes()
    {
        if (IsText)
        {
            return ReadEntity();
        }

        using var decoded = EnvelopeEncoding.Decode(ReadEntity(), Record.ContentType);
        return decoded.Envelope.ToArray();
    }

    /// <summary>
    /// The envelope as text that was recorded beside an entity body of MTOM or the binary encoding, whose reader is that of a WCF stack;
    /// null where the body is text.
    /// </summary>
    public byte[]? ReadText() => IsText ? null : Vector.ReadFile(Path.ChangeExtension(Record.File, ".text.xml"));

    /// <summary>The envelope after decryption with its security header kept; null where none was recorded.</summary>
    public byte[]? ReadPlain() => Record.Plain is { } file ? Vector.ReadFile(file) : null;

    /// <summary>The entity body as its sender made it, before any tampering.</summary>
    public byte[] ReadBytesAsSent()
    {
        var bytes = ReadBytes();
        // From the end, so that an undone edit does not move those that are still to be undone.
        foreach (var edit in (Record.Tampering?.Edits ?? []).OrderByDescending(edit => edit.Offset))
        {
            if (!bytes.AsSpan(edit.Offset).StartsWith(edit.Replacement))
            {
                throw new VectorFormatException($"{Name}: the edit at offset {edit.Offset} does not match the delivered bytes.");
            }
            bytes = [.. bytes.AsSpan(0, edit.Offset), .. edit.Original, .. bytes.AsSpan(edit.Offset + edit.Replacement.Length)];
        }
        return bytes;
    }

    public override string ToString() => Name;
}
