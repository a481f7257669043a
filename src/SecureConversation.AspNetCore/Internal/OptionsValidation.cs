using Microsoft.Extensions.Options;
using SecureConversation.Diagnosis;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>Finds at the start of the host what would fail on the first message.</summary>
internal sealed class OptionsValidation(IServiceProvider services) : IValidateOptions<SecureConversationServiceOptions>
{
    public ValidateOptionsResult Validate(string? name, SecureConversationServiceOptions options) =>
        FirstProblem(name ?? "", options) is { } problem
            ? ValidateOptionsResult.Fail($"SecureConversation{(string.IsNullOrEmpty(name) ? "" : $" '{name}'")}: {problem}")
            : ValidateOptionsResult.Success;

    private string? FirstProblem(string name, SecureConversationServiceOptions options)
    {
        if (options.MessageVersion is null || options.ProtectionRequirements is null || options.FailureAnswers is null
            || options.AddressFilter is null || options.MessageLogging is null)
        {
            return "MessageVersion, ProtectionRequirements, FailureAnswers, AddressFilter and MessageLogging must not be null.";
        }

        if (options.Address is { IsAbsoluteUri: false })
        {
            return "Address must be an absolute URI.";
        }

        if (options.EndpointName is { Length: 0 or > 200 })
        {
            return "EndpointName must have 1 to 200 characters.";
        }

        if (options.Credentials is null)
        {
            return "Credentials is not set.";
        }

        if (options.MaxRequestBytes <= 0 || options.MaxBufferedRequestBytes <= 0 || options.MaxReplyBytes <= 0
            || options.MaxSessions <= 0 || options.MaxKeptReplyBytes <= 0 || options.SessionIdleTimeout <= TimeSpan.Zero)
        {
            return "MaxRequestBytes, MaxBufferedRequestBytes, MaxReplyBytes, MaxSessions, MaxKeptReplyBytes and SessionIdleTimeout must be "
                + "positive.";
        }

        if (options.RequestBodyTimeout <= TimeSpan.Zero || options.RequestBodyTimeout > TimeSpan.FromDays(1))
        {
            return "RequestBodyTimeout must be positive and at most a day.";
        }

        if (options.ReplySendTimeout <= TimeSpan.Zero || options.ReplySendTimeout > TimeSpan.FromDays(1))
        {
            return "ReplySendTimeout must be positive and at most a day.";
        }

        try
        {
            EnvelopeEncoding.RequireVersion(options.MessageEncoding, options.MessageVersion);
            // The engine checks credentials against the binding when a service is made, which costs no cryptography.
            var binding = ServiceFactory.CreateBinding(options);
            using var trial = new MessageSecurityService(binding, ServiceFactory.CredentialsOf(options),
                new MessageSecurityServiceOptions
                {
                    FailureAnswers = options.FailureAnswers,
                    MaxAttributesPerElement = options.MaxAttributesPerElement,
                    MaxNamespaceDeclarations = options.MaxNamespaceDeclarations,
                    HandOutUnsignedHeaders = options.HandOutUnsignedHeaders,
                    HandOutCanonicalForm = options.HandOutCanonicalForm,
                    MessageLog = options.MessageLog ?? (IMessageLog?)services.GetService(typeof(IMessageLog)),
                    MessageLogging = options.MessageLogging,
                    EndpointName = options.EndpointName ?? nameof(options.EndpointName),
                    SessionStore = options.SessionStore,
                    SecurityStateEncoder = ServiceFactory.EncoderOf(services, options, binding, name),
                });
            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return e.Message;
        }
    }
}
