using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace SecureConversation;

/// <summary>
/// Protects state with ASP.NET Core Data Protection, which keeps and rotates the keys: a state that a rotated key protects is read as long
/// as the key ring has the key, one of a revoked key is not. WCF's encoder of that name uses DPAPI, which one user of one machine can read.
/// </summary>
/// <remarks>
/// All instances of a service need the same key ring and the same application name (SetApplicationName of Data Protection).
/// </remarks>
public sealed class DataProtectionSecurityStateEncoder : ISecurityStateEncoder
{
    private const string Purpose = "SecureConversation.SecurityState";

    private readonly IDataProtector _protector;

    /// <param name="provider">
    /// Whose keys are used. To tell states apart that may not stand for each other, give a provider that has a purpose of its own:
    /// <c>provider.CreateProtector("orders")</c>.
    /// </param>
    public DataProtectionSecurityStateEncoder(IDataProtectionProvider provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _protector = provider.CreateProtector(Purpose);
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">Data Protection has no key, or cannot reach its keys.</exception>
    public byte[] Encode(ReadOnlySpan<byte> state)
    {
        var copy = GC.AllocateUninitializedArray<byte>(state.Length, pinned: true);
        try
        {
            state.CopyTo(copy);
            return _protector.Protect(copy);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(copy);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="CryptographicException">
    /// Data Protection cannot reach its keys: the inner exception is that of the place where they are kept.
    /// </exception>
    public byte[]? Decode(ReadOnlySpan<byte> encoded)
    {
        try
        {
            return _protector.Unprotect(encoded.ToArray());
        }
        catch (CryptographicException e) when (e.InnerException is null or CryptographicException)
        {
            // Data Protection tells a changed state, an unknown key and a revoked key by their texts only.
            return null;
        }
    }
}
