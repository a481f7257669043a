using SecureConversation.Policy;

namespace SecureConversation.Cli.Migration;

/// <summary>WSDL files that a service reference keeps.</summary>
internal static class WsdlFiles
{
    public static void Read(string path, FindingList findings)
    {
        WsdlImport import;
        try
        {
            import = new WsdlImporter().ImportFile(path);
        }
        catch (PolicyException e)
        {
            findings.Add(Verdict.Unreadable, path, e.Location?.Line, "WSDL", e.Message, "Fetch the WSDL again.");
            return;
        }

        foreach (var endpoint in import.Endpoints)
        {
            var subject = $"port {endpoint.Name}";
            switch (endpoint.Outcome)
            {
                case PolicyOutcome.Imported:
                    findings.Add(Verdict.Works, path, null, subject, "Its policy is a binding of this library.",
                        $"Print it with: secureconversation import \"{findings.Relative(path)}\" --endpoint {endpoint.Name}");
                    break;
                case PolicyOutcome.NoMessageSecurity:
                    findings.Add(Verdict.Stack, path, null, subject, "Its policy asks for no message security.");
                    break;
                case PolicyOutcome.NotOffered:
                    findings.Add(Verdict.NotOffered, path, null, subject,
                        endpoint.Chosen.NotOffered ?? "Messages of that kind are not offered.", "Change the binding at the service.");
                    break;
                default:
                    foreach (var refusal in endpoint.Chosen.Refusals)
                    {
                        findings.Add(Verdict.NotOffered, path, refusal.Location.Line, $"{subject}, {refusal.Assertion.LocalName}",
                            refusal.Reason, refusal.Remedy);
                    }

                    break;
            }
        }
    }
}
