using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Shared;

namespace SecureConversation.Engine.Failures;

/// <summary>Words for what was found and what was expected.</summary>
internal static class FailureText
{
    private const string Page = "https://github.com/secure-conversation/secure-conversation/blob/main/docs/failures.md";

    /// <summary>Where docs/failures.md explains a code.</summary>
    public static string LinkTo(FailureCode code) =>
        string.Create(CultureInfo.InvariantCulture, $"{Page}#{(int)code}-{code.ToString().ToLowerInvariant()}");

    /// <summary>Subject and thumbprint of a certificate.</summary>
    public static string Certificate(X509Certificate2 certificate)
    {
        try
        {
            return $"{LogText.Short(certificate.Subject, LogText.MaxName)} (SHA-1 thumbprint {certificate.Thumbprint})";
        }
        catch (CryptographicException)
        {
            // Whoever owns it has disposed of it.
            return "a certificate";
        }
    }

    /// <summary>An instant in UTC, with milliseconds.</summary>
    public static string Instant(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    /// <summary>At most a number of something, with the setting that says so; null where none does.</summary>
    public static string AtMost(long limit, string? setting = null) =>
        string.Create(CultureInfo.InvariantCulture, $"at most {limit}{(setting is null ? "" : $" ({setting})")}");

    /// <summary>A number with its unit.</summary>
    public static string Of(long number, string unit) => string.Create(CultureInfo.InvariantCulture, $"{number} {unit}");
}
