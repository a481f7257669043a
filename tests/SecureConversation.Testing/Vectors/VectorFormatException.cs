namespace SecureConversation.Testing.Vectors;

/// <summary>A vector that does not follow its format. The message names the vector and the offending key.</summary>
public sealed class VectorFormatException : Exception
{
    public VectorFormatException(string message)
        : base(message)
    {
    }

    public VectorFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
