using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli.Html;

/// <summary>
/// The report as one page that needs nothing else. What messages say stands in it as JSON in ASCII, which no tag can end; the script of the
/// page makes nodes of it and never markup, and the page's policy allows that script and nothing else, no address at all.
/// </summary>
internal static class HtmlReport
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
        // Each level of the tree of parts takes two.
        MaxDepth = (2 * PageLimits.Depth) + 16,
    };

    /// <summary>Writes the page.</summary>
    /// <param name="report">What is known of the conversation.</param>
    /// <param name="output">Where the page goes; in UTF-8.</param>
    /// <param name="redaction">What must not be in the page; null for nothing.</param>
    /// <param name="showSecrets">Whether passwords and secrets of keys stay.</param>
    public static void Write(ConversationReport report, TextWriter output, Redaction? redaction = null, bool showSecrets = false)
    {
        // Secrets last: what is redacted is found by the values that messages have.
        var redacted = redaction?.Apply(report) ?? report;
        var shown = PageLimits.Apply(showSecrets ? redacted : Secrets.LeaveOut(redacted));
        var style = Read("page.css");
        // One script, so that one hash allows it.
        var script = Read("page-text.js") + Read("page-message.js") + Read("page.js");
        var parts = new Dictionary<string, string>
        {
            ["policy"] = $"default-src 'none'; style-src '{Hash(style)}'; script-src '{Hash(script)}'; "
                + "base-uri 'none'; form-action 'none'",
            ["style"] = style,
            ["script"] = script,
            ["data"] = JsonSerializer.Serialize(new PageData(shown, redaction?.Description), Options),
        };
        Fill(Read("page.html"), parts, output);
    }

    /// <summary>Writes the template with its {{names}} replaced. Parts are not looked into, so that they can hold such a name.</summary>
    private static void Fill(string template, Dictionary<string, string> parts, TextWriter output)
    {
        var rest = template.AsSpan();
        while (rest.IndexOf("{{", StringComparison.Ordinal) is >= 0 and var start)
        {
            var length = rest[start..].IndexOf("}}", StringComparison.Ordinal);
            output.Write(rest[..start]);
            output.Write(parts[rest.Slice(start + 2, length - 2).ToString()]);
            rest = rest[(start + length + 2)..];
        }

        output.Write(rest);
    }

    private static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    // A browser takes the hash after it has made each end of line a line feed.
    private static string Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>What the script reads.</summary>
    private sealed record PageData(ConversationReport Report, string? Redaction);
}
