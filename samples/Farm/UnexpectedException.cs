namespace Farm;

/// <summary>What cannot be shown here, in words for who runs it.</summary>
internal sealed class UnexpectedException(string message, Exception? inner = null) : Exception(message, inner);
