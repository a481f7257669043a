using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>The address that a request was sent to, for a:To to be compared with. Its sender writes it, so it may be anything.</summary>
internal static class RequestAddress
{
    private static readonly SearchValues<char> PathCharacters = SearchValues.Create(
        "!$&'()*+,-./0123456789:;=@ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz~");

    // Delimiters of the other parts of a URI. Kestrel lets none of them through, other servers might.
    private static readonly SearchValues<char> NotInHost = SearchValues.Create("/\\?#@ \t\r\n");

    /// <summary>Whether the path can be told from others: System.Uri removes dot segments, routes and applications may not.</summary>
    public static bool HasClearPath(HttpRequest request) => !DotSegments.AreIn(PathOf(request));

    /// <summary>The address by the path that endpoints are chosen by; false when the request has no host that a URI can have.</summary>
    public static bool TryRead(HttpRequest request, [NotNullWhen(true)] out Uri? address)
    {
        address = null;
        // HttpRequest.Host decodes names of the DNS, and throws where they cannot be. The header is what forwarded headers set, too.
        return request.Headers.Host.ToString() is { Length: > 0 } host && !host.AsSpan().ContainsAny(NotInHost)
            && Uri.TryCreate($"{request.Scheme}://{host}{Encode(PathOf(request))}", UriKind.Absolute, out address)
            && address.Host.Length > 0;
    }

    private static string PathOf(HttpRequest request) => $"{request.PathBase.Value}{request.Path.Value}";

    /// <summary>
    /// Encodes a path that the server has decoded. PathString would leave "%2e" as it stands, and Uri would decode it once more. Only
    /// "%2F" is left by servers as it came.
    /// </summary>
    private static string Encode(string path)
    {
        if (!path.AsSpan().ContainsAnyExcept(PathCharacters))
        {
            return path;
        }

        var encoded = new StringBuilder(path.Length + 16);
        for (var rest = path.AsSpan(); !rest.IsEmpty;)
        {
            var plain = rest.IndexOfAnyExcept(PathCharacters);
            encoded.Append(plain < 0 ? rest : rest[..plain]);
            rest = plain < 0 ? default : rest[plain..];
            if (rest.StartsWith("%2F", StringComparison.OrdinalIgnoreCase))
            {
                encoded.Append("%2F");
                rest = rest[3..];
            }
            else if (!rest.IsEmpty)
            {
                var length = rest.Length > 1 && char.IsSurrogatePair(rest[0], rest[1]) ? 2 : 1;
                encoded.Append(Uri.EscapeDataString(rest[..length]));
                rest = rest[length..];
            }
        }

        return encoded.ToString();
    }
}
