using SecureConversation.Binding;

namespace SecureConversation.Cli.Captures;

/// <summary>Reads captures.</summary>
internal static class CaptureReader
{
    private const long MaxFile = 64 * 1024 * 1024;

    /// <summary>Reads a directory of bodies, or one body; "-" is the standard input.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async Task<Capture> ReadAsync(string path, CancellationToken cancellation)
    {
        if (path == "-")
        {
            using var buffer = new MemoryStream();
            await Console.OpenStandardInput().CopyToAsync(buffer, cancellation).ConfigureAwait(false);
            return new Capture { Name = path, Format = "a body",
                Messages = [new CapturedMessage { Source = path, Body = buffer.ToArray() }] };
        }

        var files = Directory.Exists(path)
            ? Directory.GetFiles(path, "*.xml").Where(IsMessage).Order(StringComparer.Ordinal).ToArray()
            : [path];
        var messages = new List<CapturedMessage>();
        foreach (var file in files)
        {
            var isTooLarge = new FileInfo(file).Length > MaxFile;
            var name = Path.GetFileName(file);
            messages.Add(new CapturedMessage
            {
                Source = name,
                Body = isTooLarge ? default : await File.ReadAllBytesAsync(file, cancellation).ConfigureAwait(false),
                Direction = name.Contains("-request.", StringComparison.Ordinal) ? MessageDirection.ClientToService
                    : name.Contains("-response.", StringComparison.Ordinal) ? MessageDirection.ServiceToClient
                    : null,
                Problem = isTooLarge ? "The file is too large." : null,
            });
        }

        return new Capture { Name = path, Format = "a directory of bodies", Messages = messages };
    }

    private static bool IsMessage(string file) => Path.GetFileName(file).Split('.').Length == 2;
}
