namespace SecureConversation.Engine.Xml;

/// <summary>The range of a spliced fragment within a document.</summary>
/// <param name="Start">Position of its first byte.</param>
/// <param name="End">Position behind its last byte.</param>
/// <param name="SingleElement">
/// It must be exactly one element, with white space around it at most (XML Encryption 1.1, Type Element).
/// </param>
internal readonly record struct FragmentBoundary(int Start, int End, bool SingleElement);
