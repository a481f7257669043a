using System.Net;
using SecureConversation.Binding;

namespace SecureConversation.Http.Internal;

/// <summary>
/// The content of a body on its way to a <see cref="SecureConversationHandler"/>, which knows the version of the envelope. Nothing else can
/// send it, so that it cannot leave unprotected by a client that was set up without one.
/// </summary>
/// <param name="action">The action of the request.</param>
/// <param name="body">XML for the body.</param>
/// <param name="throwsFaults">Whether a fault in the reply becomes an exception, or whoever sends it looks at the reply itself.</param>
internal sealed class BodyContent(string action, string body, bool throwsFaults) : HttpContent
{
    public string Action => action;

    public bool ThrowsFaults => throwsFaults;

    /// <summary>The envelope with all headers that a request needs, in memory that the caller disposes of.</summary>
    /// <exception cref="ArgumentException">The body is a whole document, or is no text.</exception>
    public PooledBuffer Wrap(MessageVersion version, Uri to, bool expectsReply)
    {
        EnvelopeBody.RequireContent(body);
        var envelope = new PooledBuffer(expected: checked(body.Length + 2048));
        try
        {
            WsAddressing.Wrap(body, version, action, to, expectsReply, envelope);
            return envelope;
        }
        catch
        {
            envelope.Dispose();
            throw;
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw NotSent();

    /// <summary>A transport asks for the length before it connects.</summary>
    protected override bool TryComputeLength(out long length) => throw NotSent();

    private static InvalidOperationException NotSent() => new(
        "The HttpClient has no message security, and the request was not sent: set it up by "
        + "services.AddHttpClient(...).AddSecureConversation(...), with no handler before it that reads contents.");
}
