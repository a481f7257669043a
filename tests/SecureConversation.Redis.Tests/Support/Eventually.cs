using System.Diagnostics;

namespace SecureConversation.Redis.Tests.Support;

/// <summary>Waits for what other threads and processes do. How long is not asserted, only that it happens.</summary>
internal static class Eventually
{
    /// <summary>An instance drops its copies once, when it has begun to listen for changes. After this it has one of the session.</summary>
    public static Task HasCopyAsync(RedisServer server, Instance instance, string id) => IsAsync(async () =>
    {
        var read = await server.CountAsync("hmget");
        (await instance.Redis.SessionStore.FindAsync(id, CancellationToken.None))!.Dispose();
        return await server.CountAsync("hmget") == read;
    }, "the state is copied");

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
