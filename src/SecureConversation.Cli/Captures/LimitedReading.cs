namespace SecureConversation.Cli.Captures;

/// <summary>Reads streams whose length nobody knows.</summary>
internal static class LimitedReading
{
    private const int BufferBytes = 64 << 10;

    /// <summary>All of the stream; null where it has more than the limit.</summary>
    /// <param name="input">The stream.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="count">Is told how many bytes were read, also where they are too many or broken; null where nobody counts.</param>
    public static byte[]? TryReadAll(Stream input, int limit, Action<long>? count = null)
    {
        using var output = new MemoryStream();
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = input.Read(buffer)) > 0)
        {
            count?.Invoke(read);
            if (output.Length + read > limit)
            {
                return null;
            }

            output.Write(buffer, 0, read);
        }

        return output.ToArray();
    }

    /// <summary>All of the stream; null where it has more than the limit.</summary>
    public static async Task<byte[]?> TryReadAllAsync(Stream input, int limit, CancellationToken cancellation)
    {
        using var output = new MemoryStream();
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await input.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            if (output.Length + read > limit)
            {
                return null;
            }

            output.Write(buffer, 0, read);
        }

        return output.ToArray();
    }
}
