namespace SecureConversation.Engine.Xml;

/// <summary>The range of a spliced fragment within a document.</summary>
/// <param name="Start">Position of the first byte of the fragment.</param>
/// <param name="End">Position after the last byte of the fragment.</param>
/// <param name="SingleElement">
/// Whether the fragment must be exactly one element, apart from white space (XML Encryption 1.1, Type Element).
/// </param>
internal readonly record struct FragmentBoundary(int Start, int End, bool SingleElement);
