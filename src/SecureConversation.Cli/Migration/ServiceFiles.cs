using System.Text.RegularExpressions;

namespace SecureConversation.Cli.Migration;

/// <summary>Files beside the code that make services and proxies: .svc and .svcmap.</summary>
internal static partial class ServiceFiles
{
    public static void ReadService(string path, FindingList findings)
    {
        var text = File.ReadAllText(path);
        var directive = Directive().Match(text);
        if (!directive.Success)
        {
            findings.Add(Verdict.Unreadable, path, null, "file", "It has no <%@ ServiceHost %> directive.", "Look at it by hand.");
            return;
        }

        // An attribute that is written twice counts once.
        var attributes = Attribute().Matches(directive.Value).DistinctBy(a => a.Groups[1].Value, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(a => a.Groups[1].Value, a => a.Groups[2].Value, StringComparer.OrdinalIgnoreCase);
        var service = attributes.GetValueOrDefault("Service", "?");
        findings.Add(Verdict.Changes, path, 1 + text.AsSpan(0, directive.Index).Count('\n'), $"service {service}",
            "IIS activates the service by this file; modern .NET has no activation by file.",
            $"{Lines.HostRemedy} Clients find it at the same address.");
        if (attributes.TryGetValue("Factory", out var factory) && factory.Length > 0)
        {
            findings.Add(Verdict.Changes, path, null, $"factory {factory}", "CoreWCF calls no ServiceHostFactory.",
                "Move what the factory does to the builder that UseServiceModelConfiguration takes.");
        }
    }

    public static void ReadReference(string path, FindingList findings)
    {
        foreach (var source in XmlFiles.Load(path).Descendants().Where(element => element.Name.LocalName == "MetadataSource"))
        {
            var address = (string?)source.Attribute("Address") ?? "";
            findings.Add(Verdict.Changes, path, XmlFiles.LineOf(source), $"service reference {address}",
                "The proxy was generated for the WCF of .NET Framework, and its binding stands in the configuration file.",
                "Generate it again with dotnet-svcutil, or keep the code and give its constructor the binding: secureconversation import "
                + "prints it from the WSDL.");
        }
    }

    // Limited, as the file comes from anywhere.
    [GeneratedRegex("<%@\\s*ServiceHost\\b[^%]*%>", RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Directive();

    [GeneratedRegex("(\\w+)\\s*=\\s*[\"']([^\"']*)[\"']", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Attribute();
}
