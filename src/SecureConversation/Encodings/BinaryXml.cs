using System.Xml;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Encodings;

/// <summary>WCF's binary encoding without a session ([MC-NBFS]): the infoset of an envelope in records.</summary>
internal static class BinaryXml
{
    // Records of one octet stand for names of a hundred: no document of text needs more.
    private static readonly XmlDictionaryReaderQuotas Quotas = XmlDictionaryReaderQuotas.Max;

    /// <summary>The envelope as text.</summary>
    /// <param name="entity">The entity body.</param>
    /// <param name="limits">The limits of the envelope.</param>
    public static PooledBytes Read(ReadOnlyMemory<byte> entity, XmlLimits limits)
    {
        BinaryRecords.Require(entity.Span, limits);
        var text = new BoundedStream(limits.MaxBytes);
        try
        {
            using var reader = Reader(entity);
            using (var writer = XmlDictionaryWriter.CreateTextWriter(text, System.Text.Encoding.UTF8, ownsStream: false))
            {
                if (reader.MoveToContent() != XmlNodeType.Element)
                {
                    Fail.With(FailureCode.NotWellFormed, "no envelope");
                }

                InfosetCopy.WriteText(reader, writer);
            }

            // What follows the document element would be read by nobody.
            while (reader.Read())
            {
                Fail.With(FailureCode.NotWellFormed, "something after the envelope");
            }

            return text.Detach();
        }
        catch (Exception e) when (e is XmlException or FormatException or ArgumentException or InvalidOperationException
            or OverflowException or IndexOutOfRangeException)
        {
            return Fail.With<PooledBytes>(FailureCode.NotWellFormed, "binary XML");
        }
        finally
        {
            text.Dispose();
        }
    }

    /// <summary>An envelope that was made or accepted here, in records.</summary>
    public static PooledBytes Write(ReadOnlyMemory<byte> envelope)
    {
        var octets = new BoundedStream(int.MaxValue);
        try
        {
            using (var writer = XmlDictionaryWriter.CreateBinaryWriter(octets, BinaryDictionary.Shared, session: null, ownsStream: false))
            {
                InfosetCopy.Write(envelope, writer, BinaryDictionary.Shared);
            }

            return octets.Detach();
        }
        finally
        {
            octets.Dispose();
        }
    }

    private static XmlDictionaryReader Reader(ReadOnlyMemory<byte> entity) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(entity, out var segment)
            ? XmlDictionaryReader.CreateBinaryReader(segment.Array!, segment.Offset, segment.Count, BinaryDictionary.Shared, Quotas)
            : XmlDictionaryReader.CreateBinaryReader(entity.ToArray(), 0, entity.Length, BinaryDictionary.Shared, Quotas);
}
