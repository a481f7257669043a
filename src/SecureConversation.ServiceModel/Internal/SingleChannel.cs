using System.ServiceModel.Channels;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>A channel whose messages are secured each on its own.</summary>
internal sealed class SingleChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner) : SecurityChannel(factory, security, inner)
{
    private MessageSecurityClient? _client;

    protected override SecuredRequest Secure(ReadOnlyMemory<byte> envelope) => _client!.Secure(envelope, RemoteAddress.Uri);

    protected override void OnFaultReply(SecureConversationException fault)
    {
    }

    protected override void OnOpen(TimeSpan timeout)
    {
        _client = Security.ClientFor(RemoteAddress);
        Inner.Open(timeout);
    }

    protected override IAsyncResult OnBeginOpen(TimeSpan timeout, AsyncCallback callback, object state)
    {
        _client = Security.ClientFor(RemoteAddress);
        return Inner.BeginOpen(timeout, callback, state);
    }

    protected override void OnEndOpen(IAsyncResult result) => Inner.EndOpen(result);

    protected override void OnClose(TimeSpan timeout) => Inner.Close(timeout);

    protected override IAsyncResult OnBeginClose(TimeSpan timeout, AsyncCallback callback, object state) => Inner.BeginClose(timeout, callback, state);

    protected override void OnEndClose(IAsyncResult result) => Inner.EndClose(result);

    protected override void OnAbort() => Inner.Abort();
}
