#if CORE_WCF
using CoreWCF.Security.Tokens;
#else
using System.ServiceModel.Security.Tokens;
#endif

namespace SecureConversation.Shared;

/// <summary>Security elements of the stack, which are all of the transport, in the words of the engine.</summary>
internal static class StackSecurity
{
    /// <summary>The message security of the binding of an issuer; null where it has none, or is not said.</summary>
    /// <exception cref="InvalidOperationException">The stack cannot make the binding, or a token is not known.</exception>
    public static EngineBinding.SecurityBindingElement? OfIssuer(Channels.Binding? binding)
    {
        if (binding is null)
        {
            return null;
        }

        BindingElementCollection elements;
        try
        {
            elements = binding.CreateBindingElements();
        }
        catch (NotSupportedException e)
        {
            throw new InvalidOperationException(
                $"IssuerBinding is a {binding.GetType().FullName} that the stack cannot make: use the class of that name of this library, "
                    + $"which has message security. {e.Message}", e);
        }

        return elements.Find<MessageSecurityBindingElement>()?.Settings
            ?? (elements.Find<SecurityBindingElement>() is { } security ? ToEngine(security) : null);
    }

    private static EngineBinding.TransportSecurityBindingElement ToEngine(SecurityBindingElement element)
    {
        // The factory switches the memory of messages off on both sides, and each stack knows one of them.
        var start = EngineBinding.SecurityBindingElement.CreateUserNameOverTransportBindingElement();
        var version = Translation.ToEngine(element.MessageSecurityVersion);
        var tokens = element.EndpointSupportingTokenParameters;
        return start with
        {
            MessageSecurityVersion = version,
            DefaultAlgorithmSuite = Translation.ToEngine(element.DefaultAlgorithmSuite),
            SecurityHeaderLayout = Translation.ByName<EngineBinding.SecurityHeaderLayout>(element.SecurityHeaderLayout),
            IncludeTimestamp = element.IncludeTimestamp,
            KeyEntropyMode = Translation.ByName<EngineBinding.SecurityKeyEntropyMode>(element.KeyEntropyMode),
            EnableUnsecuredResponse = element.EnableUnsecuredResponse,
            EndpointSupportingTokenParameters = new()
            {
                Endorsing = [.. tokens.Endorsing.Select(token => ToEngine(token, version))],
                Signed = [.. tokens.Signed.Select(token => ToEngine(token, version))],
                SignedEncrypted = [.. tokens.SignedEncrypted.Select(token => ToEngine(token, version))],
            },
#if CORE_WCF
            LocalServiceSettings = Translation.ToEngine(element.LocalServiceSettings),
#else
            LocalClientSettings = Translation.ToEngine(element.LocalClientSettings, start.LocalClientSettings),
#endif
        };
    }

    private static EngineBinding.SecurityTokenParameters ToEngine(
        SecurityTokenParameters token, EngineBinding.MessageSecurityVersion version) => token switch
        {
            UserNameSecurityTokenParameters => new EngineBinding.UserNameSecurityTokenParameters(),
            IssuedSecurityTokenParameters issued => Translation.ToEngine(issued),
            SecureConversationSecurityTokenParameters session => new EngineBinding.SecureConversationSecurityTokenParameters
            {
                BootstrapSecurityBindingElement = ToEngine(session.BootstrapSecurityBindingElement),
                RequireCancellation = session.RequireCancellation,
                RequireDerivedKeys = session.RequireDerivedKeys,
            },
            // By name: the reference assembly of the client does not have it.
            _ when token.GetType().Name == "X509SecurityTokenParameters" => new EngineBinding.X509SecurityTokenParameters
            {
                RequireDerivedKeys = token.RequireDerivedKeys,
                X509ReferenceStyle = version.SecurityVersion == EngineBinding.SecurityVersion.WSSecurity10
                    ? EngineBinding.X509ReferenceStyle.Any
                    : EngineBinding.X509ReferenceStyle.Thumbprint,
            },
            _ => throw new InvalidOperationException($"IssuerBinding has a {token.GetType().Name}, which is not offered: "
                + "use a user name, a certificate or an issued token."),
        };
}
