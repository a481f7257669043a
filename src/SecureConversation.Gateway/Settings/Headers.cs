using System.Collections.Frozen;
using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace SecureConversation.Gateway.Settings;

/// <summary>Copies headers that are on a list.</summary>
internal static class Headers
{
    public static void Copy(IHeaderDictionary from, FrozenSet<string> names, HttpRequestMessage to)
    {
        foreach (var name in names)
        {
            if (from.TryGetValue(name, out var values) && !to.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values!))
            {
                to.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string>)values!);
            }
        }
    }

    /// <summary>Copies those of the list, and what says of which kind and length the content is.</summary>
    public static void Copy(HttpResponseMessage from, FrozenSet<string> names, HttpResponse to)
    {
        foreach (var name in names)
        {
            if (from.Headers.NonValidated.TryGetValues(name, out var values)
                || from.Content.Headers.NonValidated.TryGetValues(name, out values))
            {
                to.Headers[name] = values.ToArray();
            }
        }

        if (from.Content.Headers.NonValidated.TryGetValues(HeaderNames.ContentType, out var type))
        {
            to.Headers.ContentType = type.ToString();
        }

        if (from.Content.Headers.ContentLength is { } length)
        {
            to.Headers.ContentLength = length;
        }
    }

    /// <summary>A text as it may stand in a log line.</summary>
    public static string Printable(string text) =>
        string.Concat(text.Take(200).Select(c =>
            char.IsControl(c) ? $"\\u{((int)c).ToString("x4", CultureInfo.InvariantCulture)}" : $"{c}"));
}
