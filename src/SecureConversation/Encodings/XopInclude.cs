namespace SecureConversation.Encodings;

/// <summary>An xop:Include as it stands in the root part.</summary>
/// <param name="Start">Position of the element.</param>
/// <param name="End">The position after it.</param>
/// <param name="ContentId">The Content-ID that it refers to.</param>
internal readonly record struct XopInclude(int Start, int End, string ContentId);
