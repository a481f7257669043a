using SecureConversation.Binding;
using SecureConversation.Cli.Reports;

namespace SecureConversation.Cli.Decoding;

/// <summary>What differs between what works and what does not.</summary>
/// <param name="Working">What works: a capture or a file with a binding.</param>
/// <param name="Failing">The capture that does not.</param>
/// <param name="Differences">The settings that differ.</param>
/// <param name="Failures">The messages that were refused, here or by the other side.</param>
internal sealed record Comparison(
    string Working, string Failing, IReadOnlyList<Difference> Differences, IReadOnlyList<MessageReport> Failures)
{
    private const int MaxFailures = 100;

    /// <summary>That secrets were left out of the failures; null where there were none, or they are shown.</summary>
    public string? Secrets { get; init; }

    /// <summary>The same without secrets.</summary>
    public Comparison WithoutSecrets()
    {
        var (failures, sentence) = Reports.Secrets.LeaveOut(Failures);
        return this with { Failures = failures, Secrets = sentence };
    }

    /// <param name="working">What works.</param>
    /// <param name="workingBinding">Its binding.</param>
    /// <param name="failing">What does not.</param>
    /// <param name="failingBinding">The binding that its messages show.</param>
    /// <param name="report">The failing capture, decoded.</param>
    public static Comparison Of(
        string working, MessageSecurityBinding workingBinding, string failing,
            MessageSecurityBinding? failingBinding, ConversationReport report)
    {
        var unseen = (report.Binding?.Assumptions ?? []).Where(a => !a.IsSeen).Select(a => a.Setting).ToHashSet(StringComparer.Ordinal);
        var here = BindingSettings.Of(workingBinding).ToDictionary(s => s.Setting, s => s.Value, StringComparer.Ordinal);
        var there = failingBinding is null ? []
            : BindingSettings.Of(failingBinding).ToDictionary(s => s.Setting, s => s.Value, StringComparer.Ordinal);
        var differences = failingBinding is null ? [] : here.Keys.Union(there.Keys)
            .Select(setting => (Setting: setting, Works: here.GetValueOrDefault(setting, "not there"),
                Fails: there.GetValueOrDefault(setting, "not there")))
            .Where(d => d.Works != d.Fails && !unseen.Contains(d.Setting))
            .Select(d => new Difference(d.Setting, d.Works, d.Fails, Advice(d.Setting, d.Works)))
            .ToList();
        return new Comparison(working, failing, differences,
            [.. report.Messages.Where(m => m.Failure is not null
                || m.Notes.Any(n => n.StartsWith("The service refused", StringComparison.Ordinal)))
                .Take(MaxFailures)]);
    }

    private static string Advice(string setting, string value)
    {
        var (place, name) = setting.StartsWith("Bootstrap.", StringComparison.Ordinal)
            ? ("the bootstrap", setting["Bootstrap.".Length..])
            : ("the binding element", setting);
        var csharp = $"C#: {name} = {value} on {place}";
        return name switch
        {
            "DefaultAlgorithmSuite" or "MessageProtectionOrder" or "SecurityHeaderLayout" or "IncludeTimestamp" or "KeyEntropyMode"
                or "MessageSecurityVersion" or "RequireSignatureConfirmation" or "RequireDerivedKeys" or "ProtectTokens"
                or "EnableUnsecuredResponse" or "AllowSerializedSigningTokenOnReply" =>
                $"{csharp}; app.config: {Attribute(name)}=\"{Value(value)}\" "
                    + $"of {(place == "the bootstrap" ? "<secureConversationBootstrap>" : "<security>")}",
            "RequireCancellation" => $"{csharp}; app.config: requireSecurityContextCancellation=\"{Value(value)}\" of <security>",
            "MessageVersion" => $"C#: MessageVersion = MessageVersion.{value}; app.config: messageVersion of <textMessageEncoding>",
            "EstablishSecurityContext" => $"C#: CreateSecureConversationBindingElement{(value == "True" ? "" : " is not to be called")}; "
                + $"app.config: establishSecurityContext=\"{Value(value)}\" of <message>",
            "Kind" or "Endorsing" or "SignedEndorsing" or "SignedEncrypted" or "Signed" =>
                $"C#: the factory of SecurityBindingElement for {value} on {place}; app.config: authenticationMode",
            _ when name.StartsWith("ProtectionLevel", StringComparison.Ordinal) =>
                $"C#: ProtectionLevel.{value} in the contract, or ChannelProtectionRequirements",
            _ => csharp,
        };
    }

    private static string Attribute(string name) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string Value(string value) => value is "True" or "False" ? Attribute(value) : value;
}

/// <summary>A setting that differs.</summary>
/// <param name="Setting">Its name.</param>
/// <param name="Working">Its value where it works.</param>
/// <param name="Failing">Its value where it does not.</param>
/// <param name="Advice">What to set, in the words of C# and app.config.</param>
internal sealed record Difference(string Setting, string Working, string Failing, string Advice);
