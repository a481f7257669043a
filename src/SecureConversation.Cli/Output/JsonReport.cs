using System.Text.Encodings.Web;
using System.Text.Json;
using SecureConversation.Cli.Migration;

namespace SecureConversation.Cli.Output;

/// <summary>The report as one JSON object, for programs. Names of properties stay.</summary>
internal static class JsonReport
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(MigrationReport report, TextWriter output)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("directory", Plain.Text(report.Directory));
            json.WriteBoolean("works", report.Works);
            json.WriteNumber("filesRead", report.FilesRead);
            json.WriteStartObject("counts");
            foreach (var verdict in Words.Verdicts)
            {
                json.WriteNumber(Name(verdict), report.Count(verdict));
            }

            json.WriteEndObject();
            json.WriteStartArray("projects");
            foreach (var project in report.Projects)
            {
                Write(project, json);
            }

            json.WriteEndArray();
            json.WriteStartArray("findings");
            foreach (var finding in report.Findings)
            {
                Write(finding, json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        output.WriteLine(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    private static void Write(ProjectFile project, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("file", project.File);
        json.WriteString("framework", project.Framework);
        json.WriteBoolean("oldStyle", project.IsOldStyle);
        json.WriteStartArray("packages");
        foreach (var package in project.Packages)
        {
            json.WriteStringValue(package);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Finding finding, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("verdict", Name(finding.Verdict));
        json.WriteString("file", finding.File);
        if (finding.Line is { } line)
        {
            json.WriteNumber("line", line);
        }

        json.WriteString("subject", finding.Subject);
        json.WriteString("text", finding.Text);
        if (finding.Remedy is { } remedy)
        {
            json.WriteString("remedy", remedy);
        }

        json.WriteEndObject();
    }

    private static string Name(Verdict verdict) => JsonNamingPolicy.CamelCase.ConvertName(verdict.ToString());
}
