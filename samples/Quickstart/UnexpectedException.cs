namespace Quickstart;

/// <summary>Something did not go as told.</summary>
internal sealed class UnexpectedException(string message) : Exception(message);
