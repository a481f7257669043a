using System.Globalization;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml;
using SecureConversation.Cli.Captures.Http;

namespace SecureConversation.Cli.Captures;

/// <summary>
/// Reads an archive of Fiddler: a zip with, for each session, <c>raw/N_c.txt</c> (what the client sent), <c>raw/N_s.txt</c> (what the
/// service sent) and <c>raw/N_m.xml</c> (the times).
/// </summary>
internal static partial class SazReader
{
    private const int MaxTimesBytes = 1 << 20;
    private const int HeadBytes = 16 << 10;
    private const int MaxMessageBytes = CaptureLimits.MaxBodyBytes + CaptureLimits.MaxHeaderBytes;

    public static Capture Read(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(bytes.ToArray(), writable: false), ZipArchiveMode.Read);
            if (zip.Entries.Count > CaptureLimits.MaxZipEntries)
            {
                throw new CaptureException($"{name} has more than {CaptureLimits.MaxZipEntries} entries.");
            }

            return Read(name, zip, cancellation);
        }
        catch (InvalidDataException e)
        {
            throw new CaptureException($"{name} is a broken zip archive: {e.Message}", e);
        }
    }

    private static Capture Read(string name, ZipArchive zip, CancellationToken cancellation)
    {
        var sessions = new SortedDictionary<long, Dictionary<char, ZipArchiveEntry>>();
        foreach (var entry in zip.Entries)
        {
            if (EntryName().Match(entry.FullName) is { Success: true } match
                && long.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                sessions.TryAdd(number, []);
                sessions[number][char.ToLowerInvariant(match.Groups[2].Value[0])] = entry;
            }
        }

        if (sessions.Count == 0)
        {
            throw new CaptureException($"{name} is a zip archive, but not one of Fiddler (SAZ): it has no raw/1_c.txt.");
        }

        var builder = new CaptureBuilder();
        foreach (var (number, parts) in sessions)
        {
            cancellation.ThrowIfCancellationRequested();
            if (builder.IsFull)
            {
                break;
            }

            Add(name, number, parts, builder);
        }

        return builder.ToCapture(name, "Fiddler SAZ");
    }

    private static void Add(string name, long number, Dictionary<char, ZipArchiveEntry> parts, CaptureBuilder builder)
    {
        try
        {
            var request = Message(parts.GetValueOrDefault('c'), isReplyToHead: false, builder);
            if (request?.Method == "CONNECT")
            {
                builder.PassOver("tunnels through the proxy, under TLS that Fiddler did not undo");
                return;
            }

            var (begun, answered) = Times(parts.GetValueOrDefault('m'), builder);
            new HttpExchange
            {
                Request = request,
                Reply = Message(parts.GetValueOrDefault('s'), request?.Method == "HEAD", builder),
                RequestInstant = begun,
                ReplyInstant = answered ?? begun,
            }.AddTo(builder, Source(name, parts, 'c'), Source(name, parts, 's'));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or NotSupportedException)
        {
            builder.Note(string.Create(CultureInfo.InvariantCulture,
                $"session {number} cannot be read (is the archive under a password?): {e.Message}"));
        }
    }

    private static string Source(string name, Dictionary<char, ZipArchiveEntry> parts, char part) =>
        parts.TryGetValue(part, out var entry) ? $"{name}: {entry.FullName}" : name;

    private static HttpMessage? Message(ZipArchiveEntry? entry, bool isReplyToHead, CaptureBuilder builder)
    {
        if (entry is null)
        {
            return null;
        }

        // Of a body that its type passes over the head is enough.
        if (Final(Head(entry, builder), isReplyToHead) is { Body.Length: > 0 } head
            && EntityKind.OfType(EntityKind.MediaType(head.Header("Content-Type")))?.PassedOver is not null)
        {
            return head;
        }

        var content = Content(entry, MaxMessageBytes, builder);
        return content.Length == 0 ? null
            : Final(content, isReplyToHead) ?? throw new InvalidDataException($"{entry.FullName} is no message of HTTP.");
    }

    // The message after those that are provisional.
    private static HttpMessage? Final(ReadOnlyMemory<byte> content, bool isReplyToHead)
    {
        var at = 0;
        while (HttpParser.Read(content, at, isReplyToHead) is { } message)
        {
            if (message.Status is not (>= 100 and < 200))
            {
                return message;
            }

            at = message.End;
        }

        return null;
    }

    private static (DateTimeOffset? Begun, DateTimeOffset? Answered) Times(ZipArchiveEntry? entry, CaptureBuilder builder)
    {
        if (entry is null)
        {
            return (null, null);
        }

        try
        {
            using var reader = XmlReader.Create(new MemoryStream(Content(entry, MaxTimesBytes, builder)),
                new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            return reader.ReadToFollowing("SessionTimers")
                ? (Time(reader, "ClientBeginRequest"), Time(reader, "ServerDoneResponse") ?? Time(reader, "ClientDoneResponse"))
                : (null, null);
        }
        catch (XmlException)
        {
            return (null, null);
        }
    }

    // A time that was not reached is written as 0001-01-01.
    private static DateTimeOffset? Time(XmlReader reader, string name) =>
        DateTimeOffset.TryParse(reader.GetAttribute(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
        && time.Year > 1 ? time : null;

    private static ReadOnlyMemory<byte> Head(ZipArchiveEntry entry, CaptureBuilder builder)
    {
        using var input = entry.Open();
        var head = new byte[HeadBytes];
        var count = input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        builder.Unfolded(count);
        return head.AsMemory(0, count);
    }

    // Entries may share their content, so each is counted for itself.
    private static byte[] Content(ZipArchiveEntry entry, int limit, CaptureBuilder builder)
    {
        using var input = entry.Open();
        return LimitedReading.TryReadAll(input, limit, builder.Unfolded)
            ?? throw new InvalidDataException($"{entry.FullName} has more than {CaptureLimits.Mebibytes(limit)}.");
    }

    [GeneratedRegex(@"^raw[/\\](\d{1,12})_([csm])\.(?:txt|xml)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex EntryName();
}
