using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Soap;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Send;

/// <summary>Encrypts the planned parts of an envelope: the content of the body, and whole header blocks.</summary>
internal static class PartEncryption
{
    /// <summary>Replaces the parts by ciphertext; returns the Ids for the reference list, the body first as WCF writes it.</summary>
    public static List<string> Apply(
        EnvelopeSplice splice,
        SendPlan plan,
        MessageRequirements requirements,
        SendKeys keys,
        RandomSource random)
    {
        var envelope = plan.Envelope;
        var ids = new List<string>(2);
        foreach (var part in plan.Signed)
        {
            if (!part.Encrypt)
            {
                continue;
            }

            RequireTelling(envelope, part, requirements);
            var id = plan.Ids.Next();
            ids.Add(id);
            if (part.Block == PlannedPart.Body)
            {
                // An empty body is encrypted too, as one block of padding (recorded from WCF). What the application wrote is not touched,
                // but for what is superfluous.
                splice.ReplaceContent(envelope.Body, output => Covered(plan, envelope.Body, isContent: true, requirements, plain =>
                    EncryptionWriter.EncryptedData(output, id, isContent: true, plain, endsWithTag: false, keys.Encryption,
                        requirements.Suite, keys.EncryptionReference, random)));
            }
            else
            {
                var block = envelope.Headers[part.Block].Element;
                splice.Replace(block, output => Covered(plan, block, isContent: false, requirements, plain =>
                    WriteEncryptedHeader(output, id, plain, requirements, keys, random)));
            }
        }

        return ids;
    }

    /// <summary>What the digest covers of the plaintext: where the signature was made over it, the rest is left out.</summary>
    private static void Covered(SendPlan plan, XmlElement part, bool isContent, MessageRequirements requirements, Write write)
    {
        var bytes = plan.Envelope.Bytes;
        var (start, end) = isContent ? (part.ContentStart, part.ContentEnd) : (part.Start, part.End);
        var plain = bytes[start..end];
        var isCanonical = isContent && part.Content is not null;
        if (!requirements.SignsFirst || (plan.Repeats.Count == 0 && (isCanonical || plain.IndexOf("<!"u8) < 0)))
        {
            write(plain);
            return;
        }

        using var rest = new PooledBytes(plain.Length);
        Superfluous.LeaveOut(rest, bytes, start, end, plan.Repeats);
        write(rest.Span);
    }

    private delegate void Write(ReadOnlySpan<byte> plain);

    /// <summary>Refuses to send what the receiver could not tell from the content of another key (<see cref="TellingContent"/>).</summary>
    private static void RequireTelling(SoapEnvelope envelope, PlannedPart part, MessageRequirements requirements)
    {
        var isTelling = !requirements.LeavesKeyUnsigned || (part.Block == PlannedPart.Body
            ? TellingContent.IsOf(envelope.Body, requirements.IsAsymmetric)
            : TellingContent.IsElement(envelope.Headers[part.Block].Element, requirements.IsAsymmetric));
        if (!isTelling)
        {
            throw new ArgumentException("With EncryptBeforeSign an encrypted body is empty, or holds elements and no text. In asymmetric "
                + "bindings it and each encrypted header have at least 16 octets: give the element a namespace, or choose another "
                + "MessageProtectionOrder.");
        }
    }

    /// <summary>Writes wsse11:EncryptedHeader (WS-Security 1.1 section 9.3.1), with mustUnderstand as WCF does.</summary>
    private static void WriteEncryptedHeader(
        PooledBytes output,
        string id,
        ReadOnlySpan<byte> block,
        MessageRequirements requirements,
        SendKeys keys,
        RandomSource random)
    {
        output.Write("<k:EncryptedHeader xmlns:k=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" xmlns:m=\""u8);
        output.WriteText(requirements.Soap.Soap);
        output.Write("\" xmlns:u=\""u8);
        output.WriteText(Ns.Wsu);
        output.Write("\" m:mustUnderstand=\"1\""u8);
        TokenWriter.Attribute(output, "u:Id", id);
        output.Write(">"u8);
        EncryptionWriter.EncryptedData(
            output,
            id: null,
            isContent: false,
            block,
            endsWithTag: false,
            keys.Encryption,
            requirements.Suite,
            keys.EncryptionReference,
            random);
        output.Write("</k:EncryptedHeader>"u8);
    }
}
