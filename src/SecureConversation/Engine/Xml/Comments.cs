namespace SecureConversation.Engine.Xml;

/// <summary>
/// Leaves the comments out of XML. No digest covers them (XML Signature section 4.3.3.3), so in what is encrypted they would be a place for
/// somebody else's blocks.
/// </summary>
internal static class Comments
{
    private static ReadOnlySpan<byte> CData => "<![CDATA["u8;

    private static ReadOnlySpan<byte> CDataEnd => "]]>"u8;

    private static ReadOnlySpan<byte> Comment => "<!--"u8;

    private static ReadOnlySpan<byte> CommentEnd => "-->"u8;

    /// <summary>Writes well-formed XML without its comments.</summary>
    /// <param name="output">Takes the rest.</param>
    /// <param name="xml">Elements and text.</param>
    public static void LeaveOut(PooledBytes output, ReadOnlySpan<byte> xml)
    {
        for (int at; (at = xml.IndexOf("<!"u8)) >= 0;)
        {
            output.Write(xml[..at]);
            xml = xml[at..];
            var isComment = xml.StartsWith(Comment);
            var start = isComment ? Comment : CData;
            var end = isComment ? CommentEnd : CDataEnd;
            var length = start.Length + xml[start.Length..].IndexOf(end) + end.Length;
            output.Write(xml[..(isComment ? 0 : length)]);
            xml = xml[length..];
        }

        output.Write(xml);
    }
}
