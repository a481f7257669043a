using System.Net;
using SecureConversation.Binding;

namespace SecureConversation.Http.Internal;

/// <summary>
/// A protected envelope in a pooled buffer, or a message of the handshake. A transport may still be writing it when the response is there,
/// or when the caller has given up: the buffer goes back to its pool after the last write only.
/// </summary>
internal sealed class EnvelopeContent(ReadOnlyMemory<byte> envelope, IDisposable? owner, bool isHandshake = false) : HttpContent
{
    private readonly UseCount _users = new(() => owner?.Dispose());
    private int _isStarted;
    private int _isDisposed;

    // The envelope in another encoding than text; null for text.
    private EncodedEnvelope? _encoded;

    public long Length => _encoded?.Length ?? envelope.Length;

    /// <summary>Whether a transport began to send it and did not get to its end.</summary>
    public bool WasCutOff { get; private set; }

    /// <summary>Whether a transport began to send it.</summary>
    public bool IsStarted => Volatile.Read(ref _isStarted) == 1;

    /// <summary>Whether a transport has sent it, so that none reads it any more: it is sent once.</summary>
    public bool IsSent => IsStarted && !isHandshake && !_users.IsShared;

    /// <summary>Whether something wanted to send it again. A transport may wrap the exception of that into one of its own.</summary>
    public bool IsAskedAgain { get; private set; }

    public static InvalidOperationException SentBefore() => new(
        "A protected message is sent once, and a handler behind SecureConversationHandler sends it again (a retry, a redirect, a challenge "
        + "of HTTP): the service would refuse it as a replay. Order the handlers: add what retries before AddSecureConversation, so that "
        + "each attempt is protected anew.");

    /// <summary>An envelope in some encoding.</summary>
    public static EnvelopeContent Of(ReadOnlyMemory<byte> envelope, MessageEncoding encoding, MessageVersion version, string action,
        IDisposable? owner, bool isHandshake = false)
    {
        if (encoding == MessageEncoding.Text)
        {
            return new EnvelopeContent(envelope, owner, isHandshake);
        }

        try
        {
            SoapPost.RequireAction(action);
            // As WCF, where the envelope itself has no action.
            var named = version is { Soap: SoapVersion.Soap12, Addressing: AddressingVersion.None } && action.Length > 0 ? action : null;
            var encoded = EnvelopeEncoding.Encode(envelope, encoding, version, named);
            var content = new EnvelopeContent(envelope, new Owners(encoded, owner), isHandshake) { _encoded = encoded };
            content.Headers.TryAddWithoutValidation("Content-Type", encoded.ContentType);
            return content;
        }
        catch
        {
            owner?.Dispose();
            throw;
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, default);

    /// <exception cref="InvalidOperationException">It was sent before: the service would take it for a replay.</exception>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(!_users.TryEnter(), this);
        try
        {
            // A transport that is challenged (HTTP 401, 407) sends again at once, and nobody has read a handshake by then.
            if (Interlocked.Exchange(ref _isStarted, 1) == 1 && !isHandshake)
            {
                IsAskedAgain = true;
                throw SentBefore();
            }

            WasCutOff = true;
            await WriteAsync(stream, cancellationToken).ConfigureAwait(false);
            WasCutOff = false;
        }
        finally
        {
            _users.Leave();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _users.Leave();
        }

        base.Dispose(disposing);
    }
    private async ValueTask WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        if (_encoded is null)
        {
            await stream.WriteAsync(envelope, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var chunk in _encoded.ReadChunks())
        {
            await stream.WriteAsync(chunk, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The encoded envelope refers to the buffer of its owner.</summary>
    private sealed class Owners(IDisposable encoded, IDisposable? owner) : IDisposable
    {
        public void Dispose()
        {
            encoded.Dispose();
            owner?.Dispose();
        }
    }
}
