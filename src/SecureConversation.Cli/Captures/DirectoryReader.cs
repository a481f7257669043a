using System.Globalization;

namespace SecureConversation.Cli.Captures;

/// <summary>Reads a directory of raw bodies, in the order of their names. Captures that lie in it are read too.</summary>
internal static class DirectoryReader
{
    private static readonly string[] Sides =
        [".plain.xml", ".wsdl", ".xsd", ".json", ".pem", ".key", ".pfx", ".p12", ".cer", ".crt", ".config", ".md"];

    // Beside a body in another encoding its text may stand.
    private static readonly string[] Encoded = [".mtom", ".msbin1"];
    private const string Text = ".text.xml";

    public static Capture Read(string name, CancellationToken cancellation)
    {
        var builder = new CaptureBuilder();
        var names = Directory.EnumerateFiles(name, "*",
            new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden })
            .Take(CaptureLimits.MaxDirectoryFiles + 1).Order(StringComparer.Ordinal).ToList();
        if (names.Count > CaptureLimits.MaxDirectoryFiles)
        {
            throw new CaptureException(string.Create(CultureInfo.InvariantCulture,
                $"{name} has more than {CaptureLimits.MaxDirectoryFiles:N0} files."));
        }

        var known = names.ToHashSet(StringComparer.Ordinal);
        foreach (var path in names)
        {
            cancellation.ThrowIfCancellationRequested();
            if (builder.IsFull)
            {
                break;
            }

            if (!IsSide(path) && !IsTextOfAnother(path, known))
            {
                Add(path, builder, cancellation);
            }
        }

        return builder.ToCapture(name, "directory of bodies");
    }

    private static bool IsSide(string path) => Array.Exists(Sides, end => path.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    private static bool IsTextOfAnother(string path, HashSet<string> known) => path.EndsWith(Text, StringComparison.Ordinal)
        && Array.Exists(Encoded, end => known.Contains(path[..^Text.Length] + end));

    private static void Add(string path, CaptureBuilder builder, CancellationToken cancellation)
    {
        var file = Path.GetFileName(path);
        // A pipe has no length, and would never end.
        if (new FileInfo(path).Length == 0)
        {
            return;
        }

        try
        {
            using var input = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var head = new byte[CaptureReader.HeadBytes];
            var format = CaptureReader.FormatOf(head.AsSpan(0, input.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
            input.Position = 0;
            if (Array.Exists(Encoded, end => path.EndsWith(end, StringComparison.Ordinal)))
            {
                var type = path.EndsWith(".mtom", StringComparison.Ordinal) ? "multipart/related" : "application/soap+msbin1";
                builder.Add(RawReader.Entity(file, path, CaptureReader.ReadAll(path, input)) with { ContentType = type });
            }
            else if (format == CaptureFormat.Body)
            {
                builder.Add(RawReader.Entity(file, path, CaptureReader.ReadAll(path, input)));
            }
            else if (format == CaptureFormat.Multipart)
            {
                builder.Add(RawReader.Entity(file, path, CaptureReader.ReadAll(path, input)) with { ContentType = "multipart/related" });
            }
            else if (format == CaptureFormat.Unknown)
            {
                builder.PassOver("files that are neither XML nor a capture");
            }
            else
            {
                builder.Add(CaptureReader.Read(file, format, input, cancellation));
            }
        }
        catch (Exception e) when (e is CaptureException or IOException or UnauthorizedAccessException)
        {
            builder.Note($"{file} is not read: {e.Message}");
        }
    }
}
