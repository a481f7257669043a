namespace SecureConversation.ServiceModel.Internal;

/// <summary>A channel whose messages are secured each on its own.</summary>
internal sealed class SingleChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : SecurityChannel(factory, security, inner)
{
    private MessageSecurityClient? _client;

    protected override async Task<ProtectedCall> SecureAsync(PlainCall call, bool isAsync)
    {
        await Security.EnsureIssuedTokensAsync(RemoteAddress, call.Deadline, isAsync).ConfigureAwait(false);
        return new ProtectedCall(_client!.Secure(call.Envelope, RemoteAddress.Uri, call.Action), null);
    }

    protected override bool OnRefused(PlainCall call, ProtectedCall request, SecureConversationException refused) => false;

    protected override Exception OnNoReply(ProtectedCall request) =>
        new ProtocolException("The service took the message and did not reply.");

    protected override Task OpenAsync(Deadline deadline, bool isAsync)
    {
        _client = Security.ClientFor(RemoteAddress);
        return OpenInnerAsync(deadline, isAsync);
    }

    protected override Task CloseAsync(Deadline deadline, bool isAsync) => CloseInnerAsync(deadline, isAsync);

    protected override void OnAbort() => Inner.Abort();
}
