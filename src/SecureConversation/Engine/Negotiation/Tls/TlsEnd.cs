using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureConversation.Credentials;
using SecureConversation.Engine.Failures;

namespace SecureConversation.Engine.Negotiation.Tls;

/// <summary>
/// TLS inside of SOAP, with the platform's TLS over a stream of legs. The certificate of the other side is taken whatever it is: whoever
/// has the result judges it, by the settings of the library and not by those of the platform's TLS.
/// </summary>
[SuppressMessage("Security", "CA5359", Justification = "The certificate is judged when the handshake is over, by the library.")]
internal sealed class TlsEnd : NegotiationEnd
{
    // An honest handshake has two legs for each side. Nothing asks for more.
    private const int MostSteps = 4;

    private const int MostKeyBytes = 128;
    private const int RecordsOfKey = 2;

    // The next version has no end of the handshake that both sides see: what is sent after it would be lost.
    private const SslProtocols Version = SslProtocols.Tls12;

    private readonly LegStream _legs = new();
    private readonly SslStream _tls;
    private readonly Func<SslStream, Task> _authenticate;
    private Task? _handshake;
    private int _steps;

    private TlsEnd(Func<SslStream, Task> authenticate)
    {
        _authenticate = authenticate;
        _tls = new SslStream(_legs, leaveInnerStreamOpen: false);
    }

    /// <summary>The certificate of the other side, which the caller disposes of; null when it sent none, or before the end.</summary>
    public X509Certificate2? TakePeer() => _tls.RemoteCertificate is { } certificate
        ? X509CertificateLoader.LoadCertificate(certificate.GetRawCertData())
        : null;

    /// <param name="own">The certificate for a service that asks for one; null for none.</param>
    public static TlsEnd ForClient(X509Credential? own) => new(tls => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
    {
        // As WCF, no name is sent: a service has one certificate for the endpoint.
        TargetHost = "",
        ClientCertificateContext = own?.TlsContext,
        EnabledSslProtocols = Version,
        AllowRenegotiation = false,
        AllowTlsResume = false,
        CertificateChainPolicy = WithoutNetwork(),
        RemoteCertificateValidationCallback = JudgeLater,
    }));

    /// <param name="own">The certificate of the service.</param>
    /// <param name="requireClientCertificate">Whether the client is asked for one.</param>
    public static TlsEnd ForService(X509Credential own, bool requireClientCertificate) => new(
        tls => tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = own.TlsContext,
            ClientCertificateRequired = requireClientCertificate,
            EnabledSslProtocols = Version,
            AllowRenegotiation = false,
            AllowTlsResume = false,
            CertificateChainPolicy = WithoutNetwork(),
            RemoteCertificateValidationCallback = JudgeLater,
        }));

    public override async ValueTask<byte[]> StepAsync(ReadOnlyMemory<byte> received)
    {
        if (++_steps > MostSteps || received.Length > MaxLegBytes)
        {
            Fail.With(FailureCode.NegotiationFailed, "TLS flight", FailureText.Of(received.Length, "octets"),
                $"at most {MostSteps} flights of {MaxLegBytes} octets");
        }

        var starving = _legs.Feed(received);
        _handshake ??= _authenticate(_tls);
        await Task.WhenAny(_handshake, starving).ConfigureAwait(false);
        if (_handshake.IsCompleted)
        {
            await EndAsync(_handshake).ConfigureAwait(false);
            IsComplete = true;
        }

        return _legs.Take();
    }

    public override async ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key)
    {
        await _tls.WriteAsync(key).ConfigureAwait(false);
        await _tls.FlushAsync().ConfigureAwait(false);
        var record = _legs.Take();

        // A client of WCF reads the first record and no more.
        return TlsRecords.AreApplicationData(record, most: 1)
            ? record
            : throw new CryptographicException("The platform's TLS writes a key in several records, which WCF cannot read.");
    }

    public override async ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped)
    {
        // Nothing but data may come now: no renegotiation and no alert.
        if (!TlsRecords.AreApplicationData(wrapped.Span, RecordsOfKey))
        {
            Fail.With(FailureCode.NegotiationFailed, "wrapped key", FailureText.Of(wrapped.Length, "octets"), "a record of TLS");
        }

        var key = new byte[MostKeyBytes + 1];
        try
        {
            var length = await ReadAllAsync(wrapped, key).ConfigureAwait(false);
            return length is > 0 and <= MostKeyBytes
                ? key[..length]
                : Fail.With<byte[]>(FailureCode.NegotiationFailed, "wrapped key", FailureText.Of(length, "octets"),
                    FailureText.AtMost(MostKeyBytes));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    public override void Dispose()
    {
        // Ends a handshake that waits for octets; nobody is told.
        _legs.Dispose();
        Observe(_handshake);
        _tls.Dispose();
    }

    private async Task<int> ReadAllAsync(ReadOnlyMemory<byte> octets, byte[] plain)
    {
        var starving = _legs.Feed(octets);
        for (var length = 0; ;)
        {
            var reading = _tls.ReadAsync(plain.AsMemory(length)).AsTask();
            await Task.WhenAny(reading, starving).ConfigureAwait(false);
            if (!reading.IsCompleted)
            {
                // It waits for more, which does not come: it ends with the stream.
                Observe(reading);
                return length;
            }

            await EndAsync(reading).ConfigureAwait(false);
            var count = await reading.ConfigureAwait(false);
            length += count;
            if (count == 0 || length == plain.Length)
            {
                return length;
            }
        }
    }

    /// <summary>
    /// Whatever the platform's TLS does not like, the answer is one: it throws what it throws. At an empty record of a handshake that is
    /// an index out of its range.
    /// </summary>
    private static async Task EndAsync(Task task)
    {
        try
        {
            await task.ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new SecurityFailureException(FailureCode.NegotiationFailed, "TLS handshake")
            {
                Found = (e.InnerException ?? e).Message,
                Expected = "TLS 1.2, with a cipher suite that both sides have",
            };
        }
    }

    private static void Observe(Task? task) => _ = task?.ContinueWith(
        static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);

    private static X509ChainPolicy WithoutNetwork() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    private static bool JudgeLater(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;
}
