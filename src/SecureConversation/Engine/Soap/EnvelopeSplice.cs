using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Encryption;
using SecureConversation.Engine.Names;
using SecureConversation.Engine.Requirements;
using SecureConversation.Engine.Send;
using SecureConversation.Engine.Tokens;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Puts ciphertext and the security header into an envelope; all other bytes stay as they are.</summary>
internal sealed class EnvelopeSplice(SoapEnvelope envelope)
{
    private readonly List<(int Start, int End, Action<PooledBytes> Write)> _edits = new(4);

    /// <summary>Encrypts the planned parts; returns the Ids for the reference list, body first as WCF has it.</summary>
    public List<string> Encrypt(SendPlan plan, MessageRequirements requirements, SendKeys keys, RandomSource random)
    {
        var ids = new List<string>(2);
        foreach (var part in plan.Signed)
        {
            if (!part.Encrypt)
            {
                continue;
            }

            var id = plan.Ids.Next();
            ids.Add(id);
            if (part.Block == PlannedPart.Body)
            {
                // An empty body is encrypted too: no content, one block of padding (recorded from WCF).
                var content = (Start: envelope.Body.ContentStart, End: envelope.Body.ContentEnd);
                ReplaceContent(envelope.Body, output => EncryptionWriter.EncryptedData(output, id, isContent: true,
                    envelope.Bytes[content.Start..content.End], keys.Encryption, requirements.Suite, keys.EncryptionReference, random));
            }
            else
            {
                var block = envelope.Headers[part.Block].Element;
                _edits.Add((block.Start, block.End, output => WriteEncryptedHeader(output, id, block, requirements, keys, random)));
            }
        }

        return ids;
    }

    /// <summary>A new block comes last among the blocks; the header element is made where there is none.</summary>
    public void InsertHeader(Action<PooledBytes> write)
    {
        if (!envelope.Header.IsNull)
        {
            var end = envelope.Header.ContentEnd;
            if (envelope.Header.IsEmptyElementTag)
            {
                ReplaceContent(envelope.Header, write);
            }
            else
            {
                _edits.Add((end, end, write));
            }

            return;
        }

        var start = envelope.Body.Start;
        _edits.Add((start, start, WriteHeader));

        void WriteHeader(PooledBytes output)
        {
            output.Write("<h:Header xmlns:h=\""u8);
            output.WriteText(envelope.Names.Soap);
            output.Write("\">"u8);
            write(output);
            output.Write("</h:Header>"u8);
        }
    }

    public PooledBytes Apply()
    {
        _edits.Sort(static (a, b) => a.Start.CompareTo(b.Start));
        var output = new PooledBytes(checked((envelope.Bytes.Length * 3 / 2) + 8192));
        var copied = 0;
        foreach (var (start, end, write) in _edits)
        {
            output.Write(envelope.Bytes[copied..start]);
            write(output);
            copied = end;
        }

        output.Write(envelope.Bytes[copied..]);
        return output;
    }

    private void ReplaceContent(XmlElement element, Action<PooledBytes> write)
    {
        if (!element.IsEmptyElementTag)
        {
            _edits.Add((element.ContentStart, element.ContentEnd, write));
            return;
        }

        _edits.Add((element.End - 2, element.End, WriteOpened));

        void WriteOpened(PooledBytes output)
        {
            output.Write(">"u8);
            write(output);
            output.Write("</"u8);
            if (element.Prefix.Length > 0)
            {
                output.Write(element.Prefix);
                output.Write(":"u8);
            }

            output.Write(element.LocalName);
            output.Write(">"u8);
        }
    }

    /// <summary>wsse11:EncryptedHeader (WS-Security 1.1 section 9.3.1) with the attributes of the security header, as WCF writes it.</summary>
    private void WriteEncryptedHeader(PooledBytes output, string id, XmlElement block, MessageRequirements requirements, SendKeys keys, RandomSource random)
    {
        output.Write("<k:EncryptedHeader xmlns:k=\"http://docs.oasis-open.org/wss/oasis-wss-wssecurity-secext-1.1.xsd\" xmlns:m=\""u8);
        output.WriteText(requirements.Soap.Soap);
        output.Write("\" xmlns:u=\""u8);
        output.WriteText(Ns.Wsu);
        output.Write("\" m:mustUnderstand=\"1\""u8);
        TokenWriter.Attribute(output, "u:Id", id);
        output.Write(">"u8);
        EncryptionWriter.EncryptedData(output, null, isContent: false, envelope.Bytes[block.Start..block.End], keys.Encryption,
            requirements.Suite, keys.EncryptionReference, random);
        output.Write("</k:EncryptedHeader>"u8);
    }
}
