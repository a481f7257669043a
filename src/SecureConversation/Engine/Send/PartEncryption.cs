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
            var hidden = new HiddenPart(plan, part, id, requirements, keys, random);
            if (part.Block == PlannedPart.Body)
            {
                // An empty body is encrypted too, as one block of padding (recorded from WCF). What the application wrote is not touched,
                // but for what is superfluous.
                splice.ReplaceContent(envelope.Body, hidden.Write);
            }
            else
            {
                splice.Replace(envelope.Headers[part.Block].Element, hidden.Write);
            }
        }

        return ids;
    }

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

    /// <summary>Writes what takes the place of one part.</summary>
    private sealed class HiddenPart(
        SendPlan plan, PlannedPart part, string id, MessageRequirements requirements, SendKeys keys, RandomSource random)
    {
        private bool IsBody => part.Block == PlannedPart.Body;

        /// <summary>
        /// Encrypts what the digest covers of the plaintext: where the signature was made over it, the rest is left out.
        /// </summary>
        public void Write(PooledBytes output)
        {
            var bytes = plan.Envelope.Bytes;
            var element = IsBody ? plan.Envelope.Body : plan.Envelope.Headers[part.Block].Element;
            var (start, end) = IsBody ? (element.ContentStart, element.ContentEnd) : (element.Start, element.End);
            var plain = bytes[start..end];
            var isCanonical = IsBody && element.Content is not null;
            if (!requirements.SignsFirst || (plan.Repeats.Count == 0 && (isCanonical || plain.IndexOf("<!"u8) < 0)))
            {
                Encrypt(output, plain);
                return;
            }

            using var rest = new PooledBytes(plain.Length);
            Superfluous.LeaveOut(rest, bytes, start, end, plan.Repeats);
            Encrypt(output, rest.Span);
        }

        private void Encrypt(PooledBytes output, ReadOnlySpan<byte> plain)
        {
            if (!IsBody)
            {
                StartEncryptedHeader(output);
            }

            EncryptionWriter.EncryptedData(
                output,
                IsBody ? id : null,
                isContent: IsBody,
                plain,
                endsWithTag: false,
                keys.Encryption,
                requirements.Suite,
                keys.EncryptionReference,
                random);
            if (!IsBody)
            {
                output.Write("</k:EncryptedHeader>"u8);
            }
        }

        /// <summary>Starts wsse11:EncryptedHeader (WS-Security 1.1 section 9.3.1), with mustUnderstand as WCF does.</summary>
        private void StartEncryptedHeader(PooledBytes output)
        {
            output.Write("<k:EncryptedHeader xmlns:k=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" xmlns:m=\""u8);
            output.WriteText(requirements.Soap.Soap);
            output.Write("\" xmlns:u=\""u8);
            output.WriteText(Ns.Wsu);
            output.Write("\" m:mustUnderstand=\"1\""u8);
            TokenWriter.Attribute(output, "u:Id", id);
            output.Write(">"u8);
        }
    }
}
