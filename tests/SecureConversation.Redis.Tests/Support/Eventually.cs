using System.Diagnostics;

namespace SecureConversation.Redis.Tests.Support;

/// <summary>Waits for what other threads and processes do. How long is not asserted, only that it happens.</summary>
internal static class Eventually
{
    public static async Task IsAsync(Func<Task<bool>> condition, string what)
    {
        var waited = Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), $"waited in vain: {what}");
            await Task.Delay(20);
        }
    }
}
