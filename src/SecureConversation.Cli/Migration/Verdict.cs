namespace SecureConversation.Cli.Migration;

/// <summary>What becomes of something that a project uses.</summary>
internal enum Verdict
{
    /// <summary>It works with the packages of this library as it stands.</summary>
    Works,
    /// <summary>It needs nothing of this library: the WCF stack has it.</summary>
    Stack,
    /// <summary>It has no effect here, and nothing gets weaker or breaks by that.</summary>
    Note,
    /// <summary>It works after a change that is named.</summary>
    Changes,
    /// <summary>It is not offered; the remedy is the nearest thing that is.</summary>
    NotOffered,
    /// <summary>The file cannot be read, so nothing is known about it.</summary>
    Unreadable,
}
