using Microsoft.Extensions.Options;
using SecureConversation.Binding;
using SecureConversation.Credentials;

namespace SecureConversation.Http.Internal;

/// <summary>What can be wrong with the options; credentials against the binding are checked by the engine.</summary>
internal sealed class HttpOptionsValidator : IValidateOptions<SecureConversationHttpOptions>
{
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, SecureConversationHttpOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    /// <param name="name">The name of the options.</param>
    /// <param name="options">The options.</param>
    /// <param name="issuers">Where issued tokens come from when the credentials do not say it.</param>
    /// <exception cref="OptionsValidationException">Some option is missing or out of range, or the credentials lack something.</exception>
    public static MessageSecurityClient CreateClient(string name, SecureConversationHttpOptions options, IIssuedTokenProvider issuers)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0
            ? NewClient(Resolve(options), options, issuers)
            : throw new OptionsValidationException(name, typeof(SecureConversationHttpOptions), problems);
    }

    private static IEnumerable<string> Problems(SecureConversationHttpOptions options)
    {
        if (options.MessageVersion is null || options.ProtectionRequirements is null)
        {
            yield return "MessageVersion and ProtectionRequirements must not be null.";
        }

        if (options.Credentials is null)
        {
            yield return "Credentials is not set.";
        }

        if (options.TimeProvider is null)
        {
            yield return "TimeProvider is null.";
        }

        if (options.MaxResponseBytes < 1)
        {
            yield return "MaxResponseBytes must be positive.";
        }

        if (EncodingProblem(options) is { } encoding)
        {
            yield return encoding;
        }

        if (!IsTimeout(options.OpenTimeout) || !IsTimeout(options.CloseTimeout))
        {
            yield return "OpenTimeout and CloseTimeout must be positive and at most a day.";
        }

        if (SecurityProblem(options) is { } problem)
        {
            yield return problem;
        }
    }

    private static bool IsTimeout(TimeSpan time) => time > TimeSpan.Zero && time <= LongestTimeout;

    private static string? EncodingProblem(SecureConversationHttpOptions options)
    {
        if (options.MessageVersion is null)
        {
            return null;
        }

        try
        {
            EnvelopeEncoding.RequireVersion(options.MessageEncoding, options.MessageVersion);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    // The engine checks credentials against the binding when a client is made, which costs no cryptography.
    private static string? SecurityProblem(SecureConversationHttpOptions options)
    {
        try
        {
            var binding = Resolve(options);
            if (options is { Credentials: not null, TimeProvider: not null })
            {
                var client = NewClient(binding, options, NoTokens.Instance);
                return client.NeedsIssuedTokens && options.Credentials.IssuedTokenProvider is null
                    ? IssuerClients.Problem(binding, options.Credentials)
                    : null;
            }

            return null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return e.Message;
        }
    }

    private static MessageSecurityBinding Resolve(SecureConversationHttpOptions options) =>
        MessageSecurityBinding.Resolve(
        options.Binding, options.MessageSecurity, options.MessageVersion, options.ProtectionRequirements, options.ReliableSession);

    // The engine needs no limit on envelopes: responses are bounded while they are read, and requests are the caller's own.
    private static MessageSecurityClient NewClient(
        MessageSecurityBinding binding, SecureConversationHttpOptions options, IIssuedTokenProvider issuers) =>
        new(binding, options.Credentials!, new MessageSecurityClientOptions
        {
            TimeProvider = options.TimeProvider,
            LoggerFactory = options.LoggerFactory,
            MaxEnvelopeBytes = int.MaxValue,
            MaxAttributesPerElement = options.MaxAttributesPerElement,
            MaxNamespaceDeclarations = options.MaxNamespaceDeclarations,
            HandOutUnsignedHeaders = options.HandOutUnsignedHeaders,
            HandOutCanonicalForm = options.HandOutCanonicalForm,
            MessageLog = options.MessageLog,
            MessageLogging = options.MessageLogging,
            IssuedTokenProvider = issuers,
        });

    /// <summary>Stands for what gets tokens while options are checked.</summary>
    private sealed class NoTokens : IIssuedTokenProvider
    {
        public static readonly NoTokens Instance = new();

        public ValueTask<IssuedSecurityToken> GetTokenAsync(IssuedTokenRequest request, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
