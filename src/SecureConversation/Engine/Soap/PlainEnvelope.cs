using SecureConversation.Engine.Xml;

namespace SecureConversation.Engine.Soap;

/// <summary>Writes the envelope that an application sees out of one that was verified.</summary>
internal static class PlainEnvelope
{
    /// <param name="source">The decrypted envelope.</param>
    /// <param name="securityPosition">Index of the security header among the blocks.</param>
    /// <param name="keep">Which of the other blocks to hand out, by index.</param>
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
