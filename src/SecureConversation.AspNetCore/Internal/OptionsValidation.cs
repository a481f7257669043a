using Microsoft.Extensions.Options;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Finds at the start of the host what would fail on the first message.</summary>
internal sealed class OptionsValidation : IValidateOptions<SecureConversationServiceOptions>
{
    public ValidateOptionsResult Validate(string? name, SecureConversationServiceOptions options) =>
        FirstProblem(options) is { } problem
            ? ValidateOptionsResult.Fail(string.IsNullOrEmpty(name) ? $"SecureConversation: {problem}" : $"SecureConversation '{name}': {problem}")
            : ValidateOptionsResult.Success;

    private static string? FirstProblem(SecureConversationServiceOptions options)
    {
        if (options.MessageVersion is null || options.ProtectionRequirements is null)
        {
            return $"{nameof(options.MessageVersion)} and {nameof(options.ProtectionRequirements)} must not be null.";
        }

        if (options.Credentials is null)
        {
            return $"{nameof(options.Credentials)} is not set.";
        }

        if (options.MaxRequestBytes <= 0 || options.MaxReplyBytes <= 0 || options.SessionIdleTimeout <= TimeSpan.Zero)
        {
            return $"{nameof(options.MaxRequestBytes)}, {nameof(options.MaxReplyBytes)} and {nameof(options.SessionIdleTimeout)} must be positive.";
        }

        try
        {
            // The engine knows best what it needs; making a service costs no cryptography.
            using var trial = new MessageSecurityService(ServiceFactory.CreateBinding(options), options.Credentials);
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return e.Message;
        }
    }
}
