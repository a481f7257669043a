using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Xml;

/// <summary>Decodes the character data of elements whose content is not a single run of literal text.</summary>
internal static class XmlCharacterData
{
    /// <summary>Limits for reading an element again, which was within the limits when it was indexed.</summary>
    internal static XmlLimits Unlimited { get; } = new()
    {
        MaxDepth = int.MaxValue,
        MaxAttributesPerElement = int.MaxValue,
        MaxNameBytes = int.MaxValue,
    };

    public static byte[] DecodeDirectText(XmlElement element)
    {
        if (element.IsEmptyElementTag)
        {
            return [];
        }

        // Decoding never makes text longer.
        var buffer = Buffers.Rent<byte>(element.ContentEnd - element.ContentStart);
        try
        {
            return buffer.AsSpan(0, Decode(element, buffer)).ToArray();
        }
        finally
        {
            // The text may be a decrypted password or key.
            CryptographicOperations.ZeroMemory(buffer);
            Buffers.Return(buffer);
        }
    }

    public static bool TryDecodeBase64(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        var status = Base64.DecodeFromUtf8(text, destination, out var consumed, out written);
        if (status == OperationStatus.Done && consumed == text.Length)
        {
            return true;
        }

        written = 0;
        return false;
    }

    private static int Decode(XmlElement element, Span<byte> destination)
    {
        var document = element.Index.Bytes;
        var tokens = new Utf8XmlTokenizer(document, Unlimited, element.Start, element.End);
        try
        {
            var written = 0;
            while (tokens.Read())
            {
                var isText = tokens.Kind is XmlTokenKind.Text or XmlTokenKind.CData;
                if (isText && tokens.Depth == 1)
                {
                    written += XmlReferences.DecodeText(
                        document[tokens.ContentStart..tokens.ContentEnd], destination[written..], tokens.HasReferences);
                }
            }

            return written;
        }
        finally
        {
            tokens.Dispose();
        }
    }
}
