namespace SecureConversation.Cli.Captures;

/// <summary>Reads streams whose length nobody knows.</summary>
internal static class LimitedReading
{
    private const int BufferBytes = 64 << 10;

    /// <summary>All of the stream; null where it has more than the limit.</summary>
    public static byte[]? TryReadAll(Stream input, int limit)
    {
        using var output = new MemoryStream();
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = input.Read(buffer)) > 0)
        {
            if (output.Length + read > limit)
            {
                return null;
            }

            output.Write(buffer, 0, read);
        }

        return output.ToArray();
    }

    /// <inheritdoc cref="TryReadAll"/>
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
