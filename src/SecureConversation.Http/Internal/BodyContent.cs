using System.Net;
using SecureConversation.Binding;

namespace SecureConversation.Http.Internal;

/// <summary>
/// The content of a body on its way to a <see cref="SecureConversationHandler"/>, which knows the version of the envelope. Nothing else can
/// send it, so that it cannot leave unprotected by a client that was set up without one.
/// </summary>
internal sealed class BodyContent(string action, string body) : HttpContent
{
    public string Action => action;

    public byte[] Wrap(MessageVersion version) => EnvelopeBody.Wrap(body, version);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw NotSent();

    /// <summary>A transport asks for the length before it connects.</summary>
    protected override bool TryComputeLength(out long length) => throw NotSent();

    private static InvalidOperationException NotSent() => new(
        "The HttpClient has no message security, and the request was not sent: set it up by "
        + "services.AddHttpClient(...).AddSecureConversation(...), with no handler before it that reads contents.");
}
