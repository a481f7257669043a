namespace SecureConversation.ServiceModel.Internal;

// The end of the session in order: the service learns that nothing more is sent, and says the same.
internal sealed partial class DuplexSecurityChannel
{
    /// <summary>Says that nothing more is sent: by Cancel, or by the confirmation where the service has cancelled before.</summary>
    private async Task CloseOutputAsync(Deadline deadline)
    {
        if (Interlocked.Exchange(ref _isOutputClosed, 1) == 1)
        {
            return;
        }

        var session = _session!;
        if (_inputClosed.Task.IsCompletedSuccessfully && _cancel is { } cancel)
        {
            using var confirmation = session.ConfirmCancel(cancel);
            await SendOwnAsync(confirmation.Envelope, deadline).ConfigureAwait(false);
            cancel.Dispose();
        }
        else
        {
            using var request = session.StartCancel();
            await SendOwnAsync(request.Envelope, deadline).ConfigureAwait(false);
        }
    }

    private async Task SendOwnAsync(ReadOnlyMemory<byte> envelope, Deadline deadline)
    {
        using var wire = Envelopes.ToMessage(envelope, security.Version, System.Xml.XmlDictionaryReaderQuotas.Max);
        await SendToTransportAsync(wire, deadline, isAsync: true).ConfigureAwait(false);
    }

    private async Task CloseAsync(Deadline deadline)
    {
        try
        {
            await CloseOutputAsync(deadline).ConfigureAwait(false);
            var drained = _arrived.DiscardAsync();
            var closed = Task.WhenAll(drained, _inputClosed.Task);
            await (deadline.Remaining > TimeSpan.FromDays(1) ? closed : closed.WaitAsync(deadline.Remaining)).ConfigureAwait(false);
            await Task.Factory.FromAsync(inner.BeginClose, inner.EndClose, deadline.Remaining, null).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ServiceModelLog.CancelFailed(security.Log, Id!, RemoteAddress.Uri, e);
            throw SecurityErrors.ForCaller(e);
        }
        finally
        {
            _session?.Dispose();
        }
    }
}
