using System.Xml.Linq;

namespace SecureConversation.Cli.Migration;

/// <summary>Project files of both styles, and packages.config.</summary>
internal static class ProjectFiles
{
    private static readonly string[] OfInterest =
        ["System.ServiceModel", "CoreWCF", "SecureConversation", "System.IdentityModel", "Microsoft.Web.Services"];

    public static ProjectFile Read(string path, FindingList findings)
    {
        var root = XmlFiles.Load(path).Root!;
        var old = root.Attribute("Sdk") is null && !Named(root, "Import").Any(import => import.Attribute("Sdk") is not null)
            && Named(root, "TargetFrameworkVersion").Any();
        var project = new ProjectFile
        {
            File = findings.Relative(path),
            Framework = string.Join(";", Named(root, "TargetFramework").Concat(Named(root, "TargetFrameworks"))
                .Concat(Named(root, "TargetFrameworkVersion")).Select(element => Plain.Text(element.Value.Trim())).Distinct()),
            IsOldStyle = old,
            Packages = [.. Named(root, "PackageReference").Concat(Named(root, "Reference"))
                .Select(reference => (Name: NameOf(reference), Version: (string?)reference.Attribute("Version")))
                .Where(reference => IsOfInterest(reference.Name))
                .Select(reference => Plain.Text(reference.Version is null ? reference.Name : $"{reference.Name} {reference.Version}"))],
        };
        if (old)
        {
            var version = Named(root, "TargetFrameworkVersion").First();
            findings.Add(Verdict.Changes, path, XmlFiles.LineOf(version), $"TargetFrameworkVersion {version.Value}",
                "The project has the form of .NET Framework.",
                "Give it the form <Project Sdk=\"Microsoft.NET.Sdk\"> (services: Microsoft.NET.Sdk.Web) and TargetFramework net10.0.");
        }

        return project;
    }

    public static void ReadPackages(string path, FindingList findings)
    {
        foreach (var package in Named(XmlFiles.Load(path).Root!, "package").Where(p => IsOfInterest((string?)p.Attribute("id") ?? "")))
        {
            findings.Add(Verdict.Changes, path, XmlFiles.LineOf(package), $"package {(string?)package.Attribute("id")}",
                $"It is fetched for {(string?)package.Attribute("targetFramework") ?? "an unnamed framework"}.",
                "Reference the package of modern .NET with PackageReference in the project file.");
        }
    }

    private static IEnumerable<XElement> Named(XElement root, string name) =>
        root.DescendantsAndSelf().Where(element => element.Name.LocalName == name);

    private static string NameOf(XElement reference) => ((string?)reference.Attribute("Include") ?? "").Split(',')[0].Trim();

    private static bool IsOfInterest(string name) => OfInterest.Any(prefix => name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
