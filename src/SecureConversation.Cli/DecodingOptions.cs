using System.CommandLine;
using System.Security.Cryptography;
using SecureConversation.Cli.Decoding;

namespace SecureConversation.Cli;

/// <summary>The options for keys, which several commands have.</summary>
internal sealed class DecodingOptions
{
    /// <summary>Where the password of key files comes from that should not stand on a command line.</summary>
    public const string PasswordVariable = "SECURECONVERSATION_KEY_PASSWORD";

    private readonly Option<string[]> _keys = new("--key")
    {
        Description = "A certificate with its private key, of the service or of the client, as file[:password]: PFX, or PEM with the key "
            + "inside or beside it. Whose it is is found out.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string?> _password = new("--password")
    {
        Description = $"The password of the key files that come without one; else that of the environment variable {PasswordVariable}.",
    };

    private readonly Option<string[]> _trusted = new("--trust")
    {
        Description = "A certificate of a client, or of who issued it: messages of other clients are refused. Without it all are trusted.",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _users = new("--user")
    {
        Description = "A user as name:password: messages of others are refused. Without it all are accepted.",
        AllowMultipleArgumentsPerToken = true,
    };

    /// <summary>The option of commands that print what messages say.</summary>
    public static Option<bool> CreateShowSecrets() => new("--show-secrets")
    {
        Description = "Print passwords and secrets of keys, which are left out without it.",
    };

    public void AddTo(Command command)
    {
        command.Add(_keys);
        command.Add(_password);
        command.Add(_trusted);
        command.Add(_users);
    }

    /// <summary>The files that the options name, those beside them included.</summary>
    public IEnumerable<string> Files(ParseResult line) => (line.GetValue(_keys) ?? []).Concat(line.GetValue(_trusted) ?? [])
        .Select(KeyFiles.PathOf).SelectMany(path => new[] { path, KeyFiles.Beside(path) });

    /// <exception cref="ArgumentException">A file cannot be used; the message says which and why.</exception>
    public DecodingKeys Read(ParseResult line)
    {
        var password = line.GetValue(_password) ?? Environment.GetEnvironmentVariable(PasswordVariable);
        return new DecodingKeys
        {
            Certificates = [.. (line.GetValue(_keys) ?? []).Select(file => Certificate(file, password))],
            Trusted = [.. (line.GetValue(_trusted) ?? []).Select(file => Certificate(file, password))],
            Users = (line.GetValue(_users) ?? []).Select(user => user.Split(':', 2))
                .ToDictionary(parts => parts[0], parts => parts.Length > 1 ? parts[1] : "", StringComparer.Ordinal),
        };
    }

    private static System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate(string file, string? password)
    {
        try
        {
            return KeyFiles.Read(file, password);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ArgumentException(e.Message, e);
        }
        catch (CryptographicException)
        {
            // Not what the platform says: it may have the path with a password in it.
            throw new ArgumentException("A key file holds no certificate, or its password is wrong.");
        }
    }
}
