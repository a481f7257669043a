using Microsoft.AspNetCore.Http;
using SecureConversation.Binding;

namespace SecureConversation.AspNetCore.Internal;

/// <summary>
/// Sends replies. One that its receiver does not take at once counts as held memory, has a deadline, and ends early when somebody else
/// needs the memory more: otherwise whoever asks for large replies and reads none fills it.
/// </summary>
/// <param name="version">The versions of the envelopes.</param>
/// <param name="encoding">How they are written.</param>
/// <param name="timeout">How long a reply may take.</param>
/// <param name="memory">Where the bytes of all replies count.</param>
/// <param name="refusals">Where it is logged that a reply was not sent.</param>
/// <param name="clock">Source of time.</param>
internal sealed class ReplySender(
    MessageVersion version, MessageEncoding encoding, TimeSpan timeout, RequestMemory memory, RefusalLog refusals, TimeProvider clock)
{
    public Task SendAsync(HttpContext context, int statusCode, ReadOnlyMemory<byte> envelope)
    {
        var sent = SoapHttp.SendAsync(context, version, encoding, statusCode, envelope);
        // Most replies fit into the buffers of the connection.
        return sent.IsCompleted ? sent : FinishAsync(context, sent, envelope.Length);
    }

    private async Task FinishAsync(HttpContext context, Task sent, int length)
    {
        var sending = new Sending(context, refusals);
        var holding = memory.Begin(context.Connection.RemoteIpAddress, sending.Stop);
        try
        {
            if (length > RequestMemory.Uncounted)
            {
                memory.TakeForReply(holding, length - RequestMemory.Uncounted);
            }

            using var deadline = clock.CreateTimer(
                static sending => ((Sending)sending!).Stop(), sending, timeout, Timeout.InfiniteTimeSpan);
            await sent.ConfigureAwait(false);
        }
        finally
        {
            sending.End();
            memory.Release(holding);
        }
    }

    /// <summary>The sending of one reply. Its connection is not aborted after its end: that may be with the next request.</summary>
    private sealed class Sending(HttpContext context, RefusalLog refusals)
    {
        private readonly Lock _lock = new();
        private bool _hasEnded;

        public void Stop()
        {
            lock (_lock)
            {
                if (!_hasEnded)
                {
                    _hasEnded = true;
                    refusals.WriteUnread();
                    context.Abort();
                }
            }
        }

        public void End()
        {
            lock (_lock)
            {
                _hasEnded = true;
            }
        }
    }
}
