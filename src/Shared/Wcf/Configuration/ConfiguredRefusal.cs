using SecureConversation.Configuration;

namespace SecureConversation.Shared;

/// <summary>Refuses what a file says and the stack does not offer, with its place in the file.</summary>
internal static class ConfiguredRefusal
{
#if CORE_WCF
    public const string Stack = "CoreWCF";
#else
    public const string Stack = "The .NET WCF client";
#endif

    public static ServiceModelConfigurationException Of(ConfiguredBinding binding, string reason, string remedy) =>
        Of(binding.Location, $"{binding.Kind}/binding[{binding.Name}]", reason, remedy);

    /// <summary>Refuses one setting of a binding.</summary>
    public static ServiceModelConfigurationException Of(
        ConfiguredBinding binding, string setting, string found, string reason, string remedy) =>
        new([new ConfigurationProblem
        {
            Location = binding.Location,
            Path = $"{binding.Kind}/binding[{binding.Name}]",
            Attribute = setting,
            Found = found,
            Reason = reason,
            Remedy = remedy,
        }]);

    public static ServiceModelConfigurationException Of(ConfigurationLocation location, string path, string reason, string remedy) =>
        new([new ConfigurationProblem { Location = location, Path = path, Reason = reason, Remedy = remedy }]);

    /// <summary>Gives an exception of the stack its place in the file.</summary>
    public static T At<T>(ConfiguredBinding binding, Func<T> create)
    {
        try
        {
            return create();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or NotSupportedException)
        {
            // PlatformNotSupportedException and ObjectDisposedException are among these.
            throw Of(binding, $"{Stack} refuses it: {e.Message}", "Change the binding on both sides, or make it in code.");
        }
    }
}
