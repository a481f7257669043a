using SecureConversation.Binding;

namespace SecureConversation.Configuration.Json;

/// <summary>Forms of the values that have names in WCF.</summary>
internal static class Names
{
    public static NameForm<SecurityAlgorithmSuite> AlgorithmSuite { get; } = new(nameof(SecurityAlgorithmSuite),
        [.. SecurityAlgorithmSuite.Known.Append(SecurityAlgorithmSuite.Parse("Strong256MLKem")).Select(suite => (suite.Name, suite))],
        ("Default", SecurityAlgorithmSuite.Default));

    public static NameForm<MessageSecurityVersion> SecurityVersion { get; } = new(nameof(MessageSecurityVersion),
        [.. MessageSecurityVersion.All.Select(version => (version.Name, version))], ("Default", MessageSecurityVersion.Default));

    public static NameForm<MessageVersion> MessageVersion { get; } = new(nameof(MessageVersion),
        [.. Binding.MessageVersion.All.Select(version => (version.Name, version))], ("Default", Binding.MessageVersion.Default));
}
