using System.Runtime.ExceptionServices;

namespace SecureConversation.Cli.Migration;

/// <summary>
/// Reads C# sources each on a thread of its own, for a time. The parser cannot be stopped everywhere: a thread that does not end is left
/// behind, does not keep the process alive, and after a few of them no more sources are read.
/// </summary>
internal sealed class SourceTurn(Action<string, FindingList, CancellationToken> read, TimeSpan limit)
{
    public const int MaxLeft = 4;

    // The parser recurses.
    private const int StackSize = 64 * 1024 * 1024;

    private int _left;

    /// <summary>How long one file may take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>Reads a file; what takes too long is a finding.</summary>
    public void Read(string path, FindingList findings)
    {
        if (_left == MaxLeft)
        {
            findings.Add(Verdict.Unreadable, path, null, "file",
                $"It was not read: {MaxLeft} C# sources took longer than {limit.TotalSeconds:0.#} seconds.",
                "Run the command without them.");
            return;
        }

        // Its own list, so that a thread left behind writes into nothing that is read.
        var own = findings.Apart();
        using var cancellation = new CancellationTokenSource();
        var token = cancellation.Token;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                read(path, own, token);
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }, StackSize)
        {
            IsBackground = true,
        };
        thread.Start();
        if (!thread.Join(limit))
        {
            cancellation.Cancel();
            _left++;
            findings.Add(Verdict.Unreadable, path, null, "file", $"It took longer than {limit.TotalSeconds:0.#} seconds.",
                "Look at it by hand.");
            return;
        }

        failure?.Throw();
        findings.AddAll(own);
    }
}
