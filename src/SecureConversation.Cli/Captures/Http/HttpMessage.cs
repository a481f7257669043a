using System.Globalization;

namespace SecureConversation.Cli.Captures.Http;

/// <summary>A request or reply of HTTP/1.1, without its transfer coding.</summary>
internal sealed record HttpMessage
{
    /// <summary>The request line or the status line.</summary>
    public required string StartLine { get; init; }

    public required IReadOnlyList<(string Name, string Value)> Headers { get; init; }

    public required ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Where it begins in its stream.</summary>
    public required int Start { get; init; }

    /// <summary>Where the next one begins.</summary>
    public required int End { get; init; }

    /// <summary>Why the body is not whole.</summary>
    public string? Problem { get; init; }

    public bool IsReply => StartLine.StartsWith("HTTP/", StringComparison.Ordinal);

    public string Method => IsReply ? "" : Word(0);

    public string Target => IsReply ? "" : Word(1);

    public int? Status => IsReply && int.TryParse(Word(1), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;

    /// <summary>The value of a header; null where it is missing.</summary>
    public string? Header(string name)
    {
        foreach (var header in Headers)
        {
            if (header.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return null;
    }

    /// <summary>The address that a request goes to.</summary>
    /// <param name="server">The server of the connection, where it is known and no header names another.</param>
    public Uri? Address(string? server = null)
    {
        if (Uri.TryCreate(Target, UriKind.Absolute, out var whole) && whole.Scheme is "http" or "https")
        {
            return whole;
        }

        return (Header("Host") ?? server) is { } host && Uri.TryCreate($"http://{host}{Target}", UriKind.Absolute, out var address)
            ? address : null;
    }

    private string Word(int index)
    {
        var words = StartLine.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return index < words.Length ? words[index] : "";
    }
}
