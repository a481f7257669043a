namespace Farm;

/// <summary>Redis, the two processes, and the folder with the Data Protection keys that they share.</summary>
internal sealed class Farm : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;

    private Farm(DirectoryInfo folder, RedisServer redis, ServiceProcess one, ServiceProcess other) =>
        (_folder, Redis, One, Other) = (folder, redis, one, other);

    public RedisServer Redis { get; }

    public ServiceProcess One { get; }

    public ServiceProcess Other { get; private set; }

    private string Keys => Path.Combine(_folder.FullName, "keys");

    public static async Task<Farm> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("SecureConversation.Farm.");
        RedisServer? redis = null;
        ServiceProcess? one = null;
        try
        {
            redis = await RedisServer.StartAsync(folder);
            var keys = folder.CreateSubdirectory("keys").FullName;
            one = await ServiceProcess.StartAsync("A", redis.Configuration, keys);
            return new Farm(folder, redis, one, await ServiceProcess.StartAsync("B", redis.Configuration, keys));
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
        Other = await ServiceProcess.StartAsync("C", Redis.Configuration, Keys);
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
        Redis.Dispose();
        _folder.Delete(recursive: true);
    }
}
