using System.Net.Http.Headers;
using SecureConversation.Binding;

namespace SecureConversation.Http.Internal;

/// <summary>A request of the caller: its envelope in UTF-8 with all WS-Addressing headers, not protected yet.</summary>
internal sealed class PlainRequest : IDisposable
{
    private readonly PooledBuffer _envelope;
    private bool _isParsed;

    private PlainRequest(PooledBuffer envelope, string action, Uri address, bool isOneWay, bool isParsed)
    {
        _envelope = envelope;
        _isParsed = isParsed;
        Action = action;
        Address = address;
        IsOneWay = isOneWay;
    }

    public ReadOnlyMemory<byte> Envelope => _envelope.Written;
    public string Action { get; }
    public Uri Address { get; }
    public bool IsOneWay { get; }

    /// <summary>Whether it was made before, in a session that was lost.</summary>
    public bool IsRepetition { get; set; }

    /// <summary>Whether it is a SOAP request of that version, by its method and media type.</summary>
    public static bool IsSoap(HttpRequestMessage request, MessageVersion version) => request.Method == HttpMethod.Post
        && (request.Content is BodyContent
            || string.Equals(request.Content?.Headers.ContentType?.MediaType, version.MediaType, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="ArgumentException">No envelope of that version, or no action.</exception>
    public static async Task<PlainRequest> ReadAsync(
        HttpRequestMessage request, MessageVersion version, CancellationToken cancellationToken)
    {
        var address = request.RequestUri is { IsAbsoluteUri: true } uri
            ? uri
            : throw new InvalidOperationException("The request has no absolute address.");
        var isOneWay = request.Options.TryGetValue(SecureConversationRequestOptions.OneWay, out var marked) && marked;
        if (request.Content is BodyContent body)
        {
            SoapPost.RequireAction(body.Action);
            return new PlainRequest(body.Wrap(version, ServiceOf(address), !isOneWay), body.Action, address, isOneWay, isParsed: false);
        }

        var type = request.Content!.Headers.ContentType;
        if (request.Content is PlainContent whole)
        {
            return Complete(whole.Envelope, version, FindAction(request, type, version), address, isOneWay);
        }

        using var entity = new PooledBuffer(expected: (int)Math.Min(request.Content.Headers.ContentLength ?? 0, Array.MaxLength));
        await request.Content.CopyToAsync(entity, cancellationToken).ConfigureAwait(false);
        var utf8 = ToUtf8(entity.Written, type?.CharSet);
        return Complete(utf8, version, FindAction(request, type, version), address, isOneWay);
    }

    /// <summary>
    /// Looks at the envelope before a handshake is made for it. Without one, whatever protects it finds out what is wrong with it.
    /// </summary>
    /// <exception cref="ArgumentException">It is no envelope of that version.</exception>
    public void RequireEnvelope(MessageVersion version)
    {
        if (_isParsed)
        {
            return;
        }

        using var copy = new PooledBuffer(expected: _envelope.Written.Length);
        WsAddressing.Complete(Envelope, version, Action, Address, expectsReply: !IsOneWay, copy);
        _isParsed = true;
    }

    public void Dispose() => _envelope.Dispose();

    private static PlainRequest Complete(ReadOnlyMemory<byte> utf8, MessageVersion version, string? given, Uri address, bool isOneWay)
    {
        var completed = new PooledBuffer(expected: checked(utf8.Length + 1024));
        try
        {
            var action = WsAddressing.Complete(utf8, version, given, ServiceOf(address), !isOneWay, completed);
            SoapPost.RequireAction(action);
            return new PlainRequest(completed, action, address, isOneWay, isParsed: true);
        }
        catch
        {
            completed.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The address without user name and password, which are for the transport: the service and everybody behind it read a:To.
    /// </summary>
    private static Uri ServiceOf(Uri address) => address.UserInfo.Length == 0 && address.Fragment.Length == 0
        ? address
        : new Uri(address.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped));

    private static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> entity, string? charset)
    {
        try
        {
            return EnvelopeEncoding.ToUtf8(entity, charset);
        }
        catch (SecureConversationException e)
        {
            throw new ArgumentException($"The content of the request is not valid in its charset '{charset}'.", nameof(entity), e);
        }
    }

    /// <summary>SOAPAction (SOAP 1.1 section 6.1.1) or the action parameter (RFC 3902); null when neither says anything.</summary>
    private static string? FindAction(HttpRequestMessage request, MediaTypeHeaderValue? type, MessageVersion version)
    {
        var action = version.Soap == SoapVersion.Soap12
            ? type?.Parameters.FirstOrDefault(p => string.Equals(p.Name, "action", StringComparison.OrdinalIgnoreCase))?.Value
            : request.Headers.TryGetValues(SoapPost.SoapAction, out var values) ? values.FirstOrDefault() : null;
        action = action?.Trim().Trim('"');
        return string.IsNullOrEmpty(action) ? null : action;
    }
}
