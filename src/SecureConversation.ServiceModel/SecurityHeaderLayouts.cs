namespace SecureConversation.ServiceModel;

/// <summary>
/// The layouts of WCF that the public surface of its client for .NET lacks. With this namespace imported they are found where they were,
/// <c>SecurityHeaderLayout.LaxTimestampFirst</c>.
/// </summary>
public static class SecurityHeaderLayouts
{
    extension(SecurityHeaderLayout)
    {
        /// <summary>Any order, but the timestamp comes first.</summary>
        public static SecurityHeaderLayout LaxTimestampFirst => (SecurityHeaderLayout)2;

        /// <summary>Any order, but the timestamp comes last.</summary>
        public static SecurityHeaderLayout LaxTimestampLast => (SecurityHeaderLayout)3;
    }
}
