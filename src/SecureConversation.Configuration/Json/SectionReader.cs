using Microsoft.Extensions.Configuration;

namespace SecureConversation.Configuration.Json;

/// <summary>Reads a section from its root.</summary>
internal static class SectionReader
{
    /// <exception cref="SettingsException">Something is wrong with it.</exception>
    public static (T Value, IReadOnlyCollection<string> Files) Read<T>(ObjectForm<T> form, IConfiguration section, string? basePath)
        where T : new()
    {
        ArgumentNullException.ThrowIfNull(section);
        var reading = new Reading(Path.GetFullPath(basePath ?? Directory.GetCurrentDirectory()));
        if (section is IConfigurationSection { Path: var path } named && !named.Exists())
        {
            // A typing error in the name of a section would turn everything to its default.
            reading.Refuse(path, "the configuration has no such section, or it is empty: check the name of the section.");
        }

        var (value, unknown) = form.ReadKnown(section, new T(), reading);
        foreach (var child in unknown)
        {
            ObjectForm<T>.RefuseUnknown(child, ObjectForm<T>.NamesOf(form.Keys), reading);
        }

        if (section is IConfigurationSection { Value.Length: > 0 } text)
        {
            reading.ExpectedKeys(text, "an object with keys");
        }

        reading.ThrowIfProblems();
        return (value, reading.Files);
    }
}
