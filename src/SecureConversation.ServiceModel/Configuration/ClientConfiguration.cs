using System.Reflection;
using SecureConversation.Configuration;

namespace SecureConversation.ServiceModel.Configuration;

/// <summary>
/// The configuration file of the application, which clients by endpoint name are made from: <see cref="ClientBase{TChannel}"/> and
/// <see cref="ChannelFactory{TChannel}"/>.
/// </summary>
public static class ClientConfiguration
{
    private static readonly Lazy<ServiceModelConfiguration> OfApplication = new(() => ServiceModelConfiguration.Load(PathOfApplication()));

    /// <summary>
    /// The configuration. Until it is set: the file that the build makes of App.config, <c>Application.dll.config</c> beside the
    /// application, or the one that the data APP_CONFIG_FILE of the application names. Read at the first use, once.
    /// </summary>
    /// <exception cref="ServiceModelConfigurationException">There is no such file, or it cannot be read.</exception>
    public static ServiceModelConfiguration Default
    {
        get => field ?? OfApplication.Value;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    }

    private static string PathOfApplication()
    {
        if (AppContext.GetData("APP_CONFIG_FILE") is string { Length: > 0 } named)
        {
            return Path.GetFullPath(named, AppContext.BaseDirectory);
        }

        var name = Assembly.GetEntryAssembly()?.GetName().Name ?? AppDomain.CurrentDomain.FriendlyName;
        return Path.Combine(AppContext.BaseDirectory, name + ".dll.config");
    }
}
