using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SecureConversation.Cli.Doctor;

/// <summary>The steps as text or JSON.</summary>
internal static class DoctorOutput
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void WriteJson(IReadOnlyList<StepReport> steps, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(steps.Select(step => step with
        {
            Found = Plain.Text(step.Found),
            Details = [.. step.Details.Select(Plain.Text)],
        }), Json));

    public static void WriteText(IReadOnlyList<StepReport> steps, TextWriter output)
    {
        foreach (var step in steps)
        {
            output.WriteLine($"{Word(step.Status),-8}{step.Name}: {Plain.Text(step.Found)}");
            foreach (var detail in step.Details)
            {
                output.WriteLine($"          {Plain.Text(detail)}");
            }

            if (step.Remedy is not null)
            {
                output.WriteLine($"        > {Plain.Text(step.Remedy)}");
            }
        }
    }

    private static string Word(StepStatus status) => status switch
    {
        StepStatus.Ok => "ok",
        StepStatus.Warning => "warning",
        StepStatus.Failed => "FAILED",
        _ => "skipped",
    };
}
