namespace SecureConversation.Tests.State;

/// <summary>Writes session states as earlier versions did: one key, and in the first format no endpoint.</summary>
internal static class EarlierFormats
{
    public static byte[] Write(byte format, SessionState state)
    {
        using var octets = new MemoryStream();
        using var writer = new BinaryWriter(octets);
        writer.Write(format);
        if (format > 1)
        {
            writer.Write(state.Endpoint);
        }

        writer.Write(state.Id);
        Write(state.Keys[0].Key);
        Write(state.Keys[0].ReplyNonces);
        writer.Write(state.Keys[0].Expires.UtcTicks);
        Write(state.ClientCertificate ?? []);
        state.User.WriteTo(writer);
        return octets.ToArray();

        void Write(byte[] bytes)
        {
            writer.Write7BitEncodedInt(bytes.Length);
            writer.Write(bytes);
        }
    }
}
