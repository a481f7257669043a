using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Reliable;

/// <summary>
/// The header blocks of WS-ReliableMessaging in one message, each at most once. They are read from the plain envelope of a verified
/// message, which has those that were signed and no others.
/// </summary>
internal sealed record ReliableHeaders
{
    public SequenceHeader? Sequence { get; init; }
    public SequenceAcknowledgement? Acknowledgement { get; init; }

    /// <summary>The sequence for which an acknowledgement is requested (r:AckRequested); null for none.</summary>
    public string? AckRequested { get; init; }

    /// <summary>Whether the sequence is bound to its security session by a reference (r:UsesSequenceSTR).</summary>
    public bool UsesSequenceStr { get; init; }

    /// <summary>The fault that SOAP 1.1 says in a header block (r:SequenceFault). Written, not read: the body says it, too.</summary>
    public SequenceFault? Fault { get; init; }

    public static ReliableHeaders Read(SoapEnvelope plain, RmNames names)
    {
        var (sequence, acknowledgement, requested, str) =
            (Single(plain, names.Sequence), Single(plain, names.SequenceAcknowledgement), Single(plain, names.AckRequested),
                Single(plain, names.UsesSequenceStr));
        if (!plain.Find(names.UsesSequenceSsl).IsNull)
        {
            Fail.With(FailureCode.InvalidSequence, "wsrm:UsesSequenceSSL");
        }

        return new ReliableHeaders
        {
            Sequence = sequence.IsNull ? null : SequenceHeader.Read(sequence, names),
            Acknowledgement = acknowledgement.IsNull ? null : Reliable.SequenceAcknowledgement.Read(acknowledgement, names),
            AckRequested = requested.IsNull ? null : RmValue.Identifier(requested, names),
            UsesSequenceStr = !str.IsNull,
        };
    }

    /// <summary>Whether a message belongs to a sequence, or is about one.</summary>
    public static bool AreIn(SoapEnvelope plain) => AreIn(plain, RmNames.V11) || AreIn(plain, RmNames.February2005);

    private static bool AreIn(SoapEnvelope plain, RmNames names) => !plain.Find(names.Sequence).IsNull || names.Owns(plain.Action);

    /// <summary>Writes the envelope without these blocks, for the application.</summary>
    public static PooledBytes Remove(SoapEnvelope plain, RmNames names)
    {
        var splice = new EnvelopeSplice(plain);
        foreach (var block in plain.Headers)
        {
            if (Array.Exists(names.Headers, block.Element.Is))
            {
                splice.Replace(block.Element, static _ => { });
            }
        }

        return splice.Apply(plain.Bytes.Length);
    }

    /// <summary>Writes the envelope of the application with these blocks.</summary>
    public PooledBytes AddTo(SoapEnvelope plain, RmNames names)
    {
        var splice = new EnvelopeSplice(plain);
        splice.InsertHeader(output => Write(output, plain.Names, names));
        return splice.Apply(plain.Bytes.Length + 1024);
    }

    public void Write(PooledBytes output, SoapNames soap, RmNames names)
    {
        if (UsesSequenceStr)
        {
            RmValue.Start(output, names, "UsesSequenceSTR", soap);
            RmValue.End(output, "UsesSequenceSTR");
        }

        Fault?.WriteHeader(output, soap, names);
        Sequence?.Write(output, soap, names);
        Acknowledgement?.Write(output, names);
        if (AckRequested is not null)
        {
            RmValue.Start(output, names, "AckRequested");
            RmValue.Element(output, "Identifier", AckRequested);
            RmValue.End(output, "AckRequested");
        }
    }

    private static XmlElement Single(SoapEnvelope plain, XmlName name)
    {
        XmlElement found = default;
        foreach (var block in plain.Headers)
        {
            if (block.Element.Is(name))
            {
                if (!found.IsNull)
                {
                    Fail.With(FailureCode.DuplicateElement, name.ToString());
                }

                found = block.Element;
            }
        }

        return found;
    }
}
