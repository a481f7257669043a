using System.Security.Cryptography;
using System.Text;
using SecureConversation.Engine.Crypto;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Tokens;

/// <summary>What the key of a user name is derived from beside the password.</summary>
/// <param name="Salt">16 octets, of which the first says what the key is for.</param>
/// <param name="Iterations">How often the hash is taken.</param>
internal sealed record UserNameKeyInputs(byte[] Salt, int Iterations)
{
    /// <summary>Bounds what a stranger can have computed.</summary>
    /// <exception cref="SecurityFailureException">The salt has another length, or the number is out of bounds.</exception>
    public static UserNameKeyInputs Require(byte[] salt, int? iterations)
    {
        var count = iterations ?? UserNameKey.DefaultIterations;
        if (salt.Length != UserNameKey.SaltLength)
        {
            Fail.With(FailureCode.MalformedSecurityElement, "wsse11:Salt", FailureText.Of(salt.Length, "octets"),
                FailureText.Of(UserNameKey.SaltLength, "octets"));
        }

        return count is >= UserNameKey.DefaultIterations and <= UserNameKey.MaxIterations
            ? new(salt, count)
            : Fail.With<UserNameKeyInputs>(FailureCode.LimitExceeded, "wsse11:Iteration", FailureText.Of(count, "iterations"),
                $"{UserNameKey.DefaultIterations} to {UserNameKey.MaxIterations}");
    }
}

/// <summary>
/// The key of a user name and its password (UsernameToken Profile 1.1 section 4): SHA-1 over password and salt, and over that again and
/// again; 160 bits. And the digest of a password (section 3.1). Both are as hard to guess as the password is.
/// </summary>
internal static class UserNameKey
{
    /// <summary>Octets of a key.</summary>
    public const int Length = SHA1.HashSizeInBytes;

    /// <summary>Octets of a salt (section 4).</summary>
    public const int SaltLength = 16;

    /// <summary>What counts where a token says no number, and the least that the profile recommends.</summary>
    public const int DefaultIterations = 1000;

    /// <summary>The most that a receiver computes, about two milliseconds; senders of this library have as many.</summary>
    public const int MaxIterations = 10_000;

    /// <summary>The first octet of the salt of a key that signs (section 4).</summary>
    private const byte ForSignatures = 1;

    /// <summary>A fresh salt, and the number of iterations that this library has.</summary>
    public static UserNameKeyInputs NewInputs(RandomSource random)
    {
        var salt = new byte[SaltLength];
        random.Fill(salt);
        salt[0] = ForSignatures;
        return new UserNameKeyInputs(salt, MaxIterations);
    }

    /// <summary>Derives the key; the caller disposes of it.</summary>
    public static SymmetricKey Derive(string password, UserNameKeyInputs inputs)
    {
        var input = new byte[Encoding.UTF8.GetByteCount(password) + inputs.Salt.Length];
        Span<byte> key = stackalloc byte[Length];
        try
        {
            inputs.Salt.CopyTo(input.AsSpan(Encoding.UTF8.GetBytes(password, input)));
            SHA1.HashData(input, key);
            for (var i = 1; i < inputs.Iterations; i++)
            {
                SHA1.HashData(key, key);
            }

            return SymmetricKey.From(key);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(input);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>The digest of a password with the nonce and the time of its token.</summary>
    public static byte[] Digest(string password, ReadOnlySpan<byte> nonce, string created)
    {
        var input = new byte[nonce.Length + Encoding.UTF8.GetByteCount(created) + Encoding.UTF8.GetByteCount(password)];
        try
        {
            nonce.CopyTo(input);
            var end = nonce.Length + Encoding.UTF8.GetBytes(created, input.AsSpan(nonce.Length));
            Encoding.UTF8.GetBytes(password, input.AsSpan(end));
            return SHA1.HashData(input);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(input);
        }
    }

    /// <summary>Whether two passwords are equal, in a time that does not depend on what they have in common.</summary>
    public static bool FixedTimeEquals(string one, string other)
    {
        var (left, right) = (Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
        try
        {
            return CryptographicOperations.FixedTimeEquals(SHA256.HashData(left), SHA256.HashData(right));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(left);
            CryptographicOperations.ZeroMemory(right);
        }
    }
}
