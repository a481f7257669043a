using System.Diagnostics;

namespace SecureConversation.ServiceModel.Internal;

/// <summary>One timeout for several steps.</summary>
internal readonly struct Deadline(TimeSpan timeout)
{
    private readonly long _start = Stopwatch.GetTimestamp();

    public TimeSpan Timeout => timeout;

    public TimeSpan Remaining
    {
        get
        {
            if (timeout == TimeSpan.MaxValue)
            {
                return timeout;
            }

            var left = timeout - Stopwatch.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
