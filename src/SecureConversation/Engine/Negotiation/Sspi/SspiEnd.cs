using System.Buffers;
using System.ComponentModel;
using System.Net;
using System.Net.Security;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Security.Principal;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Negotiation.Sspi;

/// <summary>
/// SPNEGO with the accounts of the platform: SSPI on Windows, GSS-API elsewhere. The one mechanism whose platform does I/O of its own: to
/// get a ticket it asks the domain controller (KDC), and waits. That happens on a thread of the pool, not on that of the caller.
/// </summary>
internal sealed class SspiEnd : NegotiationEnd
{
    // Kerberos takes one exchange, NTLM two; a mechanism that the other side does not have costs one more.
    private const int MostSteps = 4;

    private const int MostKeyBytes = 128;
    private const int MostWrappedBytes = 1024;
    private const string Negotiate = "Negotiate";
    private const string Kerberos = "Kerberos";
    private const string Ntlm = "NTLM";

    private readonly NegotiateAuthentication _authentication;
    private readonly string _package;

    // The name of the service that a client asks for; null at a service.
    private readonly string? _target;
    private readonly bool _allowsNtlm;
    private int _steps;
    private bool _isUsed;

    private SspiEnd(NegotiateAuthentication authentication, string package, string? target, bool allowsNtlm) =>
        (_authentication, _package, _target, _allowsNtlm) = (authentication, package, target, allowsNtlm);

    /// <param name="windows">The account of the client.</param>
    /// <param name="target">The name of the service to get a ticket for.</param>
    public static SspiEnd ForClient(WindowsClientCredential windows, string target)
    {
        // What the package offers cannot be told otherwise.
        var package = windows.AllowNtlm ? Negotiate : Kerberos;
        return new(new NegotiateAuthentication(new NegotiateAuthenticationClientOptions
        {
            Package = package,
            TargetName = target,
            Credential = windows.ClientCredential ?? CredentialCache.DefaultNetworkCredentials,
            RequiredProtectionLevel = ProtectionLevel.EncryptAndSign,
            RequireMutualAuthentication = true,
            AllowedImpersonationLevel = windows.AllowedImpersonationLevel,
        }), package, target, windows.AllowNtlm);
    }

    /// <param name="windows">The account of the service, and which clients it takes.</param>
    public static SspiEnd ForService(WindowsServiceCredential windows) => new(
        new NegotiateAuthentication(new NegotiateAuthenticationServerOptions
        {
            Package = Negotiate,
            Credential = windows.Credential ?? CredentialCache.DefaultNetworkCredentials,
            RequiredProtectionLevel = ProtectionLevel.EncryptAndSign,
            RequiredImpersonationLevel =
                windows.AllowAnonymousLogons ? TokenImpersonationLevel.Anonymous : TokenImpersonationLevel.Identification,
        }), Negotiate, target: null, allowsNtlm: true);

    public override async ValueTask<byte[]> StepAsync(ReadOnlyMemory<byte> received)
    {
        if (++_steps > MostSteps || received.Length > MaxLegBytes)
        {
            Fail.With(FailureCode.NegotiationFailed, "SPNEGO token", FailureText.Of(received.Length, "octets"),
                $"at most {MostSteps} tokens of {MaxLegBytes} octets");
        }

        var (octets, status) = await Task.Run(() => Step(received)).ConfigureAwait(false);
        IsComplete = status == NegotiateAuthenticationStatusCode.Completed;
        if (!IsComplete && status != NegotiateAuthenticationStatusCode.ContinueNeeded)
        {
            throw Refusal(status.ToString(), SspiAdvice.Of(status, isClient: _target is not null));
        }

        if (IsComplete)
        {
            RequireStrength();
        }

        return octets;
    }

    /// <summary>Who the client is; null for one without an account. To be called by a service, when the negotiation is complete.</summary>
    /// <param name="windows">Which claims there are.</param>
    public ClaimsPrincipal? ReadUser(WindowsServiceCredential windows) =>
        WindowsUser.Of(_authentication.RemoteIdentity, _authentication.Package, windows.IncludeWindowsGroups);

