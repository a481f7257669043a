using System.Xml.Linq;
using SecureConversation.Configuration.Schema;

namespace SecureConversation.Configuration.Reading;

/// <summary>Finds the sections of <c>system.serviceModel</c> in a file, and follows <c>configSource</c>.</summary>
internal sealed class SectionFiles(ServiceModelConfigurationOptions options)
{
    /// <summary>A tree whose root has one child for each section of each file, outermost file first.</summary>
    public List<XElement> Groups { get; } = [];

    /// <summary>Adds a file.</summary>
    /// <param name="root">The root of the file.</param>
    /// <param name="path">Its path.</param>
    /// <param name="node">What takes the problems.</param>
    public void Add(XElement root, string path, ConfigNode node)
    {
        RemoveNamespace(root);
        var groups = root.Name.ToString() switch
        {
            ServiceModelSchema.Root => [root],
            "configuration" => Find(root, node),
            var name => throw XmlSource.Refuse(
                path,
                1,
                1,
                $"The root <{(name.Length > 100 ? name[..100] : name)}> is neither <configuration> nor <system.serviceModel>.",
                "Name an app.config or web.config."),
        };
        foreach (var section in groups.SelectMany(group => group.Elements()).ToList())
        {
            Follow(section, path, node);
        }

        // One group for each file, as the layers of the merge.
        foreach (var other in groups.Skip(1))
        {
            other.Elements().ToList().ForEach(section =>
            {
                section.Remove();
                groups[0].Add(section);
            });
        }

        if (groups.Count > 0)
        {
            Groups.Add(groups[0]);
        }
    }

    private static List<XElement> Find(XElement root, ConfigNode node)
    {
        var groups = root.Elements(ServiceModelSchema.Root).ToList();
        foreach (var other in root.Elements().Concat(root.Elements("location").Elements()).Where(IsMisspelt))
        {
            node.Report(
                ConfigurationProblemSeverity.Error,
                XmlSource.Locate(other),
                attribute: null,
                found: null,
                $"<{other.Name.LocalName}> is not read: names have a case, and no namespace.",
                $"Write <{ServiceModelSchema.Root}>.");
        }

        foreach (var inner in root.Elements("location").Elements(ServiceModelSchema.Root))
        {
            var path = inner.Parent!.Attribute("path")?.Value ?? "";
            if (path is "" or ".")
            {
                groups.Add(inner);
            }
            else
            {
                node.Report(
                    ConfigurationProblemSeverity.Note,
                    XmlSource.Locate(inner.Parent),
                    "path",
                    path,
                    "The settings are those of another path of the site, and are not read here.",
                    "Read a file that holds them alone, with this one among the ParentFiles.");
            }
        }

        return groups;
    }

    private static bool IsMisspelt(XElement element) => element.Name != ServiceModelSchema.Root
        && element.Name.LocalName.Equals(ServiceModelSchema.Root, StringComparison.OrdinalIgnoreCase);

    // Visual Studio 2005 wrote a namespace on the root, which means nothing.
    private static void RemoveNamespace(XElement root)
    {
        if (root.Name.NamespaceName == "http://schemas.microsoft.com/.NetConfiguration/v2.0")
        {
            foreach (var element in root.DescendantsAndSelf().Where(e => e.Name.Namespace == root.Name.Namespace).ToList())
            {
                element.Name = element.Name.LocalName;
            }

            root.Attribute("xmlns")?.Remove();
        }
    }

    private void Follow(XElement section, string path, ConfigNode node)
    {
        if (section.Attribute("configProtectionProvider") is { } provider)
        {
            Report(
                node,
                provider,
                "The section is encrypted, and only .NET Framework can decrypt it.",
                "Decrypt it with aspnet_regiis -pdf, and keep secrets elsewhere.");
            section.RemoveAll();
        }
        else if (section.Attribute("configSource") is { } source)
        {
            Replace(section, source, path, node);
        }
    }

    private void Replace(XElement section, XAttribute source, string path, ConfigNode node)
    {
        if (section.HasElements || section.Attributes().Count() > 1)
        {
            Report(node, source, "A section with configSource is empty otherwise.", "Move everything into that file.");
        }

        var directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var full = Path.GetFullPath(Path.Combine(directory, source.Value.Replace('\\', Path.DirectorySeparatorChar)));
        if (!options.AllowConfigSource)
        {
            Report(node, source, "configSource is not allowed here.", "Set AllowConfigSource, or write the section into the file.");
        }
        else if (Path.IsPathRooted(source.Value) || !LinkedPath.IsBelow(directory, full))
        {
            Report(node, source, "configSource leads out of the directory of the file.", "Write a relative path to a file below it.");
        }
        else
        {
            var root = XmlSource.Load(full, options);
            RemoveNamespace(root);
            if (root.Name != section.Name)
            {
                Report(node, source, $"The root of the file is <{root.Name.LocalName}>.", $"Make it <{section.Name.LocalName}>.");
            }
            else
            {
                section.ReplaceWith(root);
                return;
            }
        }

        section.RemoveAll();
    }

    private static void Report(ConfigNode node, XAttribute attribute, string reason, string remedy) => node.Report(
        ConfigurationProblemSeverity.Error,
        XmlSource.Locate(attribute),
        attribute.Name.LocalName,
        attribute.Value,
        reason,
        remedy);
}
