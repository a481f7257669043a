using SecureConversation.Configuration;

namespace SecureConversation.Cli.Migration;

/// <summary>app.config and web.config.</summary>
internal static class ConfigFiles
{
    private const string Section = "system.serviceModel";

    /// <summary>Reads a file, if it is about WCF.</summary>
    /// <returns>Whether it is.</returns>
    public static bool Read(string path, FindingList findings)
    {
        var text = File.ReadAllText(path);
        if (!text.Contains(Section, StringComparison.Ordinal))
        {
            return false;
        }

        if (text.Contains("http://schemas.microsoft.com/XML-Document-Transform", StringComparison.Ordinal))
        {
            findings.Add(Verdict.Changes, path, null, "transformation", "It is applied when a project of .NET Framework is published.",
                "Write the differences of the environment into an appsettings file of it.");
            return true;
        }

        ServiceModelConfiguration configuration;
        try
        {
            configuration = ServiceModelConfiguration.Load(path, new ServiceModelConfigurationOptions { CreateInstance = _ => null });
        }
        catch (ServiceModelConfigurationException e)
        {
            foreach (var problem in e.Problems)
            {
                findings.Add(Verdict.Unreadable, path, problem.Location.Line, problem.Path, problem.Reason, problem.Remedy);
            }

            return true;
        }

        foreach (var problem in configuration.Problems)
        {
            Add(problem, path, findings);
        }

        foreach (var endpoint in configuration.ClientEndpoints)
        {
            var name = endpoint.Name.Length > 0 ? endpoint.Name : endpoint.Contract;
            Add($"client endpoint {name}", FileLimits.OfClients, endpoint.Binding, endpoint.Problems, endpoint.Location,
                findings);
        }

        foreach (var service in configuration.Services)
        {
            foreach (var endpoint in service.Endpoints.Where(endpoint => !endpoint.IsMetadataExchange))
            {
                var address = endpoint.Address.Length > 0 ? $" at {endpoint.Address}" : "";
                Add($"endpoint{address} of service {service.Name}, {endpoint.Contract}", FileLimits.OfServices, endpoint.Binding,
                    endpoint.Problems, endpoint.Location, findings);
            }
        }

        AddUnusedBindings(configuration, findings);
        return true;
    }

    // Problems of one binding are problems of each endpoint that has it: the binding is said once, the endpoint refers to it.
    private static void Add(string subject, string package, ConfiguredBinding? binding, IEnumerable<ConfigurationProblem> problems,
        ConfigurationLocation location, FindingList findings)
    {
        var errors = problems.Count(problem => problem.Severity == ConfigurationProblemSeverity.Error);
        if (errors > 0 || binding is null)
        {
            findings.Add(Verdict.NotOffered, location.File, location.Line, subject, errors == 1
                ? "It cannot be used as it stands: its binding or behavior has a problem, which is listed."
                : $"It cannot be used as it stands: its binding or behavior has {errors} problems, which are listed.",
                "Change what is listed at both ends.");
            return;
        }

        Judge(subject, package, binding, location, findings);
    }

    private static void Judge(
        string subject, string package, ConfiguredBinding binding, ConfigurationLocation location, FindingList findings)
    {
        var of = $"{binding.Kind}{(binding.Name.Length > 0 ? $"[{binding.Name}]" : "")}";
        if (FileLimits.Of(package, binding) is { } limit)
        {
            findings.Add(limit.Verdict, location.File, location.Line, subject, $"{of}: {limit.Reason}", limit.Remedy);
            return;
        }

        if (binding.Security is null || binding.SecurityMode != ConfiguredSecurityMode.Message)
        {
            findings.Add(Verdict.Stack, location.File, location.Line, subject,
                $"{of} has the mode {binding.SecurityMode}, which is the business of the stack.");
            return;
        }

        try
        {
            // Clients have the reliable sessions of their stack.
            var judged = package == FileLimits.OfServices ? binding : binding with { ReliableSession = null };
            _ = judged.CreateMessageSecurityBinding();
            findings.Add(Verdict.Works, location.File, location.Line, subject, $"{of} is read unchanged and works with {package}.");
        }
        catch (ServiceModelConfigurationException e)
        {
            findings.Add(Verdict.NotOffered, location.File, location.Line, subject, $"{of} asks for what is not offered; it is listed.",
                "Change what is listed at both ends.");
            foreach (var problem in e.Problems)
            {
                Add(problem, location.File, findings);
            }
        }
    }

    // A binding that only code names.
    private static void AddUnusedBindings(ServiceModelConfiguration configuration, FindingList findings)
    {
        var ofServices = configuration.Services.SelectMany(service => service.Endpoints).Select(endpoint => endpoint.Binding?.Location);
        var used = configuration.ClientEndpoints.Select(endpoint => endpoint.Binding?.Location).Concat(ofServices).ToHashSet();
        foreach (var binding in configuration.Bindings.Where(binding => !used.Contains(binding.Location)))
        {
            Add($"binding {binding.Kind}[{binding.Name}]", "the package of the side that uses it", binding, binding.Problems,
                binding.Location, findings);
        }
    }

    private static void Add(ConfigurationProblem problem, string path, FindingList findings)
    {
        var value = problem.Found is null ? "" : $"=\"{problem.Found}\"";
        var attribute = problem.Attribute is null ? "" : $" {problem.Attribute}{value}";
        findings.Add(problem.Severity == ConfigurationProblemSeverity.Error ? Verdict.NotOffered : Verdict.Note,
            problem.Location.File.Length > 0 ? problem.Location.File : path, problem.Location.Line, $"{Short(problem.Path)}{attribute}",
            problem.Reason, problem.Remedy);
    }

    private static string Short(string path) =>
        path.StartsWith(Section + "/", StringComparison.Ordinal) ? path[(Section.Length + 1)..] : path;
}
