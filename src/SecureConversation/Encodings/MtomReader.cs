using SecureConversation.Engine.Failures;
using SecureConversation.Engine.Xml;

namespace SecureConversation.Encodings;

/// <summary>
/// Makes the envelope of a package of MTOM as text (MTOM section 4, XOP 1.0 section 3.2): each xop:Include is replaced by the base64 of
/// the part that it refers to. Nothing of it is verified yet, so that each part counts once, and none may be left over.
/// </summary>
internal static class MtomReader
{
    /// <summary>The envelope in UTF-8, in one new buffer of its exact length. Throws where a rule is broken.</summary>
    /// <param name="entity">The entity body.</param>
    /// <param name="type">Its Content-Type.</param>
    /// <param name="limits">The limits of the envelope.</param>
    public static PooledBytes Read(ReadOnlyMemory<byte> entity, MultipartType type, XmlLimits limits)
    {
        var parts = MimeParts.Read(entity.Span, type.Boundary);
        var root = RootOf(parts, type);
        var charset = type.CharsetOfRoot(parts[root].ContentType);
        var text = Utf8Transcoder.ToUtf8(entity.Slice(parts[root].Start, parts[root].Length), charset, limits);
        var includes = XopReader.Read(text.Span, limits);
        var targets = Resolve(includes, parts, root);
        return Splice(text.Span, entity.Span, includes, targets, limits);
    }

    private static int RootOf(List<MimePart> parts, MultipartType type)
    {
        if (parts.Count == 0)
        {
            Fail.With(FailureCode.MalformedPackage, "a package without parts");
        }

        if (type.Start is null)
        {
            return 0;
        }

        var root = parts.FindIndex(part => part.ContentId == type.Start);
        if (root < 0)
        {
            Fail.With(FailureCode.MalformedPackage, "no root part", expected: type.Start);
        }

        return root;
    }

    /// <summary>The part of each Include, in their order.</summary>
    private static MimePart[] Resolve(List<XopInclude> includes, List<MimePart> parts, int root)
    {
        var unused = new Dictionary<string, MimePart>(parts.Count, StringComparer.Ordinal);
        for (var i = 0; i < parts.Count; i++)
        {
            var id = parts[i].ContentId;
            if ((id is null && i != root) || (id is not null && !unused.TryAdd(id, parts[i])))
            {
                Fail.With(FailureCode.MalformedPackage, id is null ? "a part without Content-ID" : "Content-ID twice", found: id);
            }
        }

        // The root part cannot be a part of itself.
        if (parts[root].ContentId is { } own)
        {
            unused.Remove(own);
        }

        var targets = new MimePart[includes.Count];
        for (var i = 0; i < targets.Length; i++)
        {
            if (!unused.Remove(includes[i].ContentId, out targets[i]))
            {
                Fail.With(FailureCode.MalformedPackage, "a part that is not there, or is referred to twice",
                    found: includes[i].ContentId);
            }
        }

        if (unused.Count > 0)
        {
            Fail.With(FailureCode.MalformedPackage, "a part that nothing refers to", found: unused.Keys.First());
        }

        return targets;
    }

    private static PooledBytes Splice(
        ReadOnlySpan<byte> root, ReadOnlySpan<byte> entity, List<XopInclude> includes, MimePart[] targets, XmlLimits limits)
    {
        long length = root.Length;
        for (var i = 0; i < targets.Length; i++)
        {
            length += Base64Length(targets[i].Length) - (includes[i].End - includes[i].Start);
        }

        if (length > limits.MaxBytes)
        {
            Fail.With(FailureCode.LimitExceeded, "size as text", FailureText.Of(length, "bytes"), FailureText.AtMost(limits.MaxBytes));
        }

        var text = new PooledBytes((int)Math.Max(length, 1));
        try
        {
            var position = 0;
            for (var i = 0; i < targets.Length; i++)
            {
                text.Write(root[position..includes[i].Start]);
                text.WriteBase64(entity.Slice(targets[i].Start, targets[i].Length));
                position = includes[i].End;
            }

            text.Write(root[position..]);
            return text;
        }
        catch
        {
            text.Dispose();
            throw;
        }
    }

    private static long Base64Length(int octets) => (octets + 2L) / 3 * 4;
}
