namespace SecureConversation.Gateway.Settings;

/// <summary>
/// Settings as they are at one moment. What is made of them keeps to them: a configuration changes at once when its file does, whether
/// what the file says can be used or not, and is empty after a file that cannot be read.
/// </summary>
internal static class FrozenSettings
{
    /// <summary>A copy of a section that does not change, under the same path.</summary>
    public static IConfigurationSection Of(IConfigurationSection section) =>
        new ConfigurationBuilder().AddInMemoryCollection(section.AsEnumerable()).Build().GetSection(section.Path);
}
