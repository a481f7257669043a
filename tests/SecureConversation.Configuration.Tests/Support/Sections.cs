using System.Text;
using Microsoft.Extensions.Configuration;

namespace SecureConversation.Configuration.Tests.Support;

/// <summary>Configurations from JSON.</summary>
internal static class Sections
{
    public static IConfigurationRoot Of(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();

    /// <summary>The texts of a refusal.</summary>
    public static IReadOnlyList<string> ProblemsOfService(string json) =>
        Assert.Throws<SettingsException>(() => MessageSecurityServiceSettings.Read(Of(json))).Problems;

    public static IReadOnlyList<string> ProblemsOfClient(string json) =>
        Assert.Throws<SettingsException>(() => MessageSecurityClientSettings.Read(Of(json))).Problems;
}
