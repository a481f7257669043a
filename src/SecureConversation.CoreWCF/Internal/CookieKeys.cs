using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;

namespace SecureConversation.CoreWCF.Internal;

/// <summary>What protects the sessions of an endpoint that travel in cookies.</summary>
internal static class CookieKeys
{
    private const int MaxName = 200;

    /// <summary>Whether the sessions of a binding travel in cookies: CoreWCF has no session of its own there.</summary>
    public static bool HasCookies(EngineBinding.MessageSecurityBinding binding) =>
        binding.SecureConversation is { RequireCancellation: false };

    /// <summary>The name of an endpoint, the same at each instance of the service and after a restart.</summary>
    public static string NameOf(ServiceHostBase host, Uri address)
    {
        var name = $"{host.Description.ServiceType?.FullName ?? host.Description.Name}{address.AbsolutePath}";
        return name.Length <= MaxName ? name : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
    }

    /// <summary>What protects the cookies of a binding; null when it has none.</summary>
    /// <exception cref="InvalidOperationException">There is nothing that could; the message says what to set up.</exception>
    public static ISecurityStateEncoder? EncoderOf(
        IChannel channel, ServiceCredentials credentials, EngineBinding.MessageSecurityBinding binding, string name)
    {
        if (!binding.UsesCookies)
        {
            return null;
        }

        if (channel.GetProperty<ISecurityStateEncoder>() is { } encoder)
        {
            return encoder;
        }

        // CoreWCF keeps the methods of an encoder to itself. Its own default is DPAPI, which one user of one machine can read.
        if (credentials.SecureConversationAuthentication.SecurityStateEncoder is { } other
            && other.GetType() != typeof(global::CoreWCF.Security.DataProtectionSecurityStateEncoder))
        {
            throw new InvalidOperationException($"SecureConversationAuthentication.SecurityStateEncoder is {other.GetType()}, whose "
                + "methods are not public in CoreWCF: implement SecureConversation.ISecurityStateEncoder, and add it to the services.");
        }

        var provider = channel.GetProperty<IDataProtectionProvider>() ?? throw new InvalidOperationException("RequireCancellation = false "
            + "puts the state of a session, or of what was negotiated, into a cookie, and nothing protects it: call "
            + "services.AddDataProtection(), with a key ring that all instances of the service share, or add an ISecurityStateEncoder "
            + "to the services.");
        return new SecureConversation.DataProtectionSecurityStateEncoder(provider.CreateProtector("SecureConversation", name));
    }
}
