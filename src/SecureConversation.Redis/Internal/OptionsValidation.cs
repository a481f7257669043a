using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace SecureConversation.Redis.Internal;

/// <summary>Finds at the start of the host what would fail on the first message.</summary>
internal sealed class OptionsValidation(IServiceProviderIsService services) : IValidateOptions<SecureConversationRedisOptions>
{
    private const int MaxPrefix = 100;
    private static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan MaxLocalLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxExpiredLifetime = TimeSpan.FromDays(30);

    public ValidateOptionsResult Validate(string? name, SecureConversationRedisOptions options) =>
        (FirstProblem(options) ?? ProblemOfConnection(options)) is { } problem
            ? ValidateOptionsResult.Fail($"AddSecureConversationRedis: {problem}")
            : ValidateOptionsResult.Success;

    public static string? FirstProblem(SecureConversationRedisOptions options) =>
        options.KeyPrefix is not { Length: > 0 and <= MaxPrefix } || options.KeyPrefix.AsSpan().ContainsAny('{', '}')
            ? "KeyPrefix must have 1 to 100 characters and no braces."
        : options.OperationTimeout <= TimeSpan.Zero || options.OperationTimeout > MaxTimeout
            ? "OperationTimeout must be positive and at most a minute."
        : options.LocalStateLifetime < TimeSpan.Zero || options.LocalStateLifetime > MaxLocalLifetime
            ? "LocalStateLifetime must not be negative, and at most an hour."
        : options.ExpiredStateLifetime < TimeSpan.Zero || options.ExpiredStateLifetime > MaxExpiredLifetime
            ? "ExpiredStateLifetime must not be negative, and at most 30 days."
        : options.MaxLocalStates <= 0 || options.ReplayCacheSize <= 0
            ? "MaxLocalStates and ReplayCacheSize must be positive."
        : null;

    private string? ProblemOfConnection(SecureConversationRedisOptions options)
    {
        if (options.Configuration is not { } configuration)
        {
            return services.IsService(typeof(IConnectionMultiplexer)) ? null
                : "set Configuration, such as \"localhost:6379\", or register an IConnectionMultiplexer.";
        }

        try
        {
            return ConfigurationOptions.Parse(configuration).EndPoints.Count > 0 ? null : "Configuration names no server.";
        }
        catch (ArgumentException)
        {
            // The text may hold a password, and so may the message of the exception.
            return "Configuration is no configuration of StackExchange.Redis.";
        }
    }
}
