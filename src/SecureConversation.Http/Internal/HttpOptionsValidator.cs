using Microsoft.Extensions.Options;

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

    /// <exception cref="OptionsValidationException">Some option is missing or out of range, or the credentials lack something.</exception>
    public static MessageSecurityClient CreateClient(string name, SecureConversationHttpOptions options)
    {
        var problems = Problems(options).ToList();
        return problems.Count == 0
            ? NewClient(options)
            : throw new OptionsValidationException(name, typeof(SecureConversationHttpOptions), problems);
    }

    private static IEnumerable<string> Problems(SecureConversationHttpOptions options)
    {
        if (options.Binding is null)
        {
            yield return "Binding is not set.";
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

        if (!IsTimeout(options.OpenTimeout) || !IsTimeout(options.CloseTimeout))
        {
            yield return "OpenTimeout and CloseTimeout must be positive and at most a day.";
        }

        if (options is { Binding: not null, Credentials: not null, TimeProvider: not null } && CredentialProblem(options) is { } problem)
        {
            yield return problem;
        }
    }

    private static bool IsTimeout(TimeSpan time) => time > TimeSpan.Zero && time <= LongestTimeout;

    private static string? CredentialProblem(SecureConversationHttpOptions options)
    {
        try
        {
            _ = NewClient(options);
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message;
        }
    }

    // No limit on envelopes: responses are bounded while they are read, and requests are the caller's own.
    private static MessageSecurityClient NewClient(SecureConversationHttpOptions options) => new(options.Binding!, options.Credentials!,
        new MessageSecurityClientOptions
        {
            TimeProvider = options.TimeProvider,
            LoggerFactory = options.LoggerFactory,
            MaxEnvelopeBytes = int.MaxValue,
        });
}
