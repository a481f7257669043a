namespace SecureConversation.ServiceModel.Internal;

/// <summary>A channel whose messages are secured each on its own.</summary>
internal sealed class SingleChannel(ChannelManagerBase factory, EndpointSecurity security, IRequestChannel inner)
    : SecurityChannel(factory, security, inner)
{
    private MessageSecurityClient? _client;

    protected override async Task<ProtectedCall> SecureAsync(PlainCall call, bool isAsync)
    {
        await PrepareAsync(call.Deadline, isAsync).ConfigureAwait(false);
        return new ProtectedCall(_client!.Secure(call.Envelope, RemoteAddress.Uri, call.Action), null);
    }

    // The service has forgotten what was negotiated with it, and the next call negotiates. Nobody secures that answer, so that a call is
    // repeated only where it may be executed twice.
    protected override bool OnRefused(PlainCall call, ProtectedCall request, SecureConversationException refused)
    {
        if (call.IsRepeated || !Security.Negotiates || !Security.IsIdempotent(call.Action)
            || refused is not { Failure: SecureConversationFailure.BadContextToken, Fault: not null })
        {
            return false;
        }

        ServiceModelLog.Repeating(Security.Log, LogText.InOneLine(call.Action!), RemoteAddress.Uri);
        return true;
    }

    protected override Exception OnNoReply(ProtectedCall request) =>
        new ProtocolException("The service took the message and did not reply.");

    protected override Task OpenAsync(Deadline deadline, bool isAsync)
    {
        _client = Security.ClientFor(RemoteAddress);
        return OpenInnerAsync(deadline, isAsync);
    }

    protected override Task CloseAsync(Deadline deadline, bool isAsync) => CloseInnerAsync(deadline, isAsync);

    protected override void OnAbort() => AbortInner();
}
