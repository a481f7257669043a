using System.Security.Cryptography.X509Certificates;
using SecureConversation.Policy;

namespace SecureConversation.Cli.Importing;

/// <summary>What people should know about an endpoint.</summary>
internal static class EndpointWords
{
    public static void Write(ImportedEndpoint endpoint, TextWriter output)
    {
        void Line(string text) => output.WriteLine(Plain.Text(text));

        var chosen = endpoint.Alternatives.IndexOf(endpoint.Chosen) + 1;
        Line($"Port {endpoint.Name} of {endpoint.Service?.LocalName ?? "no service"}, contract {endpoint.Contract.LocalName}");
        Line($"  address: {endpoint.Address?.ToString() ?? "none"}");
        if (endpoint.Identity is not null)
        {
            Line($"  identity: {Identity(endpoint)}");
        }

        var count = endpoint.Alternatives.Length;
        Line($"  {Outcome(endpoint.Outcome)}{(count > 1 ? $", alternative {chosen} of {count}" : "")}");
        foreach (var warning in endpoint.Warnings.Concat(endpoint.Chosen.Warnings).Distinct())
        {
            Line($"  warning: {warning}");
        }

        foreach (var name in endpoint.Chosen.OtherRequirements.Distinct())
        {
            Line($"  also asks for: {name.LocalName}");
        }

        for (var i = 0; i < count; i++)
        {
            WriteRefused(endpoint.Alternatives[i], i + 1, Line);
        }
    }

    /// <summary>The name or certificate that the WSDL gives the service.</summary>
    public static string Identity(ImportedEndpoint endpoint)
    {
        if (endpoint.IdentityCertificate.IsDefaultOrEmpty)
        {
            return endpoint.Identity?.ToString() ?? "none";
        }

        using var certificate = X509CertificateLoader.LoadCertificate(endpoint.IdentityCertificate.AsSpan());
        return $"certificate {certificate.Subject}, thumbprint {certificate.Thumbprint}";
    }

    private static void WriteRefused(PolicyAlternative alternative, int number, Action<string> line)
    {
        switch (alternative.Outcome)
        {
            case PolicyOutcome.NotOffered:
                line($"  alternative {number} is not offered: {alternative.NotOffered}");
                break;
            case PolicyOutcome.Refused:
                foreach (var refusal in alternative.Refusals)
                {
                    line($"  alternative {number} is refused: {refusal}");
                }

                break;
            default:
                break;
        }
    }

    private static string Outcome(PolicyOutcome outcome) => outcome switch
    {
        PolicyOutcome.Imported => "imported",
        PolicyOutcome.NotOffered => "not offered",
        PolicyOutcome.Refused => "refused",
        _ => "no message security: the binding of the stack serves",
    };
}
