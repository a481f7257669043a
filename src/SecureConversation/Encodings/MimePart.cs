namespace SecureConversation.Encodings;

/// <summary>A body part of a package: where its octets are, and what its headers say of it.</summary>
/// <param name="Start">Position of its first octet.</param>
/// <param name="Length">Number of its octets.</param>
/// <param name="ContentId">Its Content-ID without angle brackets; null when it has none.</param>
/// <param name="ContentType">Its Content-Type; null when it has none.</param>
internal readonly record struct MimePart(int Start, int Length, string? ContentId, string? ContentType);
