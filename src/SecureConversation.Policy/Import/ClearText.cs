using System.Collections.Immutable;
using SecureConversation.Binding;

namespace SecureConversation.Policy.Import;

/// <summary>Lets passwords of signed user names travel in clear, as a policy asks, where the transport encrypts.</summary>
internal static class ClearText
{
    public static SecurityBindingElement Allow(SecurityBindingElement element)
    {
        element = element with
        {
            EndpointSupportingTokenParameters = Allow(element.EndpointSupportingTokenParameters),
            OptionalEndpointSupportingTokenParameters = Allow(element.OptionalEndpointSupportingTokenParameters),
            OperationSupportingTokenParameters = Allow(element.OperationSupportingTokenParameters),
            OptionalOperationSupportingTokenParameters = Allow(element.OptionalOperationSupportingTokenParameters),
        };
        return element is SymmetricSecurityBindingElement
        {
            ProtectionTokenParameters: SecureConversationSecurityTokenParameters { BootstrapSecurityBindingElement: { } bootstrap } session,
        } symmetric
            ? symmetric with { ProtectionTokenParameters = session with { BootstrapSecurityBindingElement = Allow(bootstrap) } }
            : element;
    }

    private static OperationSupportingTokens Allow(OperationSupportingTokens operations) =>
        new(operations.Select(o => KeyValuePair.Create(o.Key, Allow(o.Value))));

    private static SupportingTokenParameters Allow(SupportingTokenParameters tokens) => tokens with { Signed = Allow(tokens.Signed) };

    private static ImmutableArray<SecurityTokenParameters> Allow(ImmutableArray<SecurityTokenParameters> tokens) =>
    [
        .. tokens.Select(token => token is UserNameSecurityTokenParameters { PasswordType: UserNamePasswordType.Text } userName
            ? userName with { AllowClearTextPassword = true } : token),
    ];
}
