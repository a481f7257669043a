using System.Security.Cryptography;

namespace SecureConversation.Engine.Crypto;

/// <summary>
/// What a private key throws. The keys of .NET throw <see cref="CryptographicException"/> for a wrong padding; a key of another provider,
/// such as a vault or a module, may throw anything, also for a failure of its own, and nobody else can tell the two apart.
/// </summary>
internal static class PrivateKeyFailure
{
    /// <summary>
    /// Whether an exception counts as a ciphertext that does not decrypt; what is not of .NET's own kind, or stands around such, is taken
    /// down.
    /// </summary>
    /// <param name="e">The exception.</param>
    /// <param name="failed">Takes it down; null where only .NET's own kind counts.</param>
    public static bool IsOfTheKey(Exception e, Action<Exception>? failed)
    {
        if (e is CryptographicException { InnerException: null or CryptographicException })
        {
            return true;
        }

        if (failed is null || IsOfTheProcess(e))
        {
            return e is CryptographicException;
        }

        failed(e);
        return true;
    }

    /// <summary>Whether an exception says that the process is in need, and not that a key failed.</summary>
    public static bool IsOfTheProcess(Exception e) => e is OutOfMemoryException or InsufficientExecutionStackException;
}
