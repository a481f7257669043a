using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Xml;
using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Encodings;

/// <summary>
/// The long values of base64 of an envelope, taken out of it: in their places stands a mark, which nobody knows beforehand.
/// </summary>
internal sealed class TakenValues : IDisposable
{
    // Shorter values cost less than looking for them again.
    private const int LeastOctets = 256;

    private readonly ReadOnlyMemory<byte> _envelope;
    private readonly List<Range> _values;
    private readonly PooledBytes _rest;
    private int _next;

    private TakenValues(ReadOnlyMemory<byte> envelope, List<Range> values)
    {
        (_envelope, _values) = (envelope, values);
        _rest = new PooledBytes(envelope.Length - values.Sum(value => value.End.Value - value.Start.Value) + (values.Count * Mark.Length));
        var position = 0;
        foreach (var value in values)
        {
            _rest.Write(envelope.Span[position..value.Start.Value]);
            _rest.WriteText(Mark);
            position = value.End.Value;
        }

        _rest.Write(envelope.Span[position..]);
    }

    /// <summary>What stands in the place of a value. It is no base64, so a value is never taken for it.</summary>
    public string Mark { get; } = $"={Convert.ToHexString(RandomNumberGenerator.GetBytes(16))}=";

    /// <summary>The envelope without the values.</summary>
    public ReadOnlyMemory<byte> Rest => _rest.Memory;

    /// <summary>Takes the values out of an envelope; null where it has none.</summary>
    /// <param name="envelope">UTF-8 that was made or accepted here; must stay unchanged as long as this is used.</param>
    public static TakenValues? Of(ReadOnlyMemory<byte> envelope)
    {
        try
        {
            var values = LongBase64.Find(envelope.Span, LeastOctets);
            return values.Count == 0 ? null : new TakenValues(envelope, values);
        }
        catch (SecurityFailureException)
        {
            // It is none of this engine's, and the reader of the platform says what is wrong with it.
            return null;
        }
    }

    /// <summary>Writes the octets of the next value, in the order of the envelope.</summary>
    /// <exception cref="InvalidOperationException">There is none: the mark was read where no value was taken out.</exception>
    public void WriteNext(XmlDictionaryWriter writer)
    {
        if (_next == _values.Count)
        {
            throw new InvalidOperationException("There are more marks than values.");
        }

        var text = _envelope.Span[_values[_next++]];
        var octets = ArrayPool<byte>.Shared.Rent(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        try
        {
            Base64.DecodeFromUtf8(text, octets, out _, out var count);
            writer.WriteBase64(octets, 0, count);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(octets);
        }
    }

    /// <exception cref="InvalidOperationException">A value is missing from what was written.</exception>
    public void RequireAllWritten()
    {
        if (_next != _values.Count)
        {
            throw new InvalidOperationException("There are more values than marks.");
        }
    }

    public void Dispose() => _rest.Dispose();
}
