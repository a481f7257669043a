using System.Globalization;
using SecureConversation.Binding;

namespace SecureConversation.Cli.Doctor;

/// <summary>Compares the clocks: a timestamp that is too far off is refused, and the refusal does not say so.</summary>
internal static class ClockStep
{
    private const string Name = "clock";

    public static StepReport Run(TimeSpan? ahead, SecurityBindingElement element)
    {
        if (ahead is not { } offset)
        {
            return new StepReport(Name, StepStatus.Skipped, "The service did not tell the time (header Date).");
        }

        var skew = element.LocalClientSettings.MaxClockSkew;
        var seconds = Math.Abs(Math.Round(offset.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        var found = offset.Duration() < TimeSpan.FromSeconds(2)
            ? "Both clocks agree."
            : $"The clock of the service is {seconds} seconds {(offset > TimeSpan.Zero ? "ahead" : "behind")}.";
        var remedy = $"Set both clocks by NTP. Messages may be off by {skew} (MaxClockSkew), on each side.";
        return offset.Duration() > skew ? new StepReport(Name, StepStatus.Failed, found) { Remedy = remedy }
            : offset.Duration() > skew / 2 ? new StepReport(Name, StepStatus.Warning, found) { Remedy = remedy }
            : new StepReport(Name, StepStatus.Ok, found);
    }
}
