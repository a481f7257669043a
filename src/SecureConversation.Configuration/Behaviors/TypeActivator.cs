using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;

namespace SecureConversation.Configuration;

/// <summary>Makes the objects of types that a file names.</summary>
internal sealed class TypeActivator(Func<string, object?>? create)
{
    public static TypeActivator Default { get; } = new(create: null);

    public object UserNameValidator(string typeName, ConfigurationLocation location)
    {
        const string Attribute = "customUserNamePasswordValidatorType";
        var instance = Create(typeName, Attribute, location);
        return instance is UserNamePasswordValidator or IUserNameAuthenticator
            ? instance
            : throw Refuse(
                location,
                Attribute,
                $"'{typeName}' is neither a {typeof(UserNamePasswordValidator)} nor an {typeof(IUserNameAuthenticator)}.",
                "Derive it from one of them, or wrap it in ServiceModelConfigurationOptions.CreateInstance.");
    }

    public Func<X509Certificate2, X509Chain?, bool> CertificateValidator(string typeName, ConfigurationLocation location)
    {
        const string Attribute = "customCertificateValidatorType";
        return Create(typeName, Attribute, location) switch
        {
            Func<X509Certificate2, X509Chain?, bool> validate => validate,
            IConfiguredCertificateValidator validator => validator.Validate,
            _ => throw Refuse(
                location,
                Attribute,
                $"'{typeName}' is no {typeof(IConfiguredCertificateValidator)}.",
                "Implement that interface, or return a Func<X509Certificate2, X509Chain, bool> from "
                    + "ServiceModelConfigurationOptions.CreateInstance."),
        };
    }

    private object Create(string typeName, string attribute, ConfigurationLocation location)
    {
        if (typeName.Length == 0)
        {
            throw Refuse(location, attribute, "The mode Custom needs the name of a type.", $"Set {attribute}.");
        }

        try
        {
            return (create is null ? ByReflection(typeName) : create(typeName))
                ?? throw Refuse(
                    location,
                    attribute,
                    $"The type '{typeName}' is not found.",
                    "Write \"Namespace.Type, Assembly\", and see that the assembly is deployed, or set "
                        + "ServiceModelConfigurationOptions.CreateInstance.");
        }
        catch (Exception e) when (e is not ServiceModelConfigurationException)
        {
            // The constructor is of the application: whatever it throws, the file that named it is what has to be looked at.
            throw Refuse(location, attribute, $"No object of the type '{typeName}' can be made: {e.Message}", "Correct the type.", e);
        }
    }

    [SuppressMessage("Trimming", "IL2057", Justification = "Trimmed applications set CreateInstance, as the option says.")]
    private static object? ByReflection(string typeName) =>
        Type.GetType(typeName, throwOnError: false) is { } type ? Activator.CreateInstance(type) : null;

    private static ServiceModelConfigurationException Refuse(
        ConfigurationLocation location, string attribute, string reason, string remedy, Exception? inner = null) =>
        new([new() { Location = location, Path = "behaviors", Attribute = attribute, Reason = reason, Remedy = remedy }], inner);
}
