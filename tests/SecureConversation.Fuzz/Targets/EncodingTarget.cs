using System.Text;
using SecureConversation.Binding;
using SecureConversation.Testing.Vectors;

namespace SecureConversation.Fuzz.Targets;

/// <summary>
/// Entity bodies of MTOM and of WCF's binary encoding, before there is an envelope. The first line is the Content-Type. Nothing but the
/// one exception of the library leaves them, and what is read from a package is written to one that is read as the same.
/// </summary>
internal sealed class EncodingTarget : FuzzTarget
{
    private const int MaxBytes = 12 * 1024;
    private const int MaxText = 1024 * 1024;

    public override string Name => "encoding";

    public override int BoundedRuns => 20_000;

    public override IEnumerable<(string Name, byte[] Content)> Seeds() => VectorArchive.LoadAll().SelectMany(vector => vector.Messages)
        .Where(message => Path.GetExtension(message.Record.File) != ".xml" && message.ReadEntity().Length <= MaxBytes)
        .Select(message => (message.Name.Replace('/', '-'), (byte[])[.. Encoding.Latin1.GetBytes(message.Record.ContentType + "\n"), .. message.ReadEntity()]));

    public override void Run(byte[] input)
    {
        var line = Math.Max(input.AsSpan().IndexOf((byte)'\n'), 0);
        var contentType = Encoding.Latin1.GetString(input.AsSpan(0, line));
        try
        {
            using var decoded = EnvelopeEncoding.Decode(input.AsMemory(Math.Min(line + 1, input.Length)), contentType, MaxText);
            Require(decoded.Envelope.Length <= MaxText, "a text beyond the limit");
            if (decoded.HasOwnBuffer)
            {
                RequireSame(decoded.Envelope);
            }
        }
        catch (SecureConversationException e)
        {
            Require(e.Code is FailureCode.ContentTypeMismatch or FailureCode.MalformedPackage or FailureCode.NotWellFormed
                or FailureCode.ForbiddenConstruct or FailureCode.LimitExceeded, $"refused with {e.Code}");
        }
    }

    private static void RequireSame(ReadOnlyMemory<byte> text)
    {
        EncodedEnvelope encoded;
        try
        {
            encoded = EnvelopeEncoding.Encode(text, MessageEncoding.Mtom, MessageVersion.Default);
        }
        catch (Exception e) when (e.GetType().Name == "SecurityFailureException")
        {
            // No XML: nothing has looked at it yet, and the engine would refuse it.
            return;
        }

        using (encoded)
        {
            var entity = encoded.ReadChunks().SelectMany(chunk => chunk.ToArray()).ToArray();
            Require(encoded.Length == entity.Length, "a length that is not that of the entity body");
            using var again = EnvelopeEncoding.Decode(entity, encoded.ContentType);
            Require(again.Envelope.Span.SequenceEqual(text.Span), "another text than was written");
        }
    }
}
