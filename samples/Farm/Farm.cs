namespace Farm;

/// <summary>The two processes, the folder with the Data Protection keys that they share, and Redis where sessions are not in cookies.</summary>
internal sealed class Farm : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly RedisServer? _redis;

    private Farm(DirectoryInfo folder, RedisServer? redis, ServiceProcess one, ServiceProcess other) =>
        (_folder, _redis, One, Other) = (folder, redis, one, other);

    public RedisServer Redis => _redis ?? throw new InvalidOperationException("This farm has no Redis.");

    public ServiceProcess One { get; }

    public ServiceProcess Other { get; private set; }

    public bool HasCookies => _redis is null;

    private string Keys => Path.Combine(_folder.FullName, "keys");

    public static async Task<Farm> StartAsync(bool hasRedis)
    {
        var folder = Directory.CreateTempSubdirectory("SecureConversation.Farm.");
        RedisServer? redis = null;
        ServiceProcess? one = null;
        try
        {
            redis = hasRedis ? await RedisServer.StartAsync(folder) : null;
            var keys = folder.CreateSubdirectory("keys").FullName;
            one = await ServiceProcess.StartAsync("A", Store(redis), keys);
            return new Farm(folder, redis, one, await ServiceProcess.StartAsync("B", Store(redis), keys));
        }
        catch
        {
            await (one?.DisposeAsync() ?? ValueTask.CompletedTask);
            redis?.Dispose();
            folder.Delete(recursive: true);
            throw;
        }
    }

    /// <summary>Starts another process in the place of the second one, at another port.</summary>
    public async Task ReplaceOtherAsync()
    {
        await Other.DisposeAsync();
        Other = await ServiceProcess.StartAsync("C", Store(_redis), Keys);
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
        _redis?.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Store(RedisServer? redis) => redis?.Configuration ?? OrderService.NoRedis;
}
