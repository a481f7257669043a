using SecureConversation.Binding;
using SecureConversation.Engine.Telemetry;
using SecureConversation.Engine.Tokens;

namespace SecureConversation.Engine.Roles;

/// <summary>Says once, when a client or service is created, what its binding lets happen.</summary>
internal static class BindingWarnings
{
    public static void Log(MessageSecurityBinding binding, EngineEnvironment environment)
    {
        var element = binding.Bootstrap ?? binding.Element;
        if (element is not TransportSecurityBindingElement && SupportingToken.AllOf(element).SelectMany(list => list.Tokens).Any(
            token => !token.IsEncrypted && token.Parameters is UserNameSecurityTokenParameters { PasswordType: UserNamePasswordType.Text }))
        {
            EngineLog.ClearTextPasswords(environment.Log);
        }
    }
}
