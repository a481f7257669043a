using System.Threading.Channels;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>
/// Messages between the one who reads the transport and the application that takes them. A few wait; who reads waits then, so that the
/// sender has to.
/// </summary>
internal sealed class ArrivedMessages
{
    private const int MostWaiting = 8;

    // Timers take no more than 49 days, and a timeout may be longer.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    private readonly Channel<Message> _messages = Channel.CreateBounded<Message>(MostWaiting);

    /// <summary>Waits for room. False when nobody takes messages any more.</summary>
    public async Task<bool> TryAddAsync(Message message, CancellationToken stop)
    {
        try
        {
            await _messages.Writer.WriteAsync(message, stop).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            message.Close();
            return false;
        }
    }

    /// <summary>There are no more messages: the session has ended, or for that reason.</summary>
    public void End(Exception? reason = null) => _messages.Writer.TryComplete(reason);

    /// <summary>The next message; null when there are no more. False when none came in time.</summary>
    /// <exception cref="Exception">Why there are no more.</exception>
    public async Task<(bool IsInTime, Message? Message)> TryTakeAsync(TimeSpan timeout)
    {
        using var late = new CancellationTokenSource();
        if (timeout < Longest)
        {
            late.CancelAfter(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero);
        }

        try
        {
            while (await _messages.Reader.WaitToReadAsync(late.Token).ConfigureAwait(false))
            {
                if (_messages.Reader.TryRead(out var message))
                {
                    return (true, message);
                }
            }

            return (true, null);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return (false, null);
        }
    }

    /// <summary>Whether there is a message, or there are no more, in that time.</summary>
    public async Task<bool> WaitAsync(TimeSpan timeout)
    {
        using var late = new CancellationTokenSource();
        if (timeout < Longest)
        {
            late.CancelAfter(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero);
        }

        try
        {
            await _messages.Reader.WaitToReadAsync(late.Token).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>Lets go of messages that nobody takes, until there are no more.</summary>
    public async Task DiscardAsync()
    {
        while (await _messages.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            while (_messages.Reader.TryRead(out var message))
            {
                message.Close();
            }
        }
    }
}
