namespace SecureConversation.ServiceModel.Internal;

/// <summary>A channel whose messages are secured each on its own.</summary>
internal sealed class SingleChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : SecurityChannel(factory, security, inner)
{
    private MessageSecurityClient? _client;

    protected override SecuredRequest Secure(ReadOnlyMemory<byte> envelope, string? action) =>
        _client!.Secure(envelope, RemoteAddress.Uri, action);

    protected override void OnFaultReply(SoapFault fault)
    {
    }

    protected override void OnRefusedReply(SecureConversationException refused)
    {
    }

    protected override Exception OnNoReply() => new ProtocolException("The service took the message and did not reply.");

    protected override Task OpenAsync(Deadline deadline, bool isAsync)
    {
        _client = Security.ClientFor(RemoteAddress);
        return OpenInnerAsync(deadline, isAsync);
    }

    protected override Task CloseAsync(Deadline deadline, bool isAsync) => CloseInnerAsync(deadline, isAsync);

    protected override void OnAbort() => Inner.Abort();
}