    public override ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key)
    {
        RequireFirst();
        var output = new ArrayBufferWriter<byte>(MostWrappedBytes);
        var status = _authentication.Wrap(key.Span, output, requestEncryption: true, out var isEncrypted);
        return status == NegotiateAuthenticationStatusCode.Completed && isEncrypted
            ? new(output.WrittenSpan.ToArray())
            : throw Refusal(isEncrypted ? status.ToString() : "a key that is not encrypted", "a context that encrypts");
    }

    public override ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped)
    {
        // The platform takes one token twice: there is one for each negotiation.
        RequireFirst();
        var output = new ArrayBufferWriter<byte>(MostWrappedBytes);
        try
        {
            if (wrapped.Length > MostWrappedBytes)
            {
                Fail.With(FailureCode.NegotiationFailed, "wrapped key", FailureText.Of(wrapped.Length, "octets"),
                    FailureText.AtMost(MostWrappedBytes));
            }

            var status = _authentication.Unwrap(wrapped.Span, output, out var wasEncrypted);
            if (status != NegotiateAuthenticationStatusCode.Completed || !wasEncrypted)
            {
                throw Refusal(status == NegotiateAuthenticationStatusCode.Completed ? "a key that is not encrypted" : status.ToString(),
                    "a key that the service encrypted for this negotiation");
            }

            return output.WrittenCount is > 0 and <= MostKeyBytes
                ? new(output.WrittenSpan.ToArray())
                : Fail.With<ValueTask<byte[]>>(FailureCode.NegotiationFailed, "wrapped key",
                    FailureText.Of(output.WrittenCount, "octets"), FailureText.AtMost(MostKeyBytes));
        }
        catch (Exception e) when (IsOfPlatform(e))
        {
            throw Refusal(e.Message, "a key that the service encrypted for this negotiation");
        }
        finally
        {
            // All that was written.
            output.Clear();
        }
    }

    public override void Dispose() => _authentication.Dispose();

    private (byte[] Octets, NegotiateAuthenticationStatusCode Status) Step(ReadOnlyMemory<byte> received)
    {
        try
        {
            var octets = _authentication.GetOutgoingBlob(received.Span, out var status);
            return (octets ?? [], status);
        }
        catch (Exception e) when (IsOfPlatform(e))
        {
            throw Refusal((e.InnerException ?? e).Message, SspiAdvice.NoLibrary);
        }
    }

    private static bool IsOfPlatform(Exception e) => e is Win32Exception or NotSupportedException or CryptographicException
        or InvalidOperationException or ArgumentException or TypeLoadException or TypeInitializationException;

    /// <summary>What both sides ask of the context, whatever the platform has checked by itself.</summary>
    private void RequireStrength()
    {
        var package = _authentication.Package;
        if (!_authentication.IsEncrypted || !_authentication.IsSigned)
        {
            throw Refusal($"a context of {package} that does not encrypt", "one that signs and encrypts");
        }

        if (_target is not null && !_authentication.IsMutuallyAuthenticated)
        {
            throw Refusal($"{package} without a proof of the service", "a service that proves its account, as with Kerberos");
        }

        if (!_allowsNtlm && package == Ntlm)
        {
            throw Refusal(package, "Kerberos (ClientCredentials.Windows.AllowNtlm is false)");
        }
    }

    private void RequireFirst()
    {
        if (_isUsed)
        {
            throw new InvalidOperationException("A negotiation gives one key.");
        }

        _isUsed = true;
    }

    /// <summary>Whatever the platform does not like, the answer is one; the operator reads the rest.</summary>
    private SecurityFailureException Refusal(string found, string expected) => new(FailureCode.NegotiationFailed,
        _target is null ? $"SPNEGO as service ({_package})" : $"SPNEGO as client ({_package}, ticket for '{_target}')")
    {
        Found = found,
        Expected = expected,
    };
}
