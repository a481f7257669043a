using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Writes the envelope that the application gets: the verified one without its security header.</summary>
internal static class PlainEnvelope
{
    /// <summary>Copies the envelope without the security header and without the blocks that are not kept.</summary>
    /// <param name="source">The decrypted envelope.</param>
    /// <param name="securityPosition">The index of the security header among the blocks.</param>
    /// <param name="keep">Whether to hand out the block with this index.</param>
    public static PooledBytes Write(SoapEnvelope source, int securityPosition, Func<int, bool> keep)
    {
        var output = new PooledBytes(source.Bytes.Length);
        var copied = 0;
        for (var i = 0; i < source.Headers.Count; i++)
        {
            if (i != securityPosition && keep(i))
            {
                continue;
            }

            var block = source.Headers[i].Element;
            output.Write(source.Bytes[copied..block.Start]);
            copied = block.End;
        }

        output.Write(source.Bytes[copied..]);
        return output;
    }
}
