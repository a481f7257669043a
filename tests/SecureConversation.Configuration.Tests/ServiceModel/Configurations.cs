using SecureConversation.Configuration;

namespace SecureConversation.Configuration.Tests.ServiceModel;

/// <summary>Reads configurations from text.</summary>
internal static class Configurations
{
    public const string FileName = "/app/app.config";

    /// <summary>Reads what stands inside of <c>system.serviceModel</c>; it begins in line 3.</summary>
    public static ServiceModelConfiguration Section(string inside, ServiceModelConfigurationOptions? options = null) =>
        Whole($"<configuration>\n<system.serviceModel>\n{inside}\n</system.serviceModel>\n</configuration>", options);

    /// <summary>Reads a whole file.</summary>
    public static ServiceModelConfiguration Whole(string text, ServiceModelConfigurationOptions? options = null) =>
        ServiceModelConfiguration.Parse(new StringReader(text), FileName, options);

    /// <summary>Reads one binding.</summary>
    public static ConfiguredBinding Binding(string kind, string inside, string attributes = "")
    {
        var configuration = Section($"<bindings><{kind}><binding name='b' {attributes}>{inside}</binding></{kind}></bindings>");
        return Assert.Single(configuration.Bindings);
    }

    /// <summary>Reads the security of a customBinding, which must have no problem.</summary>
    public static SecureConversation.Binding.SecurityBindingElement Security(string security)
    {
        var binding = Binding("customBinding", $"{security}<httpTransport/>");
        Assert.Empty(binding.Problems);
        return Assert.IsType<SecureConversation.Binding.SecurityBindingElement>(binding.Security, exactMatch: false);
    }
}
