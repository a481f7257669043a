using System.Text;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Encodings;

/// <summary>
/// Takes a MIME package apart (RFC 2046 section 5.1, RFC 2387). It is strict where others guess: nothing but one line end stands before
/// the first boundary and after the last, header lines are not folded, and no part is a package of its own.
/// </summary>
internal ref struct MimeParts
{
    /// <summary>The most parts of a package, its root among them: the number that WCF takes.</summary>
    public const int MaxParts = 1000;

    /// <summary>The most octets of the headers of one part.</summary>
    public const int MaxHeaderBytes = 4096;

    private const int MaxHeaders = 16;

    private readonly ReadOnlySpan<byte> _entity;
    private readonly byte[] _delimiter;
    private int _position;

    private MimeParts(ReadOnlySpan<byte> entity, string boundary)
    {
        _entity = entity;
        _delimiter = Encoding.ASCII.GetBytes($"\r\n--{boundary}");
    }

    /// <summary>Reads all parts in their order. One pass over the octets.</summary>
    public static List<MimePart> Read(ReadOnlySpan<byte> entity, string boundary)
    {
        var reader = new MimeParts(entity, boundary);
        return reader.Read();
    }

    private List<MimePart> Read()
    {
        // The line end before the first boundary belongs to it, and some leave it out.
        var first = _entity.StartsWith("\r\n"u8) ? _delimiter.AsSpan() : _delimiter.AsSpan(2);
        if (!_entity.StartsWith(first))
        {
            Fail.With(FailureCode.MalformedPackage, "no boundary at the start");
        }

        _position = first.Length;
        var parts = new List<MimePart>();
        while (!IsLast())
        {
            if (parts.Count == MaxParts)
            {
                Fail.With(FailureCode.LimitExceeded, "parts of a package", expected: FailureText.AtMost(MaxParts));
            }

            parts.Add(ReadPart());
        }

        return parts;
    }

    /// <summary>What follows a boundary: a line end before a part, or two hyphens at the end of the package.</summary>
    private bool IsLast()
    {
        var rest = _entity[_position..];
        if (rest.StartsWith("\r\n"u8))
        {
            _position += 2;
            return false;
        }

        if (!rest.SequenceEqual("--"u8) && !rest.SequenceEqual("--\r\n"u8))
        {
            Fail.With(FailureCode.MalformedPackage, "something after a boundary");
        }

        return true;
    }

    private MimePart ReadPart()
    {
        var (id, type) = ReadHeaders();
        var length = _entity[_position..].IndexOf(_delimiter);
        if (length < 0)
        {
            Fail.With(FailureCode.MalformedPackage, "no boundary at the end: the entity body is cut off");
        }

        var part = new MimePart(_position, length, id, type);
        _position += length + _delimiter.Length;
        return part;
    }

    private (string? Id, string? Type) ReadHeaders()
    {
        string? id = null, type = null, encoding = null;
        var end = _position + Math.Min(MaxHeaderBytes, _entity.Length - _position);
        for (var count = 0; ; count++)
        {
            var line = ReadLine(end);
            if (line.IsEmpty)
            {
                RequireOctets(encoding);
                return (id, type);
            }

            if (count == MaxHeaders)
            {
                Fail.With(FailureCode.LimitExceeded, "headers of a part", expected: FailureText.AtMost(MaxHeaders));
            }

            var (name, value) = Split(line);
            switch (name.ToLowerInvariant())
            {
                case "content-id":
                    Set(ref id, MultipartType.WithoutBrackets(value), name);
                    break;
                case "content-type":
                    Set(ref type, value, name);
                    RequireNoPackage(value);
                    break;
                case "content-transfer-encoding":
                    Set(ref encoding, value, name);
                    break;
            }
        }
    }

    private ReadOnlySpan<byte> ReadLine(int end)
    {
        var length = _entity[_position..end].IndexOf("\r\n"u8);
        if (length < 0)
        {
            Fail.With(
                _entity.Length == end ? FailureCode.MalformedPackage : FailureCode.LimitExceeded,
                "headers of a part", expected: FailureText.AtMost(MaxHeaderBytes));
        }

        var line = _entity.Slice(_position, length);
        _position += length + 2;
        return line;
    }

    private static (string Name, string Value) Split(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        // A line that begins with white space would go on with the one before (RFC 2822 section 2.2.3): who reads it in another way sees
        // other headers.
        if (colon <= 0 || line[..colon].ContainsAnyExceptInRange((byte)'!', (byte)'~')
            || line[colon..].ContainsAnyExcept(HeaderOctets))
        {
            Fail.With(FailureCode.MalformedPackage, "header of a part");
        }

        return (Encoding.ASCII.GetString(line[..colon]), Encoding.ASCII.GetString(line[(colon + 1)..]).Trim(' ', '\t'));
    }

    private static readonly System.Buffers.SearchValues<byte> HeaderOctets =
        System.Buffers.SearchValues.Create([(byte)'\t', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(c => (byte)c)]);

    private static void Set(ref string? header, string value, string name)
    {
        if (header is not null)
        {
            Fail.With(FailureCode.MalformedPackage, $"{name} twice");
        }

        header = value;
    }

    private static void RequireNoPackage(string type)
    {
        if (type.StartsWith("multipart/", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("message/", StringComparison.OrdinalIgnoreCase))
        {
            Fail.With(FailureCode.MalformedPackage, "a package in a package", found: type);
        }
    }

    // RFC 2045 section 6: these three change nothing. The others are for mail.
    private static void RequireOctets(string? encoding)
    {
        if (encoding?.ToLowerInvariant() is not (null or "binary" or "8bit" or "7bit"))
        {
            Fail.With(FailureCode.MalformedPackage, "Content-Transfer-Encoding", found: encoding, expected: "binary or 8bit");
        }
    }
}
